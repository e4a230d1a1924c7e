// What the machine connects: interrupt outputs of the board to the cores; and what it counts.
import { describe, expect, it } from 'vitest';
import { DEFAULT_BOARD, findBoard } from '../../src/emu/boards';
import { takeException } from '../../src/emu/cpu/exceptions';
import { MODE } from '../../src/emu/cpu/modes';
import { PSR } from '../../src/emu/cpu/psr';
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

describe('activity', () => {
  it('counts exceptions, syndromes and accesses, also of several cores', () => {
    const m = machine();
    // mcr p15,4,r0,c12,c0,0 (HVBAR); ldr r2,[r1,#0x18]; strb r2,[r1]; hvc #7
    const code = Uint32Array.of(0xee8c0f10, 0xe5912018, 0xe5c12000, 0xe1400077);
    const loop = Uint32Array.of(0xeafffffe);
    const [vectors, start] = [0x8000_0000, 0x8000_0100];
    m.start({
      images: [
        { address: start, bytes: new Uint8Array(code.buffer) },
        { address: vectors + 8, bytes: new Uint8Array(loop.buffer) },
      ],
      entry: { pc: start, secure: false, cpsr: PSR.A | PSR.I | PSR.F | MODE.hyp, registers: [vectors, 0x1c09_0000] },
    });
    m.run(10);
    const call = { exception: 'hypervisorCall', from: 'hyp', to: 'hyp', count: 1 };
    expect(m.activity()).toEqual({
      exceptions: [call],
      syndromes: [{ hsr: 0x4a000007, count: 1 }],
      devices: [{ name: 'uart0', base: 0x1c09_0000, reads: 1, writes: 1 }],
    });
    takeException(m.cores[1]!, 'undefined', start);
    takeException(m.cores[1]!, 'irq', start);
    expect(m.activity()).toMatchObject({
      exceptions: [
        { exception: 'undefined', from: 'hyp', to: 'hyp', count: 1 },
        { exception: 'irq', from: 'hyp', to: 'hyp', count: 1 },
        call,
      ],
      syndromes: [
        { hsr: 0, count: 1 },
        { hsr: 0x4a000007, count: 1 },
      ],
    });
  });
});
