// Runs one program on two cores, of which one translates, and compares them wherever they are stopped.
import { CPU } from '../../src/emu/codegen/layout';
import type { BareCore } from './bare-core';
import { RAM } from './bare-core';
import { CODE_BASE, DATA_BASE, Random, type RandomProgram, randomProgram } from './random-programs';

export const RAM_BYTES = 1 << 18;
const LONGEST_SLICE = 900;
const MOST_INSTRUCTIONS = 12_000;

/** Puts a core at the beginning of a program; memory is in place but for what the world of the program needs. */
export type Begin = (m: BareCore, program: RandomProgram) => void;

function begin(m: BareCore, program: RandomProgram, data: Uint8Array, start: Begin): void {
  // All of it: a rare program writes far away, and one of the machines runs more programs than the other.
  m.ram.fill(0);
  m.ram.set(program.code, CODE_BASE - RAM);
  m.ram.set(data, DATA_BASE - RAM);
  start(m, program);
  m.processor.written(m.ram.byteOffset, RAM_BYTES);
  m.processor.translator?.dropAll(); // and what it has learnt of these pages
}

function state(m: BareCore): string {
  const { core } = m;
  const registers = Array.from({ length: 15 }, (_, i) => core.r(i).toString(16)).join(' ');
  return `${registers} pc ${core.pc.toString(16)} cpsr ${core.cpsr.toString(16)} ge ${core.field(CPU.GE)} spsr ${core.spsr.toString(16)} dfar ${core.system('DFAR').toString(16)} hsr ${core.system('HSR').toString(16)}`;
}

/** The branch to itself behind the program. */
const endOf = (p: RandomProgram): number => CODE_BASE + p.code.length - (p.thumb ? 2 : 4);

/** @returns what was different, or undefined */
export function compare(
  seed: number,
  reference: BareCore,
  translated: BareCore,
  data: Uint8Array,
  start: Begin,
): string | undefined {
  const program = randomProgram(seed);
  begin(reference, program, data, start);
  begin(translated, program, data, start);
  const random = new Random(seed * 7 + 3);
  for (let done = 0; done < MOST_INSTRUCTIONS;) {
    const n = 1 + random.below(random.below(3) ? LONGEST_SLICE : 20);
    const a = reference.processor.run(0, n);
    const b = translated.processor.run(0, n);
    done += n;
    const [want, got] = [state(reference), state(translated)];
    if (want !== got || a.executed !== b.executed) return `seed ${seed}, after ${done}:\n${want}\n${got}`;
    if (reference.core.pc === endOf(program)) break;
  }
  const [want, got] = [reference, translated].map(m => Buffer.from(m.ram.buffer, m.ram.byteOffset, RAM_BYTES));
  return want!.equals(got!) ? undefined : `seed ${seed}: memory differs`;
}
