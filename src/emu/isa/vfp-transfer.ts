// Transfers between core registers and extension registers or FPSCR (ARM DDI 0406C A7.8, A7.9), as A32.
import { system } from '../codegen/operations/branch';
import { readFlags, readFpscr, vmovCore, vmovCorePair, vmovLane } from '../codegen/operations/vfp-transfer';
import { ins, r } from './asm';
import type { Action, Fields, Row } from './table';
import { register, row, vm } from './vfp-registers';

/** 2, 5, 14 and 15 belong to later architectures; here they are UNDEFINED. */
const SYSTEM_REGISTERS: Readonly<Record<number, string>> = {
  0: 'fpsid', 1: 'fpscr', 2: 'fpscr_nzcvqc', 5: 'mvfr2', 6: 'mvfr1', 7: 'mvfr0', 8: 'fpexc', 9: 'fpinst', 10: 'fpinst2',
  14: 'fpcxt_ns', 15: 'fpcxt_s',
}; // prettier-ignore
const FPSCR = 1;
const systemRegister = (f: Fields): string => SYSTEM_REGISTERS[f.reg!] ?? `<impl def 0x${f.reg!.toString(16)}>`;
const encoding = (f: Fields): number => (f.reg! << 16) | (f.Rt! << 12);

const systemRegisterRows: readonly Row[] = [
  row('VMRS', 'cond:4 11101111 reg:4 Rt:4 1010 (0)(0)(0) 1 (0)(0)(0)(0)', {
    execute: f => {
      if (f.Rt === 15) return f.reg === FPSCR ? { op: readFlags, operands: {} } : undefined;
      if (f.reg === FPSCR) return { op: readFpscr, operands: { rt: f.Rt! } };
      return { op: system, operands: { what: 'vmrs', imm: encoding(f) } };
    },
    asm: (f, x) => ins(`vmrs${x.cond}`, f.Rt === 15 && f.reg === FPSCR ? 'APSR_nzcv' : r(f.Rt), systemRegister(f)),
    unpredictable: f => f.Rt === 15 && f.reg !== FPSCR,
  }),
  row('VMSR', 'cond:4 11101110 reg:4 Rt:4 1010 (0)(0)(0) 1 (0)(0)(0)(0)', {
    execute: f => (f.Rt === 15 ? undefined : { op: system, operands: { what: 'vmsr', imm: encoding(f) } }),
    asm: (f, x) => ins(`vmsr${x.cond}`, systemRegister(f), r(f.Rt)),
    unpredictable: f => f.Rt === 15,
  }),
];

const wordRows: readonly Row[] = [
  row('VMOV (core register, single)', 'cond:4 1110 000 L:1 Vn:4 Rt:4 1010 N:1 (0)(0) 1 (0)(0)(0)(0)', {
    execute: f =>
      f.Rt === 15 ? undefined : { op: vmovCore, operands: { toCore: f.L!, rt: f.Rt!, s: f.Vn! * 2 + f.N! } },
    asm: (f, x) => {
      const s = register(f.Vn! * 2 + f.N!, false);
      return ins(`vmov${x.cond}`, ...(f.L ? [r(f.Rt), s] : [s, r(f.Rt)]));
    },
    unpredictable: f => f.Rt === 15,
  }),
  ...[false, true].map(double => {
    const bad = (f: Fields): boolean =>
      f.Rt === 15 || f.Rt2 === 15 || (f.L === 1 && f.Rt === f.Rt2) || (!double && vm(f, false) === 31);
    return row(
      `VMOV (two core registers, ${double ? 'doubleword' : 'two singles'})`,
      `cond:4 1100010 L:1 Rt2:4 Rt:4 101${double ? 1 : 0} 00 M:1 1 Vm:4`,
      {
        execute: f =>
          bad(f)
            ? undefined
            : { op: vmovCorePair, operands: { toCore: f.L!, rt: f.Rt!, rt2: f.Rt2!, s: vm(f, double) } },
        asm: (f, x) => {
          const m = vm(f, double);
          const extension = double ? [register(m, true)] : [register(m, false), register(m + 1, false)];
          const core = [r(f.Rt), r(f.Rt2)];
          return ins(`vmov${x.cond}`, ...(f.L ? [...core, ...extension] : [...extension, ...core]));
        },
        unpredictable: bad,
      },
    );
  }),
];

/** A scalar: D[n][index] of a size in bits. */
interface Scalar {
  readonly size: 8 | 16 | 32;
  readonly index: number;
  /** Bytes from D0. */
  readonly at: number;
  readonly text: string;
}

/** opc1:opc2 of VMOV (scalar), A8.8.341. */
function scalar(f: Fields): Scalar | undefined {
  const d = f.N! * 16 + f.Vn!;
  const low = f.opc1! & 1;
  const make = (size: Scalar['size'], index: number): Scalar => ({
    size,
    index,
    at: d * 8 + (index * size) / 8,
    text: `d${d}[${index}]`,
  });
  if (f.opc1! & 2) return make(8, low * 4 + f.opc2!);
  if (f.opc2! & 1) return make(16, low * 2 + (f.opc2! >> 1));
  return f.opc2 === 0 ? make(32, low) : undefined;
}

function scalarMove(f: Fields, toCore: number): Action | undefined {
  const s = scalar(f);
  if (!s || f.Rt === 15 || (s.size === 32 && f.U)) return undefined;
  if (s.size === 32) return { op: vmovCore, operands: { toCore, rt: f.Rt!, s: s.at / 4 } };
  const access = `${toCore && !f.U ? 's' : 'u'}${s.size}`;
  return { op: vmovLane, operands: { access, toCore, rt: f.Rt!, at: s.at } };
}

const isScalar = (f: Fields): boolean => scalar(f) !== undefined && !(f.U && scalar(f)!.size === 32);

const scalarRows: readonly Row[] = [
  row('VMOV (core register to scalar)', 'cond:4 11100 opc1:2 0 Vn:4 Rt:4 1011 N:1 opc2:2 1 (0)(0)(0)(0)', {
    when: isScalar,
    execute: f => scalarMove(f, 0),
    asm: (f, x) => ins(`vmov${x.cond}.${scalar(f)!.size}`, scalar(f)!.text, r(f.Rt)),
    unpredictable: f => f.Rt === 15,
  }),
  row('VMOV (scalar to core register)', 'cond:4 1110 U:1 opc1:2 1 Vn:4 Rt:4 1011 N:1 opc2:2 1 (0)(0)(0)(0)', {
    when: isScalar,
    execute: f => scalarMove(f, 1),
    asm: (f, x) => {
      const s = scalar(f)!;
      const type = s.size === 32 ? '32' : `${f.U ? 'u' : 's'}${s.size}`;
      return ins(`vmov${x.cond}.${type}`, r(f.Rt), s.text);
    },
    unpredictable: f => f.Rt === 15,
  }),
];

export const VFP_TRANSFER: readonly Row[] = [...systemRegisterRows, ...wordRows, ...scalarRows];
