// What the last exceptions of a core tell about a machine that says nothing.
import { memoryMap } from '../../emu/boards';
import type { LoggedException } from '../../emu/cpu/exception-log';
import { findSleep } from './boot-rules';
import { type Evidence, word } from './evidence';
import { exceptionLine, hex, isHyp, isUser, KINDS } from './words';

const isInterrupt = ({ kind }: LoggedException): boolean => /irq|fiq/i.test(kind);
const isFault = ({ kind }: LoggedException): boolean =>
  kind === 'undefined' || kind === 'prefetchAbort' || kind === 'dataAbort';

/** As often as this the same fault is no accident. */
const OFTEN = 8;
/** And as often as this no program does it on purpose. */
const ENDLESS = 1000;
/** Eight vectors of four bytes. */
const VECTORS = 0x20;

const isInVectors = ({ pc, vector }: LoggedException): boolean => {
  const base = vector - (vector % VECTORS);
  return pc >= base && pc < base + VECTORS;
};

/** Words of memory that nobody has written: of RAM and of erased flash. */
const UNWRITTEN = new Set([0, 0xffff_ffff]);

interface Circle {
  readonly last: LoggedException;
  /** What the core does, so that it gets no further. */
  readonly why: string;
  /** What it began with. */
  readonly first: LoggedException | undefined;
}

/** A handler that ends in an exception itself, at its first instruction. */
function circleAtVectors(exceptions: readonly LoggedException[]): Circle | undefined {
  const from = exceptions.findLastIndex(one => !(isFault(one) && isInVectors(one))) + 1;
  const inside = exceptions.slice(from);
  const last = inside.at(-1);
  if (!last || inside.reduce((sum, { times }) => sum + times, 0) < OFTEN) return undefined;
  const why = `at the vector ${hex(last.vector)} is no code that can run, so the handler of the ${KINDS[last.kind]} ends in one itself`;
  return { last, why, first: exceptions[from - 1] };
}

/** A fault that leads to memory without code. Only while addresses still mean what they meant when it was taken. */
function emptyVector(
  { occasion, condition, readVirtual }: Evidence,
  index: number,
  exceptions: readonly LoggedException[],
): Circle | undefined {
  const { mode } = condition.cores[index]!;
  const last = exceptions.at(-1);
  if (occasion === 'later' || !last || !isFault(last) || isHyp(last.to) !== (mode === 'hyp')) return undefined;
  const code = word(readVirtual(index, last.vector, 4), true);
  if (code === undefined || !UNWRITTEN.has(code)) return undefined;
  const why = `at the vector ${hex(last.vector)} is no handler (the word there is ${hex(code)})`;
  return { last, why, first: exceptions.find(one => isFault(one) && !isInVectors(one)) };
}

/** A handler that returns to where the same happens again. */
function repetition({ occasion, early }: Evidence, exceptions: readonly LoggedException[]): Circle | undefined {
  const last = exceptions.at(-1);
  const sure = occasion === 'later' || early;
  if (!last || !isFault(last) || last.times < (sure ? ENDLESS : OFTEN)) return undefined;
  // Software emulates instructions in its handler of undefined ones, for years if need be; so does a hypervisor devices.
  if ((sure && last.kind === 'undefined') || isUser(last.from) || (isHyp(last.to) && !isHyp(last.from)))
    return undefined;
  return { last, why: 'its handler returns to the instruction that cannot succeed', first: undefined };
}

/** Why a core gets no further than from one exception to the next. */
export function findCircle(evidence: Evidence): string | undefined {
  for (const [index, core] of evidence.condition.cores.entries()) {
    // Interrupts come in between, and change nothing.
    const exceptions = core.exceptions.filter(one => !isInterrupt(one));
    const circle =
      circleAtVectors(exceptions) ?? emptyVector(evidence, index, exceptions) ?? repetition(evidence, exceptions);
    if (!circle) continue;
    const { last, why, first } = circle;
    const told = (one: LoggedException): string => exceptionLine(one, evidence.name(index, one.pc));
    const began = first && first !== last && isFault(first) ? `; it began with: ${told(first)}` : '';
    return `cpu${index} does not get past an exception: ${told(last)}; ${why}${began}`;
  }
  return undefined;
}

/** Instructions that exist in Hyp mode only, with their operands left out (ARM DDI 0406C, B9.3 and B4.1). */
const HYP_ONLY: readonly { readonly mask: number; readonly value: number; readonly name: string }[] = [
  { mask: 0x0fe00f10, value: 0x0e800f10, name: 'an access to a system register of Hyp mode (MCR or MRC, opc1 4)' },
  { mask: 0x0ff00ff0, value: 0x0c400f40, name: 'an access to HTTBR or its like (MCRR, opc1 4)' },
  { mask: 0x0ff00ff0, value: 0x0c400f60, name: 'an access to VTTBR or its like (MCRR, opc1 6)' },
  { mask: 0x0ff00ff0, value: 0x0c500f40, name: 'an access to HTTBR or its like (MRRC, opc1 4)' },
  { mask: 0x0ff00ff0, value: 0x0c500f60, name: 'an access to VTTBR or its like (MRRC, opc1 6)' },
  { mask: 0x0fffffff, value: 0x0160006e, name: 'ERET' },
  { mask: 0x0ff000f0, value: 0x01400070, name: 'HVC' },
];

/** An instruction of Hyp mode that another mode could not execute: the reason of an Undefined Instruction exception. */
export function findHypInstruction(evidence: Evidence): string | undefined {
  for (const [index, { exceptions }] of evidence.condition.cores.entries())
    for (const { kind, pc, from } of exceptions) {
      if (kind !== 'undefined' || isHyp(from)) continue;
      const code = word(evidence.readVirtual(index, pc, 4), true);
      const found = code !== undefined && HYP_ONLY.find(({ mask, value }) => (code & mask) >>> 0 === value);
      if (found) return `cpu${index} is not in Hyp mode, and at ${evidence.name(index, pc)} is ${found.name}`;
    }
  return undefined;
}

/** An access to a place where the board has nothing: code for another board, as a rule for its UART. */
export function findAbsentDevice({ boot, condition, translate, name }: Evidence): string | undefined {
  const map = memoryMap(boot.board);
  for (const [index, { exceptions }] of condition.cores.entries())
    for (const { kind, fault, address, pc } of exceptions) {
      if (kind !== 'dataAbort' || fault !== 'external') continue;
      const physical = translate(index, address);
      if (map.find(({ base, size }) => physical >= base && physical < base + size)?.kind !== 'absent') continue;
      return `cpu${index} looked for a device at ${hex(physical)} (from ${name(index, pc)}), where this board has nothing`;
    }
  return undefined;
}

/** A core that has stopped on purpose: a branch to itself, or WFI and WFE in such a circle. */
export function findHalt(evidence: Evidence): string | undefined {
  const [core] = evidence.condition.cores;
  if (!core || core.parked) return undefined;
  const [, target] = /^b(?:\.n|\.w)?\s+(?:#)?0x([0-9a-f]+)/.exec(core.instruction) ?? [];
  if (target === undefined) return undefined;
  const back = core.pc - parseInt(target, 16);
  // Behind WFI the PC is at the branch that leads back to it.
  const circle = back === 0 || (core.waiting && back > 0 && back <= 8 && findSleep(evidence) !== undefined);
  if (!circle) return undefined;
  const fault = core.exceptions.filter(isFault).at(-1);
  const why = fault ? `, after: ${exceptionLine(fault, evidence.name(0, fault.pc))}` : '';
  return `cpu0 has come to an endless loop at ${evidence.name(0, core.pc)}${why}`;
}
