// The one place that knows the emulator's disassembler.
import { decode } from '../../../src/emu/isa';
import { CONDITION_SUFFIX } from '../../../src/emu/isa/asm';
import { UNDEFINED } from './listing';

/** @param it the condition under which an IT block executes it, as a number; undefined outside of one. */
export function disassemble(encoding: number, address: number, thumb: boolean, it?: number): string {
  const found = decode(encoding, thumb);
  if (!found) return UNDEFINED;
  const { row, fields } = found;
  const cond = CONDITION_SUFFIX[thumb ? (it ?? 14) : (fields['cond'] ?? 14)]!;
  return row.asm(fields, { address, set: row.set, cond, inIt: it !== undefined });
}
