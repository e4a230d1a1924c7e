// The profile of a run as it goes to whoever asked: a summary in plain data, with names where the program has them.
import {
  EXIT_REASONS, WHY, type DropReason, type ExitReason, type Explanation, type PlaceCount, type ProfiledRegion, type ProfileSnapshot, type Why,
} from '../emu/cpu/profile'; // prettier-ignore
import type { SymbolTable } from './symbols';

/** Rows of each list, at most. */
const MOST_ROWS = 1000;
/** Places at which a region is left, at most. */
const MOST_EXITS = 12;
/** Symbols of a region, at most. */
const MOST_SYMBOLS = 5;
const PAGE_SIZE = 4096;

/** A range of guest addresses and what was executed in it. */
export interface ProfileRange {
  /** A symbol; none: a page of code without symbols. */
  symbol?: string;
  from: number;
  /** The address behind it. */
  to: number;
  instructions: number;
  interpreted: number;
  translated: number;
}

/** Times that regions were left, and where: at an instruction, or (no address) between instructions. */
export interface ProfileExit {
  reason: ExitReason;
  count: number;
  address?: number;
  text?: string;
}

/** All regions that were compiled of one page and instruction set. */
export interface ProfileRegion {
  /** Of the first instruction of the latest of them. */
  address: number;
  set: 'a32' | 't32';
  /** What of its page runs in regions, the most first. */
  symbols: string[];
  page: number;
  /** Times that a region of the page was compiled; how many of them are in use, and why others are not. */
  compilations: number;
  live: number;
  dropped: Partial<Record<DropReason, number>>;
  /** Instructions, entries and bytes of WebAssembly of those in use; of the latest when none is. */
  instructions: number;
  entries: number;
  bytes: number;
  /** For all compilations; the one number here that is not the same in every run. */
  compileSeconds: number;
  /** Arrivals from outside, and instructions executed. */
  entered: number;
  executed: number;
  exits: Partial<Record<ExitReason, number>>;
  exitPlaces: ProfileExit[];
}

/** An instruction that the interpreter executed. */
export interface ProfileInterpreted extends Explanation {
  address: number;
  set: 'a32' | 't32';
  symbol?: string;
  text: string;
  /** Bytes. */
  length: number;
  instructions: number;
}

/** Counts are of guest instructions, from power-on. */
export interface LabProfile {
  /** interpreted + translated + prefetchAborts. */
  instructions: number;
  interpreted: number;
  translated: number;
  /** Instructions that could not be fetched. */
  prefetchAborts: number;
  /** Times that the interpreter handed over to regions, and that none followed where one had left control. */
  dispatcher: { runs: number; state: number; unmapped: number; noRegion: number };
  /** Of the built-in hypervisor: who had the time; the hypervisor itself takes none. */
  domains?: { name: string; cpuSeconds: number }[];
  ranges: ProfileRange[];
  regions: ProfileRegion[];
  interpreter: ProfileInterpreted[];
  /** What the names of reasons mean. */
  reasons: { exits: Record<ExitReason, string>; why: Record<Why, string> };
}

const pageOf = (address: number): number => Math.floor(address / PAGE_SIZE) * PAGE_SIZE;
const set = ({ thumb }: { thumb: boolean }): 'a32' | 't32' => (thumb ? 't32' : 'a32');

class Reporter {
  private readonly places: readonly PlaceCount[];
  private readonly byAddress: ReadonlyMap<string, PlaceCount>;
  private readonly byPage = new Map<number, PlaceCount[]>();

  constructor(
    private readonly snapshot: ProfileSnapshot,
    private readonly symbols: SymbolTable,
  ) {
    this.places = snapshot.places();
    this.byAddress = new Map(this.places.map(place => [`${set(place)} ${place.address}`, place]));
    for (const place of this.places) {
      const page = pageOf(place.address);
      const list = this.byPage.get(page);
      if (list) list.push(place);
      else this.byPage.set(page, [place]);
    }
  }

  ranges(): ProfileRange[] {
    const ranges = new Map<string, ProfileRange>();
    for (const { address, interpreted, translated } of this.places) {
      const named = this.symbols.find(address);
      const from = named?.from ?? pageOf(address);
      const to = named?.to ?? from + PAGE_SIZE;
      const key = `${named?.name ?? ''} ${from}`;
      let range = ranges.get(key);
      if (!range)
        ranges.set(
          key,
          (range = { ...this.symbol(address), from, to, instructions: 0, interpreted: 0, translated: 0 }),
        );
      range.interpreted += interpreted;
      range.translated += translated;
      range.instructions += interpreted + translated;
    }
    return [...ranges.values()].sort((a, b) => b.instructions - a.instructions || a.from - b.from).slice(0, MOST_ROWS);
  }

  private symbol(address: number): { symbol?: string } {
    const symbol = this.symbols.find(address)?.name;
    return symbol === undefined ? {} : { symbol };
  }

  regions(): ProfileRegion[] {
    const pages = new Map<string, ProfiledRegion[]>();
    for (const region of this.snapshot.regions()) {
      const key = `${set(region)} ${region.page}`;
      pages.set(key, [...(pages.get(key) ?? []), region]);
    }
    return [...pages.values()]
      .map(all => this.region(all))
      .sort((a, b) => b.executed - a.executed || a.address - b.address)
      .slice(0, MOST_ROWS);
  }

  private region(all: readonly ProfiledRegion[]): ProfileRegion {
    const live = all.filter(one => one.dropped === undefined);
    const shown = live.length > 0 ? live : all.slice(-1);
    const sum = (list: readonly ProfiledRegion[], of: (one: ProfiledRegion) => number): number =>
      list.reduce((total, one) => total + of(one), 0);
    const dropped: Partial<Record<DropReason, number>> = {};
    for (const one of all) if (one.dropped) dropped[one.dropped] = (dropped[one.dropped] ?? 0) + 1;
    const address = Math.min(...shown.map(one => one.address));
    const { page } = shown.at(-1)!;
    const exitPlaces = this.exits(all);
    const exits: Partial<Record<ExitReason, number>> = {};
    for (const { reason, count } of exitPlaces) exits[reason] = (exits[reason] ?? 0) + count;
    return {
      address,
      set: set(all[0]!),
      symbols: this.hottest(page).slice(0, MOST_SYMBOLS),
      page,
      compilations: all.length,
      live: live.length,
      dropped,
      instructions: sum(shown, one => one.instructions),
      entries: sum(shown, one => one.entries.length),
      bytes: sum(shown, one => one.bytes),
      compileSeconds: sum(all, one => one.milliseconds) / 1000,
      entered: sum(all, one => one.entered),
      executed: sum(all, one => one.executed),
      exits,
      exitPlaces: exitPlaces.slice(0, MOST_EXITS),
    };
  }

  /** Symbols of a page by what ran of them in regions. */
  private hottest(page: number): string[] {
    const sums = new Map<string, number>();
    for (const { address, translated } of this.byPage.get(page) ?? []) {
      const name = this.symbols.find(address)?.name;
      if (name !== undefined && translated > 0) sums.set(name, (sums.get(name) ?? 0) + translated);
    }
    return [...sums].sort((a, b) => b[1] - a[1]).map(([name]) => name);
  }

  /** Exits of several regions by place, the most frequent first. */
  private exits(all: readonly ProfiledRegion[]): ProfileExit[] {
    const places = new Map<string, ProfileExit>();
    for (const region of all)
      for (const { reason, address, count } of region.exits) {
        const key = `${reason} ${address ?? ''}`;
        const known = places.get(key);
        if (known) known.count += count;
        else places.set(key, { reason, count, ...this.instruction(set(region), address) });
      }
    return [...places.values()].sort((a, b) => b.count - a.count || (a.address ?? 0) - (b.address ?? 0));
  }

  private instruction(codeSet: string, address: number | undefined): { address?: number; text?: string } {
    if (address === undefined) return {};
    const place = this.byAddress.get(`${codeSet} ${address}`);
    return place ? { address, text: this.snapshot.instruction(place).text } : { address };
  }

  interpreter(): ProfileInterpreted[] {
    return this.places
      .filter(place => place.interpreted > 0)
      .sort((a, b) => b.interpreted - a.interpreted || a.address - b.address)
      .slice(0, MOST_ROWS)
      .map(place => ({
        address: place.address,
        set: set(place),
        ...this.symbol(place.address),
        ...this.snapshot.instruction(place),
        instructions: place.interpreted,
        ...this.snapshot.explain(place),
      }));
  }
}

/** @param snapshot of a machine that does not run */
export function reportProfile(snapshot: ProfileSnapshot, symbols: SymbolTable): LabProfile {
  const { interpreted, translated, prefetchAborts, dispatcher } = snapshot;
  const reporter = new Reporter(snapshot, symbols);
  const texts = Object.entries(EXIT_REASONS).map(([reason, { text }]) => [reason, text]);
  return {
    instructions: interpreted + translated + prefetchAborts,
    interpreted,
    translated,
    prefetchAborts,
    dispatcher,
    ranges: reporter.ranges(),
    regions: reporter.regions(),
    interpreter: reporter.interpreter(),
    reasons: { exits: Object.fromEntries(texts) as Record<ExitReason, string>, why: { ...WHY } },
  };
}
