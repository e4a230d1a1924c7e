// How a region is left: all ways come together at its end, where flags and registers are written out once. What differs
// from way to way is packed in one local.
import type { Code, Label } from '../code';
import { add, and, c, eq, sar, shl, shr, type Value } from '../value';
import type { RegionCounters } from './counters';
import { EXIT_REASONS, type ExitReason, type GoReason, type StopReason } from './exit-reasons';
import { afterCarry, afterNZ, FLAGS, type Flags, type FlagsKind } from './flags';
import { STATUS } from './region';

/** How a packed exit is laid out: kind of flags, whether to learn from it, instructions to give back, offset. */
const PACK = { LEARN: 8, REFUND_SHIFT: 4, REFUND_MASK: 511, OFFSET_SHIFT: 13 } as const;
/** Instructions of a block, at most: their number fits in a packed exit. */
export const LONGEST_BLOCK = PACK.REFUND_MASK;

/** Locals of the function: the address to go on at, instructions left, base of offsets, answer, and a packed exit. */
export interface ExitLocals {
  readonly t: Value;
  readonly n: Value;
  readonly base: Value;
  readonly status: Value;
  readonly x: Value;
}

export class RegionExits {
  /** Kinds of flags at exits. */
  private readonly kinds = new Set<FlagsKind>();
  /** Kinds that come together as MIXED, and what becomes of them. */
  private readonly mixed = new Set<FlagsKind>();
  private exit!: Label;
  private packed!: Label;

  constructor(
    private readonly code: Code,
    private readonly flags: Flags,
    private readonly locals: ExitLocals,
    private readonly counters: RegionCounters | undefined,
  ) {}

  /** Before the first exit. */
  open(): void {
    this.exit = this.code.block();
    this.packed = this.code.block();
  }

  /** A kind of flags that goes on as MIXED. */
  mixes(kind: FlagsKind): void {
    this.mixed.add(kind);
  }

  /** For a profile: the region is left in the next moment. @param refund instructions of the block that are not done */
  count(reason: ExitReason, refund: number): void {
    this.counters?.exit(this.code, reason, refund);
  }

  /** Leaves to the address in `t`; instructions that are not done are given back already. */
  to(reason: GoReason | 'budget', kind: FlagsKind, refund = 0): void {
    this.count(reason, refund);
    this.code.set(this.locals.status, c(STATUS[EXIT_REASONS[reason].status]));
    this.kinds.add(kind);
    this.code.set(this.locals.x, c(kind));
    this.code.br(this.exit);
  }

  /** Leaves to the interpreter at an offset, with `refund` instructions of the block not done. */
  at(reason: StopReason, offset: number, refund: number): void {
    this.count(reason, refund);
    this.stop(offset, refund, EXIT_REASONS[reason].status === 'SLOW');
  }

  /** The same, counted already. @param learn worth a call at this site when it happens often */
  stop(offset: number, refund: number, learn: boolean): void {
    const { kind } = this.flags;
    this.kinds.add(kind);
    const bits = kind | (learn ? PACK.LEARN : 0) | (refund << PACK.REFUND_SHIFT) | (offset << PACK.OFFSET_SHIFT);
    this.code.set(this.locals.x, c(bits));
    this.code.br(this.packed);
  }

  /** Behind the last exit; flags are in their locals then. */
  close(): void {
    const { code } = this;
    const { t, n, base, status, x } = this.locals;
    code.end(); // packed: what is left of the block is given back
    code.set(t, add(base, sar(x, c(PACK.OFFSET_SHIFT))));
    code.set(n, add(n, and(shr(x, c(PACK.REFUND_SHIFT)), c(PACK.REFUND_MASK))));
    code.set(status, add(c(STATUS.TAIL), and(sar(shl(x, c(28)), c(31)), c(STATUS.SLOW - STATUS.TAIL))));
    code.end(); // exit: to the address t
    this.materialize();
  }

  /** Flags of the exit that was taken into their locals. */
  private materialize(): void {
    const { code, flags, kinds } = this;
    const mixed = kinds.delete(FLAGS.MIXED);
    if (mixed)
      for (const k of this.mixed)
        kinds
          .add(k)
          .add(afterNZ(k))
          .add(afterCarry(afterNZ(k)));
    kinds.delete(FLAGS.STORED);
    if (kinds.size === 0) return;
    const bits = and(this.locals.x, c(7));
    const kind = mixed ? flags.kindOf(code.tmp(bits)) : bits;
    for (const one of kinds) code.if(eq(kind, c(one)), () => flags.materialize(one));
  }
}
