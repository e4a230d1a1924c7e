// A FIFO of 32-bit words with a limit that can change.

/** Words in, words out. Memory is as large as the largest limit ever needed. */
export class WordFifo {
  private readonly words: Uint32Array;
  private head = 0;
  private used = 0;
  limit: number;

  /** @param capacity the most words it can ever hold; @param limit those that fit now. */
  constructor(capacity: number, limit = capacity) {
    this.words = new Uint32Array(capacity);
    this.limit = limit;
  }

  get length(): number {
    return this.used;
  }

  get free(): number {
    return Math.max(this.limit - this.used, 0);
  }

  /** @returns false when it is full: the word is lost. */
  push(word: number): boolean {
    if (this.used >= this.limit) return false;
    this.words[(this.head + this.used++) % this.words.length] = word;
    return true;
  }

  /** The first word, which leaves; undefined when there is none. */
  shift(): number | undefined {
    if (this.used === 0) return undefined;
    const word = this.words[this.head]!;
    this.drop(1);
    return word;
  }

  /** The first word, which stays. */
  peek(): number | undefined {
    return this.used === 0 ? undefined : this.words[this.head]!;
  }

  /** @param count at most all of them leave. */
  drop(count: number): void {
    const n = Math.min(count, this.used);
    this.head = (this.head + n) % this.words.length;
    this.used -= n;
  }

  clear(): void {
    this.drop(this.used);
  }

  toArray(): number[] {
    return Array.from({ length: this.used }, (_, n) => this.words[(this.head + n) % this.words.length]!);
  }

  /** Replaces the contents. @throws RangeError when they do not fit. */
  assign(words: readonly number[]): void {
    if (words.length > this.words.length)
      throw new RangeError(`${words.length} words in a FIFO of ${this.words.length}`);
    this.words.set(words);
    this.head = 0;
    this.used = words.length;
  }
}
