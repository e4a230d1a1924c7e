// Counts what both tiers execute: where the guest's instructions go, what regions do, and what the interpreter is left
// with. Everything is counted in guest instructions, so a profile is the same whenever it is taken again.
import { ENTRY, type Layout, PAGE_SIZE, RECORD } from '../../codegen/layout';
import type { CodeCache } from '../code-cache';
import { type CodePage, PageCounts, pageKey, pageOf } from './page-counts';
import { type CompiledRegion, type DropReason, RegionProfile } from './region-profile';

/** What happened to the regions of a page. */
export interface PageHistory {
  readonly drops: Partial<Record<DropReason, number>>;
  last?: DropReason;
  /** Times that no region could be made. */
  refused: number;
}

export class Profile {
  /** By place: executed by the interpreter, and in regions. */
  readonly interpreted = new PageCounts();
  readonly translated = new PageCounts();
  /** Of instructions in regions one more than what the interpreter had executed of them when they came into one. */
  readonly before = new PageCounts();
  /** 1 for instructions whose region was dropped without another in its place. */
  readonly lost = new PageCounts();
  /** Of instructions that were in a region one more than the encoding, and ITSTATE above its 32 bits. */
  readonly encodings = new PageCounts();
  readonly regions: RegionProfile[] = [];
  /** Instructions that could not be fetched; they count as executed, by nobody. */
  prefetchAborts = 0;
  private readonly live = new Map<number, RegionProfile>();
  private readonly retired: RegionProfile[] = [];
  private readonly histories = new Map<number, PageHistory>();
  /** How often each host page was fetched from through a virtual page. */
  private readonly addresses = new Map<number, Map<number, number>>();
  private readonly u16: Uint16Array;
  private readonly u32: Uint32Array;

  constructor(
    memory: WebAssembly.Memory,
    readonly code: CodeCache,
    readonly layout: Layout,
  ) {
    this.u16 = new Uint16Array(memory.buffer);
    this.u32 = new Uint32Array(memory.buffer);
  }

  /** Code was looked up that the TLB did not know, at a virtual address. */
  fetched(hostPage: number, va: number): void {
    const page = (va & -PAGE_SIZE) >>> 0;
    const known = this.addresses.get(hostPage);
    if (known) known.set(page, (known.get(page) ?? 0) + 1);
    else this.addresses.set(hostPage, new Map([[page, 1]]));
  }

  /** An instruction that lies in two pages is executed; its record is none of those that count. */
  straddled(hostPage: number, va: number): void {
    this.fetched(hostPage, va);
    this.interpreted.add(pageKey({ hostPage, thumb: true }), PAGE_SIZE - 2, 1);
  }

  compiled(compiled: CompiledRegion): void {
    for (const region of this.retired.splice(0)) region.drain(this.translated, this.interpreted);
    const region = new RegionProfile(compiled, this.layout.guest);
    this.regions.push(region);
    this.live.set(compiled.region.index, region);
    for (const { key, offset, record, it } of region.places()) {
      const { hostPage, thumb } = pageOf(key);
      this.encodings.set(key, offset, 1 + (this.code.encoding(hostPage, thumb, offset) >>> 0) + it * 2 ** 32);
      if (this.before.get(key, offset) === 0)
        this.before.set(key, offset, 1 + this.interpreted.get(key, offset) + this.executions(record));
    }
  }

  /** @param index of the region. It may be running: its counters are read later. */
  dropped(index: number, why: DropReason): void {
    const region = this.live.get(index);
    if (!region) return;
    this.live.delete(index);
    region.dropped = why;
    this.retired.push(region);
    if (why === 'written' || why === 'flushed')
      for (const { key, offset } of region.places()) {
        this.before.set(key, offset, 0);
        this.lost.set(key, offset, 1);
      }
    const history = this.history(region.key);
    history.drops[why] = (history.drops[why] ?? 0) + 1;
    history.last = why;
  }

  refused(page: CodePage): void {
    this.history(pageKey(page)).refused++;
  }

  history(key: number): PageHistory {
    let history = this.histories.get(key);
    if (!history) this.histories.set(key, (history = { drops: {}, refused: 0 }));
    return history;
  }

  /** Takes over all counters. Only while nothing runs, or before all records are dropped. */
  drain(): void {
    for (const { slot, hostPage, thumb } of this.code.slotsInUse()) this.drainSlot(slot, hostPage, thumb);
  }

  /** The same of the records of one page. */
  drainSlot(slot: number, hostPage: number, thumb: boolean): void {
    const key = pageKey({ hostPage, thumb });
    const size = thumb ? 2 : 4;
    for (let i = 0; i < PAGE_SIZE / size; i++) {
      const record = slot + i * RECORD.SIZE;
      const count = this.executions(record);
      if (count === 0) continue;
      this.interpreted.add(key, i * size, count);
      this.clear(record);
    }
  }

  /** The same, with the counters of regions. Only while nothing runs. */
  settle(): void {
    this.drain();
    for (const region of this.retired.splice(0)) region.drain(this.translated, this.interpreted);
    for (const region of this.live.values()) region.drain(this.translated, this.interpreted);
  }

  get liveRegions(): Iterable<RegionProfile> {
    return this.live.values();
  }

  /** The virtual address through which a page was fetched from most often. */
  address(hostPage: number): number {
    let best = 0;
    let most = 0;
    for (const [va, times] of this.addresses.get(hostPage) ?? [])
      if (times > most) {
        best = va;
        most = times;
      }
    return best;
  }

  /** Arrivals that were counted at a record. */
  arrivals(record: number): number {
    return this.u16[(this.code.entry(record) + ENTRY.COUNT) >> 1]!;
  }

  private executions(record: number): number {
    const at = ((record >>> 1) + this.layout.executions) >> 2;
    return this.u32[at]! + this.u32[at + 1]! * 2 ** 32;
  }
  private clear(record: number): void {
    const at = ((record >>> 1) + this.layout.executions) >> 2;
    this.u32[at] = 0;
    this.u32[at + 1] = 0;
  }
}
