// `xenlab dap`: the debug adapter without an editor.
import { once } from 'node:events';
import { listenForSessions, serveSession } from '../debugAdapter/server';
import { parseNumber, parseOptions, UsageError, type Option } from './options';
import { say, Status, workerFile } from './process';

interface DapRequest {
  port?: number;
}

export const DAP_OPTIONS: readonly Option<DapRequest>[] = [
  {
    name: '--port',
    value: 'N',
    help: 'listen on this port of the loopback interface (0: any); a session per connection',
    apply: (request, value) => void (request.port = parseNumber('--port', value, 0, 65535)),
  },
];

export async function dapCommand(words: readonly string[]): Promise<Status> {
  const request: DapRequest = {};
  const [operand] = parseOptions(DAP_OPTIONS, words, request);
  if (operand !== undefined) throw new UsageError(`dap takes no operand, but there is "${operand}"`);
  if (request.port === undefined) {
    const session = serveSession(workerFile(), process.stdin, process.stdout);
    await once(process.stdin, 'close');
    session.shutdown();
    return Status.Ok;
  }
  const server = await listenForSessions(workerFile(), request.port).catch((error: Error) => {
    throw new UsageError(`--port ${request.port}: ${error.message}`);
  });
  const address = server.address();
  say(`listening on 127.0.0.1:${typeof address === 'object' && address ? address.port : request.port}`);
  await once(server, 'close');
  return Status.Ok;
}
