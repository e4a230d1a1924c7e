// Helpers have two ways: exact arithmetic, and the host's numbers for common cases. They must agree in everything.
import { describe, expect, it } from 'vitest';
import { HELPER_OPTION, VFP_HELPERS } from '../../../../src/emu/codegen/helpers';
import { CPU } from '../../../../src/emu/codegen/layout';
import { ExtensionRegisters } from '../../../../src/emu/cpu/fp/registers';
import { EXACT_VFP } from '../../../../src/emu/cpu/fp/vfp';
import { QUICK_VFP } from '../../../../src/emu/cpu/fp/vfp-quick';
import { Random } from '../../../isa/oracle/random';
import { fillVectors, fpscr } from '../../../isa/oracle/values';

const BASE = 4096;
const memory = new WebAssembly.Memory({ initial: 1 });
const state = new Uint32Array(memory.buffer, BASE, CPU.SIZE / 4);
const x = new ExtensionRegisters(memory, BASE);
const [D, N, M] = [0, 2, 4];

interface Start {
  readonly registers: Uint32Array;
  readonly fpscr: number;
}

/** Runs `work` and tells what it left behind. */
function after(start: Start, work: () => unknown): { answer: unknown; words: string } {
  x.words.set(start.registers);
  state[CPU.FPSCR >> 2] = start.fpscr & 0x0fffffff;
  state[CPU.FP_NZCV >> 2] = start.fpscr & 0xf0000000;
  const answer = work();
  return { answer, words: [state[CPU.FPSCR >> 2]!, state[CPU.FP_NZCV >> 2]!, ...x.words.subarray(0, 8)].join() };
}

const ROUNDS = 3000;

describe('quick helpers', () => {
  for (const name of VFP_HELPERS) {
    const quick = QUICK_VFP[name];
    if (!quick) continue;
    it(`${name} does what exact arithmetic does, or nothing`, () => {
      const rnd = new Random(`quick ${name}`);
      let [taken, ordinary, ordinaryTaken] = [0, 0, 0];
      const wrong: string[] = [];
      for (let i = 0; i < ROUNDS; i++) {
        const options = rnd.below(8);
        const double = (options & HELPER_OPTION.DOUBLE) !== 0;
        const start = { registers: fillVectors(rnd, double ? 'double' : 'single'), fpscr: fpscr(rnd) };
        const argument = D | (N << 8) | (M << 16) | (options << 24);
        const got = after(start, () => quick(x, argument));
        const calm = isOrdinary(start, double);
        if (calm) ordinary++;
        // Where it has given up, nothing may have changed.
        const did = got.answer === true;
        const want = after(start, () => did && EXACT_VFP[name](x, argument));
        if (got.words !== want.words)
          wrong.push(`options ${options}, FPSCR ${start.fpscr}: ${got.words} instead of ${want.words}`);
        if (did) taken++;
        if (did && calm) ordinaryTaken++;
      }
      expect(wrong.slice(0, 5)).toEqual([]);
      expect(taken).toBeGreaterThan(ROUNDS / 20);
      // What programs mostly do must not be left to exact arithmetic, which is slow.
      if (name !== 'fromInteger' && name !== 'squareRoot' && name !== 'toInteger')
        expect(ordinaryTaken).toBeGreaterThan(0.95 * ordinary);
    });
  }
});

/** Rounding to nearest, and operands not far from 1. */
function isOrdinary({ registers, fpscr: control }: Start, double: boolean): boolean {
  const exponents = [D, N, M].map(n => (double ? ((registers[n + 1]! >>> 20) & 0x7ff) - 1023 : ((registers[n]! >>> 23) & 0xff) - 127)); // prettier-ignore
  return (control & 0x00c00000) === 0 && exponents.every(e => Math.abs(e) < 30);
}
