// The result of a translation: address, permissions, attributes, and (when asked for) the steps of the walk.
import type { FaultType } from './faults';

export type Access = 'read' | 'write' | 'execute';

/** Permission bits of {@link Translation.permissions}: read, write and execute at PL0, then at PL1 (or PL2). */
export const PERMISSION = { R0: 1, W0: 2, X0: 4, R1: 8, W1: 16, X1: 32, ALL: 63 } as const;
const PRIVILEGED_SHIFT = 3;
const BIT: Record<Access, number> = { read: PERMISSION.R0, write: PERMISSION.W0, execute: PERMISSION.X0 };

/** Shareability as in long descriptors and PAR. */
export const SHAREABLE = { NON: 0, OUTER: 2, INNER: 3 } as const;

/** Memory types as MAIR encodes them. Values 0x1x and above are Normal: outer cacheability in [7:4], inner in [3:0]. */
export const MEMORY = {
  STRONGLY_ORDERED: 0x00,
  DEVICE: 0x04,
  NON_CACHEABLE: 0x44,
  WRITE_THROUGH: 0xaa,
  WRITE_BACK: 0xee,
  WRITE_BACK_ALLOCATE: 0xff,
} as const;

/** One descriptor that a walk looked at. */
export interface WalkStep {
  readonly level: number;
  /** Which base register the walk started from; empty for later levels. */
  readonly base: '' | 'TTBR0' | 'TTBR1' | 'HTTBR' | 'VTTBR';
  /** Address of the descriptor: a physical one, or an intermediate one of stage 1 under stage 2. */
  readonly address: number;
  /** Bits 31:0 and, of long descriptors, 63:32. */
  readonly low: number;
  readonly high: number;
  /** What it was taken for: `invalid`, `table`, `section`, `page`, ... */
  readonly kind: string;
}

/**
 * One translation, valid or not. A core keeps one and refills it, so that walks allocate nothing; the fields of the
 * page are meaningless when `fault` is not empty.
 */
export class Translation {
  /** Physical address that the virtual address maps to; the intermediate one where stage 1 alone was walked. */
  pa = 0;
  /** log2 of the size of the mapping: 12, 16, 20, 21, 24 or 30; of the one of stage 1 where there are two. */
  sizeShift = 12;
  /** Level of the descriptor that ended the walk; 0 with the MMU off. */
  level = 0;
  permissions = 0;
  /** Memory type in the encoding of MAIR, see {@link MEMORY}. */
  memory = 0;
  shareability = 0;
  domain = 0;
  /** Not tagged with an ASID. */
  global = true;
  /** The address is in the Non-secure physical space. */
  nonSecure = true;
  /** Empty when the translation succeeded. */
  fault: FaultType | '' = '';
  /** Of faults: stage 2 found it, at the intermediate physical address `ipa`. */
  stage2 = false;
  /** Of faults of stage 2: it was about a descriptor of stage 1. */
  onWalk = false;
  ipa = 0;

  /** Normal memory, as opposed to Device and Strongly-ordered. */
  get isNormal(): boolean {
    return this.memory > 0x0f;
  }

  /** Whether an access of this kind is permitted; only meaningful without a fault. */
  allows(access: Access, privileged: boolean): boolean {
    return (this.permissions & (privileged ? BIT[access] << PRIVILEGED_SHIFT : BIT[access])) !== 0;
  }

  /** Records a fault found at `level`; the domain is kept. @returns false, what failing walks answer */
  fail(fault: FaultType, level: number): false {
    this.fault = fault;
    this.level = level;
    this.stage2 = false;
    this.onWalk = false;
    return false;
  }

  /** Records a fault of stage 2, see the fields. @returns false */
  failStage2(fault: FaultType, level: number, ipa: number, onWalk: boolean): false {
    this.fault = fault;
    this.level = level;
    this.stage2 = true;
    this.onWalk = onWalk;
    this.ipa = ipa;
    return false;
  }
}
