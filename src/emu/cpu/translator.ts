// Tier 1: decides what is compiled, keeps what was compiled, and drops it when the code it came from changes.
import { CASE } from '../codegen/interpreter-module';
import { CPU, ENTRY, PAGE_SIZE, RECORD, type Layout } from '../codegen/layout';
import { regionModule } from '../codegen/region/region-module';
import type { RegionCounters } from '../codegen/region/counters';
import { accessGroups, isGroupable } from '../codegen/region/groups';
import type { Region, RegionBlock, RegionInstruction } from '../codegen/region/region';
import { type CodeCache, GRANULE_SHIFT, type CompiledCode } from './code-cache';
import type { Core } from './core';
import { type Experience, pageKey } from './experience';
import { type DecodedPage, type Discovered, Discovery } from './discovery';
import type { Profile } from './profile/profile';
import { pageOf } from './profile/page-counts';
import type { DropReason } from './profile/region-profile';
import type { Outlook } from './profile/why';

export interface TranslationOptions {
  /** Arrivals at a place after which it is translated, 1 to 65535. */
  readonly threshold: number;
  /** Regions kept before all are dropped. */
  readonly capacity: number;
  /** Instructions of a region, at most. */
  readonly limit: number;
  /** Compiles a page as often as one asks, where else patience grows; for tests. */
  readonly eager?: boolean;
  /** Answers true for a place that is to be left alone this time; for tests. */
  readonly decline?: () => boolean;
  /** Of earlier runs; learns from this one. */
  readonly experience?: Experience;
}

export const TRANSLATION: TranslationOptions = { threshold: 32000, capacity: 4096, limit: 2000 };

/** Times that a region is left at an instruction before the instruction gets a call. */
export const LEAVES = 500;
/**
 * Instructions after which a page whose code is gone begins anew: it is memory that another program got. A page that writes
 * its own code again and again does so sooner, and patience grows.
 */
const FORGET_AFTER = 20e6;
/** Arrivals before a place that was hot in earlier runs is translated: by then most of its page has been decoded. */
const HEAD_START = 1000;
/**
 * A page that was interpreted all the time is worth a region in the next run when control arrived so often in it, and the
 * places where it did are worth being entries.
 */
const WORTH_PAGE = 150_000;
const WORTH_ENTRY = 4_000;
/** What is kept of a region. Its instructions are not: as objects they are a hundred times as large as its code. */
interface Compiled {
  readonly index: number;
  /** Offsets of its entries, and their records. */
  readonly entries: readonly number[];
  readonly entryRecords: readonly number[];
  /** Linear addresses of all its records. */
  readonly records: Uint32Array;
  /** Granules of its page that its code lies in. */
  readonly granules: number;
  readonly home: Home;
}

/** What was made of a region. */
interface Installed {
  readonly region: Region;
  readonly counters: RegionCounters | undefined;
  readonly exports: WebAssembly.Exports;
  readonly bytes: number;
}

/** A page with its regions. */
interface Home {
  readonly hostPage: number;
  readonly thumb: boolean;
  readonly regions: Set<Compiled>;
  /** How often regions of this page were compiled. */
  compiled: number;
  /** Instructions of the machine when that was last. */
  compiledAt: number;
  /** Hot places that are still to be passed over. */
  patience: number;
  /** Records at which regions were left again and again. */
  readonly calls: Set<number>;
  /** Records whose memory accesses are no members of groups. */
  readonly alone: Set<number>;
}

export class Translator implements CompiledCode {
  readonly statistics = {
    modules: 0, compilations: 0, instructions: 0, bytes: 0, compileMs: 0, drops: 0, flushes: 0, live: 0,
  }; // prettier-ignore
  private readonly u8: Uint8Array;
  private readonly u16: Uint16Array;
  private readonly u32: Uint32Array;
  private readonly regions: (Compiled | undefined)[] = [undefined];
  private readonly freeNumbers: number[] = [];
  private readonly homes = new Map<number, Home>();
  private readonly layout: Layout;
  /** What pages held when they got their records, while there is somebody to learn. */
  private readonly keys = new Map<number, string>();

  constructor(
    private readonly memory: WebAssembly.Memory,
    private readonly code: CodeCache,
    private readonly cores: readonly Core[],
    private readonly options: TranslationOptions,
    /** Milliseconds from anywhere, to account for compilations; always 0 where no clock is. */
    private readonly now: () => number,
    /** Undefined: nothing is counted. */
    private readonly profile: Profile | undefined = undefined,
  ) {
    this.layout = cores[0]!.env.layout;
    this.u8 = new Uint8Array(memory.buffer);
    this.u16 = new Uint16Array(memory.buffer);
    this.u32 = new Uint32Array(memory.buffer);
    code.compiled = this;
  }

  private count(record: number, value: number): void {
    this.u16[(this.code.entry(record) + ENTRY.COUNT) >> 1] = value;
  }
  private countOf(record: number): number {
    return this.u16[(this.code.entry(record) + ENTRY.COUNT) >> 1]!;
  }

  private home(hostPage: number, thumb: boolean): Home {
    const key = hostPage * 2 + (thumb ? 1 : 0);
    let home = this.homes.get(key);
    if (!home)
      this.homes.set(
        key,
        (home = {
          ...{ hostPage, thumb, regions: new Set(), compiled: 0, compiledAt: 0, patience: 0 },
          ...{ calls: new Set(), alone: new Set() },
        }),
      );
    return home;
  }

  /** What is known of a page, for a profile. */
  outlook(key: number): Outlook {
    const { threshold, limit } = this.options;
    const { hostPage, thumb } = pageOf(key);
    const { compiled, patience } = this.home(hostPage, thumb);
    return { threshold, limit, compiled, patience };
  }

  /** Import `hot`: control came to a record often enough. */
  hot(record: number): void {
    const { hostPage, thumb, slot, offset } = this.code.place(record);
    const home = this.home(hostPage, thumb);
    if (this.options.decline?.() || home.patience > 0) {
      if (home.patience > 0) home.patience--;
      this.count(record, 0);
      return;
    }
    if (this.u16[record >> 1] === CASE.UNDECODED) this.code.decode(record, 0);
    this.decodeExpected(home, slot);
    this.compile(home, slot, [offset]);
  }

  /** A page whose contents earlier runs knew begins with what they learnt. */
  begun(hostPage: number, thumb: boolean, slot: number): void {
    const { experience, threshold } = this.options;
    if (!experience) return;
    const key = pageKey(this.u32, (this.layout.guest + hostPage * PAGE_SIZE) >> 2, thumb);
    this.keys.set(hostPage * 2 + (thumb ? 1 : 0), key);
    const hints = experience.page(key);
    if (!hints) return;
    const size = thumb ? 2 : 4;
    const record = (offset: number): number => slot + Math.floor(offset / size) * RECORD.SIZE;
    // What was hot late in a long run is not worth a region in a short one.
    if (hints.hotAt <= experience.usualLength)
      for (const offset of hints.entries) this.count(record(offset), Math.max(0, threshold - HEAD_START));
    const { calls, alone } = this.home(hostPage, thumb);
    for (const offset of hints.calls) calls.add(record(offset));
    for (const offset of hints.alone) alone.add(record(offset));
  }

  /** Entries that earlier runs knew become part of the first region of their page. */
  private decodeExpected({ hostPage, thumb }: Home, slot: number): void {
    const key = this.keys.get(hostPage * 2 + (thumb ? 1 : 0));
    const hints = key === undefined ? undefined : this.options.experience?.page(key);
    for (const offset of hints?.entries ?? []) {
      const record = slot + Math.floor(offset / (thumb ? 2 : 4)) * RECORD.SIZE;
      if (this.u16[record >> 1] === CASE.UNDECODED) this.code.decode(record, 0);
    }
  }

  /** Remembers a page for later runs. */
  private remember(
    { hostPage, thumb, regions, calls, alone }: Home,
    hotAt: number,
    warm: readonly number[] = [],
  ): void {
    const { experience } = this.options;
    const key = this.keys.get(hostPage * 2 + (thumb ? 1 : 0));
    if (!experience || key === undefined) return;
    const offsets = (records: Iterable<number>): number[] => [...records].map(one => this.code.place(one).offset);
    experience.learnPage(key, {
      entries: [...new Set([...[...regions].flatMap(one => one.entries), ...warm])],
      ...{ calls: offsets(calls), alone: offsets(alone), hotAt },
    });
  }

  /** Import `stuck`: a region was left at a record again and again. */
  stuck(record: number): void {
    const { hostPage, thumb, slot } = this.code.place(record);
    const home = this.home(hostPage, thumb);
    this.count(record, 0);
    const compiled = [...home.regions].find(one => one.records.includes(record));
    if (!compiled) return;
    // Others that are on their way there are learnt along.
    const often = [...compiled.records].filter(
      other => this.u16[other >> 1] !== CASE.REGION && this.countOf(other) >= LEAVES >> 2,
    );
    this.drop(compiled, 'calls');
    const { blocks } = this.discover(home, slot, compiled.entries) ?? {};
    if (blocks) for (const one of [record, ...often]) this.learn(home, blocks.values(), one);
    this.compile(home, slot, compiled.entries);
  }

  /** An instruction that leaves often gets a call; but members of a group are tried one by one before. */
  private learn(home: Home, blocks: Iterable<RegionBlock>, record: number): void {
    for (const block of blocks) {
      const instruction = block.instructions.find(i => i.record === record);
      if (!instruction) continue;
      const groups = accessGroups(block);
      const group = groups.get(instruction)?.group;
      if (!group) {
        home.calls.add(record);
        // The accesses around it walk through memory together, and miss as often as soon as control gets that far.
        if (isGroupable(instruction))
          for (const other of block.instructions) if (isGroupable(other)) home.calls.add(other.record);
      } else for (const [member, access] of groups) if (access.group === group) home.alone.add(member.record);
      this.count(record, 0);
      return;
    }
  }

  private compile(home: Home, slot: number, offsets: readonly number[]): void {
    const { hostPage, thumb } = home;
    const began = this.now();
    const entries = new Set(offsets);
    // Regions of the page become one as long as that stays small.
    let instructions = 0;
    for (const other of home.regions) {
      instructions += other.records.length;
      if (instructions > this.options.limit / 2) break;
      this.drop(other, 'merged');
      for (const e of other.entries) entries.add(e);
    }
    this.addWarm(slot, thumb, entries);
    const found = this.discover(home, slot, [...entries]);
    if (!found) return this.profile?.refused({ hostPage, thumb });
    if (this.regions.length - this.freeNumbers.length > this.options.capacity) {
      this.dropAll();
      // What was known of pages is gone too; this one begins anew with its region.
      return this.settle(this.home(hostPage, thumb), found, began);
    }
    this.settle(home, found, began);
  }

  private settle(home: Home, found: Discovered, began: number): void {
    const { region, counters, exports, bytes } = this.install(home, found);
    home.compiled++;
    home.compiledAt = this.cores[0]!.env.instructions();
    home.patience = this.options.eager ? 0 : (1 << Math.min(home.compiled, 10)) - 1;
    this.remember(home, home.compiledAt);
    const milliseconds = this.now() - began;
    this.statistics.compileMs += milliseconds;
    if (counters)
      this.profile?.compiled({ region, counters, exports, instructions: found.instructions, bytes, milliseconds });
  }

  /** Places of the page that are on their way to being hot are compiled along. */
  private addWarm(slot: number, thumb: boolean, entries: Set<number>): void {
    const warm = Math.max(1, this.options.threshold >> 3);
    for (const { offset } of this.arrivals(slot, thumb, warm)) entries.add(offset);
  }

  /** Places outside of regions where control arrived so often at least. */
  private *arrivals(slot: number, thumb: boolean, least: number): Generator<{ offset: number; count: number }> {
    const size = thumb ? 2 : 4;
    const first = this.code.entry(slot) >> 1;
    for (let i = 0; i < PAGE_SIZE / size; i++) {
      const at = first + (i * ENTRY.SIZE) / 2;
      const count = this.u16[at + (ENTRY.COUNT >> 1)]!;
      if (count < least) continue;
      if (this.u32[(at >> 1) + (ENTRY.REGION >> 2)] !== 0) continue;
      const record = slot + i * RECORD.SIZE;
      if (this.u16[record >> 1] === CASE.UNDECODED || this.u8[record + RECORD.IT] !== 0) continue;
      yield { offset: i * size, count };
    }
  }

  /** The run may be over: what was nearly hot is remembered too, so that the next run has it from the beginning. */
  review(): void {
    const { experience } = this.options;
    if (!experience) return;
    const now = this.cores[0]!.env.instructions();
    experience.ended(now);
    for (const { slot, hostPage, thumb } of this.code.slotsInUse()) {
      const places = [...this.arrivals(slot, thumb, 1)];
      if (places.reduce((sum, { count }) => sum + count, 0) < WORTH_PAGE) continue;
      const warm = places.filter(({ count }) => count >= WORTH_ENTRY).map(({ offset }) => offset);
      if (warm.length > 0) this.remember(this.home(hostPage, thumb), Math.floor(now / 2), warm);
    }
  }

  private discover(home: Home, slot: number, entries: readonly number[]): Discovered | undefined {
    const { code, u16 } = this;
    const { hostPage, thumb, calls, alone } = home;
    const page: DecodedPage = {
      ...{ thumb, slot, traps: code.traps },
      encoding: offset => code.encoding(hostPage, thumb, offset),
      state: record => u16[record >> 1]!,
      calls: record => calls.has(record),
      alone: record => alone.has(record),
    };
    return new Discovery(page, entries, this.options.limit).run();
  }

  private install(home: Home, found: Discovered): Installed {
    const number = this.freeNumbers.pop() ?? this.regions.length;
    const { blocks, entries } = found;
    const host = this.layout.guest + home.hostPage * PAGE_SIZE;
    const region: Region = { thumb: home.thumb, index: number, host, blocks, entries };
    const { bytes, counters } = regionModule(this.layout, [region], this.profile !== undefined);
    const module = new WebAssembly.Module(bytes);
    const instance = new WebAssembly.Instance(module, {
      lab: { memory: this.memory, ...this.code.imports },
      interpreter: this.code.slow,
    });
    const { regions } = this.code;
    if (number >= regions.length) regions.grow(regions.length);
    regions.set(number, instance.exports['0'] as () => void);
    const instructions = [...blocks.values()].flatMap(b => b.instructions);
    const compiled: Compiled = {
      ...{ index: number, entries, entryRecords: entries.map(offset => blocks.get(offset)!.instructions[0]!.record) },
      ...{ records: Uint32Array.from(instructions, i => i.record), granules: granules(instructions), home },
    };
    this.regions[number] = compiled;
    home.regions.add(compiled);
    compiled.entryRecords.forEach((record, i) => this.enter(record, number, i));
    const s = this.statistics;
    s.modules++;
    s.compilations++;
    s.live++;
    s.instructions += found.instructions;
    s.bytes += bytes.length;
    return { region, counters: counters[0], exports: instance.exports, bytes: bytes.length };
  }

  private enter(record: number, region: number, number: number): void {
    const entry = this.code.entry(record);
    this.u32[(entry + ENTRY.REGION) >> 2] = region * 65536 + number;
    this.count(record, 0); // arrivals until now; from here on the times that the region is left here
    if (this.u16[record >> 1] === CASE.REGION) return;
    this.u16[(entry + ENTRY.H) >> 1] = this.u16[record >> 1]!;
    this.u16[record >> 1] = CASE.REGION;
  }

  private drop(compiled: Compiled, why: DropReason): void {
    const { index, home, entryRecords } = compiled;
    this.profile?.dropped(index, why);
    for (const record of entryRecords) {
      const entry = this.code.entry(record);
      if (this.u32[(entry + ENTRY.REGION) >> 2]! >>> 16 !== index) continue;
      this.u32[(entry + ENTRY.REGION) >> 2] = 0;
      if (this.u16[record >> 1] === CASE.REGION) this.u16[record >> 1] = this.u16[(entry + ENTRY.H) >> 1]!;
    }
    this.code.regions.set(index, null);
    this.regions[index] = undefined;
    this.freeNumbers.push(index);
    home.regions.delete(compiled);
    this.statistics.live--;
    for (const core of this.cores) core.setField(CPU.STALE, 1);
  }

  changed(hostPage: number, granules: number, all: boolean): void {
    for (let key = hostPage * 2; key < hostPage * 2 + 2; key++) {
      const home = this.homes.get(key);
      if (!home) continue;
      for (const compiled of home.regions)
        if ((compiled.granules & granules) !== 0) {
          this.drop(compiled, 'written');
          for (const record of compiled.entryRecords) this.count(record, 0);
          this.statistics.drops++;
        }
      if (all) this.forget(key, home);
    }
  }

  /** What was learnt of a page names records that are no longer its own. */
  vacated(hostPage: number, thumb: boolean): void {
    this.homes.delete(hostPage * 2 + (thumb ? 1 : 0));
  }

  /** What was learnt of a page is of no use to the code that comes after it. */
  private forget(key: number, home: Home): void {
    if (home.regions.size > 0) return;
    if (this.cores[0]!.env.instructions() - home.compiledAt >= FORGET_AFTER) this.homes.delete(key);
  }

  dropAll(): void {
    for (const compiled of this.regions) if (compiled) this.drop(compiled, 'flushed');
    this.homes.clear();
    this.statistics.flushes++;
  }
}

/** A bit for each granule of the page that instructions lie in. */
function granules(instructions: readonly RegionInstruction[]): number {
  let bits = 0;
  for (const { offset, length } of instructions)
    bits |= (1 << (offset >> GRANULE_SHIFT)) | (1 << ((offset + length - 1) >> GRANULE_SHIFT));
  return bits;
}
