// A board with the built-in hypervisor and nothing to run yet, for tests of its parts.
import { findBoard } from '../../src/emu/boards';
import { Machine } from '../../src/emu/machine';
import { Hypervisor } from '../../src/hyp';

const MIB = 1 << 20;
export const RAM = 0x80000000;

export interface Bench {
  readonly machine: Machine;
  readonly xen: Hypervisor;
  /** What came out of the UART. */
  said(): string;
}

/** @param boot what the first core finds to run */
export function bench(boot: (xen: Hypervisor) => void = () => {}, cpus = 1, memoryMib = 64): Bench {
  let text = '';
  const el2 = { enter: (core: Parameters<Hypervisor['enter']>[0]) => xen.enter(core), reset: () => {} };
  const machine = new Machine({
    ...{ board: findBoard('vexpress-v2p-ca15-tc1')!, cpus, memoryBytes: memoryMib * MIB, baseSeconds: 0, el2 },
    output: (_, byte) => (text += String.fromCharCode(byte)),
    log: () => {},
  });
  const xen: Hypervisor = new Hypervisor(machine, {
    gic: { distributor: 0x2c001000, cpuInterface: 0x2c002000, hypervisor: 0x2c004000, virtualCpu: 0x2c006000 },
    maintenanceIrq: 25,
    uart: { base: 0x1c090000, irq: 37 },
    commandLine: 'test',
    identity: { extraVersion: '.0', changeset: '', compiler: '', by: '', domain: '', date: '' },
    baseSeconds: 1000,
    over: () => machine.finish('poweroff'),
    boot: x => {
      x.heap.add(x.heap.firstFrame, x.heap.firstFrame + x.heap.frames);
      boot(x);
    },
  });
  machine.start({ images: [], entry: { pc: 0, cpsr: 0x1da, secure: false } });
  return { machine, xen, said: () => text };
}
