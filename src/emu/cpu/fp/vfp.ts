// What VFP instructions compute where generated code cannot (ARM DDI 0406C A2.7, A8.8): exact, with all flags.
import { HELPER_OPTION, VFP_HELPERS } from '../../codegen/helpers';
import { destination, first, has, second } from './argument';
import type { Helper } from './helpers';
import type { ExtensionRegisters } from './registers';
import { add, divide, multiply, multiplyAdd, squareRoot } from './softfloat/arithmetic';
import { compare } from './softfloat/compare';
import { convert, fromFixed, toFixed } from './softfloat/convert';
import {
  type Context,
  contextOf,
  F16,
  F16_ALTERNATIVE,
  F32,
  F64,
  type Format,
  FPSCR,
  ROUND,
  signBit,
} from './softfloat/format';
import { QUICK_VFP } from './vfp-quick';

const read = (x: ExtensionRegisters, f: Format, n: number): bigint =>
  f === F64 ? x.doubleword(n) : BigInt(x.words[n]!);

function write(x: ExtensionRegisters, f: Format, n: number, bits: bigint): void {
  if (f === F64) x.setDoubleword(n, bits);
  else x.words[n] = Number(bits);
}

const formatOf = (argument: number): Format => (has(argument, HELPER_OPTION.DOUBLE) ? F64 : F32);
const negate = (f: Format, bits: bigint): bigint => bits ^ signBit(f);

/** An operation that reads registers in its format and writes the destination. */
function compute(x: ExtensionRegisters, argument: number, operation: Arithmetic): number {
  const context = contextOf(x.fpscr);
  const f = formatOf(argument);
  const n = read(x, f, first(argument));
  const m = read(x, f, second(argument));
  write(x, f, destination(argument), operation(context, f, n, m));
  x.raise(context.flags);
  return 0;
}
type Arithmetic = (context: Context, f: Format, n: bigint, m: bigint) => bigint;

/** VMUL and VNMUL. */
const product: Helper = (x, argument) =>
  compute(x, argument, (context, f, n, m) => {
    const p = multiply(context, f, n, m);
    return has(argument, HELPER_OPTION.NEGATE_PRODUCT) ? negate(f, p) : p;
  });

/** VMLA, VMLS, VNMLA, VNMLS: rounds the product, then the sum. */
const multiplyAccumulate: Helper = (x, argument) =>
  compute(x, argument, (context, f, n, m) => {
    const p = multiply(context, f, n, m);
    const d = read(x, f, destination(argument));
    return add(
      context,
      f,
      has(argument, HELPER_OPTION.NEGATE_ADDEND) ? negate(f, d) : d,
      has(argument, HELPER_OPTION.NEGATE_PRODUCT) ? negate(f, p) : p,
    );
  });

/** VFMA, VFMS, VFNMA, VFNMS: rounds once. */
const fusedMultiplyAdd: Helper = (x, argument) =>
  compute(x, argument, (context, f, n, m) => {
    const d = read(x, f, destination(argument));
    return multiplyAdd(
      context,
      f,
      has(argument, HELPER_OPTION.NEGATE_PRODUCT) ? negate(f, n) : n,
      m,
      has(argument, HELPER_OPTION.NEGATE_ADDEND) ? negate(f, d) : d,
    );
  });

/** VCMP and VCMPE: the destination with a register or zero. */
const comparison: Helper = (x, argument) => {
  const context = contextOf(x.fpscr);
  const f = formatOf(argument);
  const d = read(x, f, destination(argument));
  const m = has(argument, HELPER_OPTION.WITH_ZERO) ? 0n : read(x, f, second(argument));
  x.setComparison(compare(context, f, d, m, has(argument, HELPER_OPTION.SIGNAL)));
  x.raise(context.flags);
  return 0;
};

/** VCVT between single and double; DOUBLE: from double. */
const convertPrecision: Helper = (x, argument) => {
  const [from, to] = has(argument, HELPER_OPTION.DOUBLE) ? [F64, F32] : [F32, F64];
  const context = contextOf(x.fpscr);
  write(x, to, destination(argument), convert(context, from, to, read(x, from, second(argument))));
  x.raise(context.flags);
  return 0;
};

/** VCVT and VCVTR to a 32-bit integer in an S register. */
const toInteger: Helper = (x, argument) => {
  const context = contextOf(x.fpscr);
  const f = formatOf(argument);
  const rounding = has(argument, HELPER_OPTION.ROUND) ? context.rounding : ROUND.ZERO;
  const m = read(x, f, second(argument));
  const value = toFixed(context, f, m, 32n, has(argument, HELPER_OPTION.UNSIGNED), 0n, rounding);
  x.words[destination(argument)] = Number(BigInt.asUintN(32, value));
  x.raise(context.flags);
  return 0;
};

/** VCVT from a 32-bit integer in an S register. */
const fromInteger: Helper = (x, argument) => {
  const context = contextOf(x.fpscr);
  const f = formatOf(argument);
  const word = x.words[second(argument)]!;
  const value = BigInt(has(argument, HELPER_OPTION.UNSIGNED) ? word : word | 0);
  write(x, f, destination(argument), fromFixed(context, f, value, 0n));
  x.raise(context.flags);
  return 0;
};

/** VCVT to fixed point, in place; n holds the number of fraction bits. Rounds towards zero. */
const toFixedPoint: Helper = (x, argument) => {
  const context = contextOf(x.fpscr);
  const f = formatOf(argument);
  const d = destination(argument);
  const bits = has(argument, HELPER_OPTION.WORD) ? 32n : 16n;
  const unsigned = has(argument, HELPER_OPTION.UNSIGNED);
  const value = toFixed(context, f, read(x, f, d), bits, unsigned, BigInt(first(argument)), ROUND.ZERO);
  write(x, f, d, BigInt.asUintN(Number(f.bits), value));
  x.raise(context.flags);
  return 0;
};

/** VCVT from fixed point, in place; n holds the number of fraction bits. Rounds to nearest. */
const fromFixedPoint: Helper = (x, argument) => {
  const context = { ...contextOf(x.fpscr), rounding: ROUND.NEAREST };
  const f = formatOf(argument);
  const d = destination(argument);
  const bits = has(argument, HELPER_OPTION.WORD) ? 32 : 16;
  const raw = read(x, f, d);
  const value = has(argument, HELPER_OPTION.UNSIGNED) ? BigInt.asUintN(bits, raw) : BigInt.asIntN(bits, raw);
  write(x, f, d, fromFixed(context, f, value, BigInt(first(argument))));
  x.raise(context.flags);
  return 0;
};

const halfFormat = (fpscr: number): Format => (fpscr & FPSCR.AHP ? F16_ALTERNATIVE : F16);

/** VCVTB and VCVTT from single. */
const toHalf: Helper = (x, argument) => {
  const context = contextOf(x.fpscr);
  const d = destination(argument);
  const half = Number(convert(context, F32, halfFormat(x.fpscr), read(x, F32, second(argument))));
  const word = x.words[d]!;
  x.words[d] = has(argument, HELPER_OPTION.TOP) ? (word & 0xffff) | (half << 16) : (word & 0xffff0000) | half;
  x.raise(context.flags);
  return 0;
};

/** VCVTB and VCVTT to single. */
const fromHalf: Helper = (x, argument) => {
  const context = contextOf(x.fpscr);
  const word = x.words[second(argument)]!;
  const half = has(argument, HELPER_OPTION.TOP) ? word >>> 16 : word & 0xffff;
  write(x, F32, destination(argument), convert(context, halfFormat(x.fpscr), F32, BigInt(half)));
  x.raise(context.flags);
  return 0;
};

type Helpers = Readonly<Record<(typeof VFP_HELPERS)[number], Helper>>;

/** Everything, exactly. */
export const EXACT_VFP: Helpers = {
  add: (x, argument) => compute(x, argument, add),
  subtract: (x, argument) => compute(x, argument, (context, f, n, m) => add(context, f, n, m, true)),
  multiply: product,
  divide: (x, argument) => compute(x, argument, divide),
  squareRoot: (x, argument) => compute(x, argument, (context, f, _, m) => squareRoot(context, f, m)),
  multiplyAccumulate,
  fusedMultiplyAdd,
  compare: comparison,
  convertPrecision,
  toInteger,
  fromInteger,
  toFixed: toFixedPoint,
  fromFixed: fromFixedPoint,
  toHalf,
  fromHalf,
};

/** The same, by the host's numbers where these tell all. */
export const VFP: Helpers = Object.fromEntries(
  VFP_HELPERS.map((name): [string, Helper] => {
    const quick = QUICK_VFP[name];
    const exact = EXACT_VFP[name];
    return [name, quick ? (x, argument) => (quick(x, argument) ? 0 : exact(x, argument)) : exact];
  }),
) as Helpers;
