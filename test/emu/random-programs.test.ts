// Both tiers run the same random programs and must agree at every place where they are stopped: on the bare machine, and
// in a virtual machine whose hypervisor takes its pages away and gives them back. How many is set by RANDOM_PROGRAMS;
// `RANDOM_PROGRAMS=100000 npx vitest run test/emu/random-programs.test.ts` is the long form.
import { describe, expect, it } from 'vitest';
import { SLOT } from '../../src/emu/cpu/sysregs/storage';
import { type BareCore, bareCore, RAM } from './bare-core';
import { type Begin, compare, RAM_BYTES } from './lock-step';
import { CODE_BASE, Random, VECTOR_BASE, vectors } from './random-programs';
import { beginInGuest, MAPPED_AGAIN } from './small-hypervisor';

const PROGRAMS = Number(process.env.RANDOM_PROGRAMS ?? 450);
const FIRST = Number(process.env.RANDOM_FIRST ?? 0);

const beginBare: Begin = (m, program) => {
  m.ram.set(vectors(), VECTOR_BASE - RAM);
  m.start({ pc: CODE_BASE, cpsr: 0x1d3 | (program.thumb ? 0x20 : 0), registers: program.registers });
  m.core.sys[SLOT.VBAR] = VECTOR_BASE;
  m.core.sys[SLOT.VBAR + 1] = VECTOR_BASE;
};

const filling = new Random(99);
const data = Uint8Array.from({ length: 0x10000 }, () => filling.below(256));

/** @returns the core that translates, and how many pages its hypervisor has given back */
function run(threshold: number, programs: number, start: Begin): { translated: BareCore; givenBack: number } {
  const reference = bareCore(RAM_BYTES);
  const translation = { threshold, capacity: 200, limit: 600 };
  const translated = bareCore(RAM_BYTES, () => {}, translation);
  const wrong: string[] = [];
  let givenBack = 0;
  for (let i = 0; i < programs && wrong.length < 5; i++) {
    const difference = compare(FIRST + i * 3 + (threshold % 3), reference, translated, data, start);
    if (difference !== undefined) wrong.push(difference);
    givenBack += translated.read32(MAPPED_AGAIN);
  }
  expect(wrong).toEqual([]);
  return { translated, givenBack };
}

describe('random programs', () => {
  for (const threshold of [1, 6, 40])
    it(`agree on both tiers with a threshold of ${threshold}`, { timeout: 3_600_000 }, () => {
      const { translated } = run(threshold, PROGRAMS / 3, beginBare);
      expect(translated.processor.translated).toBeGreaterThan(PROGRAMS * 300);
    });

  for (const threshold of [1, 40])
    it(`the same in a virtual machine, threshold ${threshold}`, { timeout: 3_600_000 }, () => {
      const { translated, givenBack } = run(threshold, PROGRAMS / 6, beginInGuest);
      expect(translated.processor.translated).toBeGreaterThan(PROGRAMS * 100);
      expect(givenBack).toBeGreaterThan(PROGRAMS / 10);
    });
});
