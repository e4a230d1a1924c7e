// Tier 1: decides what is compiled, keeps what was compiled, and drops it when the code it came from changes.
import { CASE } from '../codegen/interpreter-module';
import { CPU, ENTRY, PAGE_SIZE, RECORD, type Layout } from '../codegen/layout';
import { regionModule } from '../codegen/region/region-module';
import type { RegionCounters } from '../codegen/region/counters';
import { accessGroups, isGroupable } from '../codegen/region/groups';
import type { Region, RegionPage } from '../codegen/region/region';
import { type CodeCache, GRANULE_SHIFT, type CompiledCode } from './code-cache';
import type { Core } from './core';
import { type CodePages, type Discovered, Discovery } from './discovery';
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
}

export const TRANSLATION: TranslationOptions = { threshold: 16000, capacity: 4096, limit: 2000 };

/** Times that a region is left at an instruction before the instruction gets a call. */
export const LEAVES = 500;
/**
 * Instructions after which a page whose code is gone begins anew: it is memory that another program got. A page that writes
 * its own code again and again does so sooner, and patience grows.
 */
const FORGET_AFTER = 20e6;
/** Pages that a region spans. */
const PAGE_LIMIT = 1;

interface Compiled {
  readonly region: Region;
  readonly instructions: number;
  /** Granules of each host page that its code lies in. */
  readonly granules: ReadonlyMap<number, number>;
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
  /** Regions by each host page that they use. */
  private readonly byPage = new Map<number, Set<Compiled>>();
  private readonly layout: Layout;

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
        (home = { regions: new Set(), compiled: 0, compiledAt: 0, patience: 0, calls: new Set(), alone: new Set() }),
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
  hot(core: Core, record: number): void {
    const { hostPage, thumb, slot, offset } = this.code.place(record);
    const home = this.home(hostPage, thumb);
    if (this.options.decline?.() || home.patience > 0) {
      if (home.patience > 0) home.patience--;
      this.count(record, 0);
      return;
    }
    if (this.u16[record >> 1] === CASE.UNDECODED) this.code.decode(record, 0);
    this.compile(core, hostPage, thumb, slot, home, [offset]);
  }

  /** Import `stuck`: a region was left at a record again and again. */
  stuck(core: Core, record: number): void {
    const { hostPage, thumb, slot } = this.code.place(record);
    const home = this.home(hostPage, thumb);
    this.count(record, 0);
    const compiled = [...home.regions].find(one => this.records(one).includes(record));
    if (!compiled) return;
    this.learn(home, compiled.region, record);
    // Others that are on their way there.
    for (const other of this.records(compiled))
      if (this.u16[other >> 1] !== CASE.REGION && this.countOf(other) >= LEAVES >> 2)
        this.learn(home, compiled.region, other);
    this.drop(compiled, 'calls');
    this.compile(core, hostPage, thumb, slot, home, compiled.region.entries);
  }

  /** An instruction that leaves often gets a call; but members of a group are tried one by one before. */
  private learn(home: Home, region: Region, record: number): void {
    for (const block of region.blocks.values()) {
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

  private records({ region }: Compiled): number[] {
    return [...region.blocks.values()].flatMap(b => b.instructions.map(i => i.record));
  }

  private compile(
    core: Core,
    hostPage: number,
    thumb: boolean,
    slot: number,
    home: Home,
    offsets: readonly number[],
  ): void {
    const began = this.now();
    const entries = new Set(offsets);
    // Regions of the page become one as long as that stays small.
    let instructions = 0;
    for (const other of home.regions) {
      instructions += other.instructions;
      if (instructions > this.options.limit / 2) break;
      this.drop(other, 'merged');
      for (const e of other.region.entries) entries.add(e);
    }
    this.addWarm(slot, thumb, entries);
    const pages = this.pages(core, hostPage, thumb, slot, home);
    const found = new Discovery(pages, [...entries], this.options.limit).run();
    if (!found) return this.profile?.refused({ hostPage, thumb });
    if (this.regions.length - this.freeNumbers.length > this.options.capacity) {
      this.dropAll();
      // What was known of pages is gone too; this one begins anew with its region.
      return this.settle(this.home(hostPage, thumb), pages.used(), thumb, found, began);
    }
    this.settle(home, pages.used(), thumb, found, began);
  }

  private settle(home: Home, pages: readonly RegionPage[], thumb: boolean, found: Discovered, began: number): void {
    const { region, counters, exports, bytes } = this.install(home, pages, thumb, found);
    home.compiled++;
    home.compiledAt = this.cores[0]!.env.instructions();
    home.patience = this.options.eager ? 0 : (1 << Math.min(home.compiled, 10)) - 1;
    const milliseconds = this.now() - began;
    this.statistics.compileMs += milliseconds;
    if (counters)
      this.profile?.compiled({ region, counters, exports, instructions: found.instructions, bytes, milliseconds });
  }

  /** Places of the page that are on their way to being hot are compiled along. */
  private addWarm(slot: number, thumb: boolean, entries: Set<number>): void {
    const size = thumb ? 2 : 4;
    const warm = Math.max(1, this.options.threshold >> 3);
    const first = this.code.entry(slot) >> 1;
    for (let i = 0; i < PAGE_SIZE / size; i++) {
      const at = first + (i * ENTRY.SIZE) / 2;
      if (this.u16[at + (ENTRY.COUNT >> 1)]! < warm) continue;
      if (this.u32[(at >> 1) + (ENTRY.REGION >> 2)] !== 0) continue;
      const record = slot + i * RECORD.SIZE;
      if (this.u16[record >> 1] === CASE.UNDECODED || this.u8[record + RECORD.IT] !== 0) continue;
      entries.add(i * size);
    }
  }

  private pages(
    core: Core,
    hostPage: number,
    thumb: boolean,
    slot: number,
    home: Home,
  ): CodePages & { used(): RegionPage[] } {
    const { code, layout } = this;
    const host = (page: number): number => layout.guest + page * PAGE_SIZE;
    const base = core.pc & -PAGE_SIZE;
    const known = new Map<number, { slot: number; hostPage: number }>([[0, { slot, hostPage }]]);
    const find = (page: number): { slot: number; hostPage: number } => {
      let found = known.get(page);
      if (!found) {
        found = { slot: 0, hostPage: 0 };
        const used = [...known.values()].filter(k => k.slot !== 0).length;
        const at = used < PAGE_LIMIT ? core.executable((base + page) | 0) : -1;
        if (at >= 0) {
          const other = Math.floor((at - layout.guest) / PAGE_SIZE);
          found = { slot: code.existing(other, thumb), hostPage: other };
        }
        known.set(page, found);
      }
      return found;
    };
    return {
      thumb,
      traps: code.traps,
      slot: page => find(page).slot,
      encoding: offset => code.encoding(find(offset & -PAGE_SIZE).hostPage, thumb, offset & (PAGE_SIZE - 1)),
      state: record => this.u16[record >> 1]!,
      calls: record => home.calls.has(record),
      alone: record => home.alone.has(record),
      used: () => [...known].filter(([, k]) => k.slot !== 0).map(([offset, k]) => ({ offset, host: host(k.hostPage) })),
    };
  }

  private install(home: Home, pages: readonly RegionPage[], thumb: boolean, found: Discovered): Installed {
    const number = this.freeNumbers.pop() ?? this.regions.length;
    const region: Region = { thumb, index: number, pages, blocks: found.blocks, entries: found.entries };
    const { bytes, counters } = regionModule(this.layout, [region], this.profile !== undefined);
    const module = new WebAssembly.Module(bytes);
    const instance = new WebAssembly.Instance(module, {
      lab: { memory: this.memory, ...this.code.imports },
      interpreter: this.code.slow,
    });
    const { regions } = this.code;
    if (number >= regions.length) regions.grow(regions.length);
    regions.set(number, instance.exports['0'] as () => void);
    const compiled: Compiled = { region, instructions: found.instructions, granules: this.granules(region), home };
    this.regions[number] = compiled;
    home.regions.add(compiled);
    for (const page of compiled.granules.keys()) {
      const set = this.byPage.get(page);
      if (set) set.add(compiled);
      else this.byPage.set(page, new Set([compiled]));
    }
    region.entries.forEach((offset, i) => this.enter(region, offset, i));
    const s = this.statistics;
    s.modules++;
    s.compilations++;
    s.live++;
    s.instructions += found.instructions;
    s.bytes += bytes.length;
    return { region, counters: counters[0], exports: instance.exports, bytes: bytes.length };
  }

  private recordAt(region: Region, offset: number): number {
    return region.blocks.get(offset)!.instructions[0]!.record;
  }

  private enter(region: Region, offset: number, number: number): void {
    const record = this.recordAt(region, offset);
    const entry = this.code.entry(record);
    this.u32[(entry + ENTRY.REGION) >> 2] = region.index * 65536 + number;
    this.count(record, 0); // arrivals until now; from here on the times that the region is left here
    if (this.u16[record >> 1] === CASE.REGION) return;
    this.u16[(entry + ENTRY.H) >> 1] = this.u16[record >> 1]!;
    this.u16[record >> 1] = CASE.REGION;
  }

  private granules(region: Region): Map<number, number> {
    const result = new Map<number, number>();
    const hosts = new Map(region.pages.map(p => [p.offset, p.host]));
    for (const block of region.blocks.values())
      for (const { offset, length } of block.instructions) {
        const page = (hosts.get(offset & -PAGE_SIZE)! - this.layout.guest) / PAGE_SIZE;
        const at = offset & (PAGE_SIZE - 1);
        const bits = (1 << (at >> GRANULE_SHIFT)) | (1 << ((at + length - 1) >> GRANULE_SHIFT));
        result.set(page, (result.get(page) ?? 0) | bits);
      }
    return result;
  }

  private drop(compiled: Compiled, why: DropReason): void {
    const { region, home, granules } = compiled;
    this.profile?.dropped(region.index, why);
    for (const offset of region.entries) {
      const record = this.recordAt(region, offset);
      const entry = this.code.entry(record);
      if (this.u32[(entry + ENTRY.REGION) >> 2]! >>> 16 !== region.index) continue;
      this.u32[(entry + ENTRY.REGION) >> 2] = 0;
      if (this.u16[record >> 1] === CASE.REGION) this.u16[record >> 1] = this.u16[(entry + ENTRY.H) >> 1]!;
    }
    this.code.regions.set(region.index, null);
    this.regions[region.index] = undefined;
    this.freeNumbers.push(region.index);
    home.regions.delete(compiled);
    for (const page of granules.keys()) {
      const set = this.byPage.get(page)!;
      set.delete(compiled);
      if (set.size === 0) this.byPage.delete(page);
    }
    this.statistics.live--;
    for (const core of this.cores) core.setField(CPU.STALE, 1);
  }

  changed(hostPage: number, granules: number, all: boolean): void {
    for (const compiled of this.byPage.get(hostPage) ?? [])
      if ((compiled.granules.get(hostPage)! & granules) !== 0) {
        this.drop(compiled, 'written');
        for (const offset of compiled.region.entries) this.count(this.recordAt(compiled.region, offset), 0);
        this.statistics.drops++;
      }
    if (!all) return;
    this.forget(hostPage * 2);
    this.forget(hostPage * 2 + 1);
  }

  /** What was learnt of a page is of no use to the code that comes after it. */
  private forget(key: number): void {
    const home = this.homes.get(key);
    if (!home || home.regions.size > 0) return;
    if (this.cores[0]!.env.instructions() - home.compiledAt >= FORGET_AFTER) this.homes.delete(key);
  }

  dropAll(): void {
    for (const compiled of this.regions) if (compiled) this.drop(compiled, 'flushed');
    this.homes.clear();
    this.statistics.flushes++;
  }
}
