// Flags in locals. An addition or subtraction leaves its operands, from which flags are computed when something reads
// them, at an exit of the region at the latest.
import type { Code } from '../code';
import { CPU } from '../layout';
import {
  add,
  and,
  c,
  eq,
  eqz,
  ge,
  geu,
  gt,
  gtu,
  le,
  leu,
  load32,
  lt,
  ltu,
  ne,
  or,
  select,
  shl,
  shr,
  sub,
  type Value,
  xor,
} from '../value';
import { I32 } from '../wasm';

/**
 * Where flags come from. STORED: locals of their own. SUB, ADD: all of them are those of a - b or a + b. CV_SUB, CV_ADD: C
 * and V are. V_SUB, V_ADD: V alone is. MIXED: a local tells which of these holds.
 */
export const FLAGS = { STORED: 0, SUB: 1, CV_SUB: 2, V_SUB: 3, ADD: 4, CV_ADD: 5, V_ADD: 6, MIXED: 7 } as const;
export type FlagsKind = (typeof FLAGS)[keyof typeof FLAGS];

/** The kind after N and Z were set alone, by the kind before; and after C was. */
const AFTER_NZ: readonly FlagsKind[] = [0, 2, 2, 3, 5, 5, 6, 7];
const AFTER_CARRY: readonly FlagsKind[] = [0, 3, 3, 3, 6, 6, 6, 7];
export const afterNZ = (kind: FlagsKind): FlagsKind => AFTER_NZ[kind]!;
export const afterCarry = (kind: FlagsKind): FlagsKind => AFTER_CARRY[kind]!;
const packed = (table: readonly FlagsKind[]): number =>
  table.reduce<number>((sum, kind, i) => sum | (kind << (4 * i)), 0);

export class Flags {
  kind: FlagsKind = FLAGS.STORED;
  /** Whether any code reads or sets flags, and whether any sets them. */
  used = false;
  written = false;
  private readonly nf: Value;
  private readonly zf: Value;
  private readonly cf: Value;
  private readonly vf: Value;
  private readonly a: Value;
  private readonly b: Value;
  /** The kind, where it is MIXED. */
  private readonly mixed: Value;

  constructor(private readonly code: Code) {
    const locals = Array.from({ length: 7 }, () => code.newLocal(I32));
    [this.nf, this.zf, this.cf, this.vf, this.a, this.b, this.mixed] = locals as [
      Value, Value, Value, Value, Value, Value, Value,
    ]; // prettier-ignore
  }

  /** Reads the flags of the core's state. */
  load(cpu: Value, code: Code): void {
    code.set(this.nf, load32(cpu, CPU.NF));
    code.set(this.zf, load32(cpu, CPU.ZF));
    code.set(this.cf, load32(cpu, CPU.CF));
    code.set(this.vf, load32(cpu, CPU.VF));
  }

  /** Writes them there; they are stored in locals. */
  store(cpu: Value, code: Code): void {
    code.store32(cpu, this.nf, CPU.NF);
    code.store32(cpu, this.zf, CPU.ZF);
    code.store32(cpu, this.cf, CPU.CF);
    code.store32(cpu, this.vf, CPU.VF);
  }

  /** a - b or a + b. */
  private sum(kind: FlagsKind): Value {
    return kind <= FLAGS.V_SUB ? sub(this.a, this.b) : add(this.a, this.b);
  }
  private negative(): Value {
    return this.kind === FLAGS.SUB || this.kind === FLAGS.ADD ? this.sum(this.kind) : this.nf;
  }
  private notZero(): Value {
    return this.kind === FLAGS.SUB || this.kind === FLAGS.ADD ? this.sum(this.kind) : this.zf;
  }
  private carryOf(kind: FlagsKind): Value {
    if (kind === FLAGS.SUB || kind === FLAGS.CV_SUB) return geu(this.a, this.b);
    if (kind === FLAGS.ADD || kind === FLAGS.CV_ADD) return ltu(this.sum(kind), this.a);
    return this.cf;
  }
  private overflowOf(kind: FlagsKind): Value {
    if (kind === FLAGS.STORED) return this.vf;
    const { a, b } = this;
    const r = this.sum(kind);
    return kind <= FLAGS.V_SUB ? and(xor(a, b), xor(a, r)) : and(xor(a, r), xor(b, r));
  }

  /** Computes flags into their locals, from what `kind` says. */
  materialize(kind: FlagsKind = this.kind): void {
    const { code } = this;
    if (kind === FLAGS.STORED) return;
    if (kind === FLAGS.MIXED) {
      for (const one of [1, 2, 3, 4, 5, 6] as const) code.if(eq(this.mixed, c(one)), () => this.materialize(one));
      return;
    }
    if (kind === FLAGS.SUB || kind === FLAGS.ADD) {
      code.set(this.nf, this.sum(kind));
      code.set(this.zf, this.nf);
    }
    if (kind !== FLAGS.V_SUB && kind !== FLAGS.V_ADD) code.set(this.cf, this.carryOf(kind));
    code.set(this.vf, this.overflowOf(kind));
  }
  /** The same, and from now on they are there. */
  settle(): void {
    this.materialize();
    this.kind = FLAGS.STORED;
  }
  /** Goes on as MIXED where other kinds come together with this one. */
  mix(): void {
    if (this.kind !== FLAGS.MIXED) this.code.set(this.mixed, c(this.kind));
  }
  /** The kind at an exit, as a value. */
  kindOf(packedKind: Value): Value {
    return this.code.tmp(select(eq(packedKind, c(FLAGS.MIXED)), this.mixed, packedKind));
  }

  private read(): void {
    this.used = true;
    if (this.kind === FLAGS.MIXED) this.settle();
  }

  /** N, Z, C and V in bits 31:28. */
  nzcv(): Value {
    this.read();
    const bit = (v: Value, at: number): Value => shl(v, c(at));
    return or(
      or(and(this.negative(), c(1 << 31)), bit(eqz(this.notZero()), 30)),
      or(bit(this.carry(), 29), bit(shr(this.overflowOf(this.kind), c(31)), 28)),
    );
  }
  carry(): Value {
    this.read();
    return this.carryOf(this.kind);
  }
  setCarry(bit: Value): void {
    this.becomes(AFTER_CARRY);
    this.code.set(this.cf, bit);
  }
  setNZ(n: Value, z: Value): void {
    this.becomes(AFTER_NZ);
    this.code.set(this.nf, n);
    this.code.set(this.zf, z);
  }
  private becomes(table: readonly FlagsKind[]): void {
    this.used = this.written = true;
    const { code, mixed } = this;
    if (this.kind === FLAGS.MIXED) code.set(mixed, and(shr(c(packed(table)), shl(mixed, c(2))), c(7)));
    else this.kind = table[this.kind]!;
  }
  /** N, Z, C and V of a - b or a + b; operands are pinned. */
  setSum(kind: typeof FLAGS.SUB | typeof FLAGS.ADD, a: Value, b: Value): void {
    this.used = this.written = true;
    this.code.set(this.a, a);
    this.code.set(this.b, b);
    this.kind = kind;
  }
  /** All of them, computed. */
  setAll(nf: Value, zf: Value, cf: Value, vf: Value): void {
    this.kind = FLAGS.STORED;
    this.setNZ(nf, zf);
    this.code.set(this.cf, cf);
    this.code.set(this.vf, vf);
  }

  /** Whether condition `cc` (0..13) holds (ARM DDI 0406C A8.3). */
  condition(cc: number): Value {
    this.read();
    const { a, b } = this;
    if (this.kind === FLAGS.SUB) {
      const direct = [eq, ne, geu, ltu, undefined, undefined, undefined, undefined, gtu, leu, ge, lt, gt, le][cc];
      if (direct) return direct(a, b);
    }
    const overflow = (): Value => this.overflowOf(this.kind);
    const same = (): Value => ge(xor(this.negative(), overflow()), c(0));
    const holds = [
      () => eqz(this.notZero()),
      () => this.carry(),
      () => lt(this.negative(), c(0)),
      () => lt(overflow(), c(0)),
      () => and(this.carry(), ne(this.notZero(), c(0))),
      same,
      () => and(same(), ne(this.notZero(), c(0))),
    ][cc >> 1]!();
    return cc & 1 ? eqz(holds) : holds;
  }
}
