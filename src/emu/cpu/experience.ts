// What earlier runs found out about code: which places of a page are hot, at which of its instructions generated code had to
// ask for help, which variants of instructions there are, and what was generated. A boot spends a fifth of its time to learn
// that, and the next boot of the same kernel would learn the same. Hints that are wrong, or made up, cost time and nothing
// else; generated code is used for a page that is the same byte for byte, by the same build of the emulator.
import { PAGE_SIZE } from '../codegen/layout';
import { type CodeRow, packExperience, type PageRow, unpackExperience, type VariantRow } from './experience-file';

/** Offsets in a page, in bytes. */
export interface PageHints {
  /** Where regions were entered. */
  readonly entries: readonly number[];
  /** Instructions that got calls. */
  readonly calls: readonly number[];
  /** Accesses that are no members of groups. */
  readonly alone: readonly number[];
}

/** A region, wherever its page lies. */
export interface RegionCode {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Offsets in the page, in the order of their numbers. */
  readonly entries: readonly number[];
  /** Its instructions: offset, length, and ITSTATE with which each is decoded. */
  readonly places: readonly { readonly offset: number; readonly length: number; readonly it: number }[];
}

/** A region that was made of a page. */
export interface KnownCode {
  /** All that it depends on beside the page. */
  readonly environment: string;
  /** What the page held. */
  readonly page: Uint8Array<ArrayBuffer>;
  readonly code: RegionCode;
}

interface Aged<T> {
  readonly value: T;
  /** The run that used it last. */
  seen: number;
}

/** What so many runs did not use is forgotten. */
const RUNS_KEPT = 24;
const MOST = { pages: 4096, variants: 2048, codes: 1024 } as const;

/** A page by its contents, and the instruction set. */
export function pageKey(words: Uint32Array, first: number, thumb: boolean): string {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (let i = first; i < first + PAGE_SIZE / 4; i++) {
    a = Math.imul(a ^ words[i]!, 0x01000193);
    b = Math.imul(b + words[i]!, 0x85ebca6b) ^ (b >>> 13);
  }
  return `${(a >>> 0).toString(36)}-${(b >>> 0).toString(36)}${thumb ? 't' : 'a'}`;
}

export class Experience {
  private readonly pages = new Map<string, Aged<PageHints>>();
  private readonly known = new Map<string, Aged<undefined>>();
  private readonly codes = new Map<string, Aged<KnownCode>>();
  /** Whether something was added since it was read. */
  changed = false;

  private constructor(private readonly run: number) {}

  /** @param bytes of `bytes`; anything else is as good as nothing */
  static from(bytes: Uint8Array | undefined): Experience {
    const parts = bytes && unpackExperience(bytes);
    const experience = new Experience((parts?.run ?? 0) + 1);
    for (const [key, seen, entries, calls, alone] of parts?.pages ?? [])
      experience.pages.set(key, { value: { entries, calls, alone }, seen });
    for (const [key, seen] of parts?.variants ?? []) experience.known.set(key, { value: undefined, seen });
    for (const { key, seen, ...value } of parts?.codes ?? []) experience.codes.set(key, { value, seen });
    return experience;
  }

  /** For the next run. */
  bytes(): Uint8Array<ArrayBuffer> {
    const { run } = this;
    const kept = <T>(from: ReadonlyMap<string, Aged<T>>, most: number): [string, Aged<T>][] =>
      [...from]
        .filter(([, { seen }]) => run - seen < RUNS_KEPT)
        .sort(([, a], [, b]) => b.seen - a.seen)
        .slice(0, most);
    return packExperience({
      run,
      pages: kept(this.pages, MOST.pages).map(([key, { seen, value }]): PageRow => [
        ...([key, seen, value.entries, value.calls, value.alone] as const),
      ]),
      variants: kept(this.known, MOST.variants).map(([key, { seen }]): VariantRow => [key, seen]),
      codes: kept(this.codes, MOST.codes).map(([key, { seen, value }]): CodeRow => ({ key, seen, ...value })),
    });
  }

  page(key: string): PageHints | undefined {
    return this.use(this.pages, key);
  }
  learnPage(key: string, hints: PageHints): void {
    this.pages.set(key, { value: hints, seen: this.run });
    this.changed = true;
  }

  code(key: string): KnownCode | undefined {
    return this.use(this.codes, key);
  }
  learnCode(key: string, code: KnownCode): void {
    this.codes.set(key, { value: code, seen: this.run });
    this.changed = true;
  }

  variants(): readonly string[] {
    return [...this.known.keys()];
  }
  learnVariant(key: string): void {
    const found = this.known.get(key);
    if (found) found.seen = this.run;
    else {
      this.known.set(key, { value: undefined, seen: this.run });
      this.changed = true;
    }
  }

  private use<T>(from: ReadonlyMap<string, Aged<T>>, key: string): T | undefined {
    const found = from.get(key);
    if (found) found.seen = this.run;
    return found?.value;
  }
}
