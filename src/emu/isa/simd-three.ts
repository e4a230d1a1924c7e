// Advanced SIMD with three operands: registers of the same length, of different lengths, and a scalar (ARM DDI 0406C
// A7.4.1 to A7.4.3).
import type { HelperName } from '../codegen/helpers';
import { SIMD_OPTION } from '../codegen/helpers';
import {
  type SAME, simdHighNarrow, simdLong, simdLongScalar, simdPairwise, simdSame, simdScalar, simdWide,
} from '../codegen/operations/simd'; // prettier-ignore
import type { Operands } from '../codegen/semantics';
import { ins } from './asm';
import { D, d, dq, type Execute, help, M, N, odd, options, q, row, run, su, type } from './simd';
import type { Fields, Row } from './table';

const three = (f: Fields): Operands => ({ d: D(f), n: N(f), m: M(f) });
const oddThree = (f: Fields): boolean => f.Q !== 0 && odd(D(f), N(f), M(f));

/** U, opcode (bits 11:8), bit 4, type letters, sizes as a mask, what. `U` decides between signed and unsigned. */
type Integer = readonly ['U' | '0' | '1', string, 0 | 1, 's' | 'i' | 'p' | '', number, keyof typeof SAME | HelperName];
const BHW = 0b0111;
const ALL = 0b1111;
const SAME_LENGTH: Readonly<Record<string, Integer>> = {
  vhadd: ['U', '0000', 0, 's', BHW, 'vhadd'],
  vqadd: ['U', '0000', 1, 's', ALL, 'vqadd'],
  vrhadd: ['U', '0001', 0, 's', BHW, 'vrhadd'],
  vhsub: ['U', '0010', 0, 's', BHW, 'vhsub'],
  vqsub: ['U', '0010', 1, 's', ALL, 'vqsub'],
  vcgt: ['U', '0011', 0, 's', BHW, 'vcgt'],
  vcge: ['U', '0011', 1, 's', BHW, 'vcge'],
  vmax: ['U', '0110', 0, 's', BHW, 'vmax'],
  vmin: ['U', '0110', 1, 's', BHW, 'vmin'],
  vabd: ['U', '0111', 0, 's', BHW, 'vabd'],
  vaba: ['U', '0111', 1, 's', BHW, 'vaba'],
  vadd: ['0', '1000', 0, 'i', ALL, 'vadd'],
  vsub: ['1', '1000', 0, 'i', ALL, 'vsub'],
  vtst: ['0', '1000', 1, '', BHW, 'vtst'],
  vceq: ['1', '1000', 1, 'i', BHW, 'vceq'],
  vmla: ['0', '1001', 0, 'i', BHW, 'vmla'],
  vmls: ['1', '1001', 0, 'i', BHW, 'vmls'],
  vmul: ['0', '1001', 1, 'i', BHW, 'vmul'],
  'vmul (polynomial)': ['1', '1001', 1, 'p', 0b0001, 'vmulp'],
  vqdmulh: ['0', '1011', 0, 's', 0b0110, 'vqdmulh'],
  vqrdmulh: ['1', '1011', 0, 's', 0b0110, 'vqrdmulh'],
};
/** These take the value from Vm and the amount from Vn. */
const SHIFTS: Readonly<Record<string, Integer>> = {
  vshl: ['U', '0100', 0, 's', ALL, 'vshl'],
  vqshl: ['U', '0100', 1, 's', ALL, 'vqshl'],
  vrshl: ['U', '0101', 0, 's', ALL, 'vrshl'],
  vqrshl: ['U', '0101', 1, 's', ALL, 'vqrshl'],
};
const isHelper = (what: string): what is 'vmulp' | 'vqdmulh' | 'vqrdmulh' =>
  ['vmulp', 'vqdmulh', 'vqrdmulh', ...Object.keys(SHIFTS)].includes(what);

const mnemonicOf = (name: string): string => name.split(' ')[0]!;

function integerRows(table: Readonly<Record<string, Integer>>, shifts: boolean): Row[] {
  return Object.entries(table).map(([name, [u, opcode, bit4, kind, sizes, what]]) => {
    const pattern = `1111 001 ${u === 'U' ? 'U:1' : u} 0 D:1 size:2 Vn:4 Vd:4 ${opcode} N:1 Q:1 M:1 ${bit4} Vm:4`;
    const execute: Execute = f => {
      if (!((sizes >> f.size!) & 1) || oddThree(f)) return undefined;
      const unsigned = f.U ?? 0;
      if (isHelper(what)) return help(what, options(f.size!, unsigned || kind === 'p', f.Q!), three(f));
      return run(simdSame, { what, size: f.size!, unsigned, quad: f.Q!, ...three(f) });
    };
    return row(`${name.toUpperCase()}${shifts ? ' (register)' : ''}`, pattern, execute, (f, x) => {
      const [n, m] = [dq(f, N(f)), dq(f, M(f))];
      const letters = kind === 's' && u === 'U' ? su(f) : kind;
      const list = shifts ? [m, n] : [n, m];
      return ins(`${mnemonicOf(name)}${x.cond}.${type(letters, f.size!)}`, dq(f, D(f)), ...list);
    });
  });
}

/** U and size. */
const BITWISE = [
  ['vand', '0', '00'],
  ['vbic', '0', '01'],
  ['vorr', '0', '10'],
  ['vorn', '0', '11'],
  ['veor', '1', '00'],
  ['vbsl', '1', '01'],
  ['vbit', '1', '10'],
  ['vbif', '1', '11'],
] as const;
const bitwiseRows = (): Row[] =>
  BITWISE.map(([what, u, size]) =>
    row(
      `${what.toUpperCase()} (register)`,
      `1111 001 ${u} 0 D:1 ${size} Vn:4 Vd:4 0001 N:1 Q:1 M:1 1 Vm:4`,
      f => (oddThree(f) ? undefined : run(simdSame, { what, size: 0, unsigned: 0, quad: f.Q!, ...three(f) })),
      (f, x) => ins(`${what}${x.cond}`, dq(f, D(f)), dq(f, N(f)), dq(f, M(f))),
    ),
  );

/** Opcode, bit 4, what. Doublewords only. */
const PAIRWISE = [
  ['vpmax', 'U:1', '1010', 0],
  ['vpmin', 'U:1', '1010', 1],
  ['vpadd', '0', '1011', 1],
] as const;
const pairwiseRows = (): Row[] =>
  PAIRWISE.map(([what, u, opcode, bit4]) =>
    row(
      `${what.toUpperCase()} (integer)`,
      `1111 001 ${u} 0 D:1 size:2 Vn:4 Vd:4 ${opcode} N:1 Q:1 M:1 ${bit4} Vm:4`,
      f =>
        f.size === 3 || f.Q ? undefined : run(simdPairwise, { what, size: f.size!, unsigned: f.U ?? 0, ...three(f) }),
      (f, x) => {
        const kind = u === '0' ? 'i' : su(f);
        return ins(`${what}${x.cond}.${type(kind, f.size!)}`, d(D(f)), d(N(f)), d(M(f)));
      },
    ),
  );

/** U, bit 21, opcode, bit 4, helper, doublewords only. */
const FLOAT: Readonly<Record<string, readonly [string, string, string, 0 | 1, HelperName, 'pair'?]>> = {
  vfma: ['0', '0', '1100', 1, 'vfmaf'],
  vfms: ['0', '1', '1100', 1, 'vfmsf'],
  vadd: ['0', '0', '1101', 0, 'vaddf'],
  vsub: ['0', '1', '1101', 0, 'vsubf'],
  vpadd: ['1', '0', '1101', 0, 'vpaddf', 'pair'],
  vabd: ['1', '1', '1101', 0, 'vabdf'],
  vmla: ['0', '0', '1101', 1, 'vmlaf'],
  vmls: ['0', '1', '1101', 1, 'vmlsf'],
  vmul: ['1', '0', '1101', 1, 'vmulf'],
  vceq: ['0', '0', '1110', 0, 'vceqf'],
  vcge: ['1', '0', '1110', 0, 'vcgef'],
  vcgt: ['1', '1', '1110', 0, 'vcgtf'],
  vacge: ['1', '0', '1110', 1, 'vacgef'],
  vacgt: ['1', '1', '1110', 1, 'vacgtf'],
  vmax: ['0', '0', '1111', 0, 'vmaxf'],
  vmin: ['0', '1', '1111', 0, 'vminf'],
  vpmax: ['1', '0', '1111', 0, 'vpmaxf', 'pair'],
  vpmin: ['1', '1', '1111', 0, 'vpminf', 'pair'],
  vrecps: ['0', '0', '1111', 1, 'vrecpsf'],
  vrsqrts: ['0', '1', '1111', 1, 'vrsqrtsf'],
};
const floatRows = (): Row[] =>
  Object.entries(FLOAT).map(([name, [u, bit21, opcode, bit4, helper, pair]]) =>
    row(
      `${name.toUpperCase()} (floating-point)`,
      `1111 001 ${u} 0 D:1 ${bit21} sz:1 Vn:4 Vd:4 ${opcode} N:1 Q:1 M:1 ${bit4} Vm:4`,
      f => (f.sz || (pair && f.Q) || oddThree(f) ? undefined : help(helper, options(2, false, f.Q!), three(f))),
      (f, x) => ins(`${name}${x.cond}.f32`, dq(f, D(f)), dq(f, N(f)), dq(f, M(f))),
    ),
  );

/** A quadword of two doublewords: U, opcode, type letter, sizes, helper. */
const LONG: Readonly<Record<string, readonly ['U' | '0', string, 's' | 'p', number, HelperName?]>> = {
  vaddl: ['U', '0000', 's', BHW],
  vsubl: ['U', '0010', 's', BHW],
  vabal: ['U', '0101', 's', BHW],
  vabdl: ['U', '0111', 's', BHW],
  vmlal: ['U', '1000', 's', BHW],
  vmlsl: ['U', '1010', 's', BHW],
  vmull: ['U', '1100', 's', BHW],
  vqdmlal: ['0', '1001', 's', 0b0110, 'vqdmlal'],
  vqdmlsl: ['0', '1011', 's', 0b0110, 'vqdmlsl'],
  vqdmull: ['0', '1101', 's', 0b0110, 'vqdmull'],
  'vmull (polynomial)': ['0', '1110', 'p', 0b0001, 'vmullp'],
};
const different = (u: string, opcode: string): string =>
  `1111 001 ${u} 1 D:1 size:2 Vn:4 Vd:4 ${opcode} N:1 0 M:1 0 Vm:4`;
const notThree = (f: Fields): boolean => f.size !== 3;

const longRows = (): Row[] =>
  Object.entries(LONG).map(([name, [u, opcode, kind, sizes, helper]]) =>
    row(
      name.toUpperCase(),
      different(u === 'U' ? 'U:1' : u, opcode),
      f => {
        if (!((sizes >> f.size!) & 1) || odd(D(f))) return undefined;
        if (helper) return help(helper, options(f.size!, kind === 'p', false), three(f));
        return run(simdLong, { what: name, size: f.size!, unsigned: f.U!, ...three(f) });
      },
      (f, x) =>
        ins(`${mnemonicOf(name)}${x.cond}.${type(u === 'U' ? su(f) : kind, f.size!)}`, q(D(f)), d(N(f)), d(M(f))),
      notThree,
    ),
  );

/** The first operand is a quadword; those that narrow have a quadword as second operand, too. */
function wideAndNarrowRows(): Row[] {
  const wide = ([['vaddw', '0001', 0], ['vsubw', '0011', 1]] as const).map(([name, opcode, subtract]) =>
    row(
      name.toUpperCase(),
      different('U:1', opcode),
      f =>
        odd(D(f), N(f)) ? undefined : run(simdWide, { subtract, size: f.size!, unsigned: f.U!, ...three(f) }),
      (f, x) => ins(`${name}${x.cond}.${type(su(f), f.size!)}`, q(D(f)), q(N(f)), d(M(f))),
      notThree,
    ),
  ); // prettier-ignore
  const narrow = ([['vaddhn', '0', '0100'], ['vraddhn', '1', '0100'], ['vsubhn', '0', '0110'], ['vrsubhn', '1', '0110']] as const).map(([name, u, opcode]) =>
    row(
      name.toUpperCase(),
      different(u, opcode),
      f =>
        odd(N(f), M(f))
          ? undefined
          : run(simdHighNarrow, { subtract: +(opcode === '0110'), size: f.size!, round: Number(u), ...three(f) }),
      (f, x) => ins(`${name}${x.cond}.${type('i', f.size! + 1)}`, d(D(f)), q(N(f)), q(M(f))),
      notThree,
    ),
  ); // prettier-ignore
  return [...wide, ...narrow];
}

/** The element that Vm and M name: of 16 bits in D0 to D7, of 32 in D0 to D15. */
const scalar = (f: Fields): { register: number; index: number } =>
  f.size === 1 ? { register: f.Vm! & 7, index: (f.M! << 1) | (f.Vm! >> 3) } : { register: f.Vm!, index: f.M! };
const at = (f: Fields): number => scalar(f).register * 8 + (scalar(f).index << f.size!);
const scalarText = (f: Fields): string => `d${scalar(f).register}[${scalar(f).index}]`;

/** Opcode, type letter, sizes, what (of SAME, or a helper). Q stands where U does. */
const SCALAR_SAME: Readonly<Record<string, readonly [string, string, number, string]>> = {
  vmla: ['0000', 'i', 0b0110, 'vmla'],
  'vmla (floating-point)': ['0001', 'f', 0b0100, 'vmlaf'],
  vmls: ['0100', 'i', 0b0110, 'vmls'],
  'vmls (floating-point)': ['0101', 'f', 0b0100, 'vmlsf'],
  vmul: ['1000', 'i', 0b0110, 'vmul'],
  'vmul (floating-point)': ['1001', 'f', 0b0100, 'vmulf'],
  vqdmulh: ['1100', 's', 0b0110, 'vqdmulh'],
  vqrdmulh: ['1101', 's', 0b0110, 'vqrdmulh'],
};
const SCALAR_LONG: Readonly<Record<string, readonly ['U' | '0', string, HelperName?]>> = {
  vmlal: ['U', '0010'],
  vqdmlal: ['0', '0011', 'vqdmlal'],
  vmlsl: ['U', '0110'],
  vqdmlsl: ['0', '0111', 'vqdmlsl'],
  vmull: ['U', '1010'],
  vqdmull: ['0', '1011', 'vqdmull'],
};
function scalarRows(): Row[] {
  const same = Object.entries(SCALAR_SAME).map(([name, [opcode, kind, sizes, what]]) =>
    row(
      `${name.toUpperCase()} (by scalar)`,
      `1111 001 Q:1 1 D:1 size:2 Vn:4 Vd:4 ${opcode} N:1 1 M:1 0 Vm:4`,
      f => {
        if (!((sizes >> f.size!) & 1) || (f.Q && odd(D(f), N(f)))) return undefined;
        const operands = { d: D(f), n: N(f), at: at(f), size: f.size! };
        if (what === 'vmla' || what === 'vmls' || what === 'vmul')
          return run(simdScalar, { what, unsigned: 0, quad: f.Q!, ...operands });
        return help(what as HelperName, options(f.size!, false, f.Q!) | SIMD_OPTION.SCALAR, operands);
      },
      (f, x) => ins(`${mnemonicOf(name)}${x.cond}.${type(kind, f.size!)}`, dq(f, D(f)), dq(f, N(f)), scalarText(f)),
      notThree,
    ),
  );
  const long = Object.entries(SCALAR_LONG).map(([name, [u, opcode, helper]]) =>
    row(
      `${name.toUpperCase()} (by scalar)`,
      `1111 001 ${u === 'U' ? 'U:1' : u} 1 D:1 size:2 Vn:4 Vd:4 ${opcode} N:1 1 M:1 0 Vm:4`,
      f => {
        if (f.size === 0 || odd(D(f))) return undefined;
        const operands = { d: D(f), n: N(f), at: at(f), size: f.size! };
        if (helper) return help(helper, options(f.size!, false, false) | SIMD_OPTION.SCALAR, operands);
        return run(simdLongScalar, { what: name, unsigned: f.U!, ...operands });
      },
      (f, x) => ins(`${name}${x.cond}.${type(u === 'U' ? su(f) : 's', f.size!)}`, q(D(f)), d(N(f)), scalarText(f)),
      notThree,
    ),
  );
  return [...same, ...long];
}

export const SIMD_THREE: readonly Row[] = [
  ...integerRows(SAME_LENGTH, false),
  ...integerRows(SHIFTS, true),
  ...bitwiseRows(),
  ...pairwiseRows(),
  ...floatRows(),
  ...longRows(),
  ...wideAndNarrowRows(),
  ...scalarRows(),
];
