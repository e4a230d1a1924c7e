// Comparison, maximum and minimum (FPCompare, FPMax, FPMin).
import { type Context, type Format, FPSCR, isNan, isZero, propagateNan, type Unpacked, unpack, zero } from './format';

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

/** FPMax and FPMin of Advanced SIMD: NaN when an operand is; -0 is below +0. */
export function extreme(x: Context, f: Format, a: bigint, b: bigint, max: boolean): bigint {
  const ua = unpack(x, f, a);
  const ub = unpack(x, f, b);
  const nan = propagateNan(x, f, [[ua, a], [ub, b]]); // prettier-ignore
  if (nan !== undefined) return nan;
  let order = orderOf(ua, ub);
  if (order === 0 && ua.sign !== ub.sign) order = ua.sign ? -1 : 1;
  const first = max ? order >= 0 : order <= 0;
  const u = first ? ua : ub;
  return isZero(u) ? zero(f, u.sign) : first ? a : b;
}
