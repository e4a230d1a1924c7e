// Integer operations of Advanced SIMD (ARM DDI 0406C A7.4) that have no short code in v128 instructions, lane by lane.
import type { Helper } from './helpers';
import type { SIMD_INTEGER_HELPERS } from '../../codegen/helpers';
import { Lanes, polynomial, shiftRight } from './lanes';

type Binary = (l: Lanes, a: bigint, b: bigint, acc: bigint) => bigint;

/** Vd = f(Vn, Vm, Vd), lanes of one size. */
const same =
  (f: Binary): Helper =>
  (x, argument) => {
    const l = new Lanes(x, argument);
    const a = l.read(l.n);
    const b = l.second(a.length);
    const acc = l.read(l.d);
    l.write(
      l.d,
      a.map((v, i) => f(l, v, b[i]!, acc[i]!)),
    );
    return 0;
  };

/** Quadword of double-width lanes = f(doubleword, doubleword, quadword). */
const long =
  (f: Binary): Helper =>
  (x, argument) => {
    const l = new Lanes(x, argument);
    const count = 8 >> l.size;
    const a = l.read(l.n, l.bits, 8);
    const b = l.second(count);
    const acc = l.read(l.d, l.bits * 2, 16);
    l.write(
      l.d,
      a.map((v, i) => f(l, v, b[i]!, acc[i]!)),
      l.bits * 2,
    );
    return 0;
  };

const abs = (v: bigint): bigint => (v < 0n ? -v : v);
const doubledHigh = (l: Lanes, a: bigint, b: bigint, rounding: boolean): bigint =>
  l.saturate(shiftRight(2n * a * b, BigInt(l.bits), rounding), l.bits, false);

/** VSHL (register) and its kin: the amount is the signed low byte of the second operand. */
const shiftBy =
  (rounding: boolean, saturating: boolean): Helper =>
  (x, argument) => {
    const l = new Lanes(x, argument);
    const values = l.read(l.m);
    const amounts = l.read(l.n);
    l.write(
      l.d,
      values.map((v, i) => {
        const by = BigInt.asIntN(8, amounts[i]!);
        const shifted = by >= 0n ? v << by : shiftRight(v, -by, rounding);
        return saturating ? l.saturate(shifted) : shifted;
      }),
    );
    return 0;
  };

const SAME = {
  vshl: shiftBy(false, false),
  vqshl: shiftBy(false, true),
  vrshl: shiftBy(true, false),
  vqrshl: shiftBy(true, true),
  vmulp: same((_l, a, b) => polynomial(a, b, 8)),
  vqdmulh: same((l, a, b) => doubledHigh(l, a, b, false)),
  vqrdmulh: same((l, a, b) => doubledHigh(l, a, b, true)),
} as const satisfies Record<string, Helper>;

/** The doubled product of VQDMULL and its kin, saturated. */
const doubled = (l: Lanes, a: bigint, b: bigint): bigint => l.saturate(2n * a * b, l.bits * 2, false);

const LONG = {
  vmullp: long((_l, a, b) => polynomial(a, b, 8)),
  vqdmull: long((l, a, b) => doubled(l, a, b)),
  vqdmlal: long((l, a, b, acc) => l.saturate(acc + doubled(l, a, b), l.bits * 2, false)),
  vqdmlsl: long((l, a, b, acc) => l.saturate(acc - doubled(l, a, b), l.bits * 2, false)),
} as const satisfies Record<string, Helper>;

/** Vd = f(Vm, amount); the amount takes the place of n. */
const shift =
  (f: (l: Lanes, v: bigint, by: bigint) => bigint): Helper =>
  (x, argument) => {
    const l = new Lanes(x, argument);
    l.write(
      l.d,
      l.read(l.m).map(v => f(l, v, BigInt(l.n))),
    );
    return 0;
  };

/** Saturating narrow right shift: `size` is that of the result. EXTRA: the operand is signed although the result is not. */
const shiftNarrow =
  (rounding: boolean): Helper =>
  (x, argument) => {
    const l = new Lanes(x, argument);
    const values = l.read(l.m, l.bits * 2, 16, l.extra || !l.unsigned);
    l.write(
      l.d,
      values.map(v => l.saturate(shiftRight(v, BigInt(l.n), rounding))),
    );
    return 0;
  };

const SHIFT = {
  vqshli: shift((l, v, by) => l.saturate(v << by)),
  /** VQSHLU: signed operand, unsigned result. */
  vqshlui: shift((l, v, by) => l.saturate(v << by, l.bits, true)),
  vqshrn: shiftNarrow(false),
  vqrshrn: shiftNarrow(true),
} as const satisfies Record<string, Helper>;

/** Vd = f(Vm) by lanes. */
const unary =
  (f: (l: Lanes, v: bigint) => bigint): Helper =>
  (x, argument) => {
    const l = new Lanes(x, argument);
    l.write(
      l.d,
      l.read(l.m).map(v => f(l, v)),
    );
    return 0;
  };

const leadingZeros = (v: bigint, bits: number): bigint => {
  let n = 0n;
  for (let b = BigInt(bits) - 1n; b >= 0n && ((v >> b) & 1n) === 0n; b--) n++;
  return n;
};

const MISC = {
  vcls: unary((l, v) => leadingZeros(BigInt.asUintN(l.bits, v < 0n ? ~v : v), l.bits) - 1n),
  vclz: unary((l, v) => leadingZeros(BigInt.asUintN(l.bits, v), l.bits)),
  vqabs: unary((l, v) => l.saturate(abs(v))),
  vqneg: unary((l, v) => l.saturate(-v)),
} as const satisfies Record<string, Helper>;

export const SIMD_INTEGER: Readonly<Record<(typeof SIMD_INTEGER_HELPERS)[number], Helper>> = {
  ...SAME,
  ...LONG,
  ...SHIFT,
  ...MISC,
};
