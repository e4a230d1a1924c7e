// Consoles on the client's side: what a console said before anybody listened is kept, up to a limit.

/** Bytes kept per console, in blocks; the oldest block goes first. Most messages are a few bytes long. */
const BACKLOG_LIMIT = 1 << 20;
const BLOCK = 1 << 14;

/** The last bytes of a console: as many as the limit, or up to a block more. */
class Backlog {
  readonly #blocks: { readonly data: Uint8Array; length: number }[] = [];

  *[Symbol.iterator](): Generator<Uint8Array> {
    for (const { data, length } of this.#blocks) yield data.slice(0, length);
  }

  append(data: Uint8Array): void {
    for (let at = 0; at < data.length;) {
      let last = this.#blocks.at(-1);
      if (!last || last.length === BLOCK) this.#blocks.push((last = { data: new Uint8Array(BLOCK), length: 0 }));
      const part = data.subarray(at, at + BLOCK - last.length);
      last.data.set(part, last.length);
      last.length += part.length;
      at += part.length;
      if (this.#blocks.length > BACKLOG_LIMIT / BLOCK + 1) this.#blocks.shift();
    }
  }
}

export class LabConsole {
  readonly name: string;
  readonly #send: (data: Uint8Array) => void;
  readonly #listeners = new Set<(data: Uint8Array) => void>();
  readonly #backlog = new Backlog();

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
    this.#backlog.append(data);
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
