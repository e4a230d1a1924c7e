// What the machine connects: interrupt outputs of the board to the cores.
import { describe, expect, it } from 'vitest';
import { DEFAULT_BOARD, findBoard } from '../../src/emu/boards';
import { Machine } from '../../src/emu/machine';

const board = findBoard(DEFAULT_BOARD)!;
const machine = (): Machine =>
  new Machine({
    ...{ board, cpus: 2, memoryBytes: board.ram.least, baseSeconds: 0 },
    output: () => undefined,
    log: () => undefined,
  });

describe('virtual interrupts', () => {
  it('reach the core whose list registers hold them, as IRQ or as FIQ', () => {
    const m = machine();
    // Targets of a window: by core, Non-secure before Secure.
    const window = (part: string) => m.hardware.windows.find(({ name }) => name === `gic ${part}`)!.targets[2]!;
    const [control, cpu] = [window('hypervisor'), window('virtual-cpu')];
    const lines = (): object[] => m.cores.map(({ lines: { irq, fiq, virq, vfiq } }) => ({ irq, fiq, virq, vfiq }));
    const none = { irq: false, fiq: false, virq: false, vfiq: false };
    control.write(0x100, 4, 0x10000028);
    control.write(0x000, 4, 1);
    cpu.write(0x04, 4, 0xf8);
    expect(lines()).toEqual([none, none]);
    cpu.write(0x00, 4, 1);
    expect(lines()).toEqual([none, { ...none, virq: true }]);
    cpu.write(0x00, 4, 9);
    expect(lines()).toEqual([none, { ...none, vfiq: true }]);
    expect(cpu.read(0x0c, 4)).toBe(40);
    expect(lines()).toEqual([none, none]);
  });
});
