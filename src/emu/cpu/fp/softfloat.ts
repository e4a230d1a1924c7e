// IEEE 754 arithmetic with every rounding mode and flag of the ARM architecture (ARM DDI 0406C A2.7), for the cases that
// the fast paths of generated code leave out. Exact: numbers are integers times powers of two, rounded once.

/** Bits of FPSCR. */
export const FPSCR = {
  IOC: 1,
  DZC: 2,
  OFC: 4,
  UFC: 8,
  IXC: 16,
  IDC: 128,
  FZ: 1 << 24,
  DN: 1 << 25,
  AHP: 1 << 26,
} as const;
/** FPSCR.RMode: to nearest (even), towards +infinity, -infinity, zero. */
export const ROUND = { NEAREST: 0, UP: 1, DOWN: 2, ZERO: 3, /** not in FPSCR */ NEAREST_AWAY: 4 } as const;

/** A binary interchange format. */
export interface Format {
  readonly bits: bigint;
  /** Bits of the fraction. */
  readonly fraction: bigint;
  readonly bias: bigint;
  readonly maxExponent: bigint;
  /** The alternative half precision has no infinities and NaNs. */
  readonly finite?: true;
}
const format = (bits: bigint, fraction: bigint): Format => {
  const exponentBits = bits - 1n - fraction;
  return { bits, fraction, bias: (1n << (exponentBits - 1n)) - 1n, maxExponent: (1n << exponentBits) - 1n };
};
export const F16 = format(16n, 10n);
export const F16_ALTERNATIVE: Format = { ...F16, finite: true };
export const F32 = format(32n, 23n);
export const F64 = format(64n, 52n);

/** What an operation reads and collects. */
export interface Context {
  readonly rounding: number;
  readonly flushToZero: boolean;
  readonly defaultNan: boolean;
  /** Cumulative flags raised. */
  flags: number;
}

export const contextOf = (fpscr: number): Context => ({
  rounding: (fpscr >>> 22) & 3,
  flushToZero: (fpscr & FPSCR.FZ) !== 0,
  defaultNan: (fpscr & FPSCR.DN) !== 0,
  flags: 0,
});
/** "Standard FPSCR" of Advanced SIMD: nearest, flush to zero, default NaN. */
export const standardContext = (): Context => ({ rounding: 0, flushToZero: true, defaultNan: true, flags: 0 });

/** A finite number is `significand * 2^exponent`. */
interface Unpacked {
  readonly kind: 'finite' | 'infinity' | 'quiet' | 'signaling';
  readonly sign: boolean;
  readonly significand: bigint;
  readonly exponent: bigint;
}

const signBit = (f: Format): bigint => 1n << (f.bits - 1n);
const infinity = (f: Format, sign: boolean): bigint => (sign ? signBit(f) : 0n) | (f.maxExponent << f.fraction);
const zero = (f: Format, sign: boolean): bigint => (sign ? signBit(f) : 0n);
const quietBit = (f: Format): bigint => 1n << (f.fraction - 1n);
export const defaultNan = (f: Format): bigint => (f.maxExponent << f.fraction) | quietBit(f);
/** The largest finite number. */
const largest = (f: Format, sign: boolean): bigint => infinity(f, sign) - 1n;

/** FPUnpack: denormals become zero with FZ, which is a flag of its own. Half precision is never flushed. */
function unpack(x: Context, f: Format, bits: bigint): Unpacked {
  const sign = (bits & signBit(f)) !== 0n;
  const exponent = (bits >> f.fraction) & f.maxExponent;
  const fraction = bits & ((1n << f.fraction) - 1n);
  if (exponent === f.maxExponent && !f.finite) {
    const kind = fraction === 0n ? 'infinity' : fraction & quietBit(f) ? 'quiet' : 'signaling';
    return { kind, sign, significand: 0n, exponent: 0n };
  }
  if (exponent === 0n) {
    if (fraction !== 0n && x.flushToZero && f.bits !== 16n) {
      x.flags |= FPSCR.IDC;
      return { kind: 'finite', sign, significand: 0n, exponent: 0n };
    }
    return { kind: 'finite', sign, significand: fraction, exponent: 1n - f.bias - f.fraction };
  }
  return { kind: 'finite', sign, significand: fraction | (1n << f.fraction), exponent: exponent - f.bias - f.fraction };
}

const isNan = (u: Unpacked): boolean => u.kind === 'quiet' || u.kind === 'signaling';

/** FPProcessNaNs: the first signaling operand, else the first quiet one, made quiet. Undefined when there is none. */
function propagate(x: Context, f: Format, operands: readonly (readonly [Unpacked, bigint])[]): bigint | undefined {
  const chosen = operands.find(([u]) => u.kind === 'signaling') ?? operands.find(([u]) => u.kind === 'quiet');
  if (!chosen) return undefined;
  if (chosen[0].kind === 'signaling') x.flags |= FPSCR.IOC;
  return x.defaultNan ? defaultNan(f) : chosen[1] | quietBit(f);
}

function invalid(x: Context, f: Format): bigint {
  x.flags |= FPSCR.IOC;
  return defaultNan(f);
}

const bitLength = (v: bigint): bigint => BigInt(v === 0n ? 0 : v.toString(2).length);

/** Whether a discarded part rounds the magnitude up. `rest` of `2^shift`; `odd`: the kept part is odd. */
function roundsUp(rounding: number, sign: boolean, rest: bigint, shift: bigint, odd: boolean): boolean {
  if (rest === 0n) return false;
  const half = 1n << (shift - 1n);
  switch (rounding) {
    case ROUND.NEAREST:
      return rest > half || (rest === half && odd);
    case ROUND.NEAREST_AWAY:
      return rest >= half;
    case ROUND.UP:
      return !sign;
    case ROUND.DOWN:
      return sign;
    default:
      return false;
  }
}

/** FPRound: `significand * 2^exponent` (significand positive) to a format. `sticky`: a little more than that. */
function round(x: Context, f: Format, sign: boolean, significand: bigint, exponent: bigint, sticky = false): bigint {
  // Two more bits keep `sticky` below half of anything that is discarded.
  let m = (significand << 2n) | (sticky ? 1n : 0n);
  let e = exponent - 2n;
  const leading = e + bitLength(m) - 1n;
  const least = 1n - f.bias;
  if (leading < least && x.flushToZero && f.bits !== 16n) {
    x.flags |= FPSCR.UFC;
    return zero(f, sign);
  }
  // Exponent of the last bit that is kept.
  const last = (leading < least ? least : leading) - f.fraction;
  const shift = last - e;
  if (shift <= 0n) {
    m <<= -shift;
    e = last;
  }
  const rest = shift > 0n ? m & ((1n << shift) - 1n) : 0n;
  let kept = shift > 0n ? m >> shift : m;
  if (rest !== 0n && leading < least) x.flags |= FPSCR.UFC;
  if (roundsUp(x.rounding, sign, rest, shift, (kept & 1n) !== 0n)) kept += 1n;
  let result = kept;
  if (kept >= 1n << f.fraction) result = kept + ((last + f.fraction + f.bias - 1n) << f.fraction);
  const limit = f.finite ? (f.maxExponent + 1n) << f.fraction : f.maxExponent << f.fraction;
  if (result >= limit) {
    if (f.finite) {
      x.flags |= FPSCR.IOC;
      return (sign ? signBit(f) : 0n) | (limit - 1n);
    }
    x.flags |= FPSCR.OFC | FPSCR.IXC;
    const toInfinity =
      x.rounding === ROUND.NEAREST ||
      x.rounding === ROUND.NEAREST_AWAY ||
      (x.rounding === ROUND.UP && !sign) ||
      (x.rounding === ROUND.DOWN && sign);
    return toInfinity ? infinity(f, sign) : largest(f, sign);
  }
  if (rest !== 0n) x.flags |= FPSCR.IXC;
  return (sign ? signBit(f) : 0n) | result;
}

/** Sum of two signed finite numbers, rounded. Zero from unlike signs is negative only when rounding down. */
function roundSum(x: Context, f: Format, a: Unpacked, b: Unpacked): bigint {
  if (a.significand === 0n && b.significand === 0n && a.sign === b.sign) return zero(f, a.sign);
  const e = a.exponent < b.exponent ? a.exponent : b.exponent;
  const value = (u: Unpacked): bigint => (u.sign ? -u.significand : u.significand) << (u.exponent - e);
  const sum = (a.significand === 0n ? 0n : value(a)) + (b.significand === 0n ? 0n : value(b));
  if (sum === 0n) return zero(f, x.rounding === ROUND.DOWN);
  return round(x, f, sum < 0n, sum < 0n ? -sum : sum, e);
}

export function add(x: Context, f: Format, a: bigint, b: bigint, subtract = false): bigint {
  const ua = unpack(x, f, a);
  const ub = unpack(x, f, b);
  const nan = propagate(x, f, [[ua, a], [ub, b]]); // prettier-ignore
  if (nan !== undefined) return nan;
  const sb = subtract ? !ub.sign : ub.sign;
  if (ua.kind === 'infinity') return ub.kind === 'infinity' && sb !== ua.sign ? invalid(x, f) : infinity(f, ua.sign);
  if (ub.kind === 'infinity') return infinity(f, sb);
  return roundSum(x, f, ua, { ...ub, sign: sb });
}

export function multiply(x: Context, f: Format, a: bigint, b: bigint): bigint {
  const ua = unpack(x, f, a);
  const ub = unpack(x, f, b);
  const nan = propagate(x, f, [[ua, a], [ub, b]]); // prettier-ignore
  if (nan !== undefined) return nan;
  const sign = ua.sign !== ub.sign;
  if (ua.kind === 'infinity' || ub.kind === 'infinity') {
    const other = ua.kind === 'infinity' ? ub : ua;
    return other.kind === 'finite' && other.significand === 0n ? invalid(x, f) : infinity(f, sign);
  }
  const product = ua.significand * ub.significand;
  return product === 0n ? zero(f, sign) : round(x, f, sign, product, ua.exponent + ub.exponent);
}

/** a * b + c with one rounding (FPMulAdd). */
export function multiplyAdd(x: Context, f: Format, a: bigint, b: bigint, c: bigint): bigint {
  const ua = unpack(x, f, a);
  const ub = unpack(x, f, b);
  const uc = unpack(x, f, c);
  const isZero = (u: Unpacked): boolean => u.kind === 'finite' && u.significand === 0n;
  const invalidProduct = (ua.kind === 'infinity' && isZero(ub)) || (isZero(ua) && ub.kind === 'infinity');
  const nan = propagate(x, f, [[uc, c], [ua, a], [ub, b]]); // prettier-ignore
  // A quiet addend does not hide an invalid product.
  if (uc.kind === 'quiet' && invalidProduct) return invalid(x, f);
  if (nan !== undefined) return nan;
  const sign = ua.sign !== ub.sign;
  const infiniteProduct = ua.kind === 'infinity' || ub.kind === 'infinity';
  if (invalidProduct || (uc.kind === 'infinity' && infiniteProduct && sign !== uc.sign)) return invalid(x, f);
  if (uc.kind === 'infinity') return infinity(f, uc.sign);
  if (infiniteProduct) return infinity(f, sign);
  const product: Unpacked = {
    kind: 'finite',
    sign,
    significand: ua.significand * ub.significand,
    exponent: ua.exponent + ub.exponent,
  };
  return roundSum(x, f, product, uc);
}

export function divide(x: Context, f: Format, a: bigint, b: bigint): bigint {
  const ua = unpack(x, f, a);
  const ub = unpack(x, f, b);
  const nan = propagate(x, f, [[ua, a], [ub, b]]); // prettier-ignore
  if (nan !== undefined) return nan;
  const sign = ua.sign !== ub.sign;
  if (ua.kind === 'infinity') return ub.kind === 'infinity' ? invalid(x, f) : infinity(f, sign);
  if (ub.kind === 'infinity') return zero(f, sign);
  if (ub.significand === 0n) {
    if (ua.significand === 0n) return invalid(x, f);
    x.flags |= FPSCR.DZC;
    return infinity(f, sign);
  }
  if (ua.significand === 0n) return zero(f, sign);
  const scale = f.bits * 2n; // enough quotient bits for denormal operands too
  const numerator = ua.significand << scale;
  const quotient = numerator / ub.significand;
  return round(x, f, sign, quotient, ua.exponent - ub.exponent - scale, quotient * ub.significand !== numerator);
}

function integerSqrt(n: bigint): bigint {
  let r = 1n << ((bitLength(n) + 1n) / 2n);
  for (;;) {
    const next = (r + n / r) >> 1n;
    if (next >= r) return r;
    r = next;
  }
}

export function squareRoot(x: Context, f: Format, a: bigint): bigint {
  const u = unpack(x, f, a);
  const nan = propagate(x, f, [[u, a]]);
  if (nan !== undefined) return nan;
  if (u.kind === 'finite' && u.significand === 0n) return zero(f, u.sign);
  if (u.sign) return invalid(x, f);
  if (u.kind === 'infinity') return infinity(f, false);
  let m = u.significand << (f.bits * 2n);
  let e = u.exponent - f.bits * 2n;
  if (e & 1n) {
    m <<= 1n;
    e -= 1n;
  }
  const root = integerSqrt(m);
  return round(x, f, false, root, e / 2n, root * root !== m);
}

/** FPCompare: NZCV in bits 3:0. `signalQuiet`: VCMPE, quiet NaNs are invalid too. */
export function compare(x: Context, f: Format, a: bigint, b: bigint, signalQuiet: boolean): number {
  const ua = unpack(x, f, a);
  const ub = unpack(x, f, b);
  if (isNan(ua) || isNan(ub)) {
    if (ua.kind === 'signaling' || ub.kind === 'signaling' || signalQuiet) x.flags |= FPSCR.IOC;
    return 0b0011;
  }
  const order = orderOf(ua, ub);
  return order === 0 ? 0b0110 : order < 0 ? 0b1000 : 0b0010;
}

function orderOf(a: Unpacked, b: Unpacked): number {
  const signed = (u: Unpacked): bigint => (u.sign ? -u.significand : u.significand);
  if (a.kind === 'infinity' || b.kind === 'infinity') {
    const rank = (u: Unpacked): number => (u.kind === 'infinity' ? (u.sign ? -1 : 1) : 0);
    return rank(a) - rank(b);
  }
  const e = a.exponent < b.exponent ? a.exponent : b.exponent;
  const d = (signed(a) << (a.exponent - e)) - (signed(b) << (b.exponent - e));
  return d < 0n ? -1 : d > 0n ? 1 : 0;
}

/** Between formats (FPDoubleToSingle, FPSingleToHalf, ...). */
export function convert(x: Context, from: Format, to: Format, a: bigint): bigint {
  const u = unpack(x, from, a);
  if (isNan(u)) {
    if (u.kind === 'signaling' || to.finite) x.flags |= FPSCR.IOC;
    if (to.finite) return zero(to, u.sign);
    if (x.defaultNan) return defaultNan(to);
    const payload = a & ((1n << from.fraction) - 1n);
    const moved =
      to.fraction >= from.fraction
        ? payload << (to.fraction - from.fraction)
        : payload >> (from.fraction - to.fraction);
    return infinity(to, u.sign) | quietBit(to) | moved;
  }
  if (u.kind === 'infinity') {
    if (!to.finite) return infinity(to, u.sign);
    x.flags |= FPSCR.IOC;
    return (u.sign ? signBit(to) : 0n) | (((to.maxExponent + 1n) << to.fraction) - 1n);
  }
  return u.significand === 0n ? zero(to, u.sign) : round(x, to, u.sign, u.significand, u.exponent);
}

/** FPToFixed: to an integer of `bits` with `fractionBits`, saturating. */
export function toFixed(
  x: Context,
  f: Format,
  a: bigint,
  bits: bigint,
  unsigned: boolean,
  fractionBits: bigint,
  rounding: number,
): bigint {
  const u = unpack(x, f, a);
  const max = unsigned ? (1n << bits) - 1n : (1n << (bits - 1n)) - 1n;
  const min = unsigned ? 0n : -(1n << (bits - 1n));
  if (isNan(u)) {
    x.flags |= FPSCR.IOC;
    return 0n;
  }
  const saturated = (): bigint => {
    x.flags |= FPSCR.IOC;
    return u.sign ? min : max;
  };
  if (u.kind === 'infinity') return saturated();
  if (u.significand === 0n) return 0n;
  const shift = -(u.exponent + fractionBits);
  if (-shift > 128n) return saturated(); // far outside, whatever the digits
  const rest = shift > 0n ? u.significand & ((1n << shift) - 1n) : 0n;
  let magnitude = shift > 0n ? u.significand >> shift : u.significand << -shift;
  if (roundsUp(rounding, u.sign, rest, shift, (magnitude & 1n) !== 0n)) magnitude += 1n;
  const value = u.sign ? -magnitude : magnitude;
  if (value > max || value < min) return saturated();
  if (rest !== 0n) x.flags |= FPSCR.IXC;
  return value;
}

/** FixedToFP. */
export function fromFixed(x: Context, f: Format, value: bigint, fractionBits: bigint): bigint {
  if (value === 0n) return 0n;
  return round(x, f, value < 0n, value < 0n ? -value : value, -fractionBits);
}

/** FPMax and FPMin of Advanced SIMD: NaN when an operand is; -0 is below +0. */
export function extreme(x: Context, f: Format, a: bigint, b: bigint, max: boolean): bigint {
  const ua = unpack(x, f, a);
  const ub = unpack(x, f, b);
  const nan = propagate(x, f, [[ua, a], [ub, b]]); // prettier-ignore
  if (nan !== undefined) return nan;
  let order = orderOf(ua, ub);
  if (order === 0 && ua.sign !== ub.sign) order = ua.sign ? -1 : 1;
  const first = max ? order >= 0 : order <= 0;
  const u = first ? ua : ub;
  return u.kind === 'finite' && u.significand === 0n ? zero(f, u.sign) : first ? a : b;
}

export {
  unpack as unpackForEstimates,
  zero as zeroOf,
  infinity as infinityOf,
  invalid as invalidOf,
  propagate as propagateNan,
  isNan,
};
