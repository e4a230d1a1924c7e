// Reciprocal and reciprocal square root estimates of eight bits (ARM DDI 0406C A2.7.5). Their tables are computed from
// numbers of few bits, so the arithmetic of doubles is exact enough to be what the manual says.
import {
  type Context,
  defaultNan,
  F32,
  FPSCR,
  infinity,
  invalid,
  isNan,
  isZero,
  propagateNan,
  unpack,
  zero,
} from './softfloat/format';

/** RecipEstimate: 0.5 <= a < 1; the result in units of 1/256. */
function reciprocal(a: number): number {
  const q = Math.floor(a * 512);
  return Math.floor((256 * 512) / (q + 0.5) + 0.5);
}

/** RSqrtEstimate: 0.25 <= a < 1; the result in units of 1/256. */
function reciprocalRoot(a: number): number {
  const unit = a < 0.5 ? 512 : 256;
  const q = Math.floor(a * unit);
  return Math.floor(256 / Math.sqrt((q + 0.5) / unit) + 0.5);
}

/** An estimate in [1, 2) as a fraction, with its exponent. */
const assemble = (sign: boolean, exponent: bigint, estimate: number): bigint =>
  zero(F32, sign) | (exponent << 23n) | (BigInt(estimate & 255) << 15n);

const fractionOf = (bits: bigint): number => Number(bits & 0x7fffffn) / 2 ** 23;
const exponentOf = (bits: bigint): bigint => (bits >> 23n) & 255n;

/** FPRecipEstimate. */
export function reciprocalEstimate(x: Context, bits: bigint): bigint {
  const u = unpack(x, F32, bits);
  const nan = propagateNan(x, F32, [[u, bits]]);
  if (nan !== undefined) return nan;
  if (u.kind === 'infinity') return zero(F32, u.sign);
  if (isZero(u)) {
    x.flags |= FPSCR.DZC;
    return infinity(F32, u.sign);
  }
  const exponent = exponentOf(bits);
  if (exponent >= 253n) {
    x.flags |= FPSCR.UFC;
    return zero(F32, u.sign);
  }
  return assemble(u.sign, 253n - exponent, reciprocal((1 + fractionOf(bits)) / 2));
}

/** FPRSqrtEstimate. */
export function reciprocalRootEstimate(x: Context, bits: bigint): bigint {
  const u = unpack(x, F32, bits);
  if (isNan(u)) return propagateNan(x, F32, [[u, bits]]) ?? defaultNan(F32);
  if (isZero(u)) {
    x.flags |= FPSCR.DZC;
    return infinity(F32, u.sign);
  }
  if (u.sign) return invalid(x, F32);
  if (u.kind === 'infinity') return zero(F32, false);
  const exponent = exponentOf(bits);
  const significand = 1 + fractionOf(bits);
  return assemble(false, (380n - exponent) >> 1n, reciprocalRoot(exponent & 1n ? significand / 4 : significand / 2));
}

/** UnsignedRecipEstimate and UnsignedRSqrtEstimate. */
export function unsignedEstimate(bits: bigint, root: boolean): bigint {
  const a = Number(bits) / 2 ** 32;
  if (a < (root ? 0.25 : 0.5)) return 0xffffffffn;
  return BigInt(root ? reciprocalRoot(a) : reciprocal(a)) << 23n;
}
