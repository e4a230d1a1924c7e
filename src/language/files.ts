// Files as the compiler wants them: at once. What is not known yet is noted, fetched, and asked for again.
import type { SourceReader } from '../dt';
import type { LanguageHost } from './host';

/** Larger files are no source of anything; reading them would only cost memory. */
const MOST_BYTES = 64 << 20;
/** Rounds of looking for includes; each finds at least one more, and real trees nest a few deep. */
const MOST_ROUNDS = 256;

export class FileCache {
  /** Texts of open documents, which count instead of those on disk. */
  private readonly open = new Map<string, () => string>();
  /** As bytes, or as text once that was asked for; undefined: there is no such file. */
  private readonly known = new Map<string, Uint8Array | string | undefined>();

  constructor(private readonly host: LanguageHost) {}

  /** @param text undefined: the document was closed */
  setOpen(file: string, text: (() => string) | undefined): void {
    if (text) this.open.set(file, text);
    else this.open.delete(file);
  }

  /** Something outside changed these files. */
  forget(files: Iterable<string>): void {
    for (const file of files) this.known.delete(file);
  }

  forgetAll(): void {
    this.known.clear();
  }

  async text(file: string): Promise<string | undefined> {
    const open = this.open.get(file);
    if (open) return open();
    await this.fetch([file]);
    return this.cachedText(file);
  }

  async bytes(file: string): Promise<Uint8Array | undefined> {
    await this.fetch([file]);
    return this.cachedBytes(file);
  }

  /**
   * Does `work` with a reader, again as long as it asks for files that were not known.
   * @returns what the last round gave, and every file that it read
   */
  async complete<T>(work: (reader: SourceReader) => T): Promise<{ result: T; read: Set<string> }> {
    for (let round = 0; ; round++) {
      const read = new Set<string>();
      const missed: string[] = [];
      const note = (file: string): void => {
        if (!this.known.has(file)) missed.push(file);
      };
      const result = work({
        text: file => {
          const open = this.open.get(file);
          if (!open) note(file);
          const text = open ? open() : this.cachedText(file);
          if (text !== undefined) read.add(file);
          return text;
        },
        bytes: file => {
          note(file);
          const bytes = this.cachedBytes(file);
          if (bytes) read.add(file);
          return bytes;
        },
      });
      if (missed.length === 0 || round >= MOST_ROUNDS) return { result, read };
      await this.fetch(missed);
    }
  }

  private cachedText(file: string): string | undefined {
    const known = this.known.get(file);
    if (known === undefined || typeof known === 'string') return known;
    const text = new TextDecoder().decode(known);
    this.known.set(file, text);
    return text;
  }

  private cachedBytes(file: string): Uint8Array | undefined {
    const known = this.known.get(file);
    return typeof known === 'string' ? new TextEncoder().encode(known) : known;
  }

  private async fetch(files: readonly string[]): Promise<void> {
    await Promise.all(
      files.map(async file => {
        if (this.known.has(file)) return;
        const bytes = await this.host.read(file).catch(() => undefined);
        this.known.set(file, bytes && bytes.length <= MOST_BYTES ? bytes : undefined);
      }),
    );
  }
}
