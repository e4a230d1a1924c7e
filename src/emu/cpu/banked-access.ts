// MRS and MSR (Banked register), ARM DDI 0406C B9.2.3 and B9.3.9.
import type { Core } from './core';
import { BANK, MODE } from './modes';
import { BANKED } from './state';

interface BankedRegister {
  readonly read: (core: Core) => number;
  readonly write: (core: Core, value: number) => void;
  readonly bank: number;
}

const high = (n: number, fiq: boolean): BankedRegister => ({
  read: core => core.bankedHigh(n, fiq),
  write: (core, v) => core.setBankedHigh(n, fiq, v),
  bank: fiq ? BANK.fiq : BANK.usr,
});
const sp = (bank: number): BankedRegister => ({
  read: c => c.bankedSp(bank),
  write: (c, v) => c.setBankedSp(bank, v),
  bank,
});
const lr = (bank: number): BankedRegister => ({
  read: c => c.bankedLr(bank),
  write: (c, v) => c.setBankedLr(bank, v),
  bank,
});
const word = (index: number, bank: number): BankedRegister => ({
  read: c => c.banked[index]!,
  write: (c, v) => (c.banked[index] = v),
  bank,
});
const spsr = (bank: number): BankedRegister => word(BANKED.SPSR + bank, bank);

/** By R:SYSm. */
const REGISTERS: ReadonlyMap<number, BankedRegister> = new Map([
  ...[8, 9, 10, 11, 12].flatMap((n): [number, BankedRegister][] => [[n - 8, high(n, false)], [n, high(n, true)]]),
  [5, sp(BANK.usr)], [6, lr(BANK.usr)], [13, sp(BANK.fiq)], [14, lr(BANK.fiq)],
  [16, lr(BANK.irq)], [17, sp(BANK.irq)], [18, lr(BANK.svc)], [19, sp(BANK.svc)],
  [20, lr(BANK.abt)], [21, sp(BANK.abt)], [22, lr(BANK.und)], [23, sp(BANK.und)],
  [28, lr(BANK.mon)], [29, sp(BANK.mon)], [30, word(BANKED.ELR_HYP, BANK.hyp)], [31, sp(BANK.hyp)],
  [32 + 14, spsr(BANK.fiq)], [32 + 16, spsr(BANK.irq)], [32 + 18, spsr(BANK.svc)], [32 + 20, spsr(BANK.abt)],
  [32 + 22, spsr(BANK.und)], [32 + 28, spsr(BANK.mon)], [32 + 30, spsr(BANK.hyp)],
] as [number, BankedRegister][]); // prettier-ignore

/**
 * Reads, or writes `value` to, the register that the encoding names.
 * @returns the value, or undefined where the access is UNPREDICTABLE (taken as UNDEFINED)
 */
export function accessBanked(core: Core, encoding: number, value: number | undefined): number | undefined {
  const sysm = ((encoding >>> 16) & 15) | ((encoding >>> 4) & 0x10);
  const register = REGISTERS.get(sysm | ((encoding >>> 17) & 0x20));
  if (!register || !core.privileged) return undefined;
  const hyp = core.mode.number === MODE.hyp;
  if (register.bank === BANK.mon && !core.secure) return undefined;
  // ELR_hyp is for Hyp mode and Monitor mode; SP_hyp and SPSR_hyp are for Monitor mode alone.
  if (register.bank === BANK.hyp && core.mode.number !== MODE.mon && !(hyp && sysm === 30 && !(encoding & (1 << 22))))
    return undefined;
  if (value === undefined) return register.read(core);
  register.write(core, value);
  return value;
}
