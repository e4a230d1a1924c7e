// Random programs as the list that harness.c works through.
import { randomProgram, type RandomProgram } from '../random-programs';

/** Where harness.c expects the list. */
export const LIST = 0x82000000;
const USER = 0x1d0;
const SYSTEM = 0x1df;
const THUMB = 0x20;
/** BKPT #0, at which the harness takes over again. */
const END = { a32: [0x70, 0x00, 0x20, 0xe1], t32: [0x00, 0xbe] };

export interface Numbered {
  readonly number: number;
  readonly program: RandomProgram;
}

/** Programs `first` to `first + count - 1`, of which the architecture leaves nothing open. */
export const sample = (first: number, count: number): Numbered[] =>
  Array.from({ length: count }, (_, i) => ({ number: first + i, program: randomProgram(first + i, 'defined') }));

/** Maintenance of caches is not for User mode, so programs that write instructions have privilege. */
const psrOf = ({ number, program }: Numbered): number =>
  (program.rewrites || number % 2 === 0 ? SYSTEM : USER) | (program.thumb ? THUMB : 0);

function bytesOf({ thumb, code }: RandomProgram): Uint8Array {
  const end = thumb ? END.t32 : END.a32;
  const padded = new Uint8Array(Math.ceil(code.length / 4) * 4);
  padded.set(code);
  padded.set(end, code.length - end.length);
  return padded;
}

/** @param verbose whether each exception, and each word that was changed, is to be printed */
export function programList(programs: readonly Numbered[], verbose = false): Uint8Array {
  const words: number[] = [programs.length];
  for (const one of programs) {
    const code = bytesOf(one.program);
    const registers = Array.from({ length: 15 }, (_, i) => one.program.registers[i] ?? 0);
    words.push(one.number, psrOf(one), verbose ? 1 : 0, code.length, ...registers, ...new Uint32Array(code.buffer));
  }
  return new Uint8Array(Uint32Array.from(words).buffer);
}
