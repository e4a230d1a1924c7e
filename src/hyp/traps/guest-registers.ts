// The registers of the guest that was interrupted, while its core is in Hyp mode: by the numbers that its instructions use.
import type { Core } from '../../emu/cpu/core';
import { BANK, MODE, MODES } from '../../emu/cpu/modes';

import { BANKED } from '../../emu/cpu/state';
import { advanceIt, itBits, itOf, PSR } from '../../emu/cpu/psr';
import { SLOT } from '../../emu/cpu/sysregs/storage';

const modeOf = (core: Core) => MODES[core.spsr & PSR.M] ?? MODES[MODE.svc]!;

/** r0 to r14 in the mode of SPSR_hyp. */
export function guestR(core: Core, n: number): number {
  const mode = modeOf(core);
  if (n === 13) return core.bankedSp(mode.sp);
  if (n === 14) return core.bankedLr(mode.lr);
  if (n === 15) return core.banked[BANKED.ELR_HYP]!;
  return n >= 8 ? core.bankedHigh(n, mode.sp === BANK.fiq) : core.r(n);
}

export function setGuestR(core: Core, n: number, value: number): void {
  const mode = modeOf(core);
  if (n === 13) core.setBankedSp(mode.sp, value);
  else if (n === 14) core.setBankedLr(mode.lr, value);
  else if (n >= 8) core.setBankedHigh(n, mode.sp === BANK.fiq, value);
  else core.setR(n, value);
}

export const guestPc = (core: Core): number => core.banked[BANKED.ELR_HYP]!;
export function setGuestPc(core: Core, value: number): void {
  core.banked[BANKED.ELR_HYP] = value;
}

/** The trapped instruction has been done for the guest: PC and ITSTATE go on. */
export function advance(core: Core, length: number): void {
  core.banked[BANKED.ELR_HYP]! += length;
  const psr = core.spsr;
  if (psr & PSR.T && itOf(psr) !== 0) core.spsr = ((psr & ~PSR.IT) | itBits(advanceIt(itOf(psr)))) >>> 0;
}

/** The guest takes an Undefined Instruction exception at the trapped instruction (Xen, arch/arm/traps.c). */
export function injectUndefined(core: Core): void {
  enterGuestVector(core, MODE.und, 0x04, guestPc(core) + (core.spsr & PSR.T ? 2 : 4));
}

/** The guest takes an abort at an address. @param status of the short format; of the long one when its tables are long */
export function injectAbort(core: Core, instruction: boolean, address: number): void {
  const long = (core.sys[SLOT.TTBCR]! & 0x80000000) !== 0;
  // Synchronous external abort.
  const status = long ? 0x200 | 0x10 : 0x08;
  core.sys[instruction ? SLOT.IFSR : SLOT.DFSR] = status;
  core.sys[instruction ? SLOT.IFAR : SLOT.DFAR] = address;
  enterGuestVector(core, MODE.abt, instruction ? 0x0c : 0x10, guestPc(core) + (instruction ? 4 : 8), PSR.A);
}

/** What taking an exception to a mode of PL1 does, from Hyp mode. */
function enterGuestVector(core: Core, mode: number, vector: number, link: number, masks = 0): void {
  const target = MODES[mode]!;
  const psr = core.spsr;
  const sctlr = core.sys[SLOT.SCTLR]!;
  core.setBankedLr(target.lr, link);
  core.banked[BANKED.SPSR + target.spsr] = psr;
  const kept = psr & ~(PSR.IT | PSR.J | PSR.T | PSR.E | PSR.M);
  const [te, ee] = [sctlr & (1 << 30) ? PSR.T : 0, sctlr & (1 << 25) ? PSR.E : 0];
  core.spsr = (kept | PSR.I | masks | mode | te | ee) >>> 0;
  setGuestPc(core, ((sctlr & (1 << 13) ? 0xffff0000 : core.sys[SLOT.VBAR]!) + vector) >>> 0);
}
