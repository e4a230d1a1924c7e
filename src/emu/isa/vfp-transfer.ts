// Transfers between core registers and extension registers or FPSCR (ARM DDI 0406C A7.8, A7.9), as A32.
import { system } from '../codegen/operations/branch';
import { readFlags, readFpscr } from '../codegen/operations/vfp-transfer';
import { ins, r } from './asm';
import type { Fields, Row } from './table';

const row = (name: string, pattern: string, rest: Omit<Row, 'name' | 'set' | 'pattern'>): Row => ({
  name,
  set: 'a32',
  pattern,
  ...rest,
});

const SYSTEM_REGISTERS: Readonly<Record<number, string>> = { 0: 'fpsid', 1: 'fpscr', 6: 'mvfr1', 7: 'mvfr0', 8: 'fpexc', 9: 'fpinst', 10: 'fpinst2' }; // prettier-ignore
const FPSCR = 1;
const systemRegister = (f: Fields): string => SYSTEM_REGISTERS[f.reg!] ?? `<impl def 0x${f.reg!.toString(16)}>`;
const encoding = (f: Fields): number => (f.reg! << 16) | (f.Rt! << 12);

function systemRegisterRows(): Row[] {
  return [
    row('VMRS A1', 'cond:4 11101111 reg:4 Rt:4 1010 (0)(0)(0) 1 (0)(0)(0)(0)', {
      execute: f => {
        if (f.Rt === 15) return f.reg === FPSCR ? { op: readFlags, operands: {} } : undefined;
        if (f.reg === FPSCR) return { op: readFpscr, operands: { rt: f.Rt! } };
        return { op: system, operands: { what: 'vmrs', imm: encoding(f) } };
      },
      asm: (f, x) => ins(`vmrs${x.cond}`, f.Rt === 15 ? 'APSR_nzcv' : r(f.Rt), systemRegister(f)),
      unpredictable: f => f.Rt === 15 && f.reg !== FPSCR,
    }),
    row('VMSR A1', 'cond:4 11101110 reg:4 Rt:4 1010 (0)(0)(0) 1 (0)(0)(0)(0)', {
      execute: f => (f.Rt === 15 ? undefined : { op: system, operands: { what: 'vmsr', imm: encoding(f) } }),
      asm: (f, x) => ins(`vmsr${x.cond}`, systemRegister(f), r(f.Rt)),
      unpredictable: f => f.Rt === 15,
    }),
  ];
}

export const VFP_TRANSFER: readonly Row[] = [...systemRegisterRows()];
