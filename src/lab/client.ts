// A lab as its users see it: typed requests, events, and consoles that remember what they said.
import { ConsoleBook } from './consoles';
import type { LabPort } from './port';
import { LabFailure, problem } from './problems';
import type { FromWorker, LabAnswer, LabEvent, LabProblem, LabRequestKind, LabRequests } from './protocol';

interface Pending {
  resolve(result: never): void;
  reject(error: LabFailure): void;
}

export class LabClient {
  /** Everything the consoles have said, and where typed keys go. */
  readonly consoles: ConsoleBook;
  readonly #port: LabPort;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(event: LabEvent) => void>();
  #nextId = 1;
  #closed: LabProblem | undefined;

  constructor(port: LabPort) {
    this.#port = port;
    this.consoles = new ConsoleBook((console, data) => void this.request('input', { console, data }).catch(() => {}));
    port.listen(message => this.#receive(message as FromWorker));
  }

  /** @throws LabFailure (as a rejection) with the problems the lab answers, or `lab.worker` when it is gone. */
  request<K extends LabRequestKind>(kind: K, argument: LabRequests[K][0]): Promise<LabRequests[K][1]> {
    if (this.#closed) return Promise.reject(new LabFailure(this.#closed));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#port.post({ id, kind, argument });
    });
  }

  /** Calls `listener` for every event from now on. @returns what takes it away again. */
  onEvent(listener: (event: LabEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The other end is gone: fails all that waits for it, now and later. */
  close(why: string): void {
    if (this.#closed) return;
    this.#closed = problem('lab.worker', why);
    for (const { reject } of this.#pending.values()) reject(new LabFailure(this.#closed));
    this.#pending.clear();
  }

  #receive(message: FromWorker): void {
    if ('event' in message) this.#tell(message);
    else this.#answer(message);
  }

  #answer(answer: LabAnswer): void {
    const pending = this.#pending.get(answer.id);
    if (!pending) return;
    this.#pending.delete(answer.id);
    if ('problems' in answer) pending.reject(new LabFailure(...answer.problems));
    else pending.resolve(answer.result as never);
  }

  #tell(event: LabEvent): void {
    if (event.event === 'output') this.consoles.receive(event.console, event.data);
    for (const listener of [...this.#listeners]) listener(event);
  }
}
