// What is known of an encoding before it is executed: one question over the rules of all instruction sets.
import { type Fields, type Pattern, extract, matches, parsePattern, shouldBeHolds } from '../pattern';
import { A32 } from './a32';
import type { InstructionSet, Rule } from './rule';
import { simdRules } from './simd';
import { T16 } from './t16';
import { T32 } from './t32';

export type { InstructionSet } from './rule';

export interface Facts {
  /** The rule's name, for messages. */
  readonly what: string;
  /** Why the manual leaves it UNPREDICTABLE. */
  readonly unpredictable?: string;
  /** Why qemu-arm, running a user program, has no answer. */
  readonly outside?: string;
  /** Registers that form the address: base, and an offset register shifted as A32's `type` and `imm5` say. */
  readonly memory?: { readonly base: number; readonly index?: number; readonly type: number; readonly amount: number };
  readonly branch: boolean;
  readonly it: 'any' | 'last' | 'never';
  /** VFP or Advanced SIMD. */
  readonly simd: boolean;
  readonly armedBy?: (scratch: number) => number;
}

interface Compiled extends Rule {
  readonly parsed: Pattern;
}

const compile = (rules: readonly Rule[]): Compiled[] =>
  rules.map(rule => ({ ...rule, parsed: parsePattern(rule.pattern) }));

const TABLES: Readonly<Record<InstructionSet, readonly Compiled[]>> = {
  a32: compile(A32),
  t32: compile(T32),
  t16: compile(T16),
};
const SIMD = { a32: compile(simdRules(false)), t32: compile(simdRules(true)) };

/** An encoding of VFP or Advanced SIMD in its A32 form, or undefined (A7.2.1: where T32 has the same bits). */
function simdForm(set: InstructionSet, encoding: number): number | undefined {
  const top = encoding >>> 24;
  const coprocessor = (encoding >>> 8) & 15;
  if (set === 't16') return undefined;
  if (set === 't32') {
    if ((top & 0xef) === 0xef) return (0xf2000000 | ((top & 0x10) << 20) | (encoding & 0xffffff)) >>> 0;
    if (top === 0xf9) return encoding & (1 << 20) ? undefined : (0xf4000000 | (encoding & 0xffffff)) >>> 0;
  } else {
    if ((top & 0xfe) === 0xf2) return encoding;
    if (top === 0xf4) return encoding & (1 << 20) ? undefined : encoding;
  }
  const generic = (top & 0xc) === 0xc && (top & 0xf) !== 0xf;
  return generic && (coprocessor & 0xe) === 10 && (set === 'a32' || top >= 0xec) ? encoding : undefined;
}

/** @param encoding halfwords of T32 as the manual writes them, the first one in the upper half. */
export function inspect(set: InstructionSet, encoding: number): Facts {
  const form = simdForm(set, encoding);
  const table = form === undefined || set === 't16' ? TABLES[set] : SIMD[set];
  const word = form ?? encoding;
  const rule = table.find(candidate => matches(candidate.parsed, word));
  const simd = form !== undefined;
  if (!rule) return { what: 'unallocated', branch: false, it: 'any', simd };
  const f = extract(rule.parsed, word);
  const branch = rule.branch?.(f) ?? false;
  const unpredictable = shouldBeHolds(rule.parsed, word) ? firstOf(rule.unpredictable, f) : 'should-be bits';
  const outside = rule.outside ?? firstOf(rule.unobservable, f);
  return {
    what: rule.what,
    branch,
    simd,
    it: rule.it ?? (branch ? 'last' : 'any'),
    ...(unpredictable !== undefined && { unpredictable }),
    ...(outside !== undefined && { outside }),
    ...(rule.memory && { memory: addressing(rule.memory, f) }),
    ...(rule.armedBy && { armedBy: (scratch: number) => rule.armedBy!(f, scratch) }),
  };
}

/** The encoding with its should-be bits as they should be; VFP and Advanced SIMD are left alone. */
export function tidy(set: InstructionSet, encoding: number): number {
  if (simdForm(set, encoding) !== undefined) return encoding;
  const p = TABLES[set].find(rule => matches(rule.parsed, encoding))?.parsed;
  return p ? ((encoding & ~p.shouldMask) | p.shouldValue) >>> 0 : encoding;
}

function firstOf(checks: Rule['unpredictable'], f: Fields): string | undefined {
  for (const check of checks ?? []) {
    const why = check(f);
    if (why) return why;
  }
  return undefined;
}

function addressing(memory: NonNullable<Rule['memory']>, f: Fields): NonNullable<Facts['memory']> {
  const [type, amount] = memory.shift?.(f) ?? [0, 0];
  const base = typeof memory.base === 'number' ? memory.base : f[memory.base]!;
  return { base, type, amount, ...(memory.index !== undefined && { index: f[memory.index]! }) };
}
