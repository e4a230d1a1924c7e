// Advanced SIMD element and structure loads and stores (ARM DDI 0406C A7.7).
import { elements, structure } from '../codegen/operations/simd-memory';
import { MODE, packStructure, type Structure, structureBytes } from '../codegen/structure';
import { ins, r } from './asm';
import { D, row, run } from './simd';
import type { Action, Fields, Row } from './table';

/** What a transfer is beside its direction and first register; undefined for UNDEFINED. */
type Form = Omit<Structure, 'load' | 'd' | 'mode'> & { readonly mode: Structure['mode'] };
type Decode = (f: Fields) => Form | undefined;

/** Type field to count, registers of each element, spacing; `aligns` are the alignments it may ask for. */
const MULTIPLE: Readonly<Record<number, { count: number; registers: number; spacing: number; aligns: number }>> = {
  0b0111: { count: 1, registers: 1, spacing: 1, aligns: 0b0011 },
  0b1010: { count: 1, registers: 2, spacing: 1, aligns: 0b0111 },
  0b0110: { count: 1, registers: 3, spacing: 1, aligns: 0b0011 },
  0b0010: { count: 1, registers: 4, spacing: 1, aligns: 0b1111 },
  0b1000: { count: 2, registers: 1, spacing: 1, aligns: 0b0111 },
  0b1001: { count: 2, registers: 1, spacing: 2, aligns: 0b0111 },
  0b0011: { count: 2, registers: 2, spacing: 2, aligns: 0b1111 },
  0b0100: { count: 3, registers: 1, spacing: 1, aligns: 0b0011 },
  0b0101: { count: 3, registers: 1, spacing: 2, aligns: 0b0011 },
  0b0000: { count: 4, registers: 1, spacing: 1, aligns: 0b1111 },
  0b0001: { count: 4, registers: 1, spacing: 2, aligns: 0b1111 },
};
const multiple: Decode = f => {
  const form = MULTIPLE[f.type!]!;
  if (!((form.aligns >> f.align!) & 1) || (form.count > 1 && f.size === 3)) return undefined;
  const { count, registers, spacing } = form;
  return { count, registers, spacing, size: f.size!, mode: MODE.MULTIPLE, lane: 0, align: f.align ? 4 << f.align! : 1 };
};

/** One lane: index_align has the lane, then the spacing (but for bytes and one element), then the alignment. */
const lane =
  (count: number): Decode =>
  f => {
    const size = f.size!;
    const ia = f.ia!;
    const spacing = size > 0 && (ia >> size) & 1 ? 2 : 1;
    const low = ia & ((1 << size) - 1 || 1);
    const align = laneAlignment(count, size, low);
    if (align === undefined || (count === 1 && spacing === 2)) return undefined;
    return { count, registers: 1, spacing, size, mode: MODE.LANE, lane: ia >> (size + 1), align };
  };
/** @param low the bits of index_align below the spacing */
function laneAlignment(count: number, size: number, low: number): number | undefined {
  if (low === 0) return 1;
  switch (count) {
    case 1:
      return size === 1 && low === 1 ? 2 : size === 2 && low === 3 ? 4 : undefined;
    case 2:
      return low === 1 ? 2 << size : undefined;
    case 4:
      return size < 2 ? 4 << size : low < 3 ? 4 << low : undefined;
    default:
      return undefined;
  }
}

/** One element to all lanes. */
const all =
  (count: number): Decode =>
  f => {
    const { size, T: t, a } = f as { size: number; T: number; a: number };
    // VLD4 of words has a size of its own for the alignment to 16 bytes.
    const wide = count === 4 && size === 3;
    if ((size === 3 && !(wide && a)) || (count === 3 && a) || (count === 1 && size === 0 && a)) return undefined;
    const align = a ? (wide ? 16 : count === 4 && size === 2 ? 8 : count << size) : 1;
    const both = { size: wide ? 2 : size, mode: MODE.ALL, lane: 0, align, count };
    return count === 1 ? { ...both, registers: t + 1, spacing: 1 } : { ...both, registers: 1, spacing: t + 1 };
  };

const lastRegister = (s: Structure): number => s.d + (s.count - 1) * s.spacing + s.registers - 1;

function execute(f: Fields, load: boolean, form: Form | undefined): Action | undefined {
  if (!form || f.Rn === 15) return undefined;
  const s: Structure = { ...form, load, d: D(f) };
  if (lastRegister(s) > 31) return undefined;
  const wb = f.Rm === 15 ? 'none' : f.Rm === 13 ? 'size' : 'rm';
  const base = { wb, rn: f.Rn!, rm: f.Rm!, imm: packStructure(s) };
  if (s.mode === MODE.MULTIPLE && s.count === 1)
    return run(elements, { load: +load, registers: s.registers, size: s.size, align: s.align, d: s.d, ...base });
  return run(structure, { bytes: structureBytes(s), ...base });
}

/** `{d0-d3}`, `{d0,d2}`, `{d0[1],d1[1]}`, `{d0[]-d1[]}`; the address with its alignment; write-back. */
function operands(f: Fields, form: Form): string[] {
  const suffix = form.mode === MODE.MULTIPLE ? '' : form.mode === MODE.ALL ? '[]' : `[${form.lane}]`;
  // Four registers of VLD2 follow each other although those of a structure do not.
  const step = form.registers > 1 ? 1 : form.spacing;
  const count = form.count * form.registers;
  const names = Array.from({ length: count }, (_, i) => `d${D(f) + i * step}${suffix}`);
  const range = step === 1 && count > 1 && form.mode !== MODE.LANE;
  const list = range ? `{${names[0]}-${names[count - 1]}}` : `{${names.join(',')}}`;
  const align = form.align > 1 ? ` :${8 * form.align}` : '';
  const address = `[${r(f.Rn)}${align}]`;
  if (f.Rm === 15) return [list, address];
  return f.Rm === 13 ? [list, `${address}!`] : [list, address, r(f.Rm)];
}

function transfer(
  name: string,
  count: number,
  load: boolean,
  pattern: string,
  decode: Decode,
  when?: Row['when'],
): Row {
  const mnemonic = `v${load ? 'ld' : 'st'}${count}`;
  return row(
    `${mnemonic.toUpperCase()} (${name})`,
    pattern,
    f => execute(f, load, decode(f)),
    (f, x) => {
      const form = decode(f);
      return form ? ins(`${mnemonic}${x.cond}.${8 << form.size}`, ...operands(f, form)) : '<UNDEFINED>';
    },
    when,
  );
}

const COUNTS = [1, 2, 3, 4] as const;
export const SIMD_MEMORY: readonly Row[] = COUNTS.flatMap(count => {
  const n = `${(count - 1) >> 1}${(count - 1) & 1}`;
  const both = [true, false].flatMap(load => [
    transfer(
      'multiple structures',
      count,
      load,
      `1111 0100 0 D:1 ${load ? 1 : 0} 0 Rn:4 Vd:4 type:4 size:2 align:2 Rm:4`,
      multiple,
      f => MULTIPLE[f.type!]?.count === count,
    ),
    transfer(
      'single structure to or from one lane',
      count,
      load,
      `1111 0100 1 D:1 ${load ? 1 : 0} 0 Rn:4 Vd:4 size:2 ${n} ia:4 Rm:4`,
      lane(count),
      f => f.size !== 3,
    ),
  ]);
  return [
    ...both,
    transfer(
      'single structure to all lanes',
      count,
      true,
      `1111 0100 1 D:1 1 0 Rn:4 Vd:4 11 ${n} size:2 T:1 a:1 Rm:4`,
      all(count),
    ),
  ];
});
