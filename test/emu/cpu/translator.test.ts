// What the translator makes of pages whose code is written anew.
import { beforeEach, describe, expect, it } from 'vitest';
import { findBoard } from '../../../src/emu/boards';
import { Machine } from '../../../src/emu/machine';

const CODE = 0x80010000;
const PAGE = 4096;
const THRESHOLD = 50;
const LIVES = 12;
/** Instructions after which the translator thinks of a page without code as of a new one. */
const LONG = 20e6;

const words = (...list: number[]): Uint8Array => new Uint8Array(Uint32Array.from(list).buffer);
/** Counts r0 up for ever, in steps of n. */
const counting = (n: number): Uint8Array => words(0xe2800000 | n, 0xe2811001, 0xeafffffc);

describe('a page that is written again and again', () => {
  let machine: Machine;
  const compiled = (): number => machine.translation!.modules;
  /** All of the page is new; then its code runs for so many instructions. @returns modules made meanwhile */
  const live = (n: number, instructions: number): number => {
    const before = compiled();
    machine.writePhysical(CODE, new Uint8Array(PAGE));
    machine.writePhysical(CODE, counting(n));
    machine.cores[0]!.pc = CODE;
    machine.cores[0]!.setR(0, 0);
    machine.cores[0]!.setR(1, 0);
    machine.run(instructions);
    expect(machine.cores[0]!.r(0)).toBe(machine.cores[0]!.r(1) * n);
    return compiled() - before;
  };

  beforeEach(() => {
    machine = new Machine({
      board: findBoard('vexpress-v2p-ca15-tc1')!,
      cpus: 1,
      memoryBytes: 16 << 20,
      output: () => {},
      log: () => {},
      baseSeconds: 0,
      translation: { threshold: THRESHOLD, capacity: 100, limit: 100 },
    });
    machine.start({ images: [{ address: CODE, bytes: words(0xeafffffe) }], entry: { pc: CODE } });
  });

  it('is compiled less and less often, when that comes in quick succession', () => {
    const modules = Array.from({ length: LIVES }, (_, i) => live(i + 1, 3 * THRESHOLD * 4));
    const all = modules.reduce((a, b) => a + b, 0);
    expect(modules[0]).toBe(1);
    expect(all).toBeLessThan(LIVES / 2);
    expect(machine.translation!.drops).toBe(all);
  });

  it('is a new page for a program that comes later', () => {
    for (let i = 0; i < LIVES; i++) {
      // Each life begins with the code hot at once, and lasts; the next one is another program's.
      expect(live(i + 1, 3 * THRESHOLD * 4)).toBe(1);
      machine.run(LONG);
    }
  });

  it('has a call where its region was left, also when that is where it begins', () => {
    // ldr r2, [r3] from the flags of a UART; add r0, r0, #1; add r1, r1, #1; b back
    machine.cores[0]!.setR(3, 0x1c090018);
    machine.writePhysical(CODE, words(0xe5932000, 0xe2800001, 0xe2811001, 0xeafffffb));
    machine.cores[0]!.pc = CODE;
    machine.run(LONG);
    expect(compiled()).toBe(2);
    expect(machine.translation!.share).toBeGreaterThan(0.99);
    // And nothing of that is known any more when other code comes.
    expect(live(3, 3 * THRESHOLD * 4)).toBe(1);
  });

  it('becomes hot again after all regions were dropped', () => {
    expect(live(1, 3 * THRESHOLD * 4)).toBe(1);
    machine.processor.translator!.dropAll();
    machine.run(3 * THRESHOLD * 4);
    expect(compiled()).toBe(2);
  });
});

describe('pages that hold code for a while', () => {
  it('leave their records to others', () => {
    const machine = new Machine({
      board: findBoard('vexpress-v2p-ca15-tc1')!,
      cpus: 1,
      memoryBytes: 16 << 20,
      output: () => {},
      log: () => {},
      baseSeconds: 0,
      translation: { threshold: THRESHOLD, capacity: 100, limit: 100 },
    });
    machine.start({ images: [], entry: { pc: CODE } });
    const core = machine.cores[0]!;
    for (let i = 1; i <= 300; i++) {
      const page = CODE + i * PAGE;
      machine.writePhysical(page - PAGE, new Uint8Array(PAGE));
      machine.writePhysical(page, counting(i % 256));
      core.pc = page;
      core.setR(0, 0);
      core.setR(1, 0);
      machine.run(3 * THRESHOLD * 4);
      expect(core.r(0)).toBe(core.r(1) * (i % 256));
      expect(core.r(1)).toBeGreaterThan(THRESHOLD);
    }
    expect(machine.processor.code.statistics.slots).toBeLessThan(4);
    expect(machine.translation!.drops).toBe(299);
  });
});
