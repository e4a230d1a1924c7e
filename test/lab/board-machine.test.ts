// The real machine behind the lab's door: what a debugger does with a guest that waits.
import { describe, expect, it } from 'vitest';
import { openLab } from '../../src/lab/lab';
import type { LabMachine } from '../../src/lab/machine-port';
import { nodeHost } from '../../src/lab/node/host';

/** The demo at its prompt, where it waits for an interrupt. */
async function demo(): Promise<LabMachine> {
  let said = '';
  const write = (byte: number): void => void (said += String.fromCharCode(byte));
  const ports = { sink: () => ({ write }), log: () => {}, problem: () => {}, domains: () => {}, progress: () => {} };
  const { machine } = await openLab({ pace: 'fast', hypervisor: 'none' }, nodeHost, ports);
  for (let slice = 0; slice < 1000 && !said.includes('lab> '); slice++)
    if (machine.run(100_000).reason === 'idle') machine.skipIdle();
  expect(said).toContain('lab> ');
  while (machine.run(100_000).reason !== 'idle');
  return machine;
}

describe('a machine that waits', () => {
  it('makes its step when the next interrupt comes', async () => {
    const machine = await demo();
    const before = { pc: machine.pc(0), instructions: machine.instructions, timeNs: machine.timeNs };
    machine.step(0);
    expect(machine.instructions).toBe(before.instructions + 1);
    expect(machine.pc(0)).not.toBe(before.pc);
    expect(machine.timeNs).toBeGreaterThan(before.timeNs);
  });

  it('shows what it shows to a debugger: registers, memory in both spaces, instructions', async () => {
    const machine = await demo();
    const [core] = machine.registers(0);
    const pc = machine.pc(0);
    expect(core!.registers.find(({ name }) => name === 'pc')!.value).toBe(`0x${pc.toString(16)}`);
    expect(machine.read('va:0', pc, 16)).toEqual(machine.read('pa', pc, 16));
    expect(machine.read('pa', 0xffff_fff0, 16)).toHaveLength(0);
    expect(machine.disassemble(0, pc, 3).map(({ address }) => address)[0]).toBe(pc);
    expect(() => machine.read('nothing', 0, 1)).toThrow(/there is no address space "nothing"/);
    expect(() => machine.read('va:7', 0, 1)).toThrow(/there is no cpu 7/);
  });
});
