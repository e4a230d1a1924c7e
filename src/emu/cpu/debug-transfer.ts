// LDC and STC of coprocessor 14: words between memory and the debug communication channel (ARM DDI 0406C, C6.5 and
// C11.11.33). There is no other coprocessor with such instructions.
import { CPU, EXIT } from '../codegen/layout';
import type { Core } from './core';
import type { MemoryAccess } from './memory-access';
import { HDCR } from './control-bits';
import { conditional, EC, raiseHypTrap } from './syndrome';
import { SLOT } from './sysregs/storage';

/** CRd of DBGDTRTXint in LDC, and of DBGDTRRXint in STC. */
const CHANNEL = 5;
const DSCR_UDCCDIS = 1 << 12;
const WORD_ALIGNED = 6;

/**
 * Executes one of them: sets CPU.EXIT when it is UNDEFINED, trapped, or faults.
 * @param e the instruction with its operands where A32 has them
 */
export function transferDebugWord(core: Core, e: number, memory: MemoryAccess): void {
  const bit = (n: number): number => (e >>> n) & 1;
  const [imm8, crd, rn] = [e & 0xff, (e >>> 12) & 15, (e >>> 16) & 15];
  const [before, up, writeBack, load] = [bit(24), bit(23), bit(21), bit(20)];
  const exists = ((e >>> 8) & 15) === 14 && crd === CHANNEL && bit(22) === 0;
  // The PC is a base of LDC without write-back alone.
  const literal = rn === 15;
  const user = !core.privileged && (core.sys[SLOT.DBGDSCR]! & DSCR_UDCCDIS) !== 0;
  if (!exists || user || (literal && (writeBack || !load))) return core.setField(CPU.EXIT, EXIT.UNDEFINED);
  if (core.trappable && core.sys[SLOT.HDCR]! & (HDCR.TDA | HDCR.TDE)) {
    const mode = (literal ? 4 : 0) | (before << 1) | writeBack;
    return raiseHypTrap(core, EC.CP14_MEMORY, conditional((imm8 << 12) | (rn << 5) | (up << 4) | (mode << 1) | load));
  }
  const base = literal ? (core.pc + (core.thumb ? 4 : 8)) & ~3 : core.r(rn);
  const after = up ? base + 4 * imm8 : base - 4 * imm8;
  const at = (before ? after : base) | 0;
  if (load) {
    const word = memory.load(core, at, WORD_ALIGNED);
    if (core.field(CPU.EXIT) === EXIT.NONE) core.sys[SLOT.DBGDTRTX] = word;
  } else memory.store(core, at, WORD_ALIGNED, core.sys[SLOT.DBGDTRRX]!, 0);
  if (writeBack && core.field(CPU.EXIT) === EXIT.NONE) core.setR(rn, after);
}
