// Single-precision vectors in v128 instructions, where the standard FPSCR (flush to zero, default NaN, to nearest; ARM DDI
// 0406C A2.7.2) makes no difference: all operands and results normal, or zero for good reason.
import type { HelperName } from '../helpers';
import { CPU } from '../layout';
import { FPSCR, type Semantics } from '../semantics';
import { and, c, eqz, simd, type Value } from '../value';
import { vAndNot, vBit, vCompare, vOr, vSplat, vSub, ZERO } from '../vector';
import { I32, V128 } from '../wasm';
import type { GiveUp } from './vfp-arithmetic';

const f32 =
  (offset: number) =>
  (a: Value, b: Value): Value =>
    simd(offset, V128, a, b);
const [fEq, fGt, fGe, fAdd, fSub, fMul, fMin, fMax] = [0x41, 0x44, 0x46, 0xe4, 0xe5, 0xe6, 0xe8, 0xe9].map(f32) as [
  Binary, Binary, Binary, Binary, Binary, Binary, Binary, Binary,
]; // prettier-ignore
type Binary = (a: Value, b: Value) => Value;

const SIGNS = vBit(2, 31);
const magnitude = (v: Value): Value => vAndNot(v, SIGNS);
const allTrue = (mask: Value): Value => simd(0xa3, I32, mask);
const word = (n: number): Value => vSplat(2, c(n));
const INFINITY = 0x7f800000;
const SMALLEST = 0x00800000;

/** Lanes whose magnitude is from `least` to the largest number. */
const normal = (v: Value, least = SMALLEST): Value =>
  vCompare('ltU', 2, vSub(2, magnitude(v), word(least)), word(INFINITY - least));
const zero = (v: Value): Value => vCompare('eq', 2, magnitude(v), ZERO);

/** What lanes the fast way can do, by what is computed. Operands are pinned. */
interface Fast {
  /** Sets the inexact flag when a result is rounded. */
  readonly rounds: boolean;
  readonly compute: (x: Semantics, a: Value, b: Value, old: Value, giveUp: GiveUp) => Value;
}

const numbers = (giveUp: GiveUp, ...values: Value[]): void => {
  for (const v of values) giveUp(eqz(allTrue(vOr(normal(v), zero(v)))));
};
/** The sum of numbers: exact where it is denormal, which would be flushed. */
function sum(x: Semantics, giveUp: GiveUp, r: Value): Value {
  const pinned = x.tmp(r);
  numbers(giveUp, pinned);
  return pinned;
}
/** A product: one that is the smallest normal number may have been rounded up to it. */
function product(x: Semantics, giveUp: GiveUp, a: Value, b: Value): Value {
  const r = x.tmp(fMul(a, b));
  giveUp(eqz(allTrue(vOr(normal(r, SMALLEST + 1), vOr(zero(a), zero(b))))));
  return r;
}
const binary = (rounds: boolean, f: (x: Semantics, giveUp: GiveUp, a: Value, b: Value) => Value): Fast => ({
  rounds,
  compute: (x, a, b, _old, giveUp) => {
    numbers(giveUp, a, b);
    return f(x, giveUp, a, b);
  },
});
const accumulate = (f: Binary): Fast => ({
  rounds: true,
  compute: (x, a, b, old, giveUp) => {
    const acc = x.tmp(old);
    numbers(giveUp, a, b, acc);
    return sum(x, giveUp, f(acc, product(x, giveUp, a, b)));
  },
});

const FAST: Readonly<Partial<Record<HelperName, Fast>>> = {
  vaddf: binary(true, (x, giveUp, a, b) => sum(x, giveUp, fAdd(a, b))),
  vsubf: binary(true, (x, giveUp, a, b) => sum(x, giveUp, fSub(a, b))),
  vabdf: binary(true, (x, giveUp, a, b) => magnitude(sum(x, giveUp, fSub(a, b)))),
  vmulf: binary(true, product),
  vmlaf: accumulate(fAdd),
  vmlsf: accumulate(fSub),
  vmaxf: binary(false, (_x, _giveUp, a, b) => fMax(a, b)),
  vminf: binary(false, (_x, _giveUp, a, b) => fMin(a, b)),
  vceqf: binary(false, (_x, _giveUp, a, b) => fEq(a, b)),
  vcgtf: binary(false, (_x, _giveUp, a, b) => fGt(a, b)),
  vcgef: binary(false, (_x, _giveUp, a, b) => fGe(a, b)),
  vacgtf: binary(false, (_x, _giveUp, a, b) => fGt(magnitude(a), magnitude(b))),
  vacgef: binary(false, (_x, _giveUp, a, b) => fGe(magnitude(a), magnitude(b))),
};

/** Whether there is a fast way for what a helper computes. */
export const hasFastWay = (helper: HelperName): boolean => helper in FAST;

/** Computes in v128 instructions, or gives up before anything has changed. */
export function fastVector(x: Semantics, helper: HelperName, a: Value, b: Value, old: Value, giveUp: GiveUp): Value {
  const { rounds, compute } = FAST[helper]!;
  if (rounds) giveUp(eqz(and(x.state(CPU.FPSCR), c(FPSCR.IXC))));
  return compute(x, a, b, old, giveUp);
}
