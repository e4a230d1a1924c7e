// What the translator compiles: a region of guest code as basic blocks, all in one page. Addresses in it are distances in
// bytes from its base, the virtual address of the page, so that the same code serves wherever the page is mapped.
import type { Operands, Operation } from '../semantics';

/** How an instruction hands control on. */
export interface Flow {
  /** Where it branches to by itself, as an offset; of branches to addresses that are known. */
  readonly target?: number;
  /** Whether the next instruction in line may follow. */
  readonly falls: boolean;
  /** Branches, by `target` or to an address in a register: the last instruction of its block. */
  readonly ends: boolean;
}

export interface RegionInstruction {
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
  /** Linear address of its record. */
  readonly record: number;
  readonly op: Operation;
  readonly operands: Operands;
  /** Condition 0..13, or 14: always. */
  readonly cond: number;
  /** ITSTATE of the instruction, and of the next one in line. */
  readonly it: number;
  readonly itNext: number;
  /** The PC as an operand is aligned. */
  readonly alignPc: boolean;
  readonly flow: Flow;
  /** What generated code cannot do alone happens here often: call TypeScript, do not leave. */
  readonly calls: boolean;
  /** Its memory access looks into the TLB for itself: those around it often lie in another page. */
  readonly alone: boolean;
}

export interface RegionBlock {
  readonly offset: number;
  readonly instructions: readonly RegionInstruction[];
}

export interface Region {
  readonly thumb: boolean;
  /** Its number in the table of regions. */
  readonly index: number;
  /** Linear address of its page. */
  readonly host: number;
  /** By offset. */
  readonly blocks: ReadonlyMap<number, RegionBlock>;
  /** Offsets at which it can be entered, in the order of their numbers. */
  readonly entries: readonly number[];
}

/** What a region answers to the dispatcher. */
export const STATUS = {
  /** Go on at CPU.PC. */
  GO: 0,
  /** Interpret the instruction at CPU.PC: it needs TypeScript. */
  SLOW: 1,
  /** CPU.EXIT is set, or the budget is used up. */
  LEAVE: 2,
  /** The same as SLOW, but nothing to learn from: the end of a slice, an exception. */
  TAIL: 3,
} as const;
