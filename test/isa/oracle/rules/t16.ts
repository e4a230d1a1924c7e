// The 16-bit instructions of T32, section A6.2 of the manual. First match decides.
import { always, linuxBreakpoint, never, notLowest, notPc, type Rule } from './rule';

const emptyList = never('empty list', f => f['list'] === 0);

export const T16: readonly Rule[] = [
  // Special data processing: the register number is split, so it is put together as D:Rd.
  {
    what: 'ADD of two registers',
    pattern: '01000100 D:1 Rm:4 D:3',
    unpredictable: [never('PC plus PC', f => f['D'] === 15 && f['Rm'] === 15)],
    branch: f => f['D'] === 15,
  },
  {
    what: 'CMP of high registers',
    pattern: '01000101 N:1 Rm:4 N:3',
    unpredictable: [notPc('N', 'Rm'), never('both registers are low', f => f['N']! < 8 && f['Rm']! < 8)],
  },
  { what: 'MOV of any register', pattern: '01000110 D:1 Rm:4 D:3', branch: f => f['D'] === 15 },
  { what: 'BX', pattern: '010001110 Rm:4 (000)', branch: always },
  { what: 'BLX register', pattern: '010001111 Rm:4 (000)', unpredictable: [notPc('Rm')], branch: always },

  { what: 'LDR literal', pattern: '01001 Rt:3 imm8:8', memory: { base: 15 } },
  { what: 'loads and stores, register', pattern: '0101 op:3 Rm:3 Rn:3 Rt:3', memory: { base: 'Rn', index: 'Rm' } },
  { what: 'loads and stores, immediate', pattern: '011 B:1 L:1 imm5:5 Rn:3 Rt:3', memory: { base: 'Rn' } },
  { what: 'halfword loads and stores', pattern: '1000 L:1 imm5:5 Rn:3 Rt:3', memory: { base: 'Rn' } },
  { what: 'loads and stores, SP relative', pattern: '1001 L:1 Rt:3 imm8:8', memory: { base: 13 } },

  { what: 'CBZ CBNZ', pattern: '1011 op:1 0 i:1 1 imm5:5 Rn:3', branch: always, it: 'never' },
  { what: 'PUSH', pattern: '1011 010 list:9', unpredictable: [emptyList], memory: { base: 13 } },
  {
    what: 'POP',
    pattern: '1011 110 list:9',
    unpredictable: [emptyList],
    memory: { base: 13 },
    branch: f => (f['list']! & 0x100) !== 0,
  },
  { what: 'SETEND', pattern: '1011 0110 010 (1) E:1 (000)', it: 'never' },
  {
    what: 'CPS',
    pattern: '1011 0110 011 im:1 (0) A:1 I:1 F:1',
    unpredictable: [never('no mask named', f => !f['A'] && !f['I'] && !f['F'])],
    outside: 'changes the masks',
    it: 'never',
  },
  { what: 'hint', pattern: '1011 1111 hint:4 0000' },
  {
    what: 'IT',
    pattern: '1011 1111 cond:4 mask:4',
    unpredictable: [
      never('condition 1111', f => f['cond'] === 15),
      never('AL with an Else', f => f['cond'] === 14 && ![1, 2, 4, 8].includes(f['mask']!)),
    ],
    it: 'never',
  },
  {
    what: 'STM',
    pattern: '11000 Rn:3 list:8',
    unpredictable: [emptyList, never('base stored, not lowest', f => notLowest(f['list']!, f['Rn']!))],
    memory: { base: 'Rn' },
  },
  { what: 'LDM', pattern: '11001 Rn:3 list:8', unpredictable: [emptyList], memory: { base: 'Rn' } },
  { what: 'UDF', pattern: '1101 1110 imm8:8', unobservable: [linuxBreakpoint(f => f['imm8'] === 1)] },
  { what: 'SVC', pattern: '1101 1111 imm8:8', outside: 'system call' },
  {
    what: 'conditional branch',
    pattern: '1101 cond:4 imm8:8',
    unobservable: [never('branch to itself, which no trap ends', f => f['imm8'] === 0xfe)],
    branch: always,
    it: 'never',
  },
  {
    what: 'B',
    pattern: '11100 imm11:11',
    unobservable: [never('branch to itself, which no trap ends', f => f['imm11'] === 0x7fe)],
    branch: always,
  },
  { what: 'data processing and the rest', pattern: 'x:16' },
];
