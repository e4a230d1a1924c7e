// Flags in locals. N and Z are kept as results; C and V are computed when something reads them, from the operands of
// the addition or subtraction that set them.
import type { Code } from '../code';
import { CPU } from '../layout';
import { add, and, c, eq, eqz, ge, geu, gt, gtu, le, leu, load32, lt, ltu, ne, sub, type Value, xor } from '../value';
import { I32 } from '../wasm';

/**
 * Where flags come from. STORED: locals of their own. SUB: all of them are those of a - b. CV_SUB, ADD: C and V are those
 * of a - b or a + b. V_SUB, V_ADD: V alone is.
 */
export const FLAGS = { STORED: 0, SUB: 1, CV_SUB: 2, V_SUB: 3, ADD: 4, V_ADD: 5 } as const;
export type FlagsKind = (typeof FLAGS)[keyof typeof FLAGS];

/** The kind after N and Z were set alone, and after C was. */
export const afterNZ = (kind: FlagsKind): FlagsKind => (kind === FLAGS.SUB ? FLAGS.CV_SUB : kind);
export const afterCarry = (kind: FlagsKind): FlagsKind =>
  kind === FLAGS.SUB || kind === FLAGS.CV_SUB ? FLAGS.V_SUB : kind === FLAGS.ADD ? FLAGS.V_ADD : kind;

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

  constructor(private readonly code: Code) {
    [this.nf, this.zf, this.cf, this.vf, this.a, this.b] = Array.from({ length: 6 }, () => code.newLocal(I32)) as [
      Value, Value, Value, Value, Value, Value,
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

  private carryOf(kind: FlagsKind): Value {
    if (kind === FLAGS.SUB || kind === FLAGS.CV_SUB) return geu(this.a, this.b);
    if (kind === FLAGS.ADD) return ltu(add(this.a, this.b), this.a);
    return this.cf;
  }
  private overflowOf(kind: FlagsKind): Value {
    if (kind === FLAGS.STORED) return this.vf;
    const { a, b } = this;
    if (kind <= FLAGS.V_SUB) return and(xor(a, b), xor(a, sub(a, b)));
    const r = add(a, b);
    return and(xor(a, r), xor(b, r));
  }

  /** Computes C and V into their locals, from what `kind` says. */
  materialize(kind: FlagsKind = this.kind): void {
    if (kind === FLAGS.STORED) return;
    if (kind !== FLAGS.V_SUB && kind !== FLAGS.V_ADD) this.code.set(this.cf, this.carryOf(kind));
    this.code.set(this.vf, this.overflowOf(kind));
  }
  /** The same, and from now on they are there. */
  settle(): void {
    this.materialize();
    this.kind = FLAGS.STORED;
  }

  carry(): Value {
    this.used = true;
    return this.carryOf(this.kind);
  }
  setCarry(bit: Value): void {
    this.used = this.written = true;
    this.kind = afterCarry(this.kind);
    this.code.set(this.cf, bit);
  }
  setNZ(n: Value, z: Value): void {
    this.used = this.written = true;
    this.kind = afterNZ(this.kind);
    this.code.set(this.nf, n);
    this.code.set(this.zf, z);
  }
  /** N, Z, C and V of a - b or a + b, which is r; operands are pinned. */
  setSum(kind: typeof FLAGS.SUB | typeof FLAGS.ADD, a: Value, b: Value, r: Value): void {
    this.setNZ(r, r);
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
    this.used = true;
    const { a, b, nf, zf } = this;
    if (this.kind === FLAGS.SUB) {
      const direct = [eq, ne, geu, ltu, undefined, undefined, undefined, undefined, gtu, leu, ge, lt, gt, le][cc];
      if (direct) return direct(a, b);
    }
    const overflow = (): Value => this.overflowOf(this.kind);
    const same = (): Value => ge(xor(nf, overflow()), c(0));
    const holds = [
      () => eqz(zf),
      () => this.carry(),
      () => lt(nf, c(0)),
      () => lt(overflow(), c(0)),
      () => and(this.carry(), ne(zf, c(0))),
      same,
      () => and(same(), ne(zf, c(0))),
    ][cc >> 1]!();
    return cc & 1 ? eqz(holds) : holds;
  }
}
