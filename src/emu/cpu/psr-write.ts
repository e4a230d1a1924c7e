// Writing program status registers by instruction: what MSR, CPS, SETEND and exception returns may change.
import { CPU } from '../codegen/layout';
import { SCR, SCTLR } from './control-bits';
import type { Core } from './core';
import { MODE, MODES } from './modes';
import { PSR } from './psr';
import { SLOT } from './sysregs/storage';

/** Bits of the CPSR by the mask of MSR: c (7:0), x (15:8), s (23:16), f (31:24). */
const BYTES = [0xff, 0xff00, 0xff0000, 0xff000000] as const;
const FLAGS = PSR.N | PSR.Z | PSR.C | PSR.V | PSR.Q;
/** What only exception returns write: execution state. */
const EXECUTION_STATE = PSR.IT | PSR.T;

const byteMask = (mask: number): number => BYTES.reduce((bits, byte, i) => (mask & (1 << i) ? bits | byte : bits), 0);

/**
 * Why the mode in `to` cannot be entered from the current state, or undefined when it can (CPSRWriteByInstr, B1.3.3).
 * All these cases are UNPREDICTABLE; here they leave the mode unchanged.
 */
function modeRefusal(core: Core, to: number, by: 'instruction' | 'return'): string | undefined {
  const from = core.mode.number;
  if (to === from) return undefined;
  if (!MODES[to]) return 'it is not a mode';
  if (!core.secure && to === MODE.mon) return 'Monitor mode exists in Secure state only';
  if (to === MODE.hyp && !(core.sys[SLOT.SCR]! & SCR.NS)) return 'Hyp mode exists in Non-secure state only';
  if (to === MODE.hyp && !core.secure) return 'Hyp mode is entered by exceptions only';
  if (from === MODE.hyp && by === 'instruction') return 'Hyp mode is left by exception returns only';
  return undefined;
}

/**
 * CPSRWriteByInstr.
 * @param mask four bits, one for each byte, as in MSR
 * @param by `return` also writes the execution state (T and IT)
 */
export function writeCpsr(core: Core, value: number, mask: number, by: 'instruction' | 'return'): void {
  const old = core.cpsr;
  let writable = FLAGS | PSR.GE | PSR.E;
  if (core.privileged) {
    // With the Virtualization Extensions, SCR.AW and SCR.FW do not restrict writes to A and F.
    writable |= PSR.A | PSR.I;
    if (!(core.system('SCTLR') & SCTLR.NMFI) || !(value & PSR.F)) writable |= PSR.F;
  }
  if (by === 'return') writable |= EXECUTION_STATE;
  const bits = writable & byteMask(mask);
  let fresh = (old & ~bits) | (value & bits);
  if (core.privileged && mask & 1) {
    const to = value & PSR.M;
    const refusal = modeRefusal(core, to, by);
    if (refusal === undefined) fresh = (fresh & ~PSR.M) | to;
    else refused(core, to, refusal);
  }
  // ITSTATE has no meaning in A32 state; kept there, it would come back with the next exception return.
  if (!(fresh & PSR.T)) fresh &= ~PSR.IT;
  core.setCpsr(fresh);
}

function refused(core: Core, to: number, why: string): void {
  const number = `0x${to.toString(16)}`;
  const pc = `0x${core.pc.toString(16)}`;
  core.env.log(
    `core ${core.index}: write of mode ${number} to the CPSR ignored at ${pc}: ${why}`,
    `cpsr-mode-${number}-${why}`,
  );
}

/** SPSRWriteByInstr: MSR to the SPSR of the current mode. @returns false in modes that have none (UNPREDICTABLE) */
export function writeSpsr(core: Core, value: number, mask: number): boolean {
  if (core.mode.spsr < 0) return false;
  const bits = byteMask(mask);
  core.spsr = (core.spsr & ~bits) | (value & bits);
  return true;
}

/** What MRS reads of the CPSR (execution state reads as zero; in User mode the masks and mode are readable here). */
export const readCpsr = (core: Core): number => (core.cpsr & ~(PSR.IT | PSR.J | PSR.T)) >>> 0;

/** SETEND. */
export function setEndianness(core: Core, bigEndian: boolean): void {
  const cpsr = core.field(CPU.CPSR);
  core.setField(CPU.CPSR, bigEndian ? cpsr | PSR.E : cpsr & ~PSR.E);
  core.setField(CPU.BIG_ENDIAN, bigEndian ? 1 : 0);
  core.regimeChanged();
}

/**
 * CPS: sets or clears masks and changes the mode; a NOP in User mode.
 * @param masks of PSR.A, PSR.I and PSR.F
 * @param mode M[4:0], or −1 to keep the mode
 */
export function changeProcessorState(
  core: Core,
  effect: 'enable' | 'disable' | 'none',
  masks: number,
  mode: number,
): void {
  if (!core.privileged) return;
  let value = core.cpsr;
  if (effect === 'enable') value &= ~masks;
  if (effect === 'disable') value |= masks;
  if (mode >= 0) value = (value & ~PSR.M) | mode;
  writeCpsr(core, value, 0b0011, 'instruction');
}
