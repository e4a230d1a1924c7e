// Coprocessor instructions but those of coprocessors 10 and 11 (ARM DDI 0406C A5.6); T32 has the same bits.
import type { SystemInstruction } from '../codegen/semantics';
import { ins, memory, r } from './asm';
import { rowsOf, sys } from './rows';
import type { Action, Fields, Row } from './table';

const row = rowsOf('a32');

function coprocessorRows(): Row[] {
  const rows: Row[] = [];
  for (const two of ['', '2']) {
    const prefix = two ? '1111' : 'cond:4';
    const coproc = (f: Fields): boolean => f.coproc !== 10 && f.coproc !== 11;
    const cp = (f: Fields): string => `${f.coproc}`;
    const known = (f: Fields): boolean => f.coproc! >= 14 && two === '';
    const make = (what: SystemInstruction, f: Fields, encoding: number): Action | undefined =>
      known(f) ? sys(what, encoding) : undefined;
    rows.push(
      row(`MCR${two}`, `${prefix} 1110 opc1:3 0 CRn:4 Rt:4 coproc:4 opc2:3 1 CRm:4`, f => make('mcr', f, coprocessorEncoding(f)), (f, x) => ins(`mcr${two}${x.cond}`, cp(f), `${f.opc1}`, r(f.Rt), `cr${f.CRn}`, `cr${f.CRm}`, `{${f.opc2}}`), { when: coproc, system: true }),
      row(`MRC${two}`, `${prefix} 1110 opc1:3 1 CRn:4 Rt:4 coproc:4 opc2:3 1 CRm:4`, f => make('mrc', f, coprocessorEncoding(f)), (f, x) => ins(`mrc${two}${x.cond}`, cp(f), `${f.opc1}`, f.Rt === 15 ? 'APSR_nzcv' : r(f.Rt), `cr${f.CRn}`, `cr${f.CRm}`, `{${f.opc2}}`), { when: coproc, system: true }),
      row(`MCRR${two}`, `${prefix} 11000100 Rt2:4 Rt:4 coproc:4 opc1:4 CRm:4`, f => make('mcrr', f, (f.Rt2! << 16) | (f.Rt! << 12) | (f.coproc! << 8) | (f.opc1! << 4) | f.CRm!), (f, x) => ins(`mcrr${two}${x.cond}`, cp(f), `${f.opc1}`, r(f.Rt), r(f.Rt2), `cr${f.CRm}`), { when: coproc, system: true }),
      row(`MRRC${two}`, `${prefix} 11000101 Rt2:4 Rt:4 coproc:4 opc1:4 CRm:4`, f => make('mrrc', f, (f.Rt2! << 16) | (f.Rt! << 12) | (f.coproc! << 8) | (f.opc1! << 4) | f.CRm!), (f, x) => ins(`mrrc${two}${x.cond}`, cp(f), `${f.opc1}`, r(f.Rt), r(f.Rt2), `cr${f.CRm}`), { when: coproc, system: true }),
      row(`LDC, STC${two}`, `${prefix} 110 P:1 U:1 D:1 W:1 L:1 Rn:4 CRd:4 coproc:4 imm8:8`, f => make(f.L ? 'ldc' : 'stc', f, (f.P! << 24) | (f.U! << 23) | (f.D! << 22) | (f.W! << 21) | (f.L! << 20) | (f.Rn! << 16) | (f.CRd! << 12) | (f.coproc! << 8) | f.imm8!), (f, x) => ins(`${f.L ? 'ldc' : 'stc'}${two}${f.D ? 'l' : ''}${x.cond}`, cp(f), `cr${f.CRd}`, ldcAddress(f)), { when: f => coproc(f) && (f.P! | f.U! | f.W!) !== 0, system: true }),
      row(`CDP${two}`, `${prefix} 1110 opc1:4 CRn:4 CRd:4 coproc:4 opc2:3 0 CRm:4`, () => undefined, (f, x) => ins(`cdp${two}${x.cond}`, cp(f), `${f.opc1}`, `cr${f.CRd}`, `cr${f.CRn}`, `cr${f.CRm}`, `{${f.opc2}}`), { when: coproc, system: true }),
    ); // prettier-ignore
  }
  return rows;
}

/** A coprocessor register transfer with its fields back in place (bits 27..0 of the encoding). */
export const coprocessorEncoding = (f: Fields): number =>
  (f.opc1! << 21) | (f.CRn! << 16) | (f.Rt! << 12) | (f.coproc! << 8) | (f.opc2! << 5) | f.CRm!;

function ldcAddress(f: Fields): string {
  const rn = r(f.Rn);
  if (!f.P && !f.W) return `[${rn}], {${f.imm8}}`;
  const offset = f.imm8 === 0 && f.U ? undefined : `#${f.U ? '' : '-'}${f.imm8! * 4}`;
  if (offset === undefined) return `[${rn}]`;
  if (f.P && f.imm8 === 0) return `[${rn}, ${offset}]`; // write-back would change nothing
  return memory(rn, offset, f.P ? (f.W ? 'pre' : 'offset') : 'post');
}
export const A32_COPROCESSOR: readonly Row[] = coprocessorRows();
