// Advanced SIMD: two registers and a shift amount (ARM DDI 0406C A7.4.4).
import type { HelperName } from '../codegen/helpers';
import { simdShift, simdShiftLong, simdShiftNarrow } from '../codegen/operations/simd';
import { immediate } from '../codegen/operations/simd-permute';
import { ins } from './asm';
import { D, d, dq, help, M, odd, options, q, row, run, saturatingNarrow, su, type } from './simd';
import type { Action, Fields, Row } from './table';

/** log2 of the bytes of a lane, from the highest bit of L:imm6. */
const size = (f: Fields): number => (f.L ? 3 : f.imm6! >= 32 ? 2 : f.imm6! >= 16 ? 1 : 0);
const bits = (f: Fields): number => 8 << size(f);
const left = (f: Fields): number => (f.L ? f.imm6! : f.imm6! - bits(f));
const right = (f: Fields): number => (f.L ? 64 - f.imm6! : 2 * bits(f) - f.imm6!);
/** L:imm6 is 0000xxx for one register and a modified immediate. */
const isShift = (f: Fields): boolean => f.L === 1 || f.imm6! >= 8;

const pattern = (u: string, opcode: string, rest: string): string =>
  `1111 001 ${u} 1 D:1 imm6:6 Vd:4 ${opcode} ${rest} M:1 1 Vm:4`;
const SAME = 'L:1 Q:1';

/** Vd is zero, or as it was: what shifts by all bits come to. */
const zero = (f: Fields): Action => run(immediate, { what: 'vmov', bytes: 0, quad: f.Q!, d: D(f), imm: 0 });
const nothing = (f: Fields): Action => run(immediate, { what: 'vorr', bytes: 0, quad: f.Q!, d: D(f), imm: 0 });

/** A right shift; those by all bits of a lane become what WebAssembly can shift by. */
function shiftRight(f: Fields, what: string): Action {
  const unsigned = f.U ?? 1;
  const by = right(f);
  const shift = (name: string, amount: number): Action =>
    run(simdShift, { what: name, size: size(f), unsigned, quad: f.Q!, d: D(f), m: M(f), by: amount });
  if (by < bits(f)) return shift(what, by);
  switch (what) {
    case 'vshr':
      return unsigned ? zero(f) : shift('vshr', by - 1);
    case 'vsra':
      return unsigned ? nothing(f) : shift('vsra', by - 1);
    // Half of the range is added first: the sum's upper bit of an unsigned number, nothing of a signed one.
    case 'vrshr':
      return unsigned ? shift('vshr', by - 1) : zero(f);
    case 'vrsra':
      return unsigned ? shift('vsra', by - 1) : nothing(f);
    default:
      return nothing(f); // VSRI
  }
}

const rightRows = (): Row[] =>
  ([['vshr', '0000'], ['vsra', '0001'], ['vrshr', '0010'], ['vrsra', '0011'], ['vsri', '0100']] as const).map(([what, opcode]) =>
    row(
      `${what.toUpperCase()} (immediate)`,
      pattern(what === 'vsri' ? '1' : 'U:1', opcode, SAME),
      f => (f.Q && odd(D(f), M(f)) ? undefined : shiftRight(f, what)),
      (f, x) =>
        ins(`${what}${x.cond}.${type(what === 'vsri' ? '' : su(f), size(f))}`, dq(f, D(f)), dq(f, M(f)), `#${right(f)}`),
      isShift,
    ),
  ); // prettier-ignore

/** U, opcode, type letter, helper. */
const LEFT: Readonly<Record<string, readonly [string, string, string, HelperName?]>> = {
  // The manual says I; S is what assemblers of GNU print.
  vshl: ['0', '0101', 's'],
  vsli: ['1', '0101', ''],
  vqshlu: ['1', '0110', 's', 'vqshlui'],
  vqshl: ['U:1', '0111', 's', 'vqshli'],
};
const leftRows = (): Row[] =>
  Object.entries(LEFT).map(([what, [u, opcode, kind, helper]]) =>
    row(
      `${what.toUpperCase()} (immediate)`,
      pattern(u, opcode, SAME),
      f => {
        if (f.Q && odd(D(f), M(f))) return undefined;
        const operands = { d: D(f), m: M(f), by: left(f) };
        if (helper) return help(helper, options(size(f), f.U ?? 0, f.Q!), operands);
        return run(simdShift, { what, size: size(f), unsigned: 0, quad: f.Q!, ...operands });
      },
      (f, x) => {
        const letters = u === 'U:1' ? su(f) : kind;
        return ins(`${what}${x.cond}.${type(letters, size(f))}`, dq(f, D(f)), dq(f, M(f)), `#${left(f)}`);
      },
      isShift,
    ),
  );

/** U, opcode, bit 6, type letter of the operand, whether results saturate; with U = 1 they are unsigned, of signed operands. */
const NARROW: Readonly<Record<string, readonly [string, string, 0 | 1, string, 'saturates'?]>> = {
  vshrn: ['0', '1000', 0, 'i'],
  vrshrn: ['0', '1000', 1, 'i'],
  vqshrun: ['1', '1000', 0, 's', 'saturates'],
  vqrshrun: ['1', '1000', 1, 's', 'saturates'],
  vqshrn: ['U:1', '1001', 0, 's', 'saturates'],
  vqrshrn: ['U:1', '1001', 1, 's', 'saturates'],
};
const narrowRows = (): Row[] =>
  Object.entries(NARROW).map(([what, [u, opcode, bit6, kind, saturates]]) =>
    row(
      what.toUpperCase(),
      pattern(u, opcode, `0 ${bit6}`),
      f => {
        if (odd(M(f))) return undefined;
        const operands = { d: D(f), m: M(f), by: right(f) };
        if (!saturates) return run(simdShiftNarrow, { size: size(f), round: bit6, ...operands });
        return saturatingNarrow(
          { size: size(f), unsigned: u === '1' || f.U === 1, from: f.U === 1, round: bit6 },
          operands,
        );
      },
      (f, x) => {
        const letters = u === 'U:1' ? su(f) : kind;
        return ins(`${what}${x.cond}.${type(letters, size(f) + 1)}`, d(D(f)), q(M(f)), `#${right(f)}`);
      },
      isShift,
    ),
  );

const longRow = row(
  'VSHLL, VMOVL',
  pattern('U:1', '1010', '0 0'),
  f => (odd(D(f)) ? undefined : run(simdShiftLong, { size: size(f), unsigned: f.U!, d: D(f), m: M(f), by: left(f) })),
  (f, x) => {
    const suffix = `${x.cond}.${type(su(f), size(f))}`;
    if (left(f) === 0) return ins(`vmovl${suffix}`, q(D(f)), d(M(f)));
    return ins(`vshll${suffix}`, q(D(f)), d(M(f)), `#${left(f)}`);
  },
  isShift,
);

/** VCVT between floating point and fixed point: 64 - imm6 fraction bits. */
const fixedRow = row(
  'VCVT (floating-point and fixed-point)',
  '1111 001 U:1 1 D:1 imm6:6 Vd:4 111 op:1 0 Q:1 M:1 1 Vm:4',
  f => {
    if (f.imm6! < 32 || (f.Q && odd(D(f), M(f)))) return undefined;
    const helper = f.op ? 'vcvtToFixed' : 'vcvtFromFixed';
    return help(helper, options(2, f.U!, f.Q!), { d: D(f), m: M(f), by: 64 - f.imm6! });
  },
  (f, x) => {
    const fixed = `${su(f)}32`;
    const types = f.op ? `${fixed}.f32` : `f32.${fixed}`;
    return ins(`vcvt${x.cond}.${types}`, dq(f, D(f)), dq(f, M(f)), `#${64 - f.imm6!}`);
  },
  f => f.imm6! >= 8,
);

export const SIMD_SHIFT: readonly Row[] = [...rightRows(), ...leftRows(), ...narrowRows(), longRow, fixedRow];
