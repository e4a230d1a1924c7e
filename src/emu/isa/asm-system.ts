// Assembly text of system instructions, the same in all sets: hints, barriers, CPS, names of status registers.
import { imm, ins } from './asm';
import type { Fields } from './table';

/** Hints; those above 4 came with Armv8 and are NOPs here, but code has them (CSDB in kernels). */
const HINTS: Readonly<Record<number, string>> = {
  1: 'yield', 2: 'wfe', 3: 'wfi', 4: 'sev', 5: 'sevl', 16: 'esb', 20: 'csdb',
}; // prettier-ignore
/** @param wide `.w` for T32, where a plain NOP also goes without its number, as in T16 */
export function hintText(n: number, cond: string, wide?: '' | '.w'): string {
  if (n >= 0xf0) return ins(`dbg${cond}`, `#${n & 15}`);
  const name = HINTS[n];
  // In A32 SEVL, ESB and CSDB are known without a condition only; in T32 an IT block does not change the last two.
  const plain = n >= 16 || (n === 5 && wide === undefined);
  if (name !== undefined && !plain) return ins(`${name}${cond}${wide ?? ''}`);
  if (name !== undefined && (n === 5 || wide !== undefined || cond === '')) return ins(name);
  return n === 0 && wide !== undefined ? ins(`nop${cond}${wide}`) : ins(`nop${cond}${wide ?? ''}`, `{${n}}`);
}

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
  (R ? BANKED_SPSR[sysm] : BANKED[sysm]) ?? `(UNDEF: ${(R << 6) | 0x20 | sysm})`;

/**
 * @param comma between the masks and the mode
 * @param wide `.w`, said where the mode does not change, for T16 has these too
 */
export function cpsText(f: Fields, comma: ',' | ', ', wide: '' | '.w' = ''): string {
  const flags = `${f.A ? 'a' : ''}${f.I ? 'i' : ''}${f.F ? 'f' : ''}`;
  if (f.imod! < 2) return ins('cps', imm(f.mode!));
  return ins(
    `cps${f.imod === 2 ? 'ie' : 'id'}${f.M ? '' : wide}`,
    `${flags || 'none'}${f.M ? `${comma}${imm(f.mode!)}` : ''}`,
  );
}
const BARRIERS: Readonly<Record<number, string>> = {
  15: 'sy', 14: 'st', 13: 'ld', 11: 'ish', 10: 'ishst', 9: 'ishld', 7: 'un', 6: 'unst', 5: 'nshld', 3: 'osh', 2: 'oshst', 1: 'oshld',
}; // prettier-ignore
/** Of these DSBs later architectures made instructions with names of their own; two are never conditional. */
const namedDsb = (option: number, cond: string): string | undefined =>
  option === 12 ? `dfb${cond}` : option === 0 ? 'ssbb' : option === 4 ? 'pssbb' : undefined;

export function barrierText(name: 'dsb' | 'dmb' | 'isb', option: number, cond: string): string {
  const named = name === 'dsb' ? namedDsb(option, cond) : undefined;
  if (named !== undefined) return ins(named);
  const known = name === 'isb' && option !== 15 ? undefined : BARRIERS[option];
  return ins(`${name}${cond}`, known ?? `#${option}`);
}
