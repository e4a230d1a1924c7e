// Binary interchange formats of IEEE 754 and the numbers in them, with what FPSCR says of reading and writing them
// (ARM DDI 0406C A2.7). Numbers are integers times powers of two, so everything built on them is exact and rounded once.

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
export interface Unpacked {
  readonly kind: 'finite' | 'infinity' | 'quiet' | 'signaling';
  readonly sign: boolean;
  readonly significand: bigint;
  readonly exponent: bigint;
}

export const signBit = (f: Format): bigint => 1n << (f.bits - 1n);
export const infinity = (f: Format, sign: boolean): bigint => (sign ? signBit(f) : 0n) | (f.maxExponent << f.fraction);
export const zero = (f: Format, sign: boolean): bigint => (sign ? signBit(f) : 0n);
export const quietBit = (f: Format): bigint => 1n << (f.fraction - 1n);
export const defaultNan = (f: Format): bigint => (f.maxExponent << f.fraction) | quietBit(f);
/** The largest finite number. */
export const largest = (f: Format, sign: boolean): bigint => infinity(f, sign) - 1n;

/** FPUnpack: denormals become zero with FZ, which is a flag of its own. Half precision is never flushed. */
export function unpack(x: Context, f: Format, bits: bigint): Unpacked {
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

export const isNan = (u: Unpacked): boolean => u.kind === 'quiet' || u.kind === 'signaling';
export const isZero = (u: Unpacked): boolean => u.kind === 'finite' && u.significand === 0n;

/** FPProcessNaNs: the first signaling operand, else the first quiet one, made quiet. Undefined when there is none. */
export function propagateNan(
  x: Context,
  f: Format,
  operands: readonly (readonly [Unpacked, bigint])[],
): bigint | undefined {
  const chosen = operands.find(([u]) => u.kind === 'signaling') ?? operands.find(([u]) => u.kind === 'quiet');
  if (!chosen) return undefined;
  if (chosen[0].kind === 'signaling') x.flags |= FPSCR.IOC;
  return x.defaultNan ? defaultNan(f) : chosen[1] | quietBit(f);
}

/** The result of an invalid operation. */
export function invalid(x: Context, f: Format): bigint {
  x.flags |= FPSCR.IOC;
  return defaultNan(f);
}
