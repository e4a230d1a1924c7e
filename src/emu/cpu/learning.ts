// What the translator learns of pages, and what it knows of them before: between it and the experience of earlier runs.
import { PAGE_SIZE, RECORD, type Layout } from '../codegen/layout';
import type { CodeCache } from './code-cache';
import { type Experience, type PageHints, pageKey, type RegionCode } from './experience';

/** Linear address of the record at an offset of the page that a slot is of. */
export const recordAt = (slot: number, thumb: boolean, offset: number): number =>
  slot + Math.floor(offset / (thumb ? 2 : 4)) * RECORD.SIZE;

interface Page {
  readonly hostPage: number;
  readonly thumb: boolean;
}

export class Learning {
  /** Keys of pages by what they held when they got their records. */
  private readonly keys = new Map<number, string>();
  private readonly u8: Uint8Array;
  private readonly u32: Uint32Array;

  constructor(
    private readonly experience: Experience,
    private readonly build: string | undefined,
    memory: WebAssembly.Memory,
    private readonly cache: CodeCache,
    private readonly layout: Layout,
  ) {
    this.u8 = new Uint8Array(memory.buffer);
    this.u32 = new Uint32Array(memory.buffer);
  }

  /** A page gets its first record. @returns what is known of it */
  begun(hostPage: number, thumb: boolean): PageHints | undefined {
    const key = pageKey(this.u32, (this.layout.guest + hostPage * PAGE_SIZE) >> 2, thumb);
    this.keys.set(hostPage * 2 + (thumb ? 1 : 0), key);
    return this.experience.page(key);
  }

  private key({ hostPage, thumb }: Page): string | undefined {
    return this.keys.get(hostPage * 2 + (thumb ? 1 : 0));
  }

  hints(page: Page): PageHints | undefined {
    const key = this.key(page);
    return key === undefined ? undefined : this.experience.page(key);
  }

  learnPage(page: Page & { calls: Iterable<number>; alone: Iterable<number> }, entries: readonly number[]): void {
    const key = this.key(page);
    if (key === undefined) return;
    const offsets = (records: Iterable<number>): number[] => [...records].map(one => this.cache.place(one).offset);
    const { calls, alone } = page;
    this.experience.learnPage(key, { entries: [...new Set(entries)], calls: offsets(calls), alone: offsets(alone) });
  }

  /** All that generated code depends on, beside the code of its page. */
  private get environment(): string {
    return `${this.build} ${JSON.stringify(this.layout)} ${this.cache.traps}`;
  }

  private contents({ hostPage }: Page): Uint8Array<ArrayBuffer> {
    const at = this.layout.guest + hostPage * PAGE_SIZE;
    return this.u8.slice(at, at + PAGE_SIZE);
  }

  learnCode(page: Page, code: RegionCode): void {
    const key = this.key(page);
    if (key === undefined || this.build === undefined) return;
    this.experience.learnCode(key, { environment: this.environment, page: this.contents(page), code });
  }

  /** What was made of this page before, if it holds what it held then, byte for byte. */
  code(page: Page): RegionCode | undefined {
    const key = this.key(page);
    if (key === undefined || this.build === undefined) return undefined;
    const known = this.experience.code(key);
    if (known?.environment !== this.environment) return undefined;
    const now = this.contents(page);
    return now.every((byte, i) => byte === known.page[i]) ? known.code : undefined;
  }
}
