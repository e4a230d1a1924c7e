// What rows are made of: shorthands that the tables of A32, T32 and T16 share.
import { system } from '../codegen/operations/branch';
import type { Operands, Operation, SystemInstruction } from '../codegen/semantics';
import type { Asm } from './asm';
import type { Action, Fields, InstructionSet, Row } from './table';

/** Makes rows of one set: name, pattern, what it does, its text, and what few rows have. */
export const rowsOf =
  (set: InstructionSet) =>
  (name: string, pattern: string, execute: Row['execute'], asm: Asm, rest: Partial<Row> = {}): Row => ({
    name,
    set,
    pattern,
    execute,
    asm,
    ...rest,
  });

/** An action whose operands have the names of the operation already. */
export const run = (op: Operation, operands: Operands): Action => ({ op, operands });
/** What the processor does outside of translated code; the encoding says the rest. */
export const sys = (what: SystemInstruction, encoding: number): Action => run(system, { what, imm: encoding });

/** One of the fields named is the PC. */
export const noPc =
  (...names: string[]) =>
  (f: Fields): boolean =>
    names.some(n => f[n] === 15);
/** One of the fields named is SP or PC, which are no general operands in T32 (BadReg). */
export const badReg =
  (...names: string[]) =>
  (f: Fields): boolean =>
    names.some(n => f[n] === 13 || f[n] === 15);
/** Executes only where `bad` (UNPREDICTABLE) does not hold. */
export const guarded =
  (bad: (f: Fields) => boolean, make: (f: Fields) => Action) =>
  (f: Fields): Action | undefined =>
    bad(f) ? undefined : make(f);
