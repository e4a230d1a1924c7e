// How the second core waits for its start: in the mode and security state that the first core was entered in, until
// somebody writes SYS_FLAGS and wakes it with a software interrupt.
import { describe, expect, it } from 'vitest';
import { findBoard } from '../../src/emu/boards';
import { type BootImage, Machine } from '../../src/emu/machine';

const RAM = 0x8000_0000;
const CODE = RAM + 0x1000;
const SECOND = RAM + 0x2000;
const RESULT = RAM + 0x3000;
const SVC = 0x1d3;
const HYP = 0x1da;

const bytes = (...words: number[]): Uint8Array => new Uint8Array(Uint32Array.from(words).buffer);

/** SYS_FLAGSSET, GICD_CTLR, then GICD_SGIR: interrupt 0 for core 1. */
const first = bytes(
  0xe59f0020, // ldr r0, =SYS_FLAGSSET
  0xe59f1020, // ldr r1, =SECOND
  0xe5801000, // str r1, [r0]
  0xe59f001c, // ldr r0, =GICD
  0xe3a01001, // mov r1, #1
  0xe5801000, // str r1, [r0]
  0xe3a01802, // mov r1, #0x20000
  0xe5801f00, // str r1, [r0, #0xf00]
  0xe320f003, // wfi
  0xeafffffd, // b wfi
  0x1c010030,
  SECOND,
  0x2c001000,
);
/** Leaves its CPSR. */
const second = bytes(
  0xe10f2000, // mrs r2, cpsr
  0xe59f3008, // ldr r3, =RESULT
  0xe5832000, // str r2, [r3]
  0xe320f003, // wfi
  0xeafffffd, // b wfi
  RESULT,
);

function started(entry: BootImage['entry']): Machine {
  const machine = new Machine({
    ...{ board: findBoard('vexpress-v2p-ca15-tc1')!, cpus: 2, memoryBytes: 16 << 20 },
    ...{ output: () => {}, log: () => {}, baseSeconds: 0 },
  });
  const images = [
    { address: CODE, bytes: first },
    { address: SECOND, bytes: second },
  ];
  machine.start({ images, entry: { pc: CODE, ...entry } });
  return machine;
}
const cpsr = (machine: Machine, core: number): number => machine.cores[core]!.cpsr & 0x1ff;

describe('the second core', () => {
  it.each<[string, BootImage['entry'], number]>([
    ['Hyp mode, as Xen wants it', { cpsr: HYP, secure: false }, HYP],
    ['Supervisor mode, Non-secure', { secure: false }, SVC],
    ['Supervisor mode, Secure', {}, SVC],
  ])('waits and starts in %s', (_what, entry, mode) => {
    const machine = started(entry);
    expect([0, 1].map(core => cpsr(machine, core))).toEqual([mode, mode]);
    expect(machine.cores[1]!.pc).not.toBe(CODE);
    machine.run(10_000);
    const [low, high] = machine.readPhysical(RESULT, 4);
    expect((low! | (high! << 8)) & 0x1ff).toBe(mode);
    expect(machine.cores[1]!.secure).toBe(entry.secure !== false);
  });

  it('waits again after a reset of the board', () => {
    const machine = started({ cpsr: HYP, secure: false });
    machine.run(10_000);
    machine.reset();
    expect(cpsr(machine, 1)).toBe(HYP);
    expect(machine.cores[1]!.pc).toBeLessThan(RAM);
  });
});
