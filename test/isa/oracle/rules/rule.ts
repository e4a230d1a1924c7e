// What the ARMv7 manual (ARM DDI 0406C) says of a class of encodings, as far as a single-instruction test has to know:
// which of them are UNPREDICTABLE, which a user program cannot be asked about, which reach memory or write the PC.
// The rules are deliberately independent of the emulator's tables: they are part of what those are held against.
import type { Fields } from '../pattern';

export type InstructionSet = 'a32' | 't32' | 't16';

/** Why an encoding is UNPREDICTABLE (or its result UNKNOWN), or undefined. */
export type Check = (f: Fields) => string | undefined;

/** How an instruction forms its address. */
export interface Memory {
  /** The base: a field that names a register, or the register. */
  readonly base: string | number;
  /** Field of the register offset, which is shifted by `shift`: LSL, LSR, ASR, ROR = 0..3 and the amount encoded. */
  readonly index?: string;
  readonly shift?: (f: Fields) => readonly [type: number, amount: number];
}

export interface Rule {
  /** The manual's name. */
  readonly what: string;
  readonly pattern: string;
  readonly unpredictable?: readonly Check[];
  /** What qemu-arm cannot show although the manual defines it. */
  readonly unobservable?: readonly Check[];
  /** Why a user program under qemu-arm cannot tell what it does. */
  readonly outside?: string;
  readonly memory?: Memory;
  /** Whether it may write the PC. */
  readonly branch?: (f: Fields) => boolean;
  /** In an IT block: allowed only as the last instruction, or not at all. Branches are `last` without saying so. */
  readonly it?: 'last' | 'never';
  /** STREX: the load that arms the monitor, of the same size; `scratch` is a register that the test does not use. */
  readonly armedBy?: (f: Fields, scratch: number) => number;
}

/** None of these registers may be the PC. */
export const notPc =
  (...names: string[]): Check =>
  f =>
    names.some(name => f[name] === 15) ? `PC as ${names.find(name => f[name] === 15)}` : undefined;

/** T32: none of these registers may be SP or PC. */
export const low =
  (...names: string[]): Check =>
  f => {
    const bad = names.find(name => f[name] === 13 || f[name] === 15);
    return bad && `${f[bad] === 13 ? 'SP' : 'PC'} as ${bad}`;
  };

/** None of these registers may be the SP. */
export const notSp =
  (...names: string[]): Check =>
  f =>
    names.some(name => f[name] === 13) ? `SP as ${names.find(name => f[name] === 13)}` : undefined;

export const differ =
  (a: string, b: string): Check =>
  f =>
    f[a] === f[b] ? `${a} equals ${b}` : undefined;

/** The first complaint of several checks, when `condition` holds. */
export const when =
  (condition: (f: Fields) => boolean, ...checks: Check[]): Check =>
  f => {
    if (!condition(f)) return undefined;
    for (const check of checks) {
      const why = check(f);
      if (why) return why;
    }
    return undefined;
  };

/** UNPREDICTABLE, for the reason given, when `condition` holds. */
export const never =
  (why: string, condition: (f: Fields) => boolean): Check =>
  f =>
    condition(f) ? why : undefined;

export const always = (): boolean => true;

export const bit = (f: Fields, name: string): boolean => f[name] === 1;

/** MSR of CPSR.E: any mode may by the manual, User mode may not in qemu-arm. */
export const writesEndianness: Check = never('qemu-arm does not let MSR write CPSR.E', f => (f['mask']! & 2) !== 0);

/** CPS (B9.3.2): a mode or masks that are not changed are not named, and imod 01 is reserved. */
export const changeProcessorState: readonly Check[] = [
  never('a mode named, but not changed', f => f['mode'] !== 0 && !bit(f, 'M')),
  never('masks do not go with imod', f => f['imod']! > 1 !== (bit(f, 'A') || bit(f, 'I') || bit(f, 'F'))),
  never('nothing to change', f => f['imod'] === 0 && !bit(f, 'M')),
  never('imod is reserved', f => f['imod'] === 1),
];

/** One UDF of each set is a breakpoint for Linux, and so for qemu-arm: it raises SIGTRAP instead of SIGILL. */
export const linuxBreakpoint = (condition: (f: Fields) => boolean): Check => never('a breakpoint of Linux', condition);

export function bitCount(n: number): number {
  let count = 0;
  for (; n; n &= n - 1) count++;
  return count;
}

export const inList = (list: number, register: number): boolean => ((list >>> register) & 1) === 1;

/** Whether register `n` is in the list, and not the lowest one there. */
export const notLowest = (list: number, n: number): boolean => inList(list, n) && (list & ((1 << n) - 1)) !== 0;
