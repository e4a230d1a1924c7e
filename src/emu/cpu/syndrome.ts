// The Hyp Syndrome Register: why Hyp mode was entered (ARM DDI 0406C, B3.13.6).
import { CPU, EXIT } from '../codegen/layout';
import type { Core } from './core';
import { instructionLength } from './processor-state';
import { SLOT } from './sysregs/storage';

/** HSR.EC. Aborts have two classes: taken from another mode, and from Hyp mode itself (+ 1). */
export const EC = {
  UNKNOWN: 0x00,
  WFX: 0x01,
  CP15: 0x03,
  CP15_WIDE: 0x04,
  CP14: 0x05,
  CP14_MEMORY: 0x06,
  HCPTR: 0x07,
  VMRS: 0x08,
  BXJ: 0x0a,
  CP14_WIDE: 0x0c,
  SVC: 0x11,
  HVC: 0x12,
  SMC: 0x13,
  PREFETCH_ABORT: 0x20,
  DATA_ABORT: 0x24,
} as const;

const EC_SHIFT = 26;
const IL = 1 << 25;
const CV = 1 << 24;
const ALWAYS = 0xe << 20;

/**
 * ISS of a trapped instruction that can be conditional: its condition was met, which CV and COND = 0b1110 say for A32;
 * for T32 the same is permitted.
 */
export const conditional = (iss: number): number => CV | ALWAYS | iss;

/** For `writeHsr`: classes of exceptions whose HSR.IL means nothing, and reads as zero on ARMv7. */
export const NO_LENGTH = 0;

/** Writes HSR. @param length of the instruction in bytes: IL says whether it is 4 */
export function writeHsr(core: Core, ec: number, iss: number, length: number): void {
  core.sys[SLOT.HSR] = (ec << EC_SHIFT) | (length === 4 ? IL : 0) | iss;
}

/** Length of the instruction that executes; 4 outside of generated code. */
export const currentLength = (core: Core): number => (core.field(CPU.IP) === 0 ? 4 : instructionLength(core));

/** Lets the instruction that executes end in a trap to Hyp mode. */
export function raiseHypTrap(core: Core, ec: number, iss: number): void {
  writeHsr(core, ec, iss, currentLength(core));
  core.setField(CPU.EXIT, EXIT.HYP_TRAP);
}

/**
 * The trap of MCR, MRC, MCRR or MRRC to coprocessors 14 and 15.
 * @param e the instruction with its operands where A32 has them
 */
export function trapRegisterAccess(core: Core, e: number, read: boolean, wide: boolean): void {
  const cp14 = ((e >>> 8) & 15) === 14;
  const direction = read ? 1 : 0;
  const [rt, second, crm] = [(e >>> 12) & 15, (e >>> 16) & 15, e & 15];
  const common = (rt << 5) | (second << 10) | (crm << 1) | direction;
  if (wide) {
    const opc1 = (e >>> 4) & 15;
    raiseHypTrap(core, cp14 ? EC.CP14_WIDE : EC.CP15_WIDE, conditional((opc1 << 16) | common));
  } else {
    const [opc1, opc2] = [(e >>> 21) & 7, (e >>> 5) & 7];
    raiseHypTrap(core, cp14 ? EC.CP14 : EC.CP15, conditional((opc2 << 17) | (opc1 << 14) | common));
  }
}
