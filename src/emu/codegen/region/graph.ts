// The blocks of a region as a graph: which may follow which, what flags they have in common, and where the budget is
// looked at.
import { flatten, type Item, structure } from './control-flow';
import { flagsAtBorders } from './flag-flow';
import type { FlagsKind } from './flags';
import type { Region, RegionBlock } from './region';

/** The node where control arrives from outside. Blocks are nodes 1, 2, ...; then the route, then a stub for each entry. */
export const ARRIVAL = 0;

/** Instructions that a region runs at most between two looks at the budget, about. */
const LONGEST_PATH = 96;

export interface Budgets {
  /** By node: how many instructions must be left there, where that is looked at. */
  readonly least: ReadonlyMap<number, number>;
  /** By node: instructions from its end to the next such place, at most. */
  readonly beyond: ReadonlyMap<number, number>;
}

export class RegionGraph {
  readonly blocks: readonly RegionBlock[];
  /** The node of the block at an offset. */
  readonly nodeOf: ReadonlyMap<number, number>;
  readonly edges: readonly (readonly number[])[];
  /** The node that finds the way for branches to addresses in registers; −1 when no such branch can stay inside. */
  readonly route: number;

  constructor(private readonly region: Region) {
    this.blocks = [...region.blocks.values()].sort((a, b) => a.offset - b.offset);
    this.nodeOf = new Map(this.blocks.map((b, i) => [b.offset, 1 + i]));
    const indirect = this.blocks.some(b => b.instructions.some(i => i.flow.ends && i.flow.target === undefined));
    this.route = indirect && region.entries.length > 1 ? 1 + this.blocks.length : -1;
    this.edges = this.connect();
  }

  /** The node of an entry. */
  stub(entry: number): number {
    return 1 + this.blocks.length + (this.route < 0 ? 0 : 1) + entry;
  }
  block(node: number): RegionBlock | undefined {
    return this.blocks[node - 1];
  }

  /** Blocks that follow a block without leaving the region. */
  private following(block: RegionBlock): RegionBlock[] {
    const last = block.instructions[block.instructions.length - 1]!;
    const offsets = last.flow.target === undefined ? [] : [last.flow.target];
    if (last.flow.falls) offsets.push(last.offset + last.length);
    return offsets.flatMap(o => this.region.blocks.get(o) ?? []);
  }

  private connect(): number[][] {
    const { region, blocks, route } = this;
    const edges: number[][] = [];
    edges[ARRIVAL] = region.entries.map((_, i) => this.stub(i));
    blocks.forEach((block, i) => {
      const to = this.following(block).map(b => this.nodeOf.get(b.offset)!);
      const indirect = block.instructions.some(x => x.flow.ends && x.flow.target === undefined);
      if (indirect && route >= 0) to.push(route);
      edges[1 + i] = to;
    });
    if (route >= 0) edges[route] = [ARRIVAL];
    region.entries.forEach((offset, i) => (edges[this.stub(i)] = [this.nodeOf.get(offset)!]));
    return edges;
  }

  /** The kind of flags at the beginning of each block. */
  flagKinds(): ReadonlyMap<RegionBlock, FlagsKind> {
    const before = new Map<RegionBlock, RegionBlock[]>(this.blocks.map(b => [b, []]));
    for (const block of this.blocks) for (const to of this.following(block)) before.get(to)!.push(block);
    const entries = new Set(this.region.entries);
    return flagsAtBorders(this.blocks, b => before.get(b)!, b => entries.has(b.offset)); // prettier-ignore
  }

  /** As loops and lines, in the order of addresses where there is a choice. */
  structure(): Item[] {
    const order = this.edges.map((_, node) => {
      if (node === ARRIVAL || node === this.route) return node === ARRIVAL ? -2e9 : 2e9;
      return this.block(node)?.offset ?? this.region.entries[node - this.stub(0)]! - 0.5;
    });
    return structure(ARRIVAL, this.edges, order);
  }

  budgets(items: readonly Item[]): Budgets {
    const { order, headers } = flatten(items);
    const looks = new Set([...headers, ARRIVAL]);
    const longest = new Map<number, number>();
    const beyond = new Map<number, number>();
    for (let i = order.length - 1; i >= 0; i--) {
      const node = order[i]!;
      const own = this.block(node)?.instructions.length ?? 0;
      const more = this.edges[node]!.map(to => (looks.has(to) ? 0 : (longest.get(to) ?? 0)));
      const after = Math.max(0, ...more);
      beyond.set(node, after);
      const path = own + after;
      longest.set(node, path);
      if (own > 0 && path > LONGEST_PATH) looks.add(node);
    }
    return { least: new Map([...looks].map(node => [node, longest.get(node)!])), beyond };
  }
}
