// Advanced SIMD: two registers miscellaneous, modified immediates, VEXT, VTBL and VDUP (ARM DDI 0406C A7.4.5, A7.4.6).
import type { HelperName } from '../codegen/helpers';
import { simdMisc, simdShiftLong, simdShiftNarrow } from '../codegen/operations/simd';
import {
  duplicateElement, duplicateRegister, exchange, extract, immediate, tableLookup,
} from '../codegen/operations/simd-permute'; // prettier-ignore
import { ins, r } from './asm';
import { D, d, dq, type Execute, help, M, N, odd, options, q, row, run, saturatingNarrow, type } from './simd';
import type { Fields, Row } from './table';

const two = (f: Fields): { d: number; m: number } => ({ d: D(f), m: M(f) });
/** Vn or an amount that helpers of one operand do not use. */
const NO_N = { n: 0 } as const;
const oddTwo = (f: Fields): boolean => f.Q !== 0 && odd(D(f), M(f));

/** @param a bits 17:16 @param b bits 10:6, the last of which is mostly Q */
const pattern = (a: string, b: string): string => `1111 0011 1 D:1 11 size:2 ${a} Vd:4 0 ${b} M:1 0 Vm:4`;

/** Bits 17:16, bits 10:7, type letter, sizes as a mask, unsigned, helper for what has no direct code. */
type Misc = readonly [string, string, string, number, 0 | 1, (keyof typeof HELPED)?];
const HELPED = { vcls: 'vcls', vclz: 'vclz', vqabs: 'vqabs', vqneg: 'vqneg' } as const satisfies Record<
  string,
  HelperName
>;
const BHW = 0b0111;
const MISC: Readonly<Record<string, Misc>> = {
  vrev64: ['00', '0000', '', BHW, 0],
  vrev32: ['00', '0001', '', 0b0011, 0],
  vrev16: ['00', '0010', '', 0b0001, 0],
  'vpaddl (signed)': ['00', '0100', 's', BHW, 0],
  'vpaddl (unsigned)': ['00', '0101', 'u', BHW, 1],
  vcls: ['00', '1000', 's', BHW, 0, 'vcls'],
  vclz: ['00', '1001', 'i', BHW, 0, 'vclz'],
  vcnt: ['00', '1010', '', 0b0001, 0],
  vmvn: ['00', '1011', '-', 0b0001, 0],
  'vpadal (signed)': ['00', '1100', 's', BHW, 0],
  'vpadal (unsigned)': ['00', '1101', 'u', BHW, 1],
  vqabs: ['00', '1110', 's', BHW, 0, 'vqabs'],
  vqneg: ['00', '1111', 's', BHW, 0, 'vqneg'],
  vabs: ['01', '0110', 's', BHW, 0],
  vneg: ['01', '0111', 's', BHW, 0],
};
const mnemonicOf = (name: string): string => name.split(' ')[0]!;
const miscRows = (): Row[] =>
  Object.entries(MISC).map(([name, [a, b, kind, sizes, unsigned, helper]]) =>
    row(
      name.toUpperCase(),
      pattern(a, `${b} Q:1`),
      f => {
        if (!((sizes >> f.size!) & 1) || oddTwo(f)) return undefined;
        if (helper) return help(HELPED[helper], options(f.size!, false, f.Q!), { ...two(f), ...NO_N });
        return run(simdMisc, { what: mnemonicOf(name), size: f.size!, unsigned, quad: f.Q!, ...two(f) });
      },
      (f, x) =>
        ins(`${mnemonicOf(name)}${x.cond}${kind === '-' ? '' : `.${type(kind, f.size!)}`}`, dq(f, D(f)), dq(f, M(f))),
    ),
  );

/** Comparisons with zero: bits 9:7, type letter of integers. */
const WITH_ZERO = [
  ['vcgt', '000', 's'],
  ['vcge', '001', 's'],
  ['vceq', '010', 'i'],
  ['vcle', '011', 's'],
  ['vclt', '100', 's'],
] as const;
const zeroRows = (): Row[] =>
  WITH_ZERO.map(([name, b, kind]) =>
    row(
      `${name.toUpperCase()} (immediate #0)`,
      pattern('01', `F:1 ${b} Q:1`),
      f => {
        if (f.size === 3 || (f.F && f.size !== 2) || oddTwo(f)) return undefined;
        if (f.F) return help(`${name}0f`, options(2, false, f.Q!), { ...two(f), ...NO_N });
        return run(simdMisc, { what: `${name}0`, size: f.size!, unsigned: 0, quad: f.Q!, ...two(f) });
      },
      (f, x) => ins(`${name}${x.cond}.${type(f.F ? 'f' : kind, f.size!)}`, dq(f, D(f)), dq(f, M(f)), '#0'),
    ),
  );
const signRows = (): Row[] =>
  ([['vabs', '1110'], ['vneg', '1111']] as const).map(([name, b]) =>
    row(
      `${name.toUpperCase()} (floating-point)`,
      pattern('01', `${b} Q:1`),
      f =>
        f.size !== 2 || oddTwo(f)
          ? undefined
          : run(simdMisc, { what: `${name}f`, size: 2, unsigned: 0, quad: f.Q!, ...two(f) }),
      (f, x) => ins(`${name}${x.cond}.f32`, dq(f, D(f)), dq(f, M(f))),
    ),
  ); // prettier-ignore

const EXCHANGES = [
  ['vswp', '0000'],
  ['vtrn', '0001'],
  ['vuzp', '0010'],
  ['vzip', '0011'],
] as const;
const exchangeRows = (): Row[] =>
  EXCHANGES.map(([what, b]) =>
    row(
      what.toUpperCase(),
      pattern('10', `${b} Q:1`),
      f => {
        const largest = what === 'vswp' ? 0 : what === 'vtrn' || f.Q ? 2 : 1;
        if (f.size! > largest || oddTwo(f)) return undefined;
        return run(exchange, { what, size: f.size!, quad: f.Q!, ...two(f) });
      },
      (f, x) => ins(`${what}${x.cond}${what === 'vswp' ? '' : `.${type('', f.size!)}`}`, dq(f, D(f)), dq(f, M(f))),
    ),
  );

/** Bits 10:6, type letter, whether the result is unsigned and the operand. */
const NARROW = {
  vmovn: ['01000', 'i', false, false],
  vqmovun: ['01001', 's', true, false],
  'vqmovn (signed)': ['01010', 's', false, false],
  'vqmovn (unsigned)': ['01011', 'u', true, true],
} as const;
function lengthRows(): Row[] {
  const narrow = Object.entries(NARROW).map(([name, [b, kind, unsigned, fromUnsigned]]) =>
    row(
      name.toUpperCase(),
      pattern('10', b),
      f => {
        if (f.size === 3 || odd(M(f))) return undefined;
        const operands = { ...two(f), by: 0 };
        if (name === 'vmovn') return run(simdShiftNarrow, { size: f.size!, round: 0, ...operands });
        return saturatingNarrow({ size: f.size!, unsigned, from: fromUnsigned, round: 0 }, operands);
      },
      (f, x) => ins(`${mnemonicOf(name)}${x.cond}.${type(kind, f.size! + 1)}`, d(D(f)), q(M(f))),
    ),
  );
  const long = row(
    'VSHLL (maximum)',
    pattern('10', '01100'),
    f =>
      f.size === 3 || odd(D(f))
        ? undefined
        : run(simdShiftLong, { size: f.size!, unsigned: 1, ...two(f), by: 8 << f.size! }),
    (f, x) => ins(`vshll${x.cond}.${type('i', f.size!)}`, q(D(f)), d(M(f)), `#${8 << f.size!}`),
  );
  return [...narrow, long];
}

function floatRows(): Row[] {
  const toHalf = row(
    'VCVT (half-precision from single-precision)',
    pattern('10', '11000'),
    f => (f.size !== 1 || odd(M(f)) ? undefined : help('vcvtToHalf', options(1, false, false), { ...two(f), ...NO_N })),
    (f, x) => ins(`vcvt${x.cond}.f16.f32`, d(D(f)), q(M(f))),
  );
  const fromHalf = row(
    'VCVT (single-precision from half-precision)',
    pattern('10', '11100'),
    f =>
      f.size !== 1 || odd(D(f)) ? undefined : help('vcvtFromHalf', options(1, false, false), { ...two(f), ...NO_N }),
    (f, x) => ins(`vcvt${x.cond}.f32.f16`, q(D(f)), d(M(f))),
  );
  const estimates = (['vrecpe', 'vrsqrte'] as const).map((name, i) =>
    row(
      name.toUpperCase(),
      pattern('11', `10 F:1 ${i} Q:1`),
      f => (f.size !== 2 || oddTwo(f) ? undefined : help(name, options(2, !f.F, f.Q!), { ...two(f), ...NO_N })),
      (f, x) => ins(`${name}${x.cond}.${f.F ? 'f' : 'u'}32`, dq(f, D(f)), dq(f, M(f))),
    ),
  );
  const convert = row(
    'VCVT (floating-point and integer)',
    pattern('11', '11 toInteger:1 U:1 Q:1'),
    f =>
      f.size !== 2 || oddTwo(f)
        ? undefined
        : help(f.toInteger ? 'vcvtToFixed' : 'vcvtFromFixed', options(2, f.U!, f.Q!), { ...two(f), by: 0 }),
    (f, x) => {
      const integer = f.U ? 'u32' : 's32';
      return ins(`vcvt${x.cond}.${f.toInteger ? `${integer}.f32` : `f32.${integer}`}`, dq(f, D(f)), dq(f, M(f)));
    },
  );
  return [toHalf, fromHalf, ...estimates, convert];
}

/** AdvSIMDExpandImm (A7.4.6): the word, and what is done with it. `letters` and `text` as the assembler has them. */
function expand(f: Fields): { what: string; imm: number; bytes: 0 | 1; letters: string; text: string } | undefined {
  const imm8 = (f.i! << 7) | (f.imm3! << 4) | f.imm4!;
  const { cmode } = f as { cmode: number };
  const form = (width: 8 | 16 | 32, value: number): ReturnType<typeof expand> => {
    const word = width === 8 ? value * 0x01010101 : width === 16 ? value * 0x00010001 : value;
    const logical = (cmode & 1) === 1 && cmode < 12;
    const name = logical ? (f.op ? 'vbic' : 'vorr') : f.op ? 'vmvn' : 'vmov';
    return {
      what: name === 'vmvn' ? 'vmov' : name,
      imm: name === 'vmvn' ? ~word : word | 0,
      bytes: 0,
      letters: `${name}.i${width}`,
      text: `#${value | 0}`,
    };
  };
  if (cmode < 8) return form(32, (imm8 << (8 * (cmode >> 1))) >>> 0);
  if (cmode < 12) return form(16, imm8 << (8 * ((cmode >> 1) & 1)));
  if (cmode === 12) return form(32, (imm8 << 8) | 0xff);
  if (cmode === 13) return form(32, (imm8 << 16) | 0xffff);
  if (cmode === 14 && !f.op) return form(8, imm8);
  if (cmode === 14) {
    const bytes = Array.from({ length: 8 }, (_, i) => ((imm8 >> (7 - i)) & 1 ? 'ff' : '00')).join('');
    return { what: 'vmov', imm: imm8, bytes: 1, letters: 'vmov.i64', text: `#0x${bytes}` };
  }
  if (f.op) return undefined;
  const exponent = imm8 & 0x40 ? 0x1f << 25 : 0x20 << 25;
  const word = ((imm8 & 0x80) << 24) | (exponent & 0x7e000000) | ((imm8 & 0x3f) << 19);
  return { what: 'vmov', imm: word, bytes: 0, letters: 'vmov.f32', text: floatText(imm8) };
}
const floatText = (imm8: number): string => {
  const exponent = (imm8 & 0x40 ? -3 : 1) + ((imm8 >> 4) & 3);
  const value = (imm8 & 0x80 ? -1 : 1) * (1 + (imm8 & 15) / 16) * 2 ** exponent;
  return `#${value}`;
};
const immediateRow = row(
  'VMOV, VMVN, VORR, VBIC (immediate)',
  '1111 001 i:1 1 D:1 000 imm3:3 Vd:4 cmode:4 0 Q:1 op:1 1 imm4:4',
  f => {
    const e = expand(f);
    if (!e || (f.Q && odd(D(f)))) return undefined;
    return run(immediate, { what: e.what, bytes: e.bytes, quad: f.Q!, d: D(f), imm: e.imm });
  },
  (f, x) => {
    const e = expand(f);
    if (!e) return '<UNDEFINED>';
    const [name, letters] = e.letters.split('.') as [string, string];
    return ins(`${name}${x.cond}.${letters}`, dq(f, D(f)), e.text);
  },
);

const extractRow = row(
  'VEXT',
  '1111 0010 1 D:1 11 Vn:4 Vd:4 imm4:4 N:1 Q:1 M:1 0 Vm:4',
  f =>
    (f.Q ? odd(D(f), N(f), M(f)) : f.imm4! > 7)
      ? undefined
      : run(extract, { from: f.imm4!, quad: f.Q!, ...two(f), n: N(f) }),
  (f, x) => ins(`vext${x.cond}.8`, dq(f, D(f)), dq(f, N(f)), dq(f, M(f)), `#${f.imm4}`),
);

const tableRow = row(
  'VTBL, VTBX',
  '1111 0011 1 D:1 11 Vn:4 Vd:4 10 len:2 N:1 op:1 M:1 0 Vm:4',
  f => (N(f) + f.len! > 31 ? undefined : run(tableLookup, { registers: f.len! + 1, keep: f.op!, ...two(f), n: N(f) })),
  (f, x) => {
    const table = f.len ? `{d${N(f)}-d${N(f) + f.len!}}` : `{d${N(f)}}`;
    return ins(`vtb${f.op ? 'x' : 'l'}${x.cond}.8`, d(D(f)), table, d(M(f)));
  },
);

/** Size and index of VDUP's element: the lowest bit that is 1 says the size. */
const element = (f: Fields): { size: number; index: number } | undefined => {
  const size = [0, 1, 2].find(n => (f.imm4! >> n) & 1);
  return size === undefined ? undefined : { size, index: f.imm4! >> (size + 1) };
};
const duplicateRow = row(
  'VDUP (scalar)',
  '1111 0011 1 D:1 11 imm4:4 Vd:4 11000 Q:1 M:1 0 Vm:4',
  f => {
    const e = element(f);
    if (!e || (f.Q && odd(D(f)))) return undefined;
    return run(duplicateElement, { size: e.size, quad: f.Q!, d: D(f), at: M(f) * 8 + (e.index << e.size) });
  },
  (f, x) => {
    const e = element(f);
    return e ? ins(`vdup${x.cond}.${type('', e.size)}`, dq(f, D(f)), `${d(M(f))}[${e.index}]`) : '<UNDEFINED>';
  },
);

/** Sizes by B:E. */
const SIZES: readonly (number | undefined)[] = [2, 1, 0, undefined];
const fromRegister: Execute = f => {
  const size = SIZES[(f.B! << 1) | f.E!];
  if (size === undefined || (f.Q && odd(D(f))) || f.Rt === 15) return undefined;
  return run(duplicateRegister, { size, quad: f.Q!, d: D(f), rt: f.Rt! });
};

/** VDUP from a core register: a transfer, and as such conditional and with the same bits in T32. */
export const SIMD_DUPLICATE: Row = {
  ...row(
    'VDUP (ARM core register)',
    'cond:4 1110 1 B:1 Q:1 0 Vd:4 Rt:4 1011 D:1 0 E:1 1 (0)(0)(0)(0)',
    fromRegister,
    (f, x) => ins(`vdup${x.cond}.${type('', SIZES[(f.B! << 1) | f.E!] ?? 0)}`, dq(f, D(f)), r(f.Rt)),
  ),
  unpredictable: f => f.Rt === 15,
};

export const SIMD_MISC: readonly Row[] = [
  ...miscRows(),
  ...zeroRows(),
  ...signRows(),
  ...exchangeRows(),
  ...lengthRows(),
  ...floatRows(),
  immediateRow,
  extractRow,
  tableRow,
  duplicateRow,
];
