// Arithmetic on the host's numbers for the common cases that generated code leaves out: rounding to nearest with normal
// operands and results, where only the inexact flag remains to be found. Error-free transformations find it: they yield
// the rounding error of an operation as a number (T. J. Dekker 1971; D. E. Knuth, TAOCP 4.2.2).

/** Doubles whose products and quotients, and the errors of these, are far from overflow and underflow. */
const LEAST = 2 ** -400;
const MOST = 2 ** 400;
const inRange = (v: number): boolean => v === 0 || (Math.abs(v) > LEAST && Math.abs(v) < MOST);

/** The rounding error of `r`, the rounded sum of a and b: a + b = r + error. */
export function sumError(a: number, b: number, r: number): number {
  const part = r - a;
  return a - (r - part) + (b - part);
}

/** Splits a double in halves of 26 bits. */
const SPLITTER = 2 ** 27 + 1;
function high(v: number): number {
  const t = SPLITTER * v;
  return t - (t - v);
}

/** The rounding error of `r`, the rounded product of a and b in range. */
export function productError(a: number, b: number, r: number): number {
  const ah = high(a);
  const bh = high(b);
  const al = a - ah;
  const bl = b - bh;
  return al * bl - (r - ah * bh - al * bh - ah * bl);
}

const pattern = new DataView(new ArrayBuffer(8));

/** The odd one of the two doubles around a number that is `v` and a little: v itself, or its neighbour there. */
function oddNeighbour(v: number, larger: boolean): number {
  pattern.setFloat64(0, v);
  const low = pattern.getUint32(4);
  if (low & 1) return v;
  pattern.setUint32(4, larger ? low + 1 : low - 1);
  if (!larger && low === 0) pattern.setUint32(0, pattern.getUint32(0) - 1);
  return pattern.getFloat64(0);
}

/** Operations that yield a rounded result; NaN where they cannot tell all. */
export interface QuickArithmetic {
  /** Set by results that are not exact, never cleared by an operation. */
  inexact: boolean;
  add(a: number, b: number): number;
  multiply(a: number, b: number): number;
  divide(a: number, b: number): number;
  squareRoot(a: number): number;
  /** a * b + c. */
  multiplyAdd(a: number, b: number, c: number): number;
}

/** Double precision. */
export class QuickDouble implements QuickArithmetic {
  inexact = false;

  /** Every finite sum; denormal ones are exact. */
  add(a: number, b: number): number {
    const r = a + b;
    if (!(Math.abs(r) < Infinity)) return NaN;
    if (sumError(a, b, r) !== 0) this.inexact = true;
    return r;
  }

  multiply(a: number, b: number): number {
    if (!inRange(a) || !inRange(b)) return NaN;
    const r = a * b;
    if (productError(a, b, r) !== 0) this.inexact = true;
    return r;
  }

  divide(a: number, b: number): number {
    if (!inRange(a) || !inRange(b) || b === 0) return NaN;
    const r = a / b;
    const back = r * b;
    if (back !== a || productError(r, b, back) !== 0) this.inexact = true;
    return r;
  }

  squareRoot(a: number): number {
    if (!inRange(a) || a < 0) return NaN;
    const r = Math.sqrt(a);
    const back = r * r;
    if (back !== a || productError(r, r, back) !== 0) this.inexact = true;
    return r;
  }

  /** S. Boldo and G. Melquiond 2008: the low parts are summed to odd, so that the last rounding is the only one. */
  multiplyAdd(a: number, b: number, c: number): number {
    const product = a * b;
    if (!inRange(a) || !inRange(b) || !inRange(c) || !inRange(product)) return NaN;
    if (product === 0) return this.add(product, c);
    const low = productError(a, b, product);
    const t = c + low;
    const s = product + t;
    const a1 = sumError(c, low, t);
    const a2 = sumError(product, t, s);
    const rest = a1 + a2;
    const error = sumError(a1, a2, rest);
    const odd = error === 0 ? rest : oddNeighbour(rest, error > 0 === rest > 0);
    const r = s + odd;
    if (error !== 0 || sumError(s, odd, r) !== 0) this.inexact = true;
    return r;
  }
}

/** Smallest normal numbers. */
export const SMALLEST_DOUBLE = 2 ** -1022;
export const SMALLEST_SINGLE = 2 ** -126;

/** Single precision, on doubles: these hold products and have room enough that rounding twice makes no difference. */
export class QuickSingle implements QuickArithmetic {
  inexact = false;

  /** Rounds a double, which may be inexact itself. */
  round(v: number, wasInexact: boolean): number {
    const r = Math.fround(v);
    const magnitude = Math.abs(r);
    // Equality may be an underflow that was rounded up.
    if (!(magnitude < Infinity) || (magnitude <= SMALLEST_SINGLE && v !== 0)) return NaN;
    if (wasInexact || r !== v) this.inexact = true;
    return r;
  }

  add(a: number, b: number): number {
    const sum = a + b;
    return this.round(sum, sumError(a, b, sum) !== 0);
  }

  multiply(a: number, b: number): number {
    return this.round(a * b, false);
  }

  divide(a: number, b: number): number {
    if (b === 0 || Math.abs(b) === Infinity) return NaN;
    const quotient = a / b;
    const r = Math.fround(quotient);
    return this.round(quotient, r * b !== a);
  }

  squareRoot(a: number): number {
    const root = Math.sqrt(a);
    const r = Math.fround(root);
    return this.round(root, r * r !== a);
  }

  /** The product is exact; the sum is rounded to odd before it is rounded. */
  multiplyAdd(a: number, b: number, c: number): number {
    const product = a * b;
    const sum = product + c;
    const error = sumError(product, c, sum);
    return this.round(error === 0 ? sum : oddNeighbour(sum, error > 0 === sum > 0), error !== 0);
  }
}
