// Console bytes on standard output: those of one console as they are, those of all with a name before each line.
import type { Writable } from 'node:stream';

const NEWLINE = 0x0a;

/** Writes whole lines, each behind `[NAME] `; what is unfinished waits for its end. */
export class LinePrefixer {
  readonly #output: Writable;
  readonly #unfinished = new Map<string, Uint8Array[]>();

  constructor(output: Writable) {
    this.#output = output;
  }

  write(console: string, data: Uint8Array): void {
    let rest = data;
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      this.#keep(console, rest.subarray(0, end + 1));
      this.#finish(console);
      rest = rest.subarray(end + 1);
    }
    this.#keep(console, rest);
  }

  /** Writes what is unfinished, each with a newline. */
  end(): void {
    for (const console of [...this.#unfinished.keys()]) {
      this.#finish(console);
      this.#output.write('\n');
    }
  }

  #keep(console: string, data: Uint8Array): void {
    if (data.length === 0) return;
    const parts = this.#unfinished.get(console) ?? [];
    parts.push(data);
    this.#unfinished.set(console, parts);
  }

  #finish(console: string): void {
    const parts = this.#unfinished.get(console) ?? [];
    this.#unfinished.delete(console);
    this.#output.write(Buffer.concat([Buffer.from(`[${console}] `), ...parts]));
  }
}
