// What one compiled region did: read from the counters of its module.
import { PAGE_SIZE } from '../../codegen/layout';
import type { RegionCounters } from '../../codegen/region/counters';
import type { ExitReason } from '../../codegen/region/exit-reasons';
import type { Region, RegionBlock } from '../../codegen/region/region';
import { type PageCounts, pageKey } from './page-counts';

/** Why a region is not in use any more. */
export type DropReason =
  /** A larger region took its place. */
  | 'merged'
  /** It was compiled again, with calls where it was left often. */
  | 'calls'
  /** Its code was written to. */
  | 'written'
  /** All were dropped, to make room. */
  | 'flushed';

/** A region as the translator made it. */
export interface CompiledRegion {
  readonly region: Region;
  readonly counters: RegionCounters;
  /** Exports of its module. */
  readonly exports: WebAssembly.Exports;
  readonly instructions: number;
  /** Of its module. */
  readonly bytes: number;
  readonly milliseconds: number;
}

/** Times that a region was left, by reason and place; the place is undefined between instructions. */
export interface ExitCount {
  readonly reason: ExitReason;
  readonly key: number | undefined;
  readonly offset: number;
  count: number;
}

export class RegionProfile {
  /** Of its page. */
  readonly key: number;
  /** Offsets from the beginning of the page. */
  readonly entries: readonly number[];
  readonly instructions: number;
  readonly bytes: number;
  readonly milliseconds: number;
  dropped: DropReason | undefined;
  entered = 0;
  /** Instructions; those that ended in an exception are the interpreter's. */
  executed = 0;
  exits: readonly ExitCount[] = [];
  private source: CompiledRegion | undefined;

  /** @param guest linear address of host page 0 */
  constructor(compiled: CompiledRegion, guest: number) {
    const { region } = compiled;
    this.source = compiled;
    this.key = pageKey({ hostPage: (region.host - guest) / PAGE_SIZE, thumb: region.thumb });
    this.entries = region.entries;
    this.instructions = compiled.instructions;
    this.bytes = compiled.bytes;
    this.milliseconds = compiled.milliseconds;
  }

  /** The instructions in it; of regions that were dropped none. */
  *places(): Generator<{ key: number; offset: number; record: number; it: number }> {
    const { region } = this.source ?? {};
    if (!region) return;
    for (const block of region.blocks.values())
      for (const { offset, record, it } of block.instructions) yield { key: this.key, offset, record, it };
  }

  /** Takes over what the counters say; they begin at 0 again. Not while the region runs. */
  drain(translated: PageCounts, interpreted: PageCounts): void {
    const { source } = this;
    if (!source) return;
    const { counters } = source;
    const take = (index: number): number => {
      const global = source.exports[`c${index}`] as WebAssembly.Global<'i64'>;
      const n = Number(global.value);
      global.value = 0n;
      return n;
    };
    this.entered += take(counters.entered);
    const left = counters.exits.map(exit => ({ ...exit, count: take(exit.index) })).filter(exit => exit.count > 0);
    for (const { block, index } of counters.blocks) {
      const refunds = left.filter(exit => exit.block === block);
      this.executed += this.spread(block, take(index), refunds, translated);
    }
    for (const { reason, instruction, count } of left) {
      const place = instruction && { key: this.key, offset: instruction.offset };
      if (reason === 'aborted' && place) interpreted.add(place.key, place.offset, count);
      this.count(reason, place, count);
    }
    if (this.dropped !== undefined) this.source = undefined;
  }

  /** @returns instructions that the block executed in `begun` times, without those that were given back */
  private spread(
    { instructions }: RegionBlock,
    begun: number,
    refunds: readonly { refund: number; count: number }[],
    translated: PageCounts,
  ): number {
    if (begun === 0) return 0;
    const lost = new Array<number>(instructions.length + 1).fill(0);
    for (const { refund, count } of refunds) lost[instructions.length - refund]! += count;
    let times = begun;
    let sum = 0;
    instructions.forEach(({ offset }, i) => {
      times -= lost[i]!;
      translated.add(this.key, offset, times);
      sum += times;
    });
    return sum;
  }

  private count(reason: ExitReason, place: { key: number; offset: number } | undefined, count: number): void {
    const known = this.exits.find(
      e => e.reason === reason && e.key === place?.key && e.offset === (place?.offset ?? 0),
    );
    if (known) known.count += count;
    else this.exits = [...this.exits, { reason, key: place?.key, offset: place?.offset ?? 0, count }];
  }
}
