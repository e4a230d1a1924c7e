// Taking exceptions and returning from them (ARM DDI 0406C, B1.8 and B1.9).
import { CPU } from '../codegen/layout';
import { dataFaultStatus, instructionFaultStatus } from '../mmu/faults';
import { SCR, SCTLR, TTBCR_EAE, type Core } from './core';
import { MODE, type ModeName } from './modes';
import { advanceIt, PSR } from './psr';
import { writeCpsr } from './psr-write';
import { SLOT } from './sysregs/storage';

interface Entry {
  /** Offset in the vector table. */
  readonly vector: number;
  readonly mode: ModeName;
  /** Masks set on entry. Entry to Monitor mode always sets all. */
  readonly masks: number;
  /** The preferred return link minus the address of the instruction (of the next one, for interrupts), by state. */
  readonly link: readonly [a32: number, t32: number];
  /** SCR bit that routes the exception to Monitor mode; −1: it always goes there. 0: never. */
  readonly monitor: number;
  /** The instruction has completed: ITSTATE moves on before it is saved. */
  readonly completes?: true;
}

/** Data and Prefetch Aborts go to Monitor mode when they are external. Kinds of Hyp mode will be rows here. */
export const EXCEPTIONS = {
  undefined: { vector: 0x04, mode: 'und', masks: PSR.I, link: [4, 2], monitor: 0 },
  // The link of SVC is the next instruction; in T32 SVC is a halfword.
  supervisorCall: { vector: 0x08, mode: 'svc', masks: PSR.I, link: [4, 2], monitor: 0, completes: true },
  secureMonitorCall: { vector: 0x08, mode: 'mon', masks: 0, link: [4, 4], monitor: -1, completes: true },
  prefetchAbort: { vector: 0x0c, mode: 'abt', masks: PSR.I | PSR.A, link: [4, 4], monitor: SCR.EA },
  dataAbort: { vector: 0x10, mode: 'abt', masks: PSR.I | PSR.A, link: [8, 8], monitor: SCR.EA },
  irq: { vector: 0x18, mode: 'irq', masks: PSR.I | PSR.A, link: [4, 4], monitor: SCR.IRQ },
  fiq: { vector: 0x1c, mode: 'fiq', masks: PSR.I | PSR.A | PSR.F, link: [4, 4], monitor: SCR.FIQ },
} as const satisfies Readonly<Record<string, Entry>>;

export type ExceptionKind = keyof typeof EXCEPTIONS;

/**
 * Takes an exception: banks, masks, SPSR, LR and the vector. The state (CPSR with ITSTATE) must be that before the
 * instruction at `at`.
 * @param at address of the instruction that caused it; for interrupts, of the next instruction
 */
export function takeException(core: Core, kind: ExceptionKind, at: number): void {
  const entry: Entry = EXCEPTIONS[kind];
  let external = true;
  if (kind === 'prefetchAbort' || kind === 'dataAbort') external = core.fault.isExternal;
  const { sys } = core;
  const toMonitor = entry.monitor < 0 || (external && (sys[SLOT.SCR]! & entry.monitor) !== 0);
  const spsr = savedPsr(core, entry);
  const link = at + entry.link[core.thumb ? 1 : 0];
  // An exception taken in Monitor mode belongs to the Secure state.
  if (core.mode.number === MODE.mon && sys[SLOT.SCR]! & SCR.NS) sys[SLOT.SCR]! &= ~SCR.NS;
  const bank = core.secure || toMonitor ? 1 : 0;
  const sctlr = sys[SLOT.SCTLR + bank]!;
  const mode = toMonitor ? MODE.mon : MODE[entry.mode];
  const masks = toMonitor ? PSR.A | PSR.I | PSR.F : entry.masks;
  const kept = spsr & ~(PSR.IT | PSR.J | PSR.T | PSR.E | PSR.M);
  core.setCpsr(kept | masks | mode | (sctlr & SCTLR.TE ? PSR.T : 0) | (sctlr & SCTLR.EE ? PSR.E : 0));
  core.spsr = spsr;
  core.setR(14, link);
  const base = toMonitor ? sys[SLOT.MVBAR]! : sctlr & SCTLR.V ? 0xffff0000 : sys[SLOT.VBAR + bank]!;
  core.pc = base + entry.vector;
}

function savedPsr(core: Core, entry: Entry): number {
  if (entry.completes) core.setField(CPU.IT, advanceIt(core.field(CPU.IT)));
  return core.cpsr;
}

/** Which copy of the fault registers an abort reports in: that of the state it is taken to. */
const faultBank = (core: Core): number =>
  core.secure || (core.fault.isExternal && core.sys[SLOT.SCR]! & SCR.EA) ? 1 : 0;

const longFormat = (core: Core, bank: number): boolean => (core.sys[SLOT.TTBCR + bank]! & TTBCR_EAE) !== 0;

/** Reports `core.fault` in DFSR and DFAR and takes the Data Abort of the instruction at `at`. */
export function takeDataAbort(core: Core, at: number): void {
  const { fault, sys } = core;
  const bank = faultBank(core);
  sys[SLOT.DFSR + bank] = dataFaultStatus(fault, longFormat(core, bank));
  // The address of an asynchronous abort is not known; DFAR keeps its value.
  if (fault.type !== 'asynchronousExternal') sys[SLOT.DFAR + bank] = fault.address;
  takeException(core, 'dataAbort', at);
}

/** Reports `core.fault` in IFSR and IFAR and takes the Prefetch Abort of the instruction at `at`. */
export function takePrefetchAbort(core: Core, at: number): void {
  const { fault, sys } = core;
  const bank = faultBank(core);
  sys[SLOT.IFSR + bank] = instructionFaultStatus(fault, longFormat(core, bank));
  // Debug events leave IFAR UNKNOWN.
  if (fault.type !== 'debug') sys[SLOT.IFAR + bank] = fault.address;
  takeException(core, 'prefetchAbort', at);
}

/** BKPT without a debugger: a Prefetch Abort with the status of a debug event (C3.3.2). */
export function takeBreakpoint(core: Core, at: number): void {
  core.fault.set('debug', 0, 0, at);
  takePrefetchAbort(core, at);
}

/** An SMC instruction. SCR.SCD makes it UNDEFINED in Non-secure state. In User mode it is UNDEFINED at decode. */
export function takeSecureMonitorCall(core: Core, at: number): void {
  const disabled = !core.secure && (core.sys[SLOT.SCR]! & SCR.SCD) !== 0;
  takeException(core, disabled || !core.privileged ? 'undefined' : 'secureMonitorCall', at);
}

/**
 * Returns from an exception: SUBS PC and its kin, LDM with PC and `^`, RFE, ERET.
 * @param psr the new CPSR: the SPSR of the mode, or the word that RFE loaded
 */
export function exceptionReturn(core: Core, pc: number, psr: number): void {
  writeCpsr(core, psr, 0b1111, 'return');
  core.pc = (core.thumb ? pc & ~1 : pc & ~3) >>> 0;
}
