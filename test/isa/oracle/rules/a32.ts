// A32, chapters A5 and A8 of the manual; VFP and Advanced SIMD are in simd.ts. First match decides.
import type { Fields } from '../pattern';
import {
  always,
  bit,
  changeProcessorState,
  type Check,
  differ,
  inList,
  linuxBreakpoint,
  never,
  notLowest,
  notPc,
  type Rule,
  when,
  writesEndianness,
} from './rule';

const exceptionReturn = never('exception return in User mode', f => bit(f, 'S') && f['Rd'] === 15);
const toPc = (name: string) => (f: Fields) => f[name] === 15;
const writesPc = toPc('Rd');

/** The three operand forms of data processing: what follows Rd, and the registers that must not be the PC there. */
const FORMS = [
  { operand: 'imm5:5 type:2 0 Rm:4', shifted: false },
  { operand: 'Rs:4 0 type:2 1 Rm:4', shifted: true },
] as const;

const dataProcessing: Rule[] = FORMS.flatMap(({ operand, shifted }): Rule[] => {
  const check = (...names: string[]): Check[] => (shifted ? [notPc(...names, 'Rs', 'Rm')] : []);
  const branch = shifted ? {} : { branch: writesPc };
  return [
    { what: 'TST TEQ CMP CMN', pattern: `cond:4 000 10 op:2 1 Rn:4 (0000) ${operand}`, unpredictable: check('Rn') },
    {
      what: 'MOV MVN and shifts',
      pattern: `cond:4 000 11 op:1 1 S:1 (0000) Rd:4 ${operand}`,
      unpredictable: [exceptionReturn, ...check('Rd')],
      ...branch,
    },
    {
      what: 'data processing',
      pattern: `cond:4 000 op:4 S:1 Rn:4 Rd:4 ${operand}`,
      unpredictable: [exceptionReturn, ...check('Rd', 'Rn')],
      ...branch,
    },
  ];
});

const immediate: Rule[] = [
  { what: 'MOVW', pattern: 'cond:4 0011 0000 imm4:4 Rd:4 imm12:12', unpredictable: [notPc('Rd')] },
  { what: 'MOVT', pattern: 'cond:4 0011 0100 imm4:4 Rd:4 imm12:12', unpredictable: [notPc('Rd')] },
  { what: 'hint', pattern: 'cond:4 0011 0010 0000 (1111) (0000) hint:8' },
  {
    what: 'MSR immediate',
    pattern: 'cond:4 0011 0 R:1 10 mask:4 (1111) imm12:12',
    unpredictable: [never('SPSR in User mode', f => bit(f, 'R')), never('no field to write', f => f['mask'] === 0)],
    unobservable: [writesEndianness],
  },
  { what: 'TST TEQ CMP CMN immediate', pattern: 'cond:4 001 10 op:2 1 Rn:4 (0000) imm12:12' },
  {
    what: 'MOV MVN immediate',
    pattern: 'cond:4 001 11 op:1 1 S:1 (0000) Rd:4 imm12:12',
    unpredictable: [exceptionReturn],
    branch: writesPc,
  },
  {
    what: 'data processing immediate',
    pattern: 'cond:4 001 op:4 S:1 Rn:4 Rd:4 imm12:12',
    unpredictable: [exceptionReturn],
    branch: writesPc,
  },
];

const miscellaneous: Rule[] = [
  {
    what: 'MRS banked',
    pattern: 'cond:4 00010 R:1 00 x:4 Rd:4 (00) 1 M:1 0000 (0000)',
    outside: 'banked registers',
    unpredictable: [notPc('Rd')],
  },
  {
    what: 'MSR banked',
    pattern: 'cond:4 00010 R:1 10 x:4 (1111) (00) 1 M:1 0000 Rn:4',
    outside: 'banked registers',
    unpredictable: [notPc('Rn')],
  },
  {
    what: 'MRS',
    pattern: 'cond:4 00010 R:1 00 (1111) Rd:4 (00) 0 (0) 0000 (0000)',
    unpredictable: [never('SPSR in User mode', f => bit(f, 'R')), notPc('Rd')],
  },
  {
    what: 'MSR register',
    pattern: 'cond:4 00010 R:1 10 mask:4 (1111) (00) 0 (0) 0000 Rn:4',
    unpredictable: [
      never('SPSR in User mode', f => bit(f, 'R')),
      never('no field to write', f => f['mask'] === 0),
      notPc('Rn'),
    ],
    unobservable: [writesEndianness],
  },
  { what: 'BX', pattern: 'cond:4 00010010 (111111111111) 0001 Rm:4', branch: always },
  { what: 'BXJ', pattern: 'cond:4 00010010 (111111111111) 0010 Rm:4', unpredictable: [notPc('Rm')], branch: always },
  {
    what: 'BLX register',
    pattern: 'cond:4 00010010 (111111111111) 0011 Rm:4',
    unpredictable: [notPc('Rm')],
    branch: always,
  },
  { what: 'CLZ', pattern: 'cond:4 00010110 (1111) Rd:4 (1111) 0001 Rm:4', unpredictable: [notPc('Rd', 'Rm')] },
  {
    what: 'QADD family',
    pattern: 'cond:4 00010 op:2 0 Rn:4 Rd:4 (0000) 0101 Rm:4',
    unpredictable: [notPc('Rd', 'Rn', 'Rm')],
  },
  { what: 'ERET', pattern: 'cond:4 00010110 (000000000000) 0110 (1110)', outside: 'exception return' },
  {
    what: 'BKPT',
    pattern: 'cond:4 00010010 imm12:12 0111 imm4:4',
    unpredictable: [never('conditional BKPT', f => f['cond'] !== 14)],
  },
  {
    what: 'HVC',
    pattern: 'cond:4 00010100 imm12:12 0111 imm4:4',
    unpredictable: [never('conditional HVC', f => f['cond'] !== 14)],
    outside: 'call to Hyp mode',
  },
  { what: 'SMC', pattern: 'cond:4 00010110 (000000000000) 0111 imm4:4', outside: 'call to Monitor mode' },
  {
    what: 'SMLAxy',
    pattern: 'cond:4 00010000 Rd:4 Ra:4 Rm:4 1 M:1 N:1 0 Rn:4',
    unpredictable: [notPc('Rd', 'Rn', 'Rm', 'Ra')],
  },
  {
    what: 'SMLAWy',
    pattern: 'cond:4 00010010 Rd:4 Ra:4 Rm:4 1 M:1 00 Rn:4',
    unpredictable: [notPc('Rd', 'Rn', 'Rm', 'Ra')],
  },
  {
    what: 'SMULWy',
    pattern: 'cond:4 00010010 Rd:4 (0000) Rm:4 1 M:1 10 Rn:4',
    unpredictable: [notPc('Rd', 'Rn', 'Rm')],
  },
  {
    what: 'SMLALxy',
    pattern: 'cond:4 00010100 RdHi:4 RdLo:4 Rm:4 1 M:1 N:1 0 Rn:4',
    unpredictable: [notPc('RdHi', 'RdLo', 'Rn', 'Rm'), differ('RdHi', 'RdLo')],
  },
  {
    what: 'SMULxy',
    pattern: 'cond:4 00010110 Rd:4 (0000) Rm:4 1 M:1 N:1 0 Rn:4',
    unpredictable: [notPc('Rd', 'Rn', 'Rm')],
  },
];

const multiplies: Rule[] = [
  { what: 'MUL', pattern: 'cond:4 0000000 S:1 Rd:4 (0000) Rm:4 1001 Rn:4', unpredictable: [notPc('Rd', 'Rn', 'Rm')] },
  {
    what: 'MLA',
    pattern: 'cond:4 0000001 S:1 Rd:4 Ra:4 Rm:4 1001 Rn:4',
    unpredictable: [notPc('Rd', 'Rn', 'Rm', 'Ra')],
  },
  {
    what: 'UMAAL',
    pattern: 'cond:4 00000100 RdHi:4 RdLo:4 Rm:4 1001 Rn:4',
    unpredictable: [notPc('RdHi', 'RdLo', 'Rn', 'Rm'), differ('RdHi', 'RdLo')],
  },
  { what: 'MLS', pattern: 'cond:4 00000110 Rd:4 Ra:4 Rm:4 1001 Rn:4', unpredictable: [notPc('Rd', 'Rn', 'Rm', 'Ra')] },
  {
    what: 'UMULL UMLAL SMULL SMLAL',
    pattern: 'cond:4 00001 op:2 S:1 RdHi:4 RdLo:4 Rm:4 1001 Rn:4',
    unpredictable: [notPc('RdHi', 'RdLo', 'Rn', 'Rm'), differ('RdHi', 'RdLo')],
  },
];

const pair = never('Rt is odd, or LR', f => f['Rt']! % 2 === 1 || f['Rt'] === 14);

/** LDREX, LDREXD, LDREXB, LDREXH by their size field; the destination does not matter. */
const loadExclusive = (f: Fields, scratch: number): number =>
  (0xe1900f9f | (f['size']! << 21) | (f['Rn']! << 16) | ((f['size'] === 1 ? scratch & ~1 : scratch) << 12)) >>> 0;

const synchronization: Rule[] = [
  {
    what: 'SWP',
    pattern: 'cond:4 00010 B:1 00 Rn:4 Rt:4 (0000) 1001 Rt2:4',
    outside: 'SWP executes only where SCTLR.SW says so',
  },
  {
    what: 'STREX',
    pattern: 'cond:4 00011 size:2 0 Rn:4 Rd:4 (1111) 1001 Rt:4',
    unpredictable: [
      notPc('Rd', 'Rt', 'Rn'),
      differ('Rd', 'Rn'),
      differ('Rd', 'Rt'),
      when(
        f => f['size'] === 1,
        pair,
        never('Rd equals Rt2', f => f['Rd'] === f['Rt']! + 1),
      ),
    ],
    memory: { base: 'Rn' },
    armedBy: loadExclusive,
  },
  {
    what: 'LDREX',
    pattern: 'cond:4 00011 size:2 1 Rn:4 Rt:4 (1111) 1001 (1111)',
    unpredictable: [notPc('Rt', 'Rn'), when(f => f['size'] === 1, pair)],
    memory: { base: 'Rn' },
  },
];

const writeBack = (f: Fields): boolean => !bit(f, 'P') || bit(f, 'W');
const unprivileged = (f: Fields): boolean => !bit(f, 'P') && bit(f, 'W');
const baseKept = when(
  writeBack,
  never('write-back to the PC', f => f['Rn'] === 15),
  differ('Rn', 'Rt'),
);

const extraLoadsStores: Rule[] = (
  [
    ['immediate', 'immH:4', 'immL:4', []],
    ['register', '(0000)', 'Rm:4', [notPc('Rm')]],
  ] as const
).flatMap(([form, high, operand, checks]): Rule[] => {
  const I = form === 'immediate' ? 1 : 0;
  const memory = I ? { base: 'Rn' } : { base: 'Rn', index: 'Rm' };
  return [
    {
      what: `LDRD STRD ${form}`,
      pattern: `cond:4 000 P:1 U:1 ${I} W:1 0 Rn:4 Rt:4 ${high} 11 store:1 1 ${operand}`,
      unpredictable: [
        ...checks,
        never('P = 0 with W = 1', unprivileged),
        never('Rt is odd', f => f['Rt']! % 2 === 1),
        never('PC as Rt2', f => f['Rt'] === 14),
        baseKept,
        when(
          writeBack,
          never('Rn equals Rt2', f => f['Rn'] === f['Rt']! + 1),
        ),
        never('Rm is loaded', f => !I && !bit(f, 'store') && f['Rm']! >> 1 === f['Rt']! >> 1),
      ],
      memory,
    },
    {
      what: `LDRH LDRSB LDRSH STRH ${form}`,
      pattern: `cond:4 000 P:1 U:1 ${I} W:1 L:1 Rn:4 Rt:4 ${high} 1 op:2 1 ${operand}`,
      unpredictable: [...checks, notPc('Rt'), baseKept],
      memory,
    },
  ];
});

const wordOrByte: Check[] = [
  when(f => bit(f, 'B'), notPc('Rt')),
  when(
    unprivileged,
    never('PC loaded without privilege', f => bit(f, 'L') && f['Rt'] === 15),
  ),
  baseKept,
];
const loadsPc = (f: Fields): boolean => bit(f, 'L') && f['Rt'] === 15;

const loadsStores: Rule[] = [
  {
    what: 'LDR STR immediate',
    pattern: 'cond:4 010 P:1 U:1 B:1 W:1 L:1 Rn:4 Rt:4 imm12:12',
    unpredictable: wordOrByte,
    memory: { base: 'Rn' },
    branch: loadsPc,
  },
  {
    what: 'LDR STR register',
    pattern: 'cond:4 011 P:1 U:1 B:1 W:1 L:1 Rn:4 Rt:4 imm5:5 type:2 0 Rm:4',
    unpredictable: [...wordOrByte, notPc('Rm')],
    memory: { base: 'Rn', index: 'Rm', shift: f => [f['type']!, f['imm5']!] },
    branch: loadsPc,
  },
  {
    what: 'LDM STM of User registers, LDM with exception return',
    pattern: 'cond:4 100 P:1 U:1 1 W:1 L:1 Rn:4 list:16',
    outside: 'banked registers or exception return',
  },
  {
    what: 'LDM STM',
    pattern: 'cond:4 100 P:1 U:1 0 W:1 L:1 Rn:4 list:16',
    unpredictable: [
      notPc('Rn'),
      never('empty list', f => f['list'] === 0),
      when(
        f => bit(f, 'W'),
        never('base written back and loaded', f => bit(f, 'L') && inList(f['list']!, f['Rn']!)),
        never('written-back base stored, not lowest', f => !bit(f, 'L') && notLowest(f['list']!, f['Rn']!)),
      ),
    ],
    memory: { base: 'Rn' },
    branch: f => bit(f, 'L') && inList(f['list']!, 15),
  },
];

const media: Rule[] = [
  {
    what: 'parallel add and subtract',
    pattern: 'cond:4 01100 op1:3 Rn:4 Rd:4 (1111) op2:3 1 Rm:4',
    unpredictable: [notPc('Rd', 'Rn', 'Rm')],
  },
  { what: 'SEL', pattern: 'cond:4 01101000 Rn:4 Rd:4 (1111) 1011 Rm:4', unpredictable: [notPc('Rd', 'Rn', 'Rm')] },
  { what: 'PKH', pattern: 'cond:4 01101000 Rn:4 Rd:4 imm5:5 tb:1 01 Rm:4', unpredictable: [notPc('Rd', 'Rn', 'Rm')] },
  {
    what: 'SSAT16 USAT16',
    pattern: 'cond:4 01101 U:1 10 sat:4 Rd:4 (1111) 0011 Rn:4',
    unpredictable: [notPc('Rd', 'Rn')],
  },
  {
    what: 'REV REV16',
    pattern: 'cond:4 01101011 (1111) Rd:4 (1111) op:1 011 Rm:4',
    unpredictable: [notPc('Rd', 'Rm')],
  },
  {
    what: 'RBIT REVSH',
    pattern: 'cond:4 01101111 (1111) Rd:4 (1111) op:1 011 Rm:4',
    unpredictable: [notPc('Rd', 'Rm')],
  },
  {
    what: 'SSAT USAT',
    pattern: 'cond:4 01101 U:1 1 sat:5 Rd:4 imm5:5 sh:1 01 Rn:4',
    unpredictable: [notPc('Rd', 'Rn')],
  },
  {
    what: 'extend and add',
    pattern: 'cond:4 01101 op:3 Rn:4 Rd:4 rotate:2 (00) 0111 Rm:4',
    unpredictable: [notPc('Rd', 'Rm')],
  },
  {
    what: 'SDIV UDIV',
    pattern: 'cond:4 01110 0 U:1 1 Rd:4 (1111) Rm:4 0001 Rn:4',
    unpredictable: [notPc('Rd', 'Rn', 'Rm')],
  },
  {
    what: 'SMMLS',
    pattern: 'cond:4 01110101 Rd:4 Ra:4 Rm:4 11 R:1 1 Rn:4',
    unpredictable: [notPc('Rd', 'Rn', 'Rm', 'Ra')],
  },
  {
    what: 'SMLALD SMLSLD',
    pattern: 'cond:4 01110100 RdHi:4 RdLo:4 Rm:4 0 op:1 M:1 1 Rn:4',
    unpredictable: [notPc('RdHi', 'RdLo', 'Rn', 'Rm'), differ('RdHi', 'RdLo')],
  },
  {
    what: 'dual and long multiply',
    pattern: 'cond:4 01110 op:3 Rd:4 Ra:4 Rm:4 op2:3 1 Rn:4',
    unpredictable: [notPc('Rd', 'Rn', 'Rm')],
  },
  {
    what: 'USAD8 USADA8',
    pattern: 'cond:4 01111000 Rd:4 Ra:4 Rm:4 0001 Rn:4',
    unpredictable: [notPc('Rd', 'Rn', 'Rm')],
  },
  {
    what: 'SBFX UBFX',
    pattern: 'cond:4 01111 U:1 1 widthm1:5 Rd:4 lsb:5 101 Rn:4',
    unpredictable: [notPc('Rd', 'Rn'), never('field leaves the register', f => f['lsb']! + f['widthm1']! > 31)],
  },
  {
    what: 'BFI BFC',
    pattern: 'cond:4 0111110 msb:5 Rd:4 lsb:5 001 Rn:4',
    unpredictable: [notPc('Rd'), never('msb below lsb', f => f['msb']! < f['lsb']!)],
  },
  {
    what: 'UDF',
    pattern: 'cond:4 01111111 imm12:12 1111 imm4:4',
    unobservable: [linuxBreakpoint(f => f['imm12'] === 0x001 && f['imm4'] === 0)],
  },
  { what: 'media, unallocated', pattern: 'cond:4 011 x:20 1 y:4' },
];

const unconditional: Rule[] = [
  { what: 'SETEND', pattern: '1111 00010000 (000) 1 (000000) E:1 (0) 0000 (0000)' },
  {
    what: 'CPS',
    pattern: '1111 00010000 imod:2 M:1 0 (0000000) A:1 I:1 F:1 0 mode:5',
    unpredictable: changeProcessorState,
    outside: 'changes the mode or masks',
  },
  { what: 'PLI immediate', pattern: '1111 0100 U:1 101 Rn:4 (1111) imm12:12' },
  {
    what: 'PLD PLDW immediate',
    pattern: '1111 0101 U:1 R:1 01 Rn:4 (1111) imm12:12',
    unpredictable: [never('PLDW relative to the PC', f => f['Rn'] === 15 && !bit(f, 'R'))],
  },
  { what: 'unallocated memory hint', pattern: '1111 0100 x:1 001 y:20' },
  { what: 'CLREX', pattern: '1111 01010111 (1111)(1111)(0000) 0001 (1111)' },
  {
    what: 'DSB DMB ISB',
    pattern: '1111 01010111 (1111)(1111)(0000) 01 op:2 option:4',
    unpredictable: [never('reserved barrier', f => f['op'] === 3)],
  },
  { what: 'barriers, reserved', pattern: '1111 01010111 x:20', unpredictable: [never('reserved', always)] },
  { what: 'memory hints, reserved', pattern: '1111 010 op:2 x:1 11 y:20', unpredictable: [never('reserved', always)] },
  {
    what: 'PLI register',
    pattern: '1111 0110 U:1 101 Rn:4 (1111) imm5:5 type:2 0 Rm:4',
    unpredictable: [notPc('Rm')],
  },
  {
    what: 'PLD PLDW register',
    pattern: '1111 0111 U:1 R:1 01 Rn:4 (1111) imm5:5 type:2 0 Rm:4',
    unpredictable: [notPc('Rm'), never('PLDW relative to the PC', f => f['Rn'] === 15 && !bit(f, 'R'))],
  },
  { what: 'unallocated memory hint', pattern: '1111 0110 x:1 001 y:15 0 z:4' },
  { what: 'reserved', pattern: '1111 011 op:2 x:1 11 y:15 0 z:4', unpredictable: [never('reserved', always)] },
  { what: 'SRS', pattern: '1111 100 P:1 U:1 1 W:1 0 (1101) (00000101) (000) mode:5', outside: 'exception return' },
  { what: 'RFE', pattern: '1111 100 P:1 U:1 0 W:1 1 Rn:4 (00001010) (00000000)', outside: 'exception return' },
  {
    what: 'BLX immediate',
    pattern: '1111 101 H:1 imm24:24',
    branch: always,
    unobservable: [never('branch to itself or into itself', f => f['imm24'] === 0xfffffe)],
  },
  { what: 'coprocessor', pattern: '1111 11 x:26', outside: 'coprocessor access' },
  { what: 'unallocated', pattern: '1111 x:28' },
];

export const A32: readonly Rule[] = [
  ...unconditional,
  ...miscellaneous,
  ...multiplies,
  { what: 'multiply, unallocated', pattern: 'cond:4 0000 x:16 1001 y:4' },
  ...synchronization,
  { what: 'synchronization, unallocated', pattern: 'cond:4 0001 x:16 1001 y:4' },
  ...extraLoadsStores,
  { what: 'miscellaneous, unallocated', pattern: 'cond:4 00010 x:2 0 y:12 0 z:7' },
  { what: 'halfword multiply, unallocated', pattern: 'cond:4 00010 x:2 0 y:12 1 z:2 0 w:4' },
  ...media,
  ...immediate,
  ...dataProcessing,
  ...loadsStores,
  {
    what: 'B BL',
    pattern: 'cond:4 101 L:1 imm24:24',
    branch: always,
    unobservable: [never('branch to itself, which no trap ends', f => f['imm24'] === 0xfffffe)],
  },
  { what: 'SVC', pattern: 'cond:4 1111 imm24:24', outside: 'system call' },
  { what: 'coprocessor', pattern: 'cond:4 11 x:26', outside: 'coprocessor access' },
];
