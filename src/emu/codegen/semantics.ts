// What an instruction may say: the vocabulary in which operations are written. Tier 0 and tier 1 each implement it.
import type { Code } from './code';
import type { HelperName } from './helpers';
import { CPU } from './layout';
import {
  add,
  and,
  c,
  eq,
  eqz,
  ge,
  geu,
  load32,
  load64,
  load64Zero,
  loadF32,
  loadF64,
  lt,
  ltu,
  ne,
  not,
  or,
  shl,
  shr,
  type Value,
  xor,
} from './value';

/**
 * Kinds of guest access. Plain `u16`, `s16` and `word` may be unaligned while SCTLR.A is 0. `wordAligned`: alignment
 * fault unless a multiple of 4 (LDM, LDREX, VLDR). `dwordAligned`: 64 bits as two words, a multiple of 4 (LDRD).
 * `vector64`: 64 bits as one number, a multiple of 4 (VLDR of a doubleword); so with big-endian data the words lie the
 * other way round. `u16Aligned`, `doubleAligned`: the exclusive accesses.
 */
export type Access =
  'u8' | 's8' | 'u16' | 's16' | 'word' | 'u16Aligned' | 'wordAligned' | 'dwordAligned' | 'doubleAligned' | 'vector64';
export const ACCESSES: readonly Access[] = [
  'u8',
  's8',
  'u16',
  's16',
  'word',
  'u16Aligned',
  'wordAligned',
  'dwordAligned',
  'doubleAligned',
  'vector64',
];
export const ACCESS_SIZE: Readonly<Record<Access, 1 | 2 | 4 | 8>> = {
  u8: 1,
  s8: 1,
  u16: 2,
  s16: 2,
  word: 4,
  u16Aligned: 2,
  wordAligned: 4,
  dwordAligned: 8,
  doubleAligned: 8,
  vector64: 8,
};

/** Instructions that TypeScript executes, by the order of this list. */
export const SYSTEM = ['mcr', 'mrc', 'mcrr', 'mrrc', 'ldc', 'stc', 'mrs', 'msr', 'mrsBanked', 'msrBanked', 'cps', 'setend', 'rfe', 'srs', 'exceptionReturn', 'ldmUser', 'ldmReturn', 'stmUser', 'eret', 'swp', 'swpb', 'vmrs', 'vmsr', 'bxj'] as const; // prettier-ignore
export type SystemInstruction = (typeof SYSTEM)[number];

/** Condition codes, ARM DDI 0406C A8.3. */
export const CONDITIONS = ['eq', 'ne', 'cs', 'cc', 'mi', 'pl', 'vs', 'vc', 'hi', 'ls', 'ge', 'lt', 'gt', 'le'] as const;

export type EarlyValue = number | string;
/** All operands of one decoded instruction by name, early and late. */
export type Operands = Readonly<Record<string, EarlyValue>>;

/**
 * How a late operand lies in a predecoded record. `reg`: a core register's number, kept times four. `s`, `d`: an extension
 * register's number, kept times four and eight. `byte`, `imm`, `half`: as is.
 */
export type LateKind = 'reg' | 'byte' | 'imm' | 'half' | 's' | 'd';

/** Where the state says that a class of floating-point instructions is enabled. */
export const ENABLED = {
  /** Transfers, loads and stores, VCMP and VCVT of VFP. */
  vfp: CPU.FP_ENABLED,
  /** VFP instructions that short vectors would concern. */
  vfpData: CPU.VFP_DATA_ENABLED,
  simd: CPU.ASIMD_ENABLED,
} as const;

/** Bits of FPSCR that decide what generated code may compute. */
export const FPSCR = { FZ: 1 << 24, RMODE: 3 << 22, IXC: 1 << 4 } as const;

/** What an instruction does. Rows of several encodings share one operation. */
export interface Operation {
  readonly name: string;
  /** Operands that select a variant: known in both tiers. */
  readonly early: readonly string[];
  /** Operands that tier 0 reads from the record: at most four of `reg`, `byte`, `d`, one `imm`, one `half`. */
  readonly late: Readonly<Record<string, LateKind>>;
  /** Late `reg` operands that are read: when one is 15 the PC is supplied. */
  readonly reads?: readonly string[];
  /** Needs the floating-point unit: UNDEFINED while that is disabled, which the tiers test before `emit`. */
  readonly fp?: keyof typeof ENABLED;
  readonly emit: (x: Semantics) => void;
}

/** Checks the form of an operation as it is declared. */
export function operation(o: Operation): Operation {
  const kinds = Object.values(o.late);
  const count = (k: LateKind): number => kinds.filter(x => x === k).length;
  if (count('reg') + count('byte') + count('s') + count('d') > 4 || count('imm') > 1 || count('half') > 1)
    throw new Error(`operation ${o.name}: operands do not fit in a record`);
  return o;
}

/** Whole doubleword registers in memory as elements of `1 << size` bytes. */
export interface Elements {
  readonly load: boolean;
  /** Pinned. */
  readonly va: Value;
  /** Address of the first register in the core's state. */
  readonly first: Value;
  readonly registers: number;
  readonly size: number;
  /** Alignment that is required, in bytes. */
  readonly align: number;
  /** The same for TypeScript. */
  readonly packed: Value;
}

export abstract class Semantics {
  abstract readonly code: Code;
  /** Base of the core's state. */
  abstract readonly cpu: Value;

  /** An operand that selects the variant. */
  abstract early(name: string): number;
  abstract earlyText(name: string): string;
  /** A numeric late operand. */
  abstract n(name: string): Value;
  /** Reads the general register named by an operand; not pinned. */
  abstract r(name: string): Value;
  abstract w(name: string, v: Value): void;
  /** A general register by number. */
  abstract reg(number: number): Value;
  abstract setReg(number: number, v: Value): void;
  /** Address of the extension register named by an `s` or `d` operand. */
  abstract v(name: string): Value;
  /** The number of the extension register in units of S registers: for helpers. */
  abstract vNumber(name: string): Value;

  /** Address of this instruction. */
  abstract pc(): Value;
  /** Address of the next instruction in sequence. */
  abstract nextPc(): Value;
  /** Branch by the operands `near` (early) and `off`: relative to this instruction. */
  abstract branch(): void;
  /** Branch to an address in the current instruction set state. */
  abstract goto(target: Value): void;
  /** Leaves for an exception or a wait: EXIT code and argument. */
  abstract leave(exit: number, argument: Value): void;
  /** Lets TypeScript execute this instruction: SYSTEM.*, and its operands in the places of the A32 encoding. */
  abstract system(what: number, encoding: Value): void;
  /** Ends this instruction early: goes on with the next one. */
  abstract next(): void;
  /** Goes on with the next instruction as translation has it now. */
  abstract synchronize(): void;

  /** Reads guest memory; pinned. i64 for 8-byte accesses. `user`: with the privilege of PL0. */
  abstract load(access: Access, va: Value, user?: boolean): Value;
  abstract store(access: Access, va: Value, v: Value, user?: boolean): void;
  /**
   * Loads or stores the registers of a list from `start` upwards (word aligned). All or nothing.
   * @returns for a load with the PC in the list, the word for the PC; pinned.
   */
  abstract multiple(load: boolean, start: Value, list: string, count: string, pc: boolean): Value;
  /**
   * Loads or stores `words` words (pinned, 1 to 32) of extension registers upwards from the address `first` in the
   * core's state (word aligned); `double`: in pairs that are one number each. All or nothing.
   */
  abstract multipleVector(load: boolean, start: Value, first: Value, words: Value, double: boolean): void;
  /** VLD1 and VST1 of whole doubleword registers. All or nothing. */
  abstract elements(e: Elements): void;
  /** Any element or structure transfer, as `packStructure` has it, at an address (pinned). All or nothing. */
  abstract structure(va: Value, packed: Value): void;
  /** Whether the TLB lets loads at an address (pinned) through. */
  abstract mapped(va: Value): Value;
  /** Lets TypeScript compute on the core's state; its answer, pinned. For the argument see `helperArgument`. */
  abstract helper(name: HelperName, argument: Value): Value;

  // Extension registers of VFP by operand name: as numbers, as their bits, and word by word.
  fp(name: string, double: boolean): Value {
    return double ? loadF64(this.v(name)) : loadF32(this.v(name));
  }
  setFp(name: string, double: boolean, v: Value): void {
    if (double) this.code.storeF64(this.v(name), v);
    else this.code.storeF32(this.v(name), v);
  }
  fpBits(name: string, double: boolean): Value {
    return double ? load64(this.v(name)) : load32(this.v(name));
  }
  setFpBits(name: string, double: boolean, v: Value): void {
    if (double) this.code.store64(this.v(name), v);
    else this.code.store32(this.v(name), v);
  }
  /** A doubleword register as the lower half of a vector; the upper half is zero. */
  doubleword(name: string): Value {
    return load64Zero(this.v(name));
  }
  /** The word `plus` words behind the register. */
  fpWord(name: string, plus = 0): Value {
    return load32(add(this.v(name), c(4 * plus)));
  }
  setFpWord(name: string, v: Value, plus = 0): void {
    this.code.store32(add(this.v(name), c(4 * plus)), v);
  }
  /** Whether FPSCR says: round to nearest, denormal numbers as they are, and nothing left to say by the inexact flag. */
  ordinary(): Value {
    return eq(and(this.state(CPU.FPSCR), c(FPSCR.FZ | FPSCR.RMODE | FPSCR.IXC)), c(FPSCR.IXC));
  }

  state(offset: number): Value {
    return load32(this.cpu, offset);
  }
  setState(offset: number, v: Value): void {
    this.code.store32(this.cpu, v, offset);
  }
  tmp(v: Value): Value {
    return this.code.tmp(v);
  }

  // Flags. Tier 1 keeps them lazily by overriding what sets them.
  carry(): Value {
    return this.state(CPU.CF);
  }
  setCarry(bit: Value): void {
    this.setState(CPU.CF, bit);
  }
  setNZ(result: Value): void {
    this.setState(CPU.NF, result);
    this.setState(CPU.ZF, result);
  }
  /** N and Z of a 64-bit result given as halves. */
  setNZ64(lo: Value, hi: Value): void {
    this.setState(CPU.NF, hi);
    this.setState(CPU.ZF, or(lo, hi));
  }
  /** Flags of a + b; all operands pinned. */
  setAddFlags(a: Value, b: Value, r: Value): void {
    this.setNZ(r);
    this.setCarry(ltu(r, a));
    this.setState(CPU.VF, and(xor(a, r), xor(b, r)));
  }
  /** Flags of a - b. */
  setSubFlags(a: Value, b: Value, r: Value): void {
    this.setNZ(r);
    this.setCarry(geu(a, b));
    this.setState(CPU.VF, and(xor(a, b), xor(a, r)));
  }
  /** Flags of a + b + carry in. */
  setAdcFlags(a: Value, b: Value, r: Value): void {
    this.setNZ(r);
    this.setCarry(shr(or(and(a, b), and(or(a, b), not(r))), c(31)));
    this.setState(CPU.VF, and(xor(a, r), xor(b, r)));
  }
  /** N, Z, C and V from bits 31:28; pinned. */
  setNZCV(flags: Value): void {
    this.setState(CPU.NF, flags);
    this.setState(CPU.ZF, and(not(flags), c(1 << 30)));
    this.setCarry(and(shr(flags, c(29)), c(1)));
    this.setState(CPU.VF, shl(flags, c(3)));
  }
  /** N, Z, C and V in bits 31:28. */
  nzcv(): Value {
    const bit = (v: Value, at: number): Value => shl(v, c(at));
    return or(
      or(and(this.state(CPU.NF), c(1 << 31)), bit(eqz(this.state(CPU.ZF)), 30)),
      or(bit(this.state(CPU.CF), 29), bit(shr(this.state(CPU.VF), c(31)), 28)),
    );
  }
  /** Q and GE at their places in the CPSR. */
  qAndGe(): Value {
    return or(shl(this.state(CPU.QF), c(27)), shl(this.state(CPU.GE), c(16)));
  }
  setQ(condition: Value): void {
    this.code.if(condition, () => this.setState(CPU.QF, c(1)));
  }

  /** Whether condition `cc` (0..13) holds: 0 or not 0. */
  condition(cc: number): Value {
    const z = (): Value => this.state(CPU.ZF);
    const ge_ = (): Value => ge(xor(this.state(CPU.NF), this.state(CPU.VF)), c(0));
    const holds = [
      () => eqz(z()),
      () => this.carry(),
      () => lt(this.state(CPU.NF), c(0)),
      () => lt(this.state(CPU.VF), c(0)),
      () => and(this.carry(), ne(z(), c(0))),
      ge_,
      () => and(ge_(), ne(z(), c(0))),
    ][cc >> 1]!();
    return cc & 1 ? eqz(holds) : holds;
  }

  /** BXWritePC: bit 0 selects the instruction set (ARM DDI 0406C A2.3.1). */
  bxWritePc(target: Value): void {
    const t = this.tmp(target);
    const thumb = this.tmp(and(t, c(1)));
    this.setState(CPU.THUMB, thumb);
    // Bit 1 of an A32 target is UNPREDICTABLE; the Cortex-A15 ignores it.
    this.goto(and(t, add(shl(thumb, c(1)), c(-4))));
  }
}
