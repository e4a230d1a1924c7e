// Instructions that TypeScript executes for both tiers, by number in SYSTEM. Operands lie where A32 has them.
import { CPU, EXIT } from '../codegen/layout';
import { SYSTEM, type SystemInstruction } from '../codegen/semantics';
import { HSTR } from './control-bits';
import type { Core } from './core';
import { transferDebugWord } from './debug-transfer';
import { exceptionReturn } from './exceptions';
import { MODE, MODES } from './modes';
import { PSR } from './psr';
import { changeProcessorState, readCpsr, setEndianness, writeCpsr, writeSpsr } from './psr-write';
import { accessBanked } from './banked-access';
import { ABORT, mcr, mcrr, mrc, mrrc, TRAPPED, UNDEFINED } from './sysregs';
import { vmrs, vmsr } from './sysregs/floating-point';
import { SLOT } from './sysregs/storage';
import type { MemoryAccess } from './memory-access';
import { BANKED } from './state';
import { conditional, EC, raiseHypTrap, trapRegisterAccess } from './syndrome';
import { ror32 } from '../isa/immediates';

/** What the instructions need beside the core. */
export interface SystemContext {
  readonly memory: MemoryAccess;
}

/** Where control goes: on to the next instruction, or to `core.pc`. CPU.EXIT may be set besides. */
const NEXT = 0;
const ELSEWHERE = 1;
type Handler = (core: Core, encoding: number, x: SystemContext) => number;

const rd = (e: number): number => (e >>> 12) & 15;
const rn = (e: number): number => (e >>> 16) & 15;

function undefinedInstruction(core: Core): number {
  core.setField(CPU.EXIT, EXIT.UNDEFINED);
  return NEXT;
}

/** Address of LDM, STM, RFE and SRS: lowest address and the base after write-back. */
function block(e: number, base: number, words: number): { start: number; after: number } {
  const up = (e >>> 23) & 1;
  const before = (e >>> 24) & 1;
  const after = up ? base + 4 * words : base - 4 * words;
  const start = up ? base + (before ? 4 : 0) : after + (before ? 0 : 4);
  return { start: start | 0, after: after | 0 };
}
const WORD_ALIGNED = 6;

/** Loads words one by one; undefined when one faulted. */
function loadWords(core: Core, x: SystemContext, start: number, count: number): number[] | undefined {
  const words: number[] = [];
  for (let i = 0; i < count; i++) {
    words.push(x.memory.load(core, (start + 4 * i) | 0, WORD_ALIGNED) >>> 0);
    if (core.field(CPU.EXIT) !== 0) return undefined;
  }
  return words;
}

function storeWords(core: Core, x: SystemContext, start: number, words: readonly number[]): boolean {
  return words.every((w, i) => {
    x.memory.store(core, (start + 4 * i) | 0, WORD_ALIGNED, w, 0);
    return core.field(CPU.EXIT) === 0;
  });
}

const registersOf = (list: number): number[] => Array.from({ length: 15 }, (_, i) => i).filter(i => list & (1 << i));

function returnTo(core: Core, pc: number, psr: number): number {
  exceptionReturn(core, pc, psr);
  return ELSEWHERE;
}

/** After a write to a system register. Translation may have changed, but takes effect at the next ISB or branch. */
function finish(core: Core, answer: number): number {
  if (answer === UNDEFINED) core.setField(CPU.EXIT, EXIT.UNDEFINED);
  else if (answer === ABORT) core.setField(CPU.EXIT, EXIT.ABORT);
  return NEXT; // a trap has said so itself
}

/** An instruction that Hyp mode does not know: RFE, SRS and other ways to return. @returns whether that is so */
function unknownToHyp(core: Core): boolean {
  if (core.mode.privilege < 2) return false;
  core.setField(CPU.EXIT, EXIT.UNDEFINED);
  return true;
}

/** NZCV from bits 31:28: MRC with the PC as its register. */
function setFlags(core: Core, value: number): void {
  core.setField(CPU.NF, value);
  core.setField(CPU.ZF, value & PSR.Z ? 0 : 1);
  core.setField(CPU.CF, value & PSR.C ? 1 : 0);
  core.setField(CPU.VF, value << 3);
}

/** MSR, immediate (bit 25) or register. */
function msr(core: Core, e: number): number {
  const value = e & (1 << 25) ? ror32(e & 255, ((e >>> 8) & 15) * 2) : core.r(e & 15);
  const mask = (e >>> 16) & 15;
  if (e & (1 << 22)) writeSpsr(core, value, mask);
  else writeCpsr(core, value, mask, 'instruction');
  return NEXT;
}

function swap(core: Core, e: number, x: SystemContext, access: number): number {
  // Disabled unless SCTLR.SW is set (ARM DDI 0406C A8.8.229, B3.17.2).
  if (!(core.system('SCTLR') & (1 << 10))) return undefinedInstruction(core);
  const va = core.r(rn(e));
  const old = x.memory.load(core, va | 0, access);
  if (core.field(CPU.EXIT) !== 0) return NEXT;
  x.memory.store(core, va | 0, access, core.r(e & 15), 0);
  if (core.field(CPU.EXIT) === 0) core.setR(rd(e), old);
  return NEXT;
}

const HANDLERS: Readonly<Record<SystemInstruction, Handler>> = {
  mcr: (core, e) => {
    const answer = mcr(core, (e >>> 8) & 15, (e >>> 21) & 7, rn(e), e & 15, (e >>> 5) & 7, core.r(rd(e)));
    if (answer === TRAPPED) trapRegisterAccess(core, e, false, false);
    return finish(core, answer);
  },
  mrc: (core, e) => {
    const value = mrc(core, (e >>> 8) & 15, (e >>> 21) & 7, rn(e), e & 15, (e >>> 5) & 7);
    if (value === TRAPPED) trapRegisterAccess(core, e, true, false);
    if (value < 0) return finish(core, value);
    if (rd(e) === 15) setFlags(core, value);
    else core.setR(rd(e), value);
    return NEXT;
  },
  mcrr: (core, e) => {
    const answer = mcrr(core, (e >>> 8) & 15, (e >>> 4) & 15, e & 15, core.r(rd(e)), core.r(rn(e)));
    if (answer === TRAPPED) trapRegisterAccess(core, e, false, true);
    return finish(core, answer);
  },
  mrrc: (core, e) => {
    const value = mrrc(core, (e >>> 8) & 15, (e >>> 4) & 15, e & 15);
    if (value === TRAPPED) trapRegisterAccess(core, e, true, true);
    if (value < 0) return finish(core, value);
    core.setR(rd(e), value);
    core.setR(rn(e), core.high);
    return NEXT;
  },
  ldc: (core, e, x) => (transferDebugWord(core, e, x.memory), NEXT),
  stc: (core, e, x) => (transferDebugWord(core, e, x.memory), NEXT),
  mrs: (core, e) => {
    if (e & (1 << 22)) core.setR(rd(e), core.spsr);
    else core.setR(rd(e), readCpsr(core));
    return NEXT;
  },
  msr,
  mrsBanked: (core, e) => {
    const value = accessBanked(core, e, undefined);
    if (value === undefined) return undefinedInstruction(core);
    core.setR(rd(e), value);
    return NEXT;
  },
  msrBanked: (core, e) => (accessBanked(core, e, core.r(e & 15)) === undefined ? undefinedInstruction(core) : NEXT),
  cps: (core, e) => {
    const effect = (['none', 'none', 'enable', 'disable'] as const)[(e >>> 18) & 3]!;
    changeProcessorState(core, effect, e & (PSR.A | PSR.I | PSR.F), e & (1 << 17) ? e & PSR.M : -1);
    return NEXT;
  },
  setend: (core, e) => (setEndianness(core, (e & (1 << 9)) !== 0), NEXT),
  rfe: (core, e, x) => {
    if (unknownToHyp(core)) return NEXT;
    if (!core.privileged) return undefinedInstruction(core);
    const { start, after } = block(e, core.r(rn(e)), 2);
    const words = loadWords(core, x, start, 2);
    if (!words) return NEXT;
    if (e & (1 << 21)) core.setR(rn(e), after);
    return returnTo(core, words[0]!, words[1]!);
  },
  srs: (core, e, x) => {
    if (unknownToHyp(core) || core.mode.spsr < 0) return undefinedInstruction(core);
    const to = MODES[e & PSR.M];
    // SP_hyp is out of reach, and so is SP_mon from Non-secure state.
    if (!to || to.number === MODE.hyp || (to.number === MODE.mon && !core.secure)) return undefinedInstruction(core);
    const { start, after } = block(e, core.bankedSp(to.sp), 2);
    if (storeWords(core, x, start, [core.r(14), core.spsr]) && e & (1 << 21)) core.setBankedSp(to.sp, after);
    return NEXT;
  },
  exceptionReturn: (core, target) => {
    if (unknownToHyp(core) || core.mode.spsr < 0) return undefinedInstruction(core);
    return returnTo(core, target, core.spsr);
  },
  eret: core => {
    if (core.mode.spsr < 0) return undefinedInstruction(core);
    return returnTo(core, core.mode.number === MODE.hyp ? core.banked[BANKED.ELR_HYP]! : core.r(14), core.spsr);
  },
  ldmUser: (core, e, x) => {
    if (unknownToHyp(core)) return NEXT;
    const list = registersOf(e & 0x7fff);
    const { start } = block(e, core.r(rn(e)), list.length);
    loadWords(core, x, start, list.length)?.forEach((w, i) => core.setUserR(list[i]!, w));
    return NEXT;
  },
  ldmReturn: (core, e, x) => {
    if (unknownToHyp(core) || core.mode.spsr < 0) return undefinedInstruction(core);
    const list = registersOf(e & 0x7fff);
    const { start, after } = block(e, core.r(rn(e)), list.length + 1);
    const words = loadWords(core, x, start, list.length + 1);
    if (!words) return NEXT;
    if (e & (1 << 21)) core.setR(rn(e), after);
    list.forEach((n, i) => core.setR(n, words[i]!));
    return returnTo(core, words[list.length]!, core.spsr);
  },
  stmUser: (core, e, x) => {
    if (unknownToHyp(core)) return NEXT;
    const list = registersOf(e & 0x7fff);
    const words = list.map(n => core.userR(n));
    if (e & 0x8000) words.push(core.pc + 8);
    storeWords(core, x, block(e, core.r(rn(e)), words.length).start, words);
    return NEXT;
  },
  bxj: (core, rm) => {
    if (core.trappable && core.sys[SLOT.HSTR]! & HSTR.TJDBX) {
      raiseHypTrap(core, EC.BXJ, conditional(rm));
      return NEXT;
    }
    const target = core.r(rm);
    core.setField(CPU.THUMB, target & 1);
    core.pc = (target & 1 ? target & ~1 : target & ~3) >>> 0;
    return ELSEWHERE;
  },
  swp: (core, e, x) => swap(core, e, x, WORD_ALIGNED),
  swpb: (core, e, x) => swap(core, e, x, 0),
  vmrs: (core, e) => {
    const value = vmrs(core, rn(e), rd(e));
    if (value < 0) return finish(core, value);
    core.setR(rd(e), value);
    return NEXT;
  },
  vmsr: (core, e) => finish(core, vmsr(core, rn(e), core.r(rd(e)))),
};

const TABLE: readonly Handler[] = SYSTEM.map(name => HANDLERS[name]);

/** Executes one instruction. @returns 1 when control goes on at `core.pc`. */
export function executeSystem(core: Core, what: number, encoding: number, x: SystemContext): number {
  return TABLE[what]!(core, encoding, x);
}
