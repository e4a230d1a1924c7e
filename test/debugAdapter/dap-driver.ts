// A client of the Debug Adapter Protocol over a real byte stream, which writes down what both sides say.
import { PassThrough } from 'node:stream';
import type { DebugProtocol as P } from '@vscode/debugprotocol';

/** Framing of the protocol: a header with the length of the JSON that follows. */
export const frame = (message: object): Buffer => {
  const body = Buffer.from(JSON.stringify(message));
  return Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]);
};

export class DapDriver {
  /** What the adapter reads and writes. */
  readonly toAdapter = new PassThrough();
  readonly fromAdapter = new PassThrough();
  readonly transcript: string[] = [];
  readonly events: P.Event[] = [];
  readonly #waiting = new Set<{ wanted: (message: P.ProtocolMessage) => boolean; done: (message: never) => void }>();
  #received: Buffer = Buffer.alloc(0);
  #seq = 1;

  constructor() {
    this.fromAdapter.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      for (let message = this.#next(); message; message = this.#next()) this.#take(message);
    });
  }

  /** Sends a request and waits for its answer, be it a refusal. */
  async request(command: string, args?: object): Promise<P.Response> {
    const seq = this.#seq++;
    this.transcript.push(`> ${command} ${JSON.stringify(args ?? {})}`);
    const answer = this.#wait<P.Response>(m => m.type === 'response' && (m as P.Response).request_seq === seq);
    this.toAdapter.write(frame({ seq, type: 'request', command, ...(args ? { arguments: args } : {}) }));
    return answer;
  }

  /** The next event of this name from now on. */
  event(name: string): Promise<P.Event> {
    return this.#wait<P.Event>(m => m.type === 'event' && (m as P.Event).event === name);
  }

  /** Resolves as soon as all output so far contains a text. Events of one packet are not missed. */
  async output(text: string): Promise<string> {
    const said = (): string =>
      this.events
        .filter(({ event }) => event === 'output')
        .map(({ body }) => (body as { output: string }).output)
        .join('');
    if (!said().includes(text)) await this.#wait(() => said().includes(text));
    return said();
  }

  #wait<T extends P.ProtocolMessage>(wanted: (message: P.ProtocolMessage) => boolean): Promise<T> {
    return new Promise<T>(done => this.#waiting.add({ wanted, done }));
  }

  #next(): P.ProtocolMessage | undefined {
    const headerEnd = this.#received.indexOf('\r\n\r\n');
    if (headerEnd < 0) return undefined;
    const length = Number(/Content-Length: (\d+)/.exec(this.#received.subarray(0, headerEnd).toString())![1]);
    const end = headerEnd + 4 + length;
    if (this.#received.length < end) return undefined;
    const message = JSON.parse(this.#received.subarray(headerEnd + 4, end).toString()) as P.ProtocolMessage;
    this.#received = this.#received.subarray(end);
    return message;
  }

  #take(message: P.ProtocolMessage): void {
    if (message.type === 'event') {
      const { event, body } = message as P.Event;
      this.events.push(message as P.Event);
      this.transcript.push(`! ${event} ${JSON.stringify(body ?? {})}`);
    } else {
      const { command, success, body } = message as P.Response;
      this.transcript.push(`${success ? '<' : 'x'} ${command} ${JSON.stringify(body ?? {})}`);
    }
    for (const one of [...this.#waiting])
      if (one.wanted(message)) {
        this.#waiting.delete(one);
        one.done(message as never);
      }
  }
}
