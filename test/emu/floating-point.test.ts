import { describe, expect, it } from 'vitest';
import { HELPER_OPTION, type VFP_HELPERS } from '../../src/emu/codegen/helpers';
import { CPU } from '../../src/emu/codegen/layout';
import { ExtensionRegisters } from '../../src/emu/cpu/fp/registers';
import { EXACT_VFP } from '../../src/emu/cpu/fp/vfp';
import { mcr } from '../../src/emu/cpu/sysregs';
import { readFpscr, vmsr, writeFpscr } from '../../src/emu/cpu/sysregs/floating-point';
import { Random } from '../isa/oracle/random';
import { fillVectors } from '../isa/oracle/values';
import { bareCore, type BareCore, RAM } from './bare-core';

const FPEXC = 8;
const FPEXC_EN = 1 << 30;

/** A core in Supervisor mode with floating point on, and its extension registers. */
function fpCore(ramBytes?: number): { m: BareCore; v: ExtensionRegisters } {
  const m = bareCore(ramBytes);
  m.start({ pc: RAM });
  mcr(m.core, 15, 0, 1, 0, 2, 0xf << 20);
  vmsr(m.core, FPEXC, FPEXC_EN);
  return { m, v: new ExtensionRegisters(m.core.env.memory, m.core.env.layout.cpu(0)) };
}

/** Executes the A32 instruction at RAM. @returns the mode it ends in */
function run(m: BareCore): string {
  m.core.pc = RAM;
  m.processor.run(0, 1);
  return m.core.mode.name;
}

describe('fast paths on tier 0', () => {
  const { DOUBLE, NEGATE_PRODUCT, NEGATE_ADDEND, SIGNAL, WITH_ZERO, UNSIGNED, ROUND } = HELPER_OPTION;
  /** With s0 or d0 as the destination, s2 or d1, and s4 or d2 as operands; bit 8 makes it double precision. */
  const INSTRUCTIONS: readonly (readonly [string, number, (typeof VFP_HELPERS)[number], number])[] = [
    ['vmla', 0xee010a02, 'multiplyAccumulate', 0],
    ['vmls', 0xee010a42, 'multiplyAccumulate', NEGATE_PRODUCT],
    ['vnmls', 0xee110a02, 'multiplyAccumulate', NEGATE_ADDEND],
    ['vnmla', 0xee110a42, 'multiplyAccumulate', NEGATE_PRODUCT | NEGATE_ADDEND],
    ['vmul', 0xee210a02, 'multiply', 0],
    ['vnmul', 0xee210a42, 'multiply', NEGATE_PRODUCT],
    ['vadd', 0xee310a02, 'add', 0],
    ['vsub', 0xee310a42, 'subtract', 0],
    ['vdiv', 0xee810a02, 'divide', 0],
    ['vfnms', 0xee910a02, 'fusedMultiplyAdd', NEGATE_ADDEND],
    ['vfnma', 0xee910a42, 'fusedMultiplyAdd', NEGATE_PRODUCT | NEGATE_ADDEND],
    ['vfma', 0xeea10a02, 'fusedMultiplyAdd', 0],
    ['vfms', 0xeea10a42, 'fusedMultiplyAdd', NEGATE_PRODUCT],
    ['vsqrt', 0xeeb10ac2, 'squareRoot', 0],
    ['vcmp', 0xeeb40a42, 'compare', 0],
    ['vcmpe', 0xeeb40ac2, 'compare', SIGNAL],
    ['vcmp with zero', 0xeeb50a40, 'compare', WITH_ZERO],
    ['vcvt between precisions', 0xeeb70ac2, 'convertPrecision', 0],
    ['vcvt from signed', 0xeeb80ac2, 'fromInteger', 0],
    ['vcvt from unsigned', 0xeeb80a42, 'fromInteger', UNSIGNED],
    ['vcvt to signed', 0xeebd0ac2, 'toInteger', 0],
    ['vcvt to unsigned', 0xeebc0ac2, 'toInteger', UNSIGNED],
    ['vcvtr to signed', 0xeebd0a42, 'toInteger', ROUND],
  ];
  const [D, N, M] = [0, 2, 4];
  // Inexact is set; FZ beside it, or rounding up, must keep out of the fast path.
  const CONTROLS = [0x10, 0x10, 0x10, 0x10, 0x01000010, 0x00400010, 0];

  const { m, v } = fpCore();
  const memory = new WebAssembly.Memory({ initial: 1 });
  const reference = new ExtensionRegisters(memory, 0);
  const state = new Uint32Array(memory.buffer);

  for (const [name, encoding, helper, options] of INSTRUCTIONS)
    for (const double of [false, true])
      it(`${name}, ${double ? 'double' : 'single'}`, () => {
        const rnd = new Random(`fast ${name} ${double}`);
        m.write32(RAM, encoding | (double ? 0x100 : 0));
        const wrong: string[] = [];
        for (let i = 0; i < 400; i++) {
          const registers = fillVectors(rnd, rnd.chance(90) ? (double ? 'double' : 'single') : 'integer');
          const control = rnd.pick(CONTROLS);
          v.words.set(registers);
          writeFpscr(m.core, control);
          expect(run(m)).toBe('svc');
          reference.words.set(registers);
          state[CPU.FPSCR >> 2] = control;
          state[CPU.FP_NZCV >> 2] = 0;
          EXACT_VFP[helper](reference, D | (N << 8) | (M << 16) | ((options | (double ? DOUBLE : 0)) << 24));
          const got = [readFpscr(m.core), ...v.words.subarray(0, 6)].join();
          const fpscr = (state[CPU.FPSCR >> 2]! | state[CPU.FP_NZCV >> 2]!) >>> 0;
          const want = [fpscr, ...reference.words.subarray(0, 6)].join();
          if (got !== want) wrong.push(`${[control, ...registers.subarray(0, 6)].join()}: ${got}, not ${want}`);
        }
        expect(wrong.slice(0, 3)).toEqual([]);
      });
});

describe('what floating point needs to execute', () => {
  const VADD = 0xee310a02;
  const VCMP = 0xeeb40a42;
  const VLDR = 0xed900a00;
  const VMOV = 0xee100a10; // r0, s0
  const VMRS = 0xeef10a10; // r0, fpscr
  const VMSR = 0xeee10a10; // fpscr, r0
  const FMXR_FPEXC = 0xeee80a10; // fpexc, r0
  const VMOV_LANE = 0xee000b30; // d0[0], r0: of 16 bits, so Advanced SIMD
  const mode = (encoding: number, prepare: (m: BareCore) => void): string => {
    const { m } = fpCore();
    prepare(m);
    m.core.setR(0, RAM + 0x100);
    m.write32(RAM, encoding);
    return run(m);
  };

  it('FPEXC.EN and CPACR', () => {
    const off = (m: BareCore): void => void vmsr(m.core, FPEXC, 0);
    const closed = (m: BareCore): void => void mcr(m.core, 15, 0, 1, 0, 2, 0);
    for (const encoding of [VADD, VCMP, VLDR, VMOV, VMRS, VMSR]) {
      expect(mode(encoding, () => {})).toBe('svc');
      expect(mode(encoding, off)).toBe('und');
      expect(mode(encoding, closed)).toBe('und');
    }
    expect(mode(FMXR_FPEXC, off)).toBe('svc');
    expect(mode(FMXR_FPEXC, closed)).toBe('und');
  });

  it('FPSCR.LEN and STRIDE: there are no short vectors', () => {
    for (const control of [1 << 16, 3 << 20]) {
      const vectors = (m: BareCore): void => writeFpscr(m.core, control);
      expect(mode(VADD, vectors)).toBe('und');
      for (const encoding of [VCMP, VLDR, VMOV, VMRS]) expect(mode(encoding, vectors)).toBe('svc');
    }
    expect(mode(VADD, m => (writeFpscr(m.core, 1 << 16), writeFpscr(m.core, 0)))).toBe('svc');
  });

  it('Advanced SIMD: CPACR.ASEDIS', () => {
    const noSimd = (m: BareCore): void => void mcr(m.core, 15, 0, 1, 0, 2, 0x80f00000);
    expect(mode(VMOV_LANE, () => {})).toBe('svc');
    expect(mode(VMOV_LANE, noSimd)).toBe('und');
    expect(mode(VADD, noSimd)).toBe('svc');
  });
});

describe('VLDM and VSTM', () => {
  const VSTMIA = 0xeca10b10; // r1!, {d0-d7}
  const VLDMDB = 0xed310b10; // r1!, {d0-d7}
  const END = RAM + (1 << 20);
  const filled = (): Uint32Array => Uint32Array.from({ length: 16 }, (_, i) => 0x7f800001 + i * 0x01010101);

  it('over a page boundary', () => {
    const { m, v } = fpCore();
    v.words.set(filled());
    m.core.setR(1, RAM + 0x2fdc);
    m.write32(RAM, VSTMIA);
    expect(run(m)).toBe('svc');
    expect(m.core.r(1)).toBe(RAM + 0x301c);
    expect(filled().map((_, i) => m.read32(RAM + 0x2fdc + 4 * i))).toEqual(filled());
    v.words.fill(0);
    m.write32(RAM, VLDMDB);
    expect(run(m)).toBe('svc');
    expect(m.core.r(1)).toBe(RAM + 0x2fdc);
    expect(v.words.slice(0, 16)).toEqual(filled());
  });

  it('load nothing when the last word cannot be read', () => {
    const { m, v } = fpCore();
    v.words.set(filled());
    m.core.setR(1, END + 4);
    m.write32(RAM, VLDMDB);
    expect(run(m)).toBe('abt');
    expect(m.core.system('DFAR')).toBe(END);
    expect(m.core.r(1)).toBe(END + 4);
    expect(v.words.slice(0, 16)).toEqual(filled());
  });

  it('store nothing when a page is not mapped', () => {
    const { m, v } = fpCore(2 << 20);
    // Short descriptors: one section of RAM, itself, and nothing behind it.
    m.write32(RAM + 0x4000 + (RAM >>> 18), RAM | 0xc02);
    m.write32(RAM + 0x4000 + (END >>> 18), 0);
    mcr(m.core, 15, 0, 2, 0, 0, RAM + 0x4000);
    mcr(m.core, 15, 0, 3, 0, 0, 1);
    mcr(m.core, 15, 0, 1, 0, 0, m.core.system('SCTLR') | 1);
    v.words.set(filled());
    m.core.setR(1, END - 32);
    m.write32(RAM, VSTMIA);
    expect(run(m)).toBe('abt');
    expect(m.core.system('DFAR')).toBe(END);
    expect(m.core.r(1)).toBe(END - 32);
    expect([0, 4, 8, 12].map(i => m.read32(END - 32 + i))).toEqual([0, 0, 0, 0]);
  });

  it('must be aligned to words', () => {
    const { m } = fpCore();
    m.core.setR(1, RAM + 0x2002);
    m.write32(RAM, VSTMIA);
    expect(run(m)).toBe('abt');
    expect([m.core.system('DFSR') & 0xf, m.core.system('DFAR')]).toEqual([1, RAM + 0x2002]);
  });
});
