// The debug adapter as a program of its own: over stdin and stdout, or over TCP on the loopback interface.
import { createServer, type Server } from 'node:net';
import { resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { spawnLab } from '../lab/node/spawn';
import { XenLabSession } from './session';

/** Serves one session over a pair of streams. @param workerFile the bundle dist/worker.cjs */
export function serveSession(workerFile: string | URL, input: Readable, output: Writable): XenLabSession {
  const session = new XenLabSession({
    spawnLab: () => spawnLab(workerFile),
    resolvePath: path => resolve(path),
    consolesAsOutput: true,
  });
  session.start(input, output);
  return session;
}

/** Serves a session per connection. Resolves once the port is open. */
export function listenForSessions(workerFile: string | URL, port: number): Promise<Server> {
  const server = createServer(socket => {
    const session = serveSession(workerFile, socket, socket);
    socket.on('close', () => session.shutdown());
    socket.on('error', () => session.shutdown());
  });
  return new Promise((done, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => done(server));
  });
}
