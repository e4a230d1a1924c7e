// Single-precision operations of Advanced SIMD, lane by lane. They use the "standard FPSCR": to nearest, denormals
// flushed to zero, default NaN (ARM DDI 0406C A2.7.2); only FPSCR.AHP keeps its meaning.
import type { SIMD_FLOAT_HELPERS } from '../../codegen/helpers';
import { reciprocalEstimate, reciprocalRootEstimate, unsignedEstimate } from './estimate';
import type { Helper } from './helpers';
import { Lanes, truth } from './lanes';
import { withQuick } from './simd-quick';
import { add, multiply, multiplyAdd } from './softfloat/arithmetic';
import { compare, extreme } from './softfloat/compare';
import { convert, fromFixed, toFixed } from './softfloat/convert';
import { type Context, F16, F16_ALTERNATIVE, F32, FPSCR, ROUND, signBit, standardContext } from './softfloat/format';

type Binary = (x: Context, a: bigint, b: bigint, acc: bigint) => bigint;

const SIGN = signBit(F32);
const TWO = 0x40000000n;
const THREE = 0x40400000n;
const ONE_AND_HALF = 0x3fc00000n;
const HALF = 0x3f000000n;

/** Vd = f(Vn, Vm, Vd). */
const same =
  (f: Binary): Helper =>
  (x, argument) => {
    const l = new Lanes(x, argument);
    const context = standardContext();
    const a = l.read(l.n, 32, l.quad ? 16 : 8, false);
    const b = l.second(a.length, 32, false);
    const acc = l.read(l.d, 32, l.quad ? 16 : 8, false);
    l.write(
      l.d,
      a.map((v, i) => f(context, v, b[i]!, acc[i]!)),
      32,
    );
    x.raise(context.flags);
    return 0;
  };

/** Neighbours of Vn, then of Vm. */
const pairwise =
  (f: (x: Context, a: bigint, b: bigint) => bigint): Helper =>
  (x, argument) => {
    const l = new Lanes(x, argument);
    const context = standardContext();
    const [a, b, c, d] = [...l.read(l.n, 32, 8, false), ...l.read(l.m, 32, 8, false)];
    l.write(l.d, [f(context, a!, b!), f(context, c!, d!)], 32);
    x.raise(context.flags);
    return 0;
  };

/** Vd = f(Vm); `by` are fraction bits. */
const unary =
  (f: (x: Context, v: bigint, l: Lanes) => bigint): Helper =>
  (x, argument) => {
    const l = new Lanes(x, argument);
    const context = standardContext();
    l.write(
      l.d,
      l.read(l.m, 32, l.quad ? 16 : 8, false).map(v => f(context, v, l)),
      32,
    );
    x.raise(context.flags);
    return 0;
  };

const magnitude = (v: bigint): bigint => v & ~SIGN;
const Z = 0b0100;
const C = 0b0010;
const V = 0b0001;
const equal = (x: Context, a: bigint, b: bigint): bigint => truth((compare(x, F32, a, b, false) & Z) !== 0, 32);
/** At least: carry and not unordered. */
const atLeast = (x: Context, a: bigint, b: bigint): bigint => truth((compare(x, F32, a, b, true) & (C | V)) === C, 32);
const above = (x: Context, a: bigint, b: bigint): bigint =>
  truth((compare(x, F32, a, b, true) & (C | V | Z)) === C, 32);

/** An infinity times zero, which the steps of Newton's iteration count as a product of zero. */
function isInfinityTimesZero(a: bigint, b: bigint): boolean {
  const infinite = (v: bigint): boolean => magnitude(v) === 0x7f800000n;
  // Denormals are zeros here.
  const zero = (v: bigint): boolean => magnitude(v) < 0x00800000n;
  return (infinite(a) && zero(b)) || (zero(a) && infinite(b));
}
/** The denormal that counted as zero is reported. */
const noteDenormal = (x: Context, ...values: bigint[]): void => {
  if (values.some(v => magnitude(v) > 0n && magnitude(v) < 0x00800000n)) x.flags |= FPSCR.IDC;
};

const reciprocalStep: Binary = (x, a, b) => {
  if (!isInfinityTimesZero(a, b)) return add(x, F32, TWO, multiply(x, F32, a, b), true);
  noteDenormal(x, a, b);
  return TWO;
};
const reciprocalRootStep: Binary = (x, a, b) => {
  if (!isInfinityTimesZero(a, b)) return multiply(x, F32, add(x, F32, THREE, multiply(x, F32, a, b), true), HALF);
  noteDenormal(x, a, b);
  return ONE_AND_HALF;
};

const halfFormat = (fpscr: number): typeof F16 => (fpscr & FPSCR.AHP ? F16_ALTERNATIVE : F16);

const EXACT: Readonly<Record<(typeof SIMD_FLOAT_HELPERS)[number], Helper>> = {
  vaddf: same((x, a, b) => add(x, F32, a, b)),
  vsubf: same((x, a, b) => add(x, F32, a, b, true)),
  vmulf: same((x, a, b) => multiply(x, F32, a, b)),
  vmlaf: same((x, a, b, acc) => add(x, F32, acc, multiply(x, F32, a, b))),
  vmlsf: same((x, a, b, acc) => add(x, F32, acc, multiply(x, F32, a, b) ^ SIGN)),
  vfmaf: same((x, a, b, acc) => multiplyAdd(x, F32, a, b, acc)),
  vfmsf: same((x, a, b, acc) => multiplyAdd(x, F32, a ^ SIGN, b, acc)),
  vabdf: same((x, a, b) => magnitude(add(x, F32, a, b, true))),
  vceqf: same(equal),
  vcgef: same(atLeast),
  vcgtf: same(above),
  vacgef: same((x, a, b) => atLeast(x, magnitude(a), magnitude(b))),
  vacgtf: same((x, a, b) => above(x, magnitude(a), magnitude(b))),
  vmaxf: same((x, a, b) => extreme(x, F32, a, b, true)),
  vminf: same((x, a, b) => extreme(x, F32, a, b, false)),
  vrecpsf: same(reciprocalStep),
  vrsqrtsf: same(reciprocalRootStep),
  vpaddf: pairwise((x, a, b) => add(x, F32, a, b)),
  vpmaxf: pairwise((x, a, b) => extreme(x, F32, a, b, true)),
  vpminf: pairwise((x, a, b) => extreme(x, F32, a, b, false)),
  vceq0f: unary((x, v) => equal(x, v, 0n)),
  vcge0f: unary((x, v) => atLeast(x, v, 0n)),
  vcgt0f: unary((x, v) => above(x, v, 0n)),
  vcle0f: unary((x, v) => atLeast(x, 0n, v)),
  vclt0f: unary((x, v) => above(x, 0n, v)),
  vrecpe: unary((x, v, l) => (l.unsigned ? unsignedEstimate(v, false) : reciprocalEstimate(x, v))),
  vrsqrte: unary((x, v, l) => (l.unsigned ? unsignedEstimate(v, true) : reciprocalRootEstimate(x, v))),
  /** Fraction bits take the place of n; 0 for integers. */
  vcvtToFixed: unary((x, v, l) => toFixed(x, F32, v, 32n, l.unsigned, BigInt(l.n), ROUND.ZERO)),
  vcvtFromFixed: unary((x, v, l) => fromFixed(x, F32, l.unsigned ? v : BigInt.asIntN(32, v), BigInt(l.n))),
  vcvtToHalf: (x, argument) => {
    const l = new Lanes(x, argument);
    const context = standardContext();
    const values = l.read(l.m, 32, 16, false);
    const to = halfFormat(x.fpscr);
    l.write(
      l.d,
      values.map(v => convert(context, F32, to, v)),
      16,
    );
    x.raise(context.flags);
    return 0;
  },
  vcvtFromHalf: (x, argument) => {
    const l = new Lanes(x, argument);
    const context = standardContext();
    const values = l.read(l.m, 16, 8, false);
    const from = halfFormat(x.fpscr);
    l.write(
      l.d,
      values.map(v => convert(context, from, F32, v)),
      32,
    );
    x.raise(context.flags);
    return 0;
  },
};

export const SIMD_FLOAT = withQuick(EXACT);
