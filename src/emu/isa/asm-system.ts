// Assembly text of system instructions, the same in all sets: hints, barriers, CPS, names of status registers.
import { imm, ins } from './asm';
import type { Fields } from './table';

export const hintText = (n: number, cond: string): string =>
  n >= 0xf0
    ? ins(`dbg${cond}`, `#${n & 15}`)
    : ins(`${['nop', 'yield', 'wfe', 'wfi', 'sev'][n] ?? 'nop'}${cond}${n > 4 ? `\t{${n}}` : n === 0 ? '\t{0}' : ''}`);

export function psrName(R: number, mask: number): string {
  const letters = `${mask & 8 ? 'f' : ''}${mask & 4 ? 's' : ''}${mask & 2 ? 'x' : ''}${mask & 1 ? 'c' : ''}`;
  return `${R ? 'SPSR' : 'CPSR'}_${letters}`;
}

const BANKED: Readonly<Record<number, string>> = {
  0: 'R8_usr', 1: 'R9_usr', 2: 'R10_usr', 3: 'R11_usr', 4: 'R12_usr', 5: 'SP_usr', 6: 'LR_usr', 8: 'R8_fiq', 9: 'R9_fiq',
  10: 'R10_fiq', 11: 'R11_fiq', 12: 'R12_fiq', 13: 'SP_fiq', 14: 'LR_fiq', 16: 'LR_irq', 17: 'SP_irq', 18: 'LR_svc', 19: 'SP_svc',
  20: 'LR_abt', 21: 'SP_abt', 22: 'LR_und', 23: 'SP_und', 28: 'LR_mon', 29: 'SP_mon', 30: 'ELR_hyp', 31: 'SP_hyp',
}; // prettier-ignore
const BANKED_SPSR: Readonly<Record<number, string>> = { 14: 'SPSR_fiq', 16: 'SPSR_irq', 18: 'SPSR_svc', 20: 'SPSR_abt', 22: 'SPSR_und', 28: 'SPSR_mon', 30: 'SPSR_hyp' }; // prettier-ignore
/** SYSm of MRS and MSR (Banked register), ARM DDI 0406C B9.2.3. */
export const bankedName = (R: number, sysm: number): string =>
  (R ? BANKED_SPSR[sysm] : BANKED[sysm]) ?? `(UNDEF: ${sysm})`;

export const cpsText = (f: Fields): string => {
  const flags = `${f.A ? 'a' : ''}${f.I ? 'i' : ''}${f.F ? 'f' : ''}`;
  if (f.imod! < 2) return ins('cps', imm(f.mode!));
  return ins(`cps${f.imod === 2 ? 'ie' : 'id'}`, flags || 'none', ...(f.M ? [imm(f.mode!)] : []));
};
const BARRIERS: Readonly<Record<number, string>> = { 15: 'sy', 14: 'st', 11: 'ish', 10: 'ishst', 7: 'un', 6: 'unst', 3: 'osh', 2: 'oshst' }; // prettier-ignore
export const barrier = (option: number): string => BARRIERS[option] ?? `#${option}`;
