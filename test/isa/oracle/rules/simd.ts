// VFP and Advanced SIMD, chapters A7 and A8 of the manual, written as A32; T32 has the same bits elsewhere (index.ts).
import type { Fields } from '../pattern';
import { bit, type Check, never, type Rule, when } from './rule';

/** D:Vd as the number of a doubleword register, and its kin. */
const register = (f: Fields, high: string, low: string): number => (f[high]! << 4) | f[low]!;

const pastD31 = 'register list leaves D31';

/** The last register of an element or structure transfer of multiple elements, by type (A7.7, table A7-20). */
const SPAN: Readonly<Record<number, number>> = {
  0b0111: 0, // VLD1: 1 to 4 registers
  0b1010: 1,
  0b0110: 2,
  0b0010: 3,
  0b1000: 1, // VLD2: spaced by 1 and 2, then two pairs
  0b1001: 2,
  0b0011: 3,
  0b0100: 2, // VLD3
  0b0101: 4,
  0b0000: 3, // VLD4
  0b0001: 6,
};

/** The spacing of a single structure, to one lane (size < 3) or to all. */
function spacing(f: Fields): number {
  const align = f['align']!;
  if (f['size'] === 1 || f['size'] === 3) return align & 2 ? 2 : 1;
  return f['size'] === 2 && align & 4 ? 2 : 1;
}

function singleStructure(f: Fields): string | undefined {
  const count = f['N']! + 1;
  // VLD1 to all lanes: T says whether two registers are filled.
  const last = count === 1 ? (f['size'] === 3 && f['align']! & 2 ? 1 : 0) : (count - 1) * spacing(f);
  return register(f, 'D', 'Vd') + last > 31 ? pastD31 : undefined;
}

/** VLDM and VSTM, A8.8.332. */
function multiple(f: Fields): string | undefined {
  const double = bit(f, 'sz');
  const count = double ? f['imm8']! >> 1 : f['imm8']!;
  const first = double ? register(f, 'D', 'Vd') : (f['Vd']! << 1) | f['D']!;
  if (count === 0) return 'empty list';
  if (double && count > 16) return 'more than 16 doublewords';
  return first + count > 32 ? pastD31 : undefined;
}

/** AdvSIMDExpandImm, A7.4.6: the shifted forms must not have a zero byte. */
const shiftedZero = never(
  'shifted zero byte',
  f => [1, 2, 3, 5, 6].includes(f['cmode']! >> 1) && f['i'] === 0 && f['imm3'] === 0 && f['imm4'] === 0,
);

const transferredRegister =
  (thumb: boolean, ...names: string[]): Check =>
  f => {
    const bad = names.find(name => f[name] === 15 || (thumb && f[name] === 13));
    return bad && `PC or SP as ${bad}`;
  };

/** @param thumb whether SP as a transferred register and the PC as a base are restricted as in T32. */
export function simdRules(thumb: boolean): readonly Rule[] {
  const core = (...names: string[]): Check => transferredRegister(thumb, ...names);
  const base = when(
    f => thumb || bit(f, 'W'),
    never('PC as base', f => f['Rn'] === 15),
  );
  return [
    {
      what: 'VTBL VTBX',
      pattern: '1111 00111 D:1 11 Vn:4 Vd:4 10 len:2 N:1 op:1 M:1 0 Vm:4',
      unpredictable: [never(pastD31, f => register(f, 'N', 'Vn') + f['len']! > 31)],
    },
    {
      what: 'VSWP VTRN VUZP VZIP',
      pattern: '1111 00111 D:1 11 size:2 10 Vd:4 000 op:2 Q:1 M:1 0 Vm:4',
      unpredictable: [
        never('a register exchanged with itself', f => register(f, 'D', 'Vd') === register(f, 'M', 'Vm')),
      ],
    },
    {
      what: 'one register and a modified immediate',
      pattern: '1111 001 i:1 1 D:1 000 imm3:3 Vd:4 cmode:4 0 Q:1 op:1 1 imm4:4',
      unpredictable: [shiftedZero],
    },
    { what: 'Advanced SIMD data processing', pattern: '1111 001 x:25' },
    {
      what: 'VLDn VSTn, multiple',
      pattern: '1111 0100 0 D:1 L:1 0 Rn:4 Vd:4 type:4 size:2 align:2 Rm:4',
      unpredictable: [
        never('PC as base', f => f['Rn'] === 15),
        never(pastD31, f => register(f, 'D', 'Vd') + (SPAN[f['type']!] ?? 0) > 31),
      ],
      memory: { base: 'Rn' },
    },
    {
      what: 'VLDn VSTn, single',
      pattern: '1111 0100 1 D:1 L:1 0 Rn:4 Vd:4 size:2 N:2 align:4 Rm:4',
      unpredictable: [never('PC as base', f => f['Rn'] === 15), singleStructure],
      memory: { base: 'Rn' },
    },
    { what: 'VFP, unconditional', pattern: '1111 11 x:14 101 y:9' },
    {
      what: 'VMOV of two registers',
      pattern: 'cond:4 1100 010 L:1 Rt2:4 Rt:4 101 double:1 00 M:1 1 Vm:4',
      unpredictable: [
        core('Rt', 'Rt2'),
        never('Rt equals Rt2', f => bit(f, 'L') && f['Rt'] === f['Rt2']),
        never('S32', f => !bit(f, 'double') && f['Vm'] === 15 && bit(f, 'M')),
      ],
    },
    { what: 'VMOV of two registers, unallocated', pattern: 'cond:4 1100 0 x:1 0 y:9 101 z:9' },
    {
      what: 'VLDR VSTR',
      pattern: 'cond:4 1101 U:1 D:1 0 L:1 Rn:4 Vd:4 101 sz:1 imm8:8',
      unpredictable: [never('store relative to the PC', f => thumb && !bit(f, 'L') && f['Rn'] === 15)],
      memory: { base: 'Rn' },
    },
    {
      what: 'VLDM VSTM',
      pattern: 'cond:4 110 P:1 U:1 D:1 W:1 L:1 Rn:4 Vd:4 101 sz:1 imm8:8',
      unpredictable: [base, multiple],
      memory: { base: 'Rn' },
    },
    {
      what: 'VMRS VMSR',
      pattern: 'cond:4 1110 111 L:1 0001 Rt:4 1010 (000) 1 (0000)',
      unpredictable: [
        never('SP as Rt', f => thumb && f['Rt'] === 13),
        never('PC as Rt', f => !bit(f, 'L') && f['Rt'] === 15),
      ],
    },
    {
      what: 'VMRS VMSR of other registers',
      pattern: 'cond:4 1110 111 L:1 reg:4 Rt:4 1010 x:3 1 y:4',
      outside: 'privileged VFP register',
    },
    {
      what: 'VMOV to and from S',
      pattern: 'cond:4 1110 000 L:1 Vn:4 Rt:4 1010 N:1 (00) 1 (0000)',
      unpredictable: [core('Rt')],
    },
    {
      what: 'VMOV to and from a lane, VDUP',
      pattern: 'cond:4 1110 x:3 L:1 Vn:4 Rt:4 1011 N:1 y:2 1 (0000)',
      unpredictable: [core('Rt')],
    },
    { what: 'VMOV immediate', pattern: 'cond:4 11101 D:1 11 imm4H:4 Vd:4 101 sz:1 (0) 0 (0) 0 imm4L:4' },
    { what: 'VCMP with zero', pattern: 'cond:4 11101 D:1 11 0101 Vd:4 101 sz:1 E:1 1 (0) 0 (0000)' },
    {
      what: 'VCVT with fixed point',
      pattern: 'cond:4 11101 D:1 111 op:1 1 U:1 Vd:4 101 sf:1 sx:1 1 i:1 0 imm4:4',
      unpredictable: [never('negative fraction bits', f => !bit(f, 'sx') && f['imm4']! * 2 + f['i']! > 16)],
    },
    { what: 'VFP data processing', pattern: 'cond:4 1110 x:12 101 y:9' },
  ];
}
