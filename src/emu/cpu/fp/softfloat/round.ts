// Rounding: from an exact number to the nearest one of a format, with the flags that this raises (FPRound).
import { type Context, type Format, FPSCR, infinity, largest, ROUND, signBit, type Unpacked, zero } from './format';

export function bitLength(v: bigint): bigint {
  let length = 0n;
  let rest = v;
  for (; rest >> 64n; rest >>= 64n) length += 64n;
  const high = Number(rest >> 32n);
  return length + BigInt(high ? 64 - Math.clz32(high) : 32 - Math.clz32(Number(rest)));
}

/** Whether a discarded part rounds the magnitude up. `rest` of `2^shift`; `odd`: the kept part is odd. */
export function roundsUp(rounding: number, sign: boolean, rest: bigint, shift: bigint, odd: boolean): boolean {
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
export function round(
  x: Context,
  f: Format,
  sign: boolean,
  significand: bigint,
  exponent: bigint,
  sticky = false,
): bigint {
  // Two more bits keep `sticky` below half of anything that is discarded.
  const m = (significand << 2n) | (sticky ? 1n : 0n);
  const e = exponent - 2n;
  const leading = e + bitLength(m) - 1n;
  const least = 1n - f.bias;
  const tiny = leading < least;
  if (tiny && x.flushToZero && f.bits !== 16n) {
    x.flags |= FPSCR.UFC;
    return zero(f, sign);
  }
  // Exponent of the last bit that is kept.
  const last = (tiny ? least : leading) - f.fraction;
  const shift = last - e;
  const rest = shift > 0n ? m & ((1n << shift) - 1n) : 0n;
  let kept = shift > 0n ? m >> shift : m << -shift;
  if (rest !== 0n && tiny) x.flags |= FPSCR.UFC;
  if (roundsUp(x.rounding, sign, rest, shift, (kept & 1n) !== 0n)) kept += 1n;
  // A carry into the leading bit is a carry into the exponent, where it belongs.
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
export function roundSum(x: Context, f: Format, a: Unpacked, b: Unpacked): bigint {
  if (a.significand === 0n && b.significand === 0n && a.sign === b.sign) return zero(f, a.sign);
  const e = a.exponent < b.exponent ? a.exponent : b.exponent;
  const value = (u: Unpacked): bigint => (u.sign ? -u.significand : u.significand) << (u.exponent - e);
  const sum = (a.significand === 0n ? 0n : value(a)) + (b.significand === 0n ? 0n : value(b));
  if (sum === 0n) return zero(f, x.rounding === ROUND.DOWN);
  return round(x, f, sum < 0n, sum < 0n ? -sum : sum, e);
}
