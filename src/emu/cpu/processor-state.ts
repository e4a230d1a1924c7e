// Reading the state that generated code leaves behind: which record, which instruction.
import { CPU, RECORD } from '../codegen/layout';
import type { Core } from './core';

const bytes = (core: Core): Uint8Array => new Uint8Array(core.env.memory.buffer);

/** Length in bytes of the instruction whose record is at CPU.IP. */
export function instructionLength(core: Core): number {
  const step = bytes(core)[core.field(CPU.IP) + RECORD.STEP]! & 3;
  return core.field(CPU.PCSHIFT) === 3 ? step * 2 : 4;
}

/** Address of the instruction after the one at CPU.IP. */
export const nextInstruction = (core: Core): number => (core.pc + instructionLength(core)) >>> 0;

/** ITSTATE under which the record at CPU.IP was decoded: that of the instruction, before it advanced it. */
export const recordItState = (core: Core): number => bytes(core)[core.field(CPU.IP) + RECORD.IT]!;
