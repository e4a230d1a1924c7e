// The language server as a program: over stdio for any editor, over the port of a worker for ours.
import { readFile, readdir, stat } from 'node:fs/promises';
import { isMainThread, parentPort } from 'node:worker_threads';
import { createConnection, type Connection } from 'vscode-languageserver/node';
import { PortMessageReader, PortMessageWriter } from 'vscode-jsonrpc/node';
import type { LanguageHost } from './host';
import { serve } from './serve';
import type { LookAtFiles } from './xl/language';

const MOST_BYTES = 64 << 20;

/** Files of this machine; what a client's other file systems have is not there. */
export const localHost: LanguageHost = {
  async read(file) {
    const found = await stat(file).catch(() => undefined);
    return found?.isFile() && found.size <= MOST_BYTES ? readFile(file) : undefined;
  },
  async list(folder) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    return entries.map(entry => ({ name: entry.name, isFolder: entry.isDirectory() }));
  },
};

/** Serves over stdio, or over the port of the worker that this runs in. */
export function startServer(look?: LookAtFiles): void {
  serve(connect(), localHost, look);
}

function connect(): Connection {
  if (!isMainThread && parentPort)
    return createConnection(new PortMessageReader(parentPort), new PortMessageWriter(parentPort));
  return createConnection(process.stdin, process.stdout);
}
