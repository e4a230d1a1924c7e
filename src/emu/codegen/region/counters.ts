// Counters of a region while the machine is profiled: globals of its module, one for arrivals, one for each block, and
// one for each place where it is left. What each instruction executed follows from these.
import type { Code } from '../code';
import type { ExitReason } from './exit-reasons';
import type { RegionBlock, RegionInstruction } from './region';

export interface BlockCounter {
  readonly block: RegionBlock;
  readonly index: number;
}

export interface ExitCounter {
  readonly reason: ExitReason;
  /** Where it is left; undefined before and between blocks. */
  readonly block: RegionBlock | undefined;
  readonly instruction: RegionInstruction | undefined;
  /** Instructions at the end of the block that were not done. */
  readonly refund: number;
  readonly index: number;
}

export class RegionCounters {
  /** Counts arrivals from outside. */
  readonly entered: number;
  readonly blocks: BlockCounter[] = [];
  readonly exits: ExitCounter[] = [];
  private at: { block: RegionBlock; instruction: RegionInstruction } | undefined;

  /** @param next index of the first global that is free */
  constructor(private next: number) {
    this.entered = this.next++;
  }

  /** Indices below this are in use. */
  get end(): number {
    return this.next;
  }

  enter(code: Code): void {
    code.countUp(this.entered);
  }

  /** What follows belongs to an instruction of a block, or to none. */
  locate(at: { block: RegionBlock; instruction: RegionInstruction } | undefined): void {
    this.at = at;
  }

  /** The instructions of a block were taken off the budget. */
  block(code: Code, block: RegionBlock): void {
    const index = this.next++;
    this.blocks.push({ block, index });
    code.countUp(index);
  }

  /** The region is left here, and gives `refund` instructions back. */
  exit(code: Code, reason: ExitReason, refund: number): void {
    const index = this.next++;
    this.exits.push({ reason, block: this.at?.block, instruction: this.at?.instruction, refund, index });
    code.countUp(index);
  }
}
