// Computations on the core's state that TypeScript makes for generated code: what is rare or has no counterpart in
// WebAssembly. Generated code knows them by their place in this list; src/emu/cpu/fp holds what they do.
import { c, or, shl, type Value } from './value';

/** Floating-point helpers; options are `HELPER_OPTION` bits. d, n and m as the encodings have them. */
export const VFP_HELPERS = [
  'add',
  'subtract',
  'multiply',
  'divide',
  'squareRoot',
  'multiplyAccumulate',
  'fusedMultiplyAdd',
  'compare',
  'convertPrecision',
  'toInteger',
  'fromInteger',
  'toFixed',
  'fromFixed',
  'toHalf',
  'fromHalf',
] as const;

/** Integer vectors; options are `SIMD_OPTION` bits. */
export const SIMD_INTEGER_HELPERS = [
  'vshl', 'vqshl', 'vrshl', 'vqrshl', 'vmulp', 'vqdmulh', 'vqrdmulh', 'vmullp', 'vqdmull', 'vqdmlal', 'vqdmlsl', 'vqshli',
  'vqshlui', 'vqshrn', 'vqrshrn', 'vcls', 'vclz', 'vqabs', 'vqneg',
] as const; // prettier-ignore

/** Vectors of single-precision numbers. */
export const SIMD_FLOAT_HELPERS = [
  'vaddf', 'vsubf', 'vmulf', 'vmlaf', 'vmlsf', 'vfmaf', 'vfmsf', 'vabdf', 'vceqf', 'vcgef', 'vcgtf', 'vacgef', 'vacgtf',
  'vmaxf', 'vminf', 'vrecpsf', 'vrsqrtsf', 'vpaddf', 'vpmaxf', 'vpminf', 'vceq0f', 'vcge0f', 'vcgt0f', 'vcle0f', 'vclt0f',
  'vrecpe', 'vrsqrte', 'vcvtToFixed', 'vcvtFromFixed', 'vcvtToHalf', 'vcvtFromHalf',
] as const; // prettier-ignore

export const HELPERS = [...VFP_HELPERS, ...SIMD_INTEGER_HELPERS, ...SIMD_FLOAT_HELPERS] as const;
export type HelperName = (typeof HELPERS)[number];

/** Options in bits 31:24 of a helper's argument; their meaning beside `DOUBLE` is that of the helper. */
export const HELPER_OPTION = {
  /** Operands are doublewords. */
  DOUBLE: 1,
  /** Multiplications: the product is negated. */
  NEGATE_PRODUCT: 2,
  /** Multiplications: the addend is negated. */
  NEGATE_ADDEND: 4,
  /** Comparison: quiet NaNs are invalid too (VCMPE). */
  SIGNAL: 2,
  /** Comparison: with zero. */
  WITH_ZERO: 4,
  /** Conversion from and to integers. */
  UNSIGNED: 2,
  /** Conversion to integers: by FPSCR.RMode (VCVTR), not towards zero. */
  ROUND: 4,
  /** Conversion from and to fixed point: of 32 bits, not 16. */
  WORD: 4,
  /** Half precision: the upper half of the register (VCVTT). */
  TOP: 2,
} as const;

/**
 * Options of the helpers of Advanced SIMD. SIZE: log2 of the bytes of an element. SCALAR: m counts elements from D0, and
 * that one is the operand for all lanes. EXTRA: see the helper.
 */
export const SIMD_OPTION = { SIZE: 3, UNSIGNED: 4, QUAD: 8, SCALAR: 16, EXTRA: 32 } as const;

/** The argument of a helper: registers numbered in units of S registers (six bits each), and eight bits of options. */
export const helperArgument = (options: number, d: Value, n: Value = c(0), m: Value = c(0)): Value =>
  or(or(d, shl(n, c(8))), or(shl(m, c(16)), c(options << 24)));
