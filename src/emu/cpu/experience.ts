// What earlier runs found out about code: which places of a page are hot, at which of its instructions generated code had to
// ask for help, which variants of instructions there are. A boot spends a fifth of its time to learn that, and the next boot
// of the same kernel would learn the same. Nothing here decides what instructions mean: hints that are wrong, or made up,
// cost time and nothing else.
import { PAGE_SIZE } from '../codegen/layout';

/** Offsets in a page, in bytes. */
export interface PageHints {
  /** Where regions were entered. */
  readonly entries: readonly number[];
  /** Instructions that got calls. */
  readonly calls: readonly number[];
  /** Accesses that are no members of groups. */
  readonly alone: readonly number[];
  /** Instructions of the machine after which its code was hot, in the run in which that was soonest. */
  readonly hotAt: number;
}

/** Of runs that began with the same page, how long they were, in instructions of the machine. */
type Lengths = readonly number[];

interface Aged<T> {
  readonly value: T;
  /** The run that used it last. */
  seen: number;
}

/** Changes with everything that makes hints of other versions useless. */
const VERSION = 2;
/** What so many runs did not use is forgotten. */
const RUNS_KEPT = 24;
const MOST_PAGES = 4096;
const MOST_VARIANTS = 2048;
const MOST_LENGTHS = 9;
const MOST_BEGINNINGS = 64;

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
  /** By the page that code was executed in first: it says what is run. */
  private readonly lengths = new Map<string, Lengths>();
  private beginning: string | undefined;
  /** Lengths of earlier runs with this beginning, as soon as this one has ended once. */
  private earlier: Lengths | undefined;
  /** Whether something was added since it was read. */
  changed = false;

  private constructor(private readonly run: number) {}

  /** @param text of `text`; anything else is as good as nothing */
  static from(text: string | undefined): Experience {
    const parsed = text === undefined ? undefined : parse(text);
    const experience = new Experience((parsed?.run ?? 0) + 1);
    for (const [key, seen, hotAt, entries, calls, alone] of parsed?.pages ?? [])
      experience.pages.set(key, { value: { entries, calls, alone, hotAt }, seen });
    for (const [key, lengths] of parsed?.lengths ?? []) experience.lengths.set(key, lengths);
    for (const [key, seen] of parsed?.variants ?? []) experience.known.set(key, { value: undefined, seen });
    return experience;
  }

  /** For the next run. */
  text(): string {
    const { run } = this;
    const kept = <T>(from: ReadonlyMap<string, Aged<T>>, most: number): [string, Aged<T>][] =>
      [...from]
        .filter(([, { seen }]) => run - seen < RUNS_KEPT)
        .sort(([, a], [, b]) => b.seen - a.seen)
        .slice(0, most);
    const pages = kept(this.pages, MOST_PAGES).map(([key, { seen, value }]) => [
      ...[key, seen, value.hotAt, value.entries, value.calls, value.alone],
    ]);
    const variants = kept(this.known, MOST_VARIANTS).map(([key, { seen }]) => [key, seen]);
    const lengths = [...this.lengths].slice(-MOST_BEGINNINGS);
    return JSON.stringify({ version: VERSION, run, lengths, pages, variants });
  }

  /** How many instructions a run like this one has, as a rule; Infinity when there was none yet. */
  get usualLength(): number {
    const lengths = this.beginning === undefined ? undefined : this.lengths.get(this.beginning);
    return lengths ? [...lengths].sort((a, b) => a - b)[lengths.length >> 1]! : Infinity;
  }

  /** The run is over, after so many instructions, or it may be: it can go on, and end again. */
  ended(instructions: number): void {
    const { beginning, lengths } = this;
    if (beginning === undefined) return;
    this.earlier ??= lengths.get(beginning) ?? [];
    lengths.delete(beginning); // the one that was used last comes last
    lengths.set(beginning, [...this.earlier, instructions].slice(-MOST_LENGTHS));
    this.changed = true;
  }

  page(key: string): PageHints | undefined {
    this.beginning ??= key;
    const found = this.pages.get(key);
    if (found) found.seen = this.run;
    return found?.value;
  }

  learnPage(key: string, hints: PageHints): void {
    const hotAt = Math.min(hints.hotAt, this.pages.get(key)?.value.hotAt ?? Infinity);
    this.pages.set(key, { value: { ...hints, hotAt }, seen: this.run });
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
}

interface Parsed {
  readonly run: number;
  readonly lengths: readonly (readonly [string, number[]])[];
  readonly pages: readonly (readonly [string, number, number, number[], number[], number[]])[];
  readonly variants: readonly (readonly [string, number])[];
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const areOffsets = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every(one => isCount(one) && one < PAGE_SIZE);

function parse(text: string): Parsed | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // half a file
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { version, run, lengths, pages, variants } = value as Record<string, unknown>;
  if (version !== VERSION || !isCount(run)) return undefined;
  if (!Array.isArray(lengths) || !Array.isArray(pages) || !Array.isArray(variants)) return undefined;
  const isLengths = (one: unknown): one is Parsed['lengths'][number] =>
    Array.isArray(one) &&
    typeof one[0] === 'string' &&
    Array.isArray(one[1]) &&
    one[1].length > 0 &&
    one[1].every(isCount);
  const isPage = (one: unknown): one is Parsed['pages'][number] =>
    Array.isArray(one) &&
    typeof one[0] === 'string' &&
    isCount(one[1]) &&
    isCount(one[2]) &&
    one.slice(3).every(areOffsets) &&
    one.length === 6;
  const isVariant = (one: unknown): one is Parsed['variants'][number] =>
    Array.isArray(one) && typeof one[0] === 'string' && isCount(one[1]);
  return {
    ...{ run, lengths: lengths.filter(isLengths) },
    ...{ pages: pages.filter(isPage), variants: variants.filter(isVariant) },
  };
}
