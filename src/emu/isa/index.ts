// All instruction tables and their decoders.
import { A32_CORE } from './a32';
import { A32_MEMORY } from './a32-memory';
import { SIMD_MEMORY } from './simd-memory';
import { SIMD_DUPLICATE, SIMD_MISC } from './simd-misc';
import { SIMD_SHIFT } from './simd-shift';
import { SIMD_THREE } from './simd-three';
import { T16_ROWS } from './t16';
import { fromA32, simdFromA32, T32_CORE } from './t32';
import { T32_MEMORY } from './t32-memory';
import { VFP_DATA_PROCESSING } from './vfp';
import { VFP_MEMORY } from './vfp-memory';
import { VFP_TRANSFER } from './vfp-transfer';
import { a32Decoder, type CompiledRow, type Fields, t16Decoder, t32Decoder, type Row } from './table';

/** Floating point, written as A32; T32 has the same bits. */
const VFP: readonly Row[] = [...VFP_DATA_PROCESSING, ...VFP_MEMORY, ...VFP_TRANSFER, SIMD_DUPLICATE];
const SIMD: readonly Row[] = [...SIMD_THREE, ...SIMD_SHIFT, ...SIMD_MISC, ...SIMD_MEMORY];

export const ROWS: readonly Row[] = [
  ...A32_CORE,
  ...A32_MEMORY,
  ...VFP,
  ...SIMD,
  ...T16_ROWS,
  ...T32_CORE,
  ...T32_MEMORY,
  ...VFP.map(fromA32),
  ...SIMD.map(simdFromA32),
];

const of = (set: Row['set']): Row[] => ROWS.filter(r => r.set === set);
export const A32 = a32Decoder(of('a32'));
export const T32 = t32Decoder(of('t32'));
export const T16 = t16Decoder(of('t16'));

/** A T32 stream's first halfword belongs to a 32-bit instruction (ARM DDI 0406C A6.1). */
export const isWide = (halfword: number): boolean => halfword >>> 11 >= 0b11101;

/**
 * @param encoding an A32 word, a T16 halfword, or a T32 instruction with its first halfword in the high half.
 * @returns undefined for UNDEFINED encodings.
 */
export function decode(encoding: number, thumb: boolean): { row: CompiledRow; fields: Fields } | undefined {
  if (!thumb) return A32.find(encoding);
  return encoding >>> 16 === 0 ? T16.find(encoding) : T32.find(encoding);
}
