// All system registers of the core, and the doors through which instructions reach them.
import type { Core } from '../core';
import { ADDRESS_TRANSLATION } from './address-translation';
import { CONTROL } from './control';
import { DEBUG } from './debug';
import { HYP } from './hyp';
import { IDENTIFICATION } from './identification';
import { IMPLEMENTATION_DEFINED } from './implementation-defined';
import { MAINTENANCE } from './maintenance';
import { PERFORMANCE } from './performance';
import {
  packKey,
  packWideKey,
  readRegister,
  readWideRegister,
  SystemRegisterTable,
  writeRegister,
  writeWideRegister,
} from './table';
import { TIMERS } from './timers';

export { ABORT, TRAPPED, UNDEFINED, packKey, packWideKey } from './table';

/** Every register that MRC, MCR, MRRC and MCRR reach. */
export const SYSTEM_REGISTERS = new SystemRegisterTable([
  ...IDENTIFICATION,
  ...CONTROL,
  ...HYP,
  ...MAINTENANCE,
  ...ADDRESS_TRANSLATION,
  ...TIMERS,
  ...PERFORMANCE,
  ...IMPLEMENTATION_DEFINED,
  ...DEBUG,
]);

/** MRC. @returns the value, unsigned, UNDEFINED or TRAPPED */
export const mrc = (core: Core, cp: number, opc1: number, crn: number, crm: number, opc2: number): number =>
  readRegister(SYSTEM_REGISTERS, core, packKey(cp, opc1, crn, crm, opc2));

/** MCR. @returns 0, UNDEFINED, TRAPPED, or ABORT with `core.fault` filled: the instruction takes a Data Abort */
export const mcr = (
  core: Core,
  cp: number,
  opc1: number,
  crn: number,
  crm: number,
  opc2: number,
  value: number,
): number => writeRegister(SYSTEM_REGISTERS, core, packKey(cp, opc1, crn, crm, opc2), value);

/** MRRC. @returns bits 31:0, with the others in `core.high`; UNDEFINED or TRAPPED */
export const mrrc = (core: Core, cp: number, opc1: number, crm: number): number =>
  readWideRegister(SYSTEM_REGISTERS, core, packWideKey(cp, opc1, crm));

/** MCRR. @returns 0, UNDEFINED, TRAPPED or ABORT */
export const mcrr = (core: Core, cp: number, opc1: number, crm: number, low: number, high: number): number =>
  writeWideRegister(SYSTEM_REGISTERS, core, packWideKey(cp, opc1, crm), low, high);
