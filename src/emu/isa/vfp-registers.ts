// Extension registers in encodings and in assembly text. Rows name the parts as the manual does: D:Vd, N:Vn, M:Vm.
import { rowsOf } from './rows';
import type { Fields } from './table';

/** Number of the register in units of S registers: Vd:D for a single, D:Vd for a double (ARM DDI 0406C A7.3). */
const unit = (high: number, low: number, double: boolean): number => (double ? 2 * (high * 16 + low) : low * 2 + high);
export const vd = (f: Fields, double: boolean): number => unit(f.D!, f.Vd!, double);
export const vn = (f: Fields, double: boolean): number => unit(f.N!, f.Vn!, double);
export const vm = (f: Fields, double: boolean): number => unit(f.M!, f.Vm!, double);

/** A register numbered in units of S registers, as text. */
export const register = (units: number, double: boolean): string => (double ? `d${units >> 1}` : `s${units}`);

/** `{d8}`, `{d8-d15}`: `count` registers. */
export function registerRange(units: number, count: number, double: boolean): string {
  const last = units + (count - 1) * (double ? 2 : 1);
  const from = register(units, double);
  return count === 1 ? `{${from}}` : `{${from}-${register(last, double)}}`;
}

/** Suffix of a precision. */
export const suffix = (double: boolean): string => (double ? '.f64' : '.f32');
/** Both precisions with the bit `sz` that tells them apart. */
export const PRECISIONS = [
  { sz: 0, double: false },
  { sz: 1, double: true },
] as const;

/** Rows of A32; those of T32 follow from them (see fromA32). */
export const row = rowsOf('a32');

/** VFPExpandImm (A7.5.1): a single, or the upper word of a double. */
export function expandImmediate(imm8: number, double: boolean): number {
  const sign = (imm8 & 0x80) << 24;
  const flipped = ~imm8 & 0x40;
  return double
    ? sign | (flipped << 24) | (imm8 & 0x40 ? 0x3fc00000 : 0) | ((imm8 & 0x3f) << 16)
    : sign | (flipped << 24) | (imm8 & 0x40 ? 0x3e000000 : 0) | ((imm8 & 0x3f) << 19);
}
