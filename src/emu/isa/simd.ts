// What the rows of Advanced SIMD have in common (ARM DDI 0406C A7.4). All are written as A32; `simdFromA32` makes T32.
import { SIMD_OPTION } from '../codegen/helpers';
import type { Operands, Operation } from '../codegen/semantics';
import { simdHelper, simdHelperScalar, simdHelperShift, simdSaturatingNarrow } from '../codegen/operations/simd';
import type { HelperName } from '../codegen/helpers';
import type { Asm } from './asm';
import type { Action, Fields, Row } from './table';

export type Execute = (f: Fields) => Action | undefined;

/** The condition of an IT block stands between mnemonic and type: `vaddeq.i32`. */
export const row = (name: string, pattern: string, execute: Execute, asm: Asm, when?: (f: Fields) => boolean): Row => ({
  name: `${name} A1`,
  set: 'a32',
  pattern,
  execute,
  asm,
  ...(when && { when }),
});

export const run = (op: Operation, operands: Operands): Action => ({ op, operands });

/** Doubleword registers by their two fields. */
export const D = (f: Fields): number => (f.D! << 4) | f.Vd!;
export const N = (f: Fields): number => (f.N! << 4) | f.Vn!;
export const M = (f: Fields): number => (f.M! << 4) | f.Vm!;

/** Names of a register as doubleword or quadword. */
export const d = (n: number): string => `d${n}`;
export const q = (n: number): string => `q${n >> 1}`;
export const dq = (f: Fields, n: number): string => (f.Q ? q(n) : d(n));

/** Quadwords in odd registers are UNDEFINED. */
export const odd = (...registers: number[]): boolean => registers.some(n => (n & 1) !== 0);

/** A type of lanes: `s16`. */
export const type = (kind: string, size: number): string => `${kind}${8 << size}`;
export const su = (f: Fields): string => (f.U ? 'u' : 's');

/** A call of a helper; the rest are operands of `simdHelper`, `simdHelperScalar` or `simdHelperShift`. */
export const help = (helper: HelperName, options: number, operands: Operands): Action => {
  const op = 'at' in operands ? simdHelperScalar : 'by' in operands ? simdHelperShift : simdHelper;
  return run(op, { helper, options, ...operands });
};
export const options = (size: number, unsigned: number | boolean, quad: number | boolean): number =>
  size | (unsigned ? SIMD_OPTION.UNSIGNED : 0) | (quad ? SIMD_OPTION.QUAD : 0);

/** A saturating narrow right shift; results of 32 bits are left to a helper. */
export function saturatingNarrow(
  form: { readonly size: number; readonly unsigned: boolean; readonly from: boolean; readonly round: 0 | 1 },
  operands: Operands,
): Action {
  const { size, unsigned, from, round } = form;
  if (size < 2) return run(simdSaturatingNarrow, { size, unsigned: +unsigned, from: +from, round, ...operands });
  const extra = unsigned && !from ? SIMD_OPTION.EXTRA : 0;
  return help(round ? 'vqrshrn' : 'vqshrn', options(size, unsigned, false) | extra, operands);
}
