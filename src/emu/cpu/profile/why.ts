// Why an instruction was interpreted: from what is known of its page when the profile is taken.
import { PAGE_SIZE, RECORD } from '../../codegen/layout';
import { type ExitReason } from '../../codegen/region/exit-reasons';
import { pageOf } from './page-counts';
import type { Profile } from './profile';
import type { ExitCount, RegionProfile } from './region-profile';

/** Reasons, and how they are said. */
export const WHY = {
  off: 'nothing is translated',
  twoPages: 'it lies in two pages',
  before: 'its region was compiled later',
  left: 'its region is left here',
  passed: 'its region was left before it and entered behind it',
  written: 'its region was dropped: the page was written',
  flushed: 'its region was dropped to make room',
  refused: 'no region could be made of its page',
  limit: 'the region of its page is as long as regions get',
  patience: 'its page was compiled before, and waits for more hot places',
  cold: 'too cold',
} as const;
export type Why = keyof typeof WHY;

/** What the translator knows of a page. */
export interface Outlook {
  /** Arrivals at a place that make it hot. */
  readonly threshold: number;
  /** Instructions of a region, at most. */
  readonly limit: number;
  /** Times that regions of the page were compiled. */
  readonly compiled: number;
  /** Hot places that are still passed over. */
  readonly patience: number;
}

export interface Explanation {
  readonly why: Why;
  /** Of `before`, `left` and `passed`: instructions executed before the region was compiled. */
  readonly before?: number;
  /** Of `left`: how often, by the reason of the exit. */
  readonly exits?: Readonly<Partial<Record<ExitReason, number>>>;
  /** Of `cold` and `patience`: arrivals at the nearest place before it, of so many. */
  readonly arrivals?: number;
  readonly threshold?: number;
  /** Of `written` and `flushed`: how often that happened to regions of the page. */
  readonly times?: number;
}

const placeOf = (key: number, offset: number): number => key * PAGE_SIZE + offset;

export class Explainer {
  private readonly covered = new Set<number>();
  private readonly exits = new Map<number, ExitCount[]>();
  /** Of each page the longest region in use. */
  private readonly longest = new Map<number, number>();

  /** @param outlook undefined: there is no translator */
  constructor(
    private readonly profile: Profile,
    private readonly outlook: ((key: number) => Outlook) | undefined,
  ) {
    for (const region of profile.liveRegions) this.cover(region);
    for (const region of profile.regions)
      for (const exit of region.exits) {
        if (exit.key === undefined) continue;
        const place = placeOf(exit.key, exit.offset);
        const list = this.exits.get(place);
        if (list) list.push(exit);
        else this.exits.set(place, [exit]);
      }
  }

  private cover(region: RegionProfile): void {
    for (const { key, offset } of region.places()) {
      this.covered.add(placeOf(key, offset));
      this.longest.set(key, Math.max(this.longest.get(key) ?? 0, region.instructions));
    }
  }

  /** @param key see `pageKey`. @param offset bytes from the beginning of the page */
  explain(key: number, offset: number): Explanation {
    const { profile } = this;
    if (!this.outlook) return { why: 'off' };
    const outlook = this.outlook(key);
    const before = profile.before.get(key, offset);
    const executed = profile.interpreted.get(key, offset);
    if (this.covered.has(placeOf(key, offset))) {
      const early = { before: before - 1 };
      if (2 * early.before > executed) return { why: 'before', ...early };
      const exits = this.exitsAt(key, offset);
      return Object.keys(exits).length > 0 ? { why: 'left', ...early, exits } : { why: 'passed', ...early };
    }
    if (this.inTwoPages(key, offset)) return { why: 'twoPages' };
    const { last, drops, refused } = profile.history(key);
    if (profile.lost.get(key, offset) > 0 && (last === 'written' || last === 'flushed'))
      return { why: last, times: drops[last] ?? 0 };
    if (refused > 0 && outlook.compiled === 0) return { why: 'refused' };
    if ((this.longest.get(key) ?? 0) >= outlook.limit) return { why: 'limit' };
    const heat = { arrivals: this.nearestArrivals(key, offset), threshold: outlook.threshold };
    return { why: outlook.patience > 0 ? 'patience' : 'cold', ...heat };
  }

  /** Exits after which the interpreter executes the instruction. */
  private exitsAt(key: number, offset: number): Partial<Record<ExitReason, number>> {
    const result: Partial<Record<ExitReason, number>> = {};
    for (const { reason, count } of this.exits.get(placeOf(key, offset)) ?? [])
      if (HANDS_OVER.has(reason)) result[reason] = (result[reason] ?? 0) + count;
    return result;
  }

  private inTwoPages(key: number, offset: number): boolean {
    const { hostPage, thumb } = pageOf(key);
    return offset === PAGE_SIZE - 2 && this.profile.code.encoding(hostPage, thumb, offset) < 0;
  }

  /** Control arrives at the beginnings of lines only: the count of the nearest place before it that has one. */
  private nearestArrivals(key: number, offset: number): number {
    const { code } = this.profile;
    const { hostPage, thumb } = pageOf(key);
    const slot = code.existing(hostPage, thumb);
    if (slot === 0) return 0;
    const size = thumb ? 2 : 4;
    for (let i = offset / size; i >= 0; i--) {
      const arrivals = this.profile.arrivals(slot + i * RECORD.SIZE);
      if (arrivals > 0) return arrivals;
    }
    return 0;
  }
}

/** Exits at an instruction that the interpreter then executes. */
const HANDS_OVER: ReadonlySet<ExitReason> = new Set(['budget', 'memory', 'group', 'helper', 'disabled', 'exception', 'aborted']); // prettier-ignore
