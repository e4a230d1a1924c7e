// Conversion between formats, and from and to integers and fixed point.
import {
  type Context,
  defaultNan,
  type Format,
  FPSCR,
  infinity,
  isNan,
  quietBit,
  signBit,
  unpack,
  zero,
} from './format';
import { round, roundsUp } from './round';

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
