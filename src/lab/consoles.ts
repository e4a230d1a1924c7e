// Consoles on the client's side: what a console said before anybody listened is kept, up to a limit.

/** Bytes kept per console; the oldest go first. */
const BACKLOG_LIMIT = 1 << 20;

export class LabConsole {
  readonly name: string;
  readonly #send: (data: Uint8Array) => void;
  readonly #listeners = new Set<(data: Uint8Array) => void>();
  #backlog: Uint8Array[] = [];
  #backlogSize = 0;

  constructor(name: string, send: (data: Uint8Array) => void) {
    this.name = name;
    this.#send = send;
  }

  /** Calls `listener` with all that was said so far (as far as it is kept), then with whatever follows. */
  attach(listener: (data: Uint8Array) => void): () => void {
    for (const data of this.#backlog) listener(data);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Types into the console. */
  type(data: Uint8Array): void {
    if (data.length > 0) this.#send(data);
  }

  receive(data: Uint8Array): void {
    this.#backlog.push(data);
    this.#backlogSize += data.length;
    while (this.#backlogSize > BACKLOG_LIMIT) {
      const excess = this.#backlogSize - BACKLOG_LIMIT;
      const oldest = this.#backlog[0]!;
      if (oldest.length <= excess) this.#backlog.shift();
      else this.#backlog[0] = oldest.subarray(excess);
      this.#backlogSize -= Math.min(excess, oldest.length);
    }
    for (const listener of [...this.#listeners]) listener(data);
  }
}

/** The consoles of one lab, by name. */
export class ConsoleBook {
  readonly #consoles = new Map<string, LabConsole>();
  readonly #send: (console: string, data: Uint8Array) => void;

  /** @param send carries typed bytes to the lab */
  constructor(send: (console: string, data: Uint8Array) => void) {
    this.#send = send;
  }

  /** The console of this name; it comes into being when it is first asked for or first says something. */
  get(name: string): LabConsole {
    let found = this.#consoles.get(name);
    if (!found) {
      found = new LabConsole(name, data => this.#send(name, data));
      this.#consoles.set(name, found);
    }
    return found;
  }

  receive(name: string, data: Uint8Array): void {
    this.get(name).receive(data);
  }
}
