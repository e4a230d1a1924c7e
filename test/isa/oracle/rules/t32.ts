// The 32-bit instructions of T32, section A6.3 of the manual; VFP and Advanced SIMD are in simd.ts. First match decides.
import type { Fields } from '../pattern';
import {
  always,
  bit,
  bitCount,
  changeProcessorState,
  type Check,
  differ,
  inList,
  linuxBreakpoint,
  low,
  never,
  notPc,
  notSp,
  type Rule,
  when,
  writesEndianness,
} from './rule';

const isRd15 = (f: Fields): boolean => f['Rd'] === 15;
const isRn15 = (f: Fields): boolean => f['Rn'] === 15;
const compares = (f: Fields): boolean => isRd15(f) && bit(f, 'S');

/** Rules of Rd and Rn of data processing by opcode; the forms differ only in the second operand. */
function dataProcessing(f: Fields): string | undefined {
  const op = f['op']!;
  const first = (...checks: Check[]): string | undefined => when(always, ...checks)(f);
  switch (op) {
    case 0b0000: // AND, TST
    case 0b0100: // EOR, TEQ
      return compares(f) ? low('Rn')(f) : first(low('Rd', 'Rn'));
    case 0b0001: // BIC
    case 0b1010: // ADC
    case 0b1011: // SBC
    case 0b1110: // RSB
      return low('Rd', 'Rn')(f);
    case 0b0010: // ORR, MOV
    case 0b0011: // ORN, MVN
      return isRn15(f) ? low('Rd')(f) : first(low('Rd'), notSp('Rn'));
    case 0b1000: // ADD, CMN
    case 0b1101: // SUB, CMP
      if (compares(f)) return notPc('Rn')(f);
      return f['Rn'] === 13 ? notPc('Rd')(f) : first(low('Rd'), notPc('Rn'));
    default:
      return undefined; // unallocated
  }
}

/** ThumbExpandImm, section A6.3.2: a byte replicated must not be zero. */
const replicatedZero = never(
  'replicated zero byte',
  f => f['i'] === 0 && f['imm3']! < 4 && f['imm3']! > 0 && f['imm8'] === 0,
);

const isMove = (f: Fields): boolean =>
  f['op'] === 0b0010 && isRn15(f) && f['type'] === 0 && f['imm3'] === 0 && f['imm2'] === 0;
const addsToSp = (f: Fields): boolean => (f['op'] === 0b1000 || f['op'] === 0b1101) && f['Rn'] === 13 && !compares(f);

const UNALLOCATED = [0b0101, 0b0111, 0b1001, 0b1100, 0b1111];

function shiftedRegister(f: Fields): string | undefined {
  if (UNALLOCATED.includes(f['op']!)) return undefined;
  // MOV is the one that may name SP (not twice, and not with S) besides the sums with SP.
  if (isMove(f) && !bit(f, 'S'))
    return when(
      always,
      notPc('Rd', 'Rm'),
      never('SP to SP', g => g['Rd'] === 13 && g['Rm'] === 13),
    )(f);
  if (f['op'] === 0b0110) return low('Rd', 'Rn', 'Rm')(f); // PKH
  const largeShift = f['type'] !== 0 || (f['imm3']! << 2) + f['imm2']! > 3;
  if (addsToSp(f) && f['Rd'] === 13 && largeShift) return 'SP from SP with a shift other than LSL #0-3';
  return dataProcessing(f) ?? low('Rm')(f);
}

/** A branch to itself never ends; one into its second half executes that, and no trap tells. */
const staysInside = never('branch to itself or into itself', f => {
  const backward = f['S'] === 1 && f['J1'] === 1 && f['J2'] === 1 && f['imm11']! >= 0x7fe;
  const ones = f['imm6'] === 0x3f || f['imm10'] === 0x3ff;
  const exchangesHere = f['x'] === 0 && f['S'] === 0 && f['imm10'] === 0 && f['imm11']! < 2;
  return (backward && ones) || exchangesHere;
});

const control: Rule[] = [
  { what: 'MSR banked', pattern: '11110 0 11100 R:1 Rn:4 10 (0) 0 M:4 (00) 1 m:1 (0000)', outside: 'banked registers' },
  {
    what: 'MSR',
    pattern: '11110 0 11100 R:1 Rn:4 10 (0) 0 mask:4 (00) 0 (00000)',
    unpredictable: [
      never('SPSR in User mode', f => bit(f, 'R')),
      never('no field to write', f => f['mask'] === 0),
      low('Rn'),
    ],
    unobservable: [writesEndianness],
  },
  { what: 'hint', pattern: '11110 0 111010 (1111) 10 (0) 0 (0) 000 hint:8' },
  {
    what: 'CPS',
    pattern: '11110 0 111010 (1111) 10 (0) 0 (0) imod:2 M:1 A:1 I:1 F:1 mode:5',
    unpredictable: changeProcessorState,
    outside: 'changes the mode or masks',
    it: 'never',
  },
  {
    what: 'ENTERX LEAVEX',
    pattern: '111100111011 (1111) 10 (0) 0 (1111) 000 J:1 (1111)',
    outside: 'ThumbEE',
    it: 'never',
  },
  { what: 'CLREX', pattern: '111100111011 (1111) 10 (0) 0 (1111) 0010 (1111)' },
  { what: 'barriers', pattern: '111100111011 (1111) 10 (0) 0 (1111) op:4 option:4' },
  { what: 'BXJ', pattern: '111100111100 Rm:4 10 (0) 0 (1111) (00000000)', unpredictable: [low('Rm')], branch: always },
  { what: 'SUBS PC, LR and ERET', pattern: '111100111101 (1110) 10 (0) 0 (1111) imm8:8', outside: 'exception return' },
  { what: 'MRS banked', pattern: '111100 11111 R:1 x:4 10 (0) 0 Rd:4 (00) 1 y:1 (0000)', outside: 'banked registers' },
  {
    what: 'MRS',
    pattern: '111100 11111 R:1 (1111) 10 (0) 0 Rd:4 (00) 0 (00000)',
    unpredictable: [never('SPSR in User mode', f => bit(f, 'R')), low('Rd')],
  },
  { what: 'HVC', pattern: '111101111110 imm4:4 1000 imm12:12', outside: 'call to Hyp mode', it: 'never' },
  { what: 'SMC', pattern: '111101111111 imm4:4 1000 (000000000000)', outside: 'call to Monitor mode' },
  {
    what: 'UDF',
    pattern: '111101111111 imm4:4 1010 imm12:12',
    unobservable: [linuxBreakpoint(f => f['imm4'] === 0 && f['imm12'] === 0)],
  },
  { what: 'control, unallocated', pattern: '11110 x:1 111 y:7 10 z:1 0 w:12' },
  {
    what: 'conditional branch',
    pattern: '11110 S:1 cond:4 imm6:6 10 J1:1 0 J2:1 imm11:11',
    unobservable: [staysInside],
    branch: always,
    it: 'never',
  },
  {
    what: 'B BL BLX',
    pattern: '11110 S:1 imm10:10 1 L:1 J1:1 x:1 J2:1 imm11:11',
    unobservable: [staysInside],
    branch: always,
  },
];

const binaryImmediate: Rule[] = [
  {
    what: 'ADDW SUBW ADR',
    pattern: '11110 i:1 10 op:1 0 op:1 0 Rn:4 0 imm3:3 Rd:4 imm8:8',
    unpredictable: [when(f => f['Rn'] === 13, notPc('Rd')), when(f => f['Rn'] !== 13, low('Rd'))],
  },
  { what: 'MOVW MOVT', pattern: '11110 i:1 10 op:1 100 imm4:4 0 imm3:3 Rd:4 imm8:8', unpredictable: [low('Rd')] },
  {
    what: 'SSAT16 USAT16',
    pattern: '11110 (0) 11 U:1 010 Rn:4 0 000 Rd:4 00 (00) sat:4',
    unpredictable: [low('Rd', 'Rn')],
  },
  {
    what: 'SSAT USAT',
    pattern: '11110 (0) 11 U:1 0 sh:1 0 Rn:4 0 imm3:3 Rd:4 imm2:2 (0) sat:5',
    unpredictable: [low('Rd', 'Rn')],
  },
  {
    what: 'SBFX UBFX',
    pattern: '11110 (0) 11 U:1 100 Rn:4 0 lsb:3 Rd:4 lsb:2 (0) widthm1:5',
    unpredictable: [low('Rd', 'Rn'), never('field leaves the register', f => f['lsb']! + f['widthm1']! > 31)],
  },
  {
    what: 'BFI BFC',
    pattern: '11110 (0) 11 0110 Rn:4 0 lsb:3 Rd:4 lsb:2 (0) msb:5',
    unpredictable: [low('Rd'), notSp('Rn'), never('msb below lsb', f => f['msb']! < f['lsb']!)],
  },
  { what: 'binary immediate, unallocated', pattern: '11110 x:1 1 y:9 0 z:15' },
];

const exceptionReturns: Rule[] = ['00', '11'].flatMap((direction): Rule[] => [
  { what: 'SRS', pattern: `1110100 ${direction} 0 W:1 0 (1101) (11)(000000000) mode:5`, outside: 'exception return' },
  {
    what: 'RFE',
    pattern: `1110100 ${direction} 0 W:1 1 Rn:4 (11)(00000000000000)`,
    unpredictable: [notPc('Rn')],
    outside: 'exception return',
  },
]);

const transfers: Rule[] = ['01', '10'].flatMap((direction): Rule[] => [
  {
    what: 'STM',
    pattern: `1110100 ${direction} 0 W:1 0 Rn:4 (0) list:1 (0) list:13`,
    unpredictable: [
      notPc('Rn'),
      never('fewer than two registers', f => bitCount(f['list']!) < 2),
      // The list is M:r12-r0 here, so bits 12:0 are where the manual has them.
      never('base written back and stored', f => bit(f, 'W') && f['Rn']! < 13 && inList(f['list']!, f['Rn']!)),
      never('base written back and stored', f => bit(f, 'W') && f['Rn'] === 14 && inList(f['list']!, 13)),
    ],
    memory: { base: 'Rn' },
  },
  {
    what: 'LDM',
    pattern: `1110100 ${direction} 0 W:1 1 Rn:4 list:2 (0) list:13`,
    unpredictable: [
      notPc('Rn'),
      never('fewer than two registers', f => bitCount(f['list']!) < 2),
      never('PC and LR loaded', f => f['list']! >> 13 === 3),
      never('base written back and loaded', f => bit(f, 'W') && f['Rn']! < 13 && inList(f['list']!, f['Rn']!)),
      never('base written back and loaded', f => bit(f, 'W') && f['Rn'] === 14 && inList(f['list']!, 13)),
    ],
    memory: { base: 'Rn' },
    branch: f => f['list']! >> 14 === 1,
  },
]);

const exclusiveStore: Check[] = [notPc('Rn'), low('Rd', 'Rt'), differ('Rd', 'Rn'), differ('Rd', 'Rt')];

const dualAndExclusive: Rule[] = [
  {
    what: 'STREX',
    pattern: '111010000100 Rn:4 Rt:4 Rd:4 imm8:8',
    unpredictable: exclusiveStore,
    memory: { base: 'Rn' },
    armedBy: (f, scratch) => (0xe8500f00 | (f['Rn']! << 16) | (scratch << 12) | f['imm8']!) >>> 0,
  },
  {
    what: 'LDREX',
    pattern: '111010000101 Rn:4 Rt:4 (1111) imm8:8',
    unpredictable: [notPc('Rn'), low('Rt')],
    memory: { base: 'Rn' },
  },
  {
    what: 'STREXB STREXH',
    pattern: '111010001100 Rn:4 Rt:4 (1111) 010 H:1 Rd:4',
    unpredictable: exclusiveStore,
    memory: { base: 'Rn' },
    armedBy: (f, scratch) => (0xe8d00f4f | (f['H']! << 4) | (f['Rn']! << 16) | (scratch << 12)) >>> 0,
  },
  {
    what: 'STREXD',
    pattern: '111010001100 Rn:4 Rt:4 Rt2:4 0111 Rd:4',
    unpredictable: [...exclusiveStore, low('Rt2'), differ('Rd', 'Rt2')],
    memory: { base: 'Rn' },
    armedBy: (f, scratch) => (0xe8d0007f | (f['Rn']! << 16) | ((scratch & ~1) << 12) | ((scratch | 1) << 8)) >>> 0,
  },
  {
    what: 'TBB TBH',
    pattern: '111010001101 Rn:4 (1111) (0000) 000 H:1 Rm:4',
    unpredictable: [notSp('Rn'), low('Rm')],
    memory: { base: 'Rn', index: 'Rm', shift: f => [0, f['H']!] },
    branch: always,
  },
  {
    what: 'LDREXB LDREXH',
    pattern: '111010001101 Rn:4 Rt:4 (1111) 010 H:1 (1111)',
    unpredictable: [notPc('Rn'), low('Rt')],
    memory: { base: 'Rn' },
  },
  {
    what: 'LDREXD',
    pattern: '111010001101 Rn:4 Rt:4 Rt2:4 0111 (1111)',
    unpredictable: [notPc('Rn'), low('Rt', 'Rt2'), differ('Rt', 'Rt2')],
    memory: { base: 'Rn' },
  },
  { what: 'exclusive, unallocated', pattern: '1110100 0 U:1 10 x:21' },
  {
    what: 'LDRD STRD',
    pattern: '1110100 P:1 U:1 1 W:1 L:1 Rn:4 Rt:4 Rt2:4 imm8:8',
    unpredictable: [
      low('Rt', 'Rt2'),
      when(f => bit(f, 'W'), notPc('Rn'), differ('Rn', 'Rt'), differ('Rn', 'Rt2')),
      when(f => bit(f, 'L'), differ('Rt', 'Rt2')),
      when(f => !bit(f, 'L'), notPc('Rn')),
    ],
    memory: { base: 'Rn' },
  },
];

/** Loads of a byte or halfword to the PC are hints; the rest of Rt's rules. */
const loadTarget = when(f => f['size'] !== 2, notSp('Rt'));
const storeTarget = [when(f => f['size'] === 2, notPc('Rt')), when(f => f['size'] !== 2, low('Rt'))];
const loadsPc = (f: Fields): boolean => f['size'] === 2 && f['Rt'] === 15;

const single: Rule[] = [
  {
    what: 'load literal',
    pattern: '1111100 sign:1 U:1 size:2 1 1111 Rt:4 imm12:12',
    unpredictable: [
      loadTarget,
      never('should-be bit of PLD literal', f => f['size'] === 1 && !bit(f, 'sign') && f['Rt'] === 15),
    ],
    memory: { base: 15 },
    branch: loadsPc,
  },
  {
    what: 'load, 12-bit offset',
    pattern: '1111100 sign:1 1 size:2 1 Rn:4 Rt:4 imm12:12',
    unpredictable: [loadTarget],
    memory: { base: 'Rn' },
    branch: loadsPc,
  },
  {
    what: 'load, register',
    pattern: '1111100 sign:1 0 size:2 1 Rn:4 Rt:4 000000 imm2:2 Rm:4',
    unpredictable: [loadTarget, low('Rm')],
    memory: { base: 'Rn', index: 'Rm', shift: f => [0, f['imm2']!] },
    branch: loadsPc,
  },
  {
    what: 'load, unprivileged',
    pattern: '1111100 sign:1 0 size:2 1 Rn:4 Rt:4 1110 imm8:8',
    unpredictable: [low('Rt')],
    memory: { base: 'Rn' },
  },
  {
    what: 'load, 8-bit offset',
    pattern: '1111100 sign:1 0 size:2 1 Rn:4 Rt:4 1 P:1 U:1 W:1 imm8:8',
    unpredictable: [
      loadTarget,
      when(f => bit(f, 'W'), differ('Rn', 'Rt')),
      never('PC as Rt with write-back', f => bit(f, 'W') && f['size'] !== 2 && f['Rt'] === 15),
    ],
    memory: { base: 'Rn' },
    branch: loadsPc,
  },
  {
    what: 'store, 12-bit offset',
    pattern: '11111000 1 size:2 0 Rn:4 Rt:4 imm12:12',
    unpredictable: storeTarget,
    memory: { base: 'Rn' },
  },
  {
    what: 'store, register',
    pattern: '11111000 0 size:2 0 Rn:4 Rt:4 000000 imm2:2 Rm:4',
    unpredictable: [...storeTarget, low('Rm')],
    memory: { base: 'Rn', index: 'Rm', shift: f => [0, f['imm2']!] },
  },
  {
    what: 'store, unprivileged',
    pattern: '11111000 0 size:2 0 Rn:4 Rt:4 1110 imm8:8',
    unpredictable: [low('Rt')],
    memory: { base: 'Rn' },
  },
  {
    what: 'store, 8-bit offset',
    pattern: '11111000 0 size:2 0 Rn:4 Rt:4 1 P:1 U:1 W:1 imm8:8',
    unpredictable: [...storeTarget, when(f => bit(f, 'W'), differ('Rn', 'Rt'))],
    memory: { base: 'Rn' },
  },
];

const register: Rule[] = [
  {
    what: 'extend and add',
    pattern: '11111010 0 op:3 Rn:4 1111 Rd:4 1 (0) rotate:2 Rm:4',
    unpredictable: [low('Rd', 'Rm'), notSp('Rn')],
  },
  {
    what: 'shift by register',
    pattern: '11111010 0 type:2 S:1 Rn:4 1111 Rd:4 0000 Rm:4',
    unpredictable: [low('Rd', 'Rn', 'Rm')],
  },
  {
    what: 'REV family, CLZ',
    pattern: '11111010 1 op:3 Rn:4 1111 Rd:4 10 op2:2 Rm:4',
    unpredictable: [
      low('Rd', 'Rn', 'Rm'),
      never('the two copies of Rm differ', f => (f['op'] === 1 || f['op'] === 3) && f['Rn'] !== f['Rm']),
    ],
  },
  {
    what: 'parallel add and subtract',
    pattern: '11111010 1 op:3 Rn:4 1111 Rd:4 0 op2:3 Rm:4',
    unpredictable: [low('Rd', 'Rn', 'Rm')],
  },
  {
    what: 'multiply',
    pattern: '111110110 op:3 Rn:4 Ra:4 Rd:4 00 op2:2 Rm:4',
    unpredictable: [
      low('Rd', 'Rn', 'Rm'),
      notSp('Ra'),
      never('MLS or SMMLS with PC as Ra', f => f['Ra'] === 15 && ((f['op'] === 0 && f['op2'] === 1) || f['op'] === 6)),
    ],
  },
  {
    what: 'SDIV UDIV',
    pattern: '111110111 0 U:1 1 Rn:4 (1111) Rd:4 1111 Rm:4',
    unpredictable: [low('Rd', 'Rn', 'Rm')],
  },
  {
    what: 'long multiply',
    pattern: '111110111 op:3 Rn:4 RdLo:4 RdHi:4 op2:4 Rm:4',
    unpredictable: [low('RdLo', 'RdHi', 'Rn', 'Rm'), differ('RdHi', 'RdLo')],
  },
];

export const T32: readonly Rule[] = [
  ...exceptionReturns,
  ...transfers,
  ...dualAndExclusive,
  {
    what: 'data processing, shifted register',
    pattern: '1110101 op:4 S:1 Rn:4 (0) imm3:3 Rd:4 imm2:2 type:2 Rm:4',
    unpredictable: [shiftedRegister],
  },
  {
    what: 'data processing, modified immediate',
    pattern: '11110 i:1 0 op:4 S:1 Rn:4 0 imm3:3 Rd:4 imm8:8',
    unpredictable: [dataProcessing, replicatedZero],
  },
  ...binaryImmediate,
  ...control,
  ...single,
  ...register,
  { what: 'coprocessor', pattern: '111 x:1 11 y:26', outside: 'coprocessor access' },
];
