// Consoles on the lab's side: bytes of the devices, gathered into few messages.

/** Milliseconds that bytes may wait for company: one frame of a screen. */
const DELAY_MS = 16;
/** Bytes that go at once, however young they are. */
const FULL = 16 << 10;

export class OutputGatherer {
  readonly #send: (console: string, data: Uint8Array) => void;
  readonly #waiting = new Map<string, { data: Uint8Array; length: number }>();
  #lastFlush = -Infinity;
  /** Whether something was sent since the last look. */
  #sent = false;

  constructor(send: (console: string, data: Uint8Array) => void) {
    this.#send = send;
  }

  /** @returns the sink of one console's bytes */
  sink(console: string): { write(byte: number): void } {
    const buffer = { data: new Uint8Array(FULL), length: 0 };
    this.#waiting.set(console, buffer);
    return {
      write: byte => {
        buffer.data[buffer.length++] = byte;
        if (buffer.length === FULL) this.#flushOne(console, buffer);
      },
    };
  }

  /** Sends what has waited long enough. @param now milliseconds @returns whether something was sent since the last look */
  tick(now: number): boolean {
    return now - this.#lastFlush >= DELAY_MS && this.flush(now);
  }

  /** Sends everything. @param now milliseconds @returns whether something was sent since the last look */
  flush(now: number): boolean {
    this.#lastFlush = now;
    for (const [console, buffer] of this.#waiting) if (buffer.length > 0) this.#flushOne(console, buffer);
    const sent = this.#sent;
    this.#sent = false;
    return sent;
  }

  #flushOne(console: string, buffer: { data: Uint8Array; length: number }): void {
    this.#send(console, buffer.data.slice(0, buffer.length));
    buffer.length = 0;
    this.#sent = true;
  }
}
