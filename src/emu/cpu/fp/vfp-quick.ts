// The common cases of VFP helpers on the host's numbers (see quick.ts): each tells whether it did all, flags included.
import { HELPER_OPTION, type VFP_HELPERS } from '../../codegen/helpers';
import { destination, first, has, second } from './argument';
import { type QuickArithmetic, QuickDouble, QuickSingle, SMALLEST_DOUBLE, SMALLEST_SINGLE } from './quick';
import type { ExtensionRegisters } from './registers';
import { FPSCR } from './softfloat/format';

type Quick = (x: ExtensionRegisters, argument: number) => boolean;

const double = new QuickDouble();
const single = new QuickSingle();
const RMODE = 3 << 22;

const toNearest = (x: ExtensionRegisters): boolean => (x.fpscr & RMODE) === 0;

/** A register as a number. */
const number = (x: ExtensionRegisters, isDouble: boolean, n: number): number =>
  isDouble ? x.doubles[n >> 1]! : x.singles[n]!;

/** Whether FPSCR.FZ makes a zero of the number. */
const flushed = (x: ExtensionRegisters, isDouble: boolean, v: number): boolean =>
  (x.fpscr & FPSCR.FZ) !== 0 && v !== 0 && Math.abs(v) < (isDouble ? SMALLEST_DOUBLE : SMALLEST_SINGLE);

function write(x: ExtensionRegisters, isDouble: boolean, n: number, v: number, inexact: boolean): true {
  if (isDouble) x.doubles[n >> 1] = v;
  else x.singles[n] = v;
  if (inexact) x.raise(FPSCR.IXC);
  return true;
}

type Compute = (q: QuickArithmetic, n: number, m: number, d: number) => number;

/** `compute` for an argument, on registers as numbers. */
const arithmetic =
  (compute: (argument: number) => Compute): Quick =>
  (x, argument) => {
    if (!toNearest(x)) return false;
    const isDouble = has(argument, HELPER_OPTION.DOUBLE);
    const n = number(x, isDouble, first(argument));
    const m = number(x, isDouble, second(argument));
    const d = number(x, isDouble, destination(argument));
    if (flushed(x, isDouble, n) || flushed(x, isDouble, m) || flushed(x, isDouble, d)) return false;
    const q = isDouble ? double : single;
    q.inexact = false;
    const r = compute(argument)(q, n, m, d);
    if (Number.isNaN(r) || flushed(x, isDouble, r)) return false;
    return write(x, isDouble, destination(argument), r, q.inexact);
  };

const negatesProduct = (argument: number): boolean => has(argument, HELPER_OPTION.NEGATE_PRODUCT);
const negatesAddend = (argument: number): boolean => has(argument, HELPER_OPTION.NEGATE_ADDEND);

const multiplyAccumulate = (argument: number): Compute => {
  const product = negatesProduct(argument) ? -1 : 1;
  const addend = negatesAddend(argument) ? -1 : 1;
  return (q, n, m, d) => q.add(addend * d, product * q.multiply(n, m));
};
const fusedMultiplyAdd = (argument: number): Compute => {
  const product = negatesProduct(argument) ? -1 : 1;
  const addend = negatesAddend(argument) ? -1 : 1;
  return (q, n, m, d) => q.multiplyAdd(product * n, m, addend * d);
};

/** Numbers and FZ: NaNs are left to exact arithmetic. */
const compare: Quick = (x, argument) => {
  const isDouble = has(argument, HELPER_OPTION.DOUBLE);
  const d = number(x, isDouble, destination(argument));
  const m = has(argument, HELPER_OPTION.WITH_ZERO) ? 0 : number(x, isDouble, second(argument));
  if (Number.isNaN(d) || Number.isNaN(m) || flushed(x, isDouble, d) || flushed(x, isDouble, m)) return false;
  x.setComparison(d === m ? 0b0110 : d < m ? 0b1000 : 0b0010);
  return true;
};

const convertPrecision: Quick = (x, argument) => {
  const narrows = has(argument, HELPER_OPTION.DOUBLE);
  const m = number(x, narrows, second(argument));
  if (Number.isNaN(m) || flushed(x, narrows, m)) return false;
  if (!narrows) return write(x, true, destination(argument), m, false);
  if (!toNearest(x)) return false;
  single.inexact = false;
  const r = single.round(m, false);
  return !Number.isNaN(r) && write(x, false, destination(argument), r, single.inexact);
};

/** To the nearest integer, the even one of two: adding this leaves no room for a fraction. */
const NO_FRACTION = 1.5 * 2 ** 52;

const toInteger: Quick = (x, argument) => {
  const rounds = has(argument, HELPER_OPTION.ROUND);
  if (rounds && !toNearest(x)) return false;
  const isDouble = has(argument, HELPER_OPTION.DOUBLE);
  const m = number(x, isDouble, second(argument));
  // Limits below which rounding cannot leave the range, in either direction; NaN is outside.
  const [least, most] = has(argument, HELPER_OPTION.UNSIGNED) ? [0, 2 ** 32 - 1] : [-(2 ** 31), 2 ** 31 - 1];
  if (!(m >= least && m <= most) || flushed(x, isDouble, m)) return false;
  const whole = rounds ? m + NO_FRACTION - NO_FRACTION : Math.trunc(m);
  x.words[destination(argument)] = whole;
  if (whole !== m) x.raise(FPSCR.IXC);
  return true;
};

const fromInteger: Quick = (x, argument) => {
  if (!toNearest(x) || has(argument, HELPER_OPTION.DOUBLE)) return false;
  const word = x.words[second(argument)]!;
  const value = has(argument, HELPER_OPTION.UNSIGNED) ? word : word | 0;
  const r = Math.fround(value);
  return write(x, false, destination(argument), r, r !== value);
};

export const QUICK_VFP: Readonly<Partial<Record<(typeof VFP_HELPERS)[number], Quick>>> = {
  add: arithmetic(() => (q, n, m) => q.add(n, m)),
  subtract: arithmetic(() => (q, n, m) => q.add(n, -m)),
  multiply: arithmetic(argument => (q, n, m) => (negatesProduct(argument) ? -1 : 1) * q.multiply(n, m)),
  divide: arithmetic(() => (q, n, m) => q.divide(n, m)),
  squareRoot: arithmetic(() => (q, _, m) => q.squareRoot(m)),
  multiplyAccumulate: arithmetic(multiplyAccumulate),
  fusedMultiplyAdd: arithmetic(fusedMultiplyAdd),
  compare,
  convertPrecision,
  toInteger,
  fromInteger,
};
