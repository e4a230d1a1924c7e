// Arithmetic with every rounding mode and flag of the ARM architecture (FPAdd, FPMul, FPMulAdd, FPDiv, FPSqrt).
import { type Context, type Format, FPSCR, infinity, invalid, isZero, propagateNan, type Unpacked, unpack, zero } from './format'; // prettier-ignore
import { bitLength, round, roundSum } from './round';

export function add(x: Context, f: Format, a: bigint, b: bigint, subtract = false): bigint {
  const ua = unpack(x, f, a);
  const ub = unpack(x, f, b);
  const nan = propagateNan(x, f, [[ua, a], [ub, b]]); // prettier-ignore
  if (nan !== undefined) return nan;
  const sb = subtract ? !ub.sign : ub.sign;
  if (ua.kind === 'infinity') return ub.kind === 'infinity' && sb !== ua.sign ? invalid(x, f) : infinity(f, ua.sign);
  if (ub.kind === 'infinity') return infinity(f, sb);
  return roundSum(x, f, ua, { ...ub, sign: sb });
}

export function multiply(x: Context, f: Format, a: bigint, b: bigint): bigint {
  const ua = unpack(x, f, a);
  const ub = unpack(x, f, b);
  const nan = propagateNan(x, f, [[ua, a], [ub, b]]); // prettier-ignore
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
  const invalidProduct = (ua.kind === 'infinity' && isZero(ub)) || (isZero(ua) && ub.kind === 'infinity');
  const nan = propagateNan(x, f, [[uc, c], [ua, a], [ub, b]]); // prettier-ignore
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
  const nan = propagateNan(x, f, [[ua, a], [ub, b]]); // prettier-ignore
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
  const nan = propagateNan(x, f, [[u, a]]);
  if (nan !== undefined) return nan;
  if (isZero(u)) return zero(f, u.sign);
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
