// Taking exceptions and returning from them (ARM DDI 0406C, B1.8 and B1.9).
import { CPU } from '../codegen/layout';
import { dataFaultStatus, type Fault, hypFaultStatus, instructionFaultStatus } from '../mmu/faults';
import { describeAccess } from './abort-syndrome';
import { HCR, HDCR, SCR, SCTLR, TTBCR_EAE } from './control-bits';
import type { Core } from './core';
import type { LoggedKind } from './exception-log';
import type { Interrupt } from './interrupts';
import { MODE, type ModeName } from './modes';
import { advanceIt, PSR } from './psr';
import { writeCpsr } from './psr-write';
import { BANKED } from './state';
import { EC, NO_LENGTH, writeHsr } from './syndrome';
import { floatingPointAnswer, floatingPointTrap } from './sysregs/floating-point';
import { SLOT } from './sysregs/storage';

interface Entry {
  /** Offset in the vector table; also in that of Hyp mode when the exception comes from there. */
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
  /** HCR makes it for Non-secure PL1; it goes nowhere else. */
  readonly virtual?: true;
}

const IRQ = { vector: 0x18, mode: 'irq', masks: PSR.I | PSR.A, link: [4, 4] } as const;
const FIQ = { vector: 0x1c, mode: 'fiq', masks: PSR.I | PSR.A | PSR.F, link: [4, 4] } as const;
const DATA_ABORT = { vector: 0x10, mode: 'abt', masks: PSR.I | PSR.A, link: [8, 8] } as const;

/** Data and Prefetch Aborts go to Monitor mode when they are external. */
export const EXCEPTIONS = {
  undefined: { vector: 0x04, mode: 'und', masks: PSR.I, link: [4, 2], monitor: 0 },
  // The link of SVC is the next instruction; in T32 SVC is a halfword.
  supervisorCall: { vector: 0x08, mode: 'svc', masks: PSR.I, link: [4, 2], monitor: 0, completes: true },
  secureMonitorCall: { vector: 0x08, mode: 'mon', masks: 0, link: [4, 4], monitor: -1, completes: true },
  prefetchAbort: { vector: 0x0c, mode: 'abt', masks: PSR.I | PSR.A, link: [4, 4], monitor: SCR.EA },
  dataAbort: { ...DATA_ABORT, monitor: SCR.EA },
  irq: { ...IRQ, monitor: SCR.IRQ },
  fiq: { ...FIQ, monitor: SCR.FIQ },
  virtualIrq: { ...IRQ, monitor: 0, virtual: true },
  virtualFiq: { ...FIQ, monitor: 0, virtual: true },
  virtualAbort: { ...DATA_ABORT, monitor: 0, virtual: true },
} as const satisfies Readonly<Record<string, Entry>>;

export type ExceptionKind = keyof typeof EXCEPTIONS;

/** Where Hyp mode is entered from other modes, but by interrupts: calls, traps, aborts. */
const HYP_ENTRY = 0x14;

const toMonitor = (core: Core, entry: Entry, external: boolean): boolean =>
  entry.monitor < 0 || (external && (core.sys[SLOT.SCR]! & entry.monitor) !== 0);

/** Whether SCR.EA, IRQ or FIQ can route this exception: of aborts, external ones only. */
const isExternal = (core: Core, kind: ExceptionKind): boolean =>
  (kind !== 'prefetchAbort' && kind !== 'dataAbort') || core.fault.isExternal;

/** Whether Hyp mode takes an exception that does not go to Monitor mode. */
function toHyp(core: Core, kind: ExceptionKind): boolean {
  if (core.mode.privilege === 2) return true;
  if (core.secure) return false;
  const { fault } = core;
  const hcr = core.sys[SLOT.HCR]!;
  const general = (hcr & HCR.TGE) !== 0;
  const generalUser = general && core.mode.privilege === 0;
  const debug = fault.type === 'debug' && (generalUser || (core.sys[SLOT.HDCR]! & HDCR.TDE) !== 0);
  const asynchronous = fault.type === 'asynchronousExternal';
  switch (kind) {
    case 'undefined':
    case 'supervisorCall':
      return generalUser;
    case 'prefetchAbort':
      return fault.stage2 || debug || (generalUser && fault.isExternal);
    case 'dataAbort':
      if (fault.stage2 || debug) return true;
      if (asynchronous) return general || (hcr & HCR.AMO) !== 0;
      return generalUser && (fault.isExternal || fault.type === 'alignment');
    case 'irq':
      return general || (hcr & HCR.IMO) !== 0;
    case 'fiq':
      return general || (hcr & HCR.FMO) !== 0;
    default:
      return false;
  }
}

/**
 * Takes an exception: banks, masks, SPSR, LR and the vector. The state (CPSR with ITSTATE) must be that before the
 * instruction at `at`. Where Hyp mode takes it, HSR is written for the kinds that it does not know from the fault.
 * @param at address of the instruction that caused it; for interrupts, of the next instruction
 * @param length of that instruction in bytes
 */
export function takeException(core: Core, kind: ExceptionKind, at: number, length = core.thumb ? 2 : 4): void {
  const entry: Entry = EXCEPTIONS[kind];
  const { sys } = core;
  const monitor = toMonitor(core, entry, isExternal(core, kind));
  if (!monitor && !entry.virtual && toHyp(core, kind)) {
    if (kind === 'undefined') writeHsr(core, EC.UNKNOWN, 0, NO_LENGTH);
    const fromHyp = core.mode.privilege === 2 || kind === 'irq' || kind === 'fiq';
    enterHyp(core, kind, fromHyp ? entry.vector : HYP_ENTRY, at, entry.completes ? length : 0);
    return;
  }
  const spsr = savedPsr(core, entry.completes);
  const link = at + entry.link[core.thumb ? 1 : 0];
  // An exception taken in Monitor mode belongs to the Secure state.
  if (core.mode.number === MODE.mon && sys[SLOT.SCR]! & SCR.NS) sys[SLOT.SCR]! &= ~SCR.NS;
  const bank = core.secure || monitor ? 1 : 0;
  const sctlr = sys[SLOT.SCTLR + bank]!;
  const mode = monitor ? MODE.mon : MODE[entry.mode];
  const masks = monitor ? PSR.A | PSR.I | PSR.F : entry.masks;
  core.exceptions.took(kind, spsr, mode);
  const kept = spsr & ~(PSR.IT | PSR.J | PSR.T | PSR.E | PSR.M);
  core.setCpsr(kept | masks | mode | (sctlr & SCTLR.TE ? PSR.T : 0) | (sctlr & SCTLR.EE ? PSR.E : 0));
  core.spsr = spsr;
  core.setR(14, link);
  const base = monitor ? sys[SLOT.MVBAR]! : sctlr & SCTLR.V ? 0xffff0000 : sys[SLOT.VBAR + bank]!;
  core.pc = base + entry.vector;
  core.exceptionLog.note(core, kind, at, spsr);
}

function savedPsr(core: Core, completes = false): number {
  if (completes) core.setField(CPU.IT, advanceIt(core.field(CPU.IT)));
  return core.cpsr;
}

/**
 * EnterHypMode (B1.9.4).
 * @param at address of the instruction
 * @param completed bytes of the instruction if it has completed, so that the next one is where it returns to; else 0
 */
function enterHyp(core: Core, kind: LoggedKind, vector: number, at: number, completed = 0): void {
  const spsr = savedPsr(core, completed > 0);
  const { sys } = core;
  const scr = sys[SLOT.SCR]!;
  const hsctlr = sys[SLOT.HSCTLR]!;
  core.exceptions.took(kind, spsr, MODE.hyp);
  if (kind !== 'irq' && kind !== 'fiq') core.exceptions.tookWithSyndrome(sys[SLOT.HSR]!);
  // What Monitor mode takes is none of Hyp mode's business to mask.
  const masks = (scr & SCR.EA ? 0 : PSR.A) | (scr & SCR.IRQ ? 0 : PSR.I) | (scr & SCR.FIQ ? 0 : PSR.F);
  const kept = spsr & ~(PSR.IT | PSR.J | PSR.T | PSR.E | PSR.M);
  core.setCpsr(kept | masks | MODE.hyp | (hsctlr & SCTLR.TE ? PSR.T : 0) | (hsctlr & SCTLR.EE ? PSR.E : 0));
  core.spsr = spsr;
  core.banked[BANKED.ELR_HYP] = at + completed;
  core.pc = sys[SLOT.HVBAR]! + vector;
  core.exceptionLog.note(core, kind, at, spsr);
}

/**
 * Takes a Hyp Trap exception of the instruction at `at`; HSR was written when it was found. What HCPTR forbids Hyp mode
 * itself is an Undefined Instruction exception there.
 */
export function takeHypTrap(core: Core, at: number): void {
  enterHyp(core, 'hypTrap', core.mode.privilege === 2 ? EXCEPTIONS.undefined.vector : HYP_ENTRY, at);
}

/**
 * A floating-point instruction that is not enabled: UNDEFINED, or trapped by HCPTR.
 * @param length of the instruction in bytes
 */
export function takeFloatingPoint(core: Core, at: number, simd: boolean, length: number): void {
  const trap = floatingPointTrap(floatingPointAnswer(core, simd, true));
  if (trap === undefined) return takeException(core, 'undefined', at, length);
  writeHsr(core, EC.HCPTR, trap, length);
  takeHypTrap(core, at);
}

/** Takes what `pendingInterrupt` found, before the instruction at `at`. */
export function takeInterrupt(core: Core, interrupt: Interrupt, at: number): void {
  if (interrupt === 'virtualAbort') {
    const { sys, fault } = core;
    fault.set('asynchronousExternal', 0, 0, 0);
    fault.write = false;
    sys[SLOT.DFSR] = dataFaultStatus(fault, longFormat(core, 0));
    sys[SLOT.HCR]! &= ~HCR.VA;
    core.lines.setVirtual(sys[SLOT.HCR]!);
  }
  takeException(core, interrupt, at);
}

/** Which copy of the fault registers an abort reports in: that of the state it is taken to. */
const faultBank = (core: Core): number =>
  core.secure || (core.fault.isExternal && core.sys[SLOT.SCR]! & SCR.EA) ? 1 : 0;

const longFormat = (core: Core, bank: number): boolean => (core.sys[SLOT.TTBCR + bank]! & TTBCR_EAE) !== 0;

/** Whether `core.fault` goes to Hyp mode. */
const abortToHyp = (core: Core, kind: 'dataAbort' | 'prefetchAbort'): boolean =>
  !toMonitor(core, EXCEPTIONS[kind], core.fault.isExternal) && toHyp(core, kind);

/** HPFAR: where stage 2 found a fault, IPA[39:12] in bits 31:4. */
function reportIpa(core: Core, fault: Fault): void {
  if (fault.stage2) core.sys[SLOT.HPFAR] = Math.floor(fault.ipa / 4096) * 16;
}

/** Reports `core.fault` in DFSR and DFAR, or HSR, HDFAR and HPFAR, and takes the Data Abort of the instruction at `at`. */
export function takeDataAbort(core: Core, at: number): void {
  const { fault, sys } = core;
  // The address of an asynchronous abort is not known; the address registers keep their value.
  const known = fault.type !== 'asynchronousExternal';
  if (abortToHyp(core, 'dataAbort')) {
    const described = fault.stage2 && !fault.onWalk && !fault.maintenance && !fault.isExternal;
    const { iss, length } = described ? describeAccess(core, at) : UNDESCRIBED;
    const lower = core.mode.privilege < 2;
    writeHsr(core, EC.DATA_ABORT + (lower ? 0 : 1), iss | hypFaultStatus(fault, true), iss === 0 ? NO_LENGTH : length);
    if (known) sys[SLOT.HDFAR] = fault.address;
    reportIpa(core, fault);
  } else {
    const bank = faultBank(core);
    sys[SLOT.DFSR + bank] = dataFaultStatus(fault, longFormat(core, bank));
    if (known) sys[SLOT.DFAR + bank] = fault.address;
  }
  takeException(core, 'dataAbort', at);
}
const UNDESCRIBED = { iss: 0, length: NO_LENGTH } as const;

/** Reports `core.fault` in IFSR and IFAR, or HSR, HIFAR and HPFAR, and takes the Prefetch Abort of the instruction at `at`. */
export function takePrefetchAbort(core: Core, at: number): void {
  const { fault, sys } = core;
  // Debug events leave the address UNKNOWN.
  const known = fault.type !== 'debug';
  if (abortToHyp(core, 'prefetchAbort')) {
    const lower = core.mode.privilege < 2;
    writeHsr(core, EC.PREFETCH_ABORT + (lower ? 0 : 1), hypFaultStatus(fault, false), NO_LENGTH);
    if (known) sys[SLOT.HIFAR] = fault.address;
    reportIpa(core, fault);
  } else {
    const bank = faultBank(core);
    sys[SLOT.IFSR + bank] = instructionFaultStatus(fault, longFormat(core, bank));
    if (known) sys[SLOT.IFAR + bank] = fault.address;
  }
  takeException(core, 'prefetchAbort', at);
}

/** BKPT without a debugger: a Prefetch Abort with the status of a debug event (C3.3.2). */
export function takeBreakpoint(core: Core, at: number): void {
  core.fault.set('debug', 0, 0, at);
  takePrefetchAbort(core, at);
}

/**
 * SVC. Where Hyp mode takes it, HSR has the immediate.
 * @param length of the instruction in bytes
 */
export function takeSupervisorCall(core: Core, at: number, immediate: number, length: number): void {
  if (toHyp(core, 'supervisorCall')) writeHsr(core, EC.SVC, immediate & 0xffff, length);
  takeException(core, 'supervisorCall', at, length);
}

/** HVC (A8.8.70): UNDEFINED in Secure state, in User mode, and while SCR.HCE is clear. */
export function takeHypervisorCall(core: Core, at: number, immediate: number): void {
  if (core.secure || !core.privileged || !(core.sys[SLOT.SCR]! & SCR.HCE))
    return takeException(core, 'undefined', at, 4);
  writeHsr(core, EC.HVC, immediate & 0xffff, 4);
  enterHyp(core, 'hypervisorCall', core.mode.privilege === 2 ? 0x08 : HYP_ENTRY, at, 4);
}

/**
 * An SMC instruction: HCR.TSC traps it at Non-secure PL1, and SCR.SCD makes it UNDEFINED in Non-secure state. In User mode
 * it is UNDEFINED at decode.
 */
export function takeSecureMonitorCall(core: Core, at: number): void {
  if (core.privileged && core.trappable && core.sys[SLOT.HCR]! & HCR.TSC) {
    writeHsr(core, EC.SMC, 0, 4);
    return takeHypTrap(core, at);
  }
  const disabled = !core.secure && (core.sys[SLOT.SCR]! & SCR.SCD) !== 0;
  takeException(core, disabled || !core.privileged ? 'undefined' : 'secureMonitorCall', at, 4);
}

/**
 * Returns from an exception: SUBS PC and its kin, LDM with PC and `^`, RFE, ERET.
 * @param psr the new CPSR: the SPSR of the mode, or the word that RFE loaded
 */
export function exceptionReturn(core: Core, pc: number, psr: number): void {
  writeCpsr(core, psr, 0b1111, 'return');
  core.pc = (core.thumb ? pc & ~1 : pc & ~3) >>> 0;
}
