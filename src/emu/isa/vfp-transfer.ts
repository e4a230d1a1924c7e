// Transfers between core registers and extension registers or FPSCR (ARM DDI 0406C A7.8, A7.9), as A32.
import { readFlags, readFpscr, vmovCore, vmovCorePair, vmovLane } from '../codegen/operations/vfp-transfer';
import { ins, r } from './asm';
import { guarded, noPc, run, sys } from './rows';
import type { Action, Fields, Row } from './table';
import { PRECISIONS, register, row, vm, vn } from './vfp-registers';

/** 2, 5, 14 and 15 belong to later architectures; here they are UNDEFINED. */
const SYSTEM_REGISTERS: Readonly<Record<number, string>> = {
  0: 'fpsid', 1: 'fpscr', 2: 'fpscr_nzcvqc', 5: 'mvfr2', 6: 'mvfr1', 7: 'mvfr0', 8: 'fpexc', 9: 'fpinst', 10: 'fpinst2',
  14: 'fpcxt_ns', 15: 'fpcxt_s',
}; // prettier-ignore
const FPSCR = 1;
const systemRegister = (f: Fields): string => SYSTEM_REGISTERS[f.reg!] ?? `<impl def 0x${f.reg!.toString(16)}>`;
const encoding = (f: Fields): number => (f.reg! << 16) | (f.Rt! << 12);

const systemRegisterRows: readonly Row[] = [
  row(
    'VMRS',
    'cond:4 11101111 reg:4 Rt:4 1010 (0)(0)(0) 1 (0)(0)(0)(0)',
    guarded(
      f => f.Rt === 15 && f.reg !== FPSCR,
      f => {
        if (f.reg !== FPSCR) return sys('vmrs', encoding(f));
        return f.Rt === 15 ? run(readFlags, {}) : run(readFpscr, { rt: f.Rt! });
      },
    ),
    (f, x) => ins(`vmrs${x.cond}`, f.Rt === 15 && f.reg === FPSCR ? 'APSR_nzcv' : r(f.Rt), systemRegister(f)),
    { unpredictable: f => f.Rt === 15 && f.reg !== FPSCR },
  ),
  row(
    'VMSR',
    'cond:4 11101110 reg:4 Rt:4 1010 (0)(0)(0) 1 (0)(0)(0)(0)',
    guarded(noPc('Rt'), f => sys('vmsr', encoding(f))),
    (f, x) => ins(`vmsr${x.cond}`, systemRegister(f), r(f.Rt)),
    { unpredictable: noPc('Rt') },
  ),
];

const wordRows: readonly Row[] = [
  row(
    'VMOV (core register, single)',
    'cond:4 1110 000 L:1 Vn:4 Rt:4 1010 N:1 (0)(0) 1 (0)(0)(0)(0)',
    guarded(noPc('Rt'), f => run(vmovCore, { toCore: f.L!, rt: f.Rt!, s: vn(f, false) })),
    (f, x) => {
      const s = register(vn(f, false), false);
      return ins(`vmov${x.cond}`, ...(f.L ? [r(f.Rt), s] : [s, r(f.Rt)]));
    },
    { unpredictable: noPc('Rt') },
  ),
  ...PRECISIONS.map(({ sz, double }) => {
    const bad = (f: Fields): boolean =>
      noPc('Rt', 'Rt2')(f) || (f.L === 1 && f.Rt === f.Rt2) || (!double && vm(f, false) === 31);
    return row(
      `VMOV (two core registers, ${double ? 'doubleword' : 'two singles'})`,
      `cond:4 1100010 L:1 Rt2:4 Rt:4 101${sz} 00 M:1 1 Vm:4`,
      guarded(bad, f => run(vmovCorePair, { toCore: f.L!, rt: f.Rt!, rt2: f.Rt2!, s: vm(f, double) })),
      (f, x) => {
        const m = vm(f, double);
        const extension = double ? [register(m, true)] : [register(m, false), register(m + 1, false)];
        const core = [r(f.Rt), r(f.Rt2)];
        return ins(`vmov${x.cond}`, ...(f.L ? [...core, ...extension] : [...extension, ...core]));
      },
      { unpredictable: bad },
    );
  }),
];

/** A scalar: D[n][index] of a size in bits. */
interface Scalar {
  readonly size: 8 | 16 | 32;
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
    at: d * 8 + (index * size) / 8,
    text: `d${d}[${index}]`,
  });
  if (f.opc1! & 2) return make(8, low * 4 + f.opc2!);
  if (f.opc2! & 1) return make(16, low * 2 + (f.opc2! >> 1));
  return f.opc2 === 0 ? make(32, low) : undefined;
}

function scalarMove(f: Fields, toCore: number): Action {
  const { size, at } = scalar(f)!;
  if (size === 32) return run(vmovCore, { toCore, rt: f.Rt!, s: at / 4 });
  const access = `${toCore && !f.U ? 's' : 'u'}${size}`;
  return run(vmovLane, { access, toCore, rt: f.Rt!, at });
}

/** A word is not extended, so it has no unsigned form. */
const isScalar = (f: Fields): boolean => scalar(f) !== undefined && !(f.U && scalar(f)!.size === 32);

const scalarRows: readonly Row[] = [
  row(
    'VMOV (core register to scalar)',
    'cond:4 11100 opc1:2 0 Vn:4 Rt:4 1011 N:1 opc2:2 1 (0)(0)(0)(0)',
    guarded(noPc('Rt'), f => scalarMove(f, 0)),
    (f, x) => ins(`vmov${x.cond}.${scalar(f)!.size}`, scalar(f)!.text, r(f.Rt)),
    { when: isScalar, unpredictable: noPc('Rt') },
  ),
  row(
    'VMOV (scalar to core register)',
    'cond:4 1110 U:1 opc1:2 1 Vn:4 Rt:4 1011 N:1 opc2:2 1 (0)(0)(0)(0)',
    guarded(noPc('Rt'), f => scalarMove(f, 1)),
    (f, x) => {
      const { size, text } = scalar(f)!;
      return ins(`vmov${x.cond}.${size === 32 ? '' : f.U ? 'u' : 's'}${size}`, r(f.Rt), text);
    },
    { when: isScalar, unpredictable: noPc('Rt') },
  ),
];

export const VFP_TRANSFER: readonly Row[] = [...systemRegisterRows, ...wordRows, ...scalarRows];
