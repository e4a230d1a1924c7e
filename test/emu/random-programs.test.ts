// Both tiers run the same random programs and must agree at every place where they are stopped. How many is set by
// RANDOM_PROGRAMS; `RANDOM_PROGRAMS=100000 npx vitest run test/emu/random-programs.test.ts` is the long form.
import { describe, expect, it } from 'vitest';
import { CPU } from '../../src/emu/codegen/layout';
import { SLOT } from '../../src/emu/cpu/sysregs/storage';
import { type BareCore, bareCore, RAM } from './bare-core';
import {
  CODE_BASE,
  DATA_BASE,
  Random,
  type RandomProgram,
  randomProgram,
  VECTOR_BASE,
  vectors,
} from './random-programs';

const PROGRAMS = Number(process.env.RANDOM_PROGRAMS ?? 450);
const FIRST = Number(process.env.RANDOM_FIRST ?? 0);
const RAM_BYTES = 1 << 18;
const LONGEST_SLICE = 900;
const MOST_INSTRUCTIONS = 12_000;

function begin(m: BareCore, program: RandomProgram, data: Uint8Array): void {
  // All of it: a rare program writes far away, and one of the machines runs more programs than the other.
  m.ram.fill(0);
  m.ram.set(vectors(), VECTOR_BASE - RAM);
  m.ram.set(program.code, CODE_BASE - RAM);
  m.ram.set(data, DATA_BASE - RAM);
  m.processor.written(m.ram.byteOffset, RAM_BYTES);
  m.processor.translator?.dropAll(); // and what it has learnt of these pages
  m.start({ pc: CODE_BASE, cpsr: 0x1d3 | (program.thumb ? 0x20 : 0), registers: program.registers });
  m.core.sys[SLOT.VBAR] = VECTOR_BASE;
  m.core.sys[SLOT.VBAR + 1] = VECTOR_BASE;
}

function state(m: BareCore): string {
  const { core } = m;
  const registers = Array.from({ length: 15 }, (_, i) => core.r(i).toString(16)).join(' ');
  return `${registers} pc ${core.pc.toString(16)} cpsr ${core.cpsr.toString(16)} ge ${core.field(CPU.GE)} spsr ${core.spsr.toString(16)} dfar ${core.system('DFAR').toString(16)}`;
}

function compare(seed: number, reference: BareCore, translated: BareCore, data: Uint8Array): string | undefined {
  const program = randomProgram(seed);
  begin(reference, program, data);
  begin(translated, program, data);
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

/** The branch to itself behind the program. */
const endOf = (p: RandomProgram): number => CODE_BASE + p.code.length - (p.thumb ? 2 : 4);

describe('random programs', () => {
  const filling = new Random(99);
  const data = Uint8Array.from({ length: 0x10000 }, () => filling.below(256));
  const reference = bareCore(RAM_BYTES);
  for (const threshold of [1, 6, 40])
    it(`agree on both tiers with a threshold of ${threshold}`, { timeout: 3_600_000 }, () => {
      const translation = { threshold, capacity: 200, limit: 600 };
      const translated = bareCore(RAM_BYTES, () => {}, translation);
      const wrong: string[] = [];
      for (let i = 0; i < PROGRAMS / 3 && wrong.length < 5; i++) {
        const difference = compare(FIRST + i * 3 + (threshold % 3), reference, translated, data);
        if (difference !== undefined) wrong.push(difference);
      }
      expect(wrong).toEqual([]);
      expect(translated.processor.translated).toBeGreaterThan(PROGRAMS * 300);
    });
});
