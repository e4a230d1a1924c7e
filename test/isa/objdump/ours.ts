// What knows the emulator's disassembler.
import { disassemble as disassembleOne } from '../../../src/emu/isa/disassemble';
import { UNDEFINED } from './listing';

/** @param it the condition under which an IT block executes it, as a number; undefined outside of one. */
export function disassemble(encoding: number, address: number, thumb: boolean, it?: number): string {
  const itState = it === undefined ? 0 : (it << 4) | 8;
  const { text } = disassembleOne(encoding, address, thumb ? 't32' : 'a32', itState);
  return plain(text);
}

/** As the listings have it. */
export const plain = (text: string): string => (text.startsWith(UNDEFINED) ? UNDEFINED : text);
