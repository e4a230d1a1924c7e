// `--expect` and `--send`: what the console must say, in order, and what is typed when it has said it.

export interface Step {
  pattern: RegExp;
  /** Typed, with a newline, once the pattern was seen. */
  send?: string;
}

/** Characters that are kept while a pattern has not been seen; a match that is longer goes unseen. */
const WINDOW = 1 << 16;

export class Expectations {
  readonly #steps: readonly Step[];
  readonly #decoder = new TextDecoder();
  #next = 0;
  #unseen = '';
  #lastLine = '';

  constructor(steps: readonly Step[]) {
    this.#steps = steps;
  }

  /** Whether all have been met; also when there are none. */
  get met(): boolean {
    return this.#next === this.#steps.length;
  }

  /** Whether the run is over once all are met: something typed last wants to have its effect first. */
  get endsWhenMet(): boolean {
    return this.#steps.length > 0 && this.#steps.at(-1)!.send === undefined;
  }

  /** Takes what the console said. @returns what is to be typed now, line by line */
  feed(data: Uint8Array): string[] {
    const text = this.#decoder.decode(data, { stream: true }).replaceAll('\r', '');
    this.#unseen += text;
    this.#lastLine = `${this.#lastLine}${text}`.trimEnd().split('\n').at(-1)!.slice(-200);
    const lines: string[] = [];
    for (let step = this.#steps[this.#next]; step; step = this.#steps[this.#next]) {
      const match = step.pattern.exec(this.#unseen);
      if (!match) break;
      this.#unseen = this.#unseen.slice(match.index + match[0].length);
      this.#next++;
      if (step.send !== undefined) lines.push(step.send);
    }
    this.#unseen = this.#unseen.slice(-WINDOW);
    return lines;
  }

  /** What is still waited for, for people. */
  describe(): string {
    const step = this.#steps[this.#next];
    if (!step) return 'every expectation was met';
    const where = `expectation ${this.#next + 1} of ${this.#steps.length}`;
    return `/${step.pattern.source}/ (${where}) was not seen; the last line was "${this.#lastLine}"`;
  }
}
