// Who waits for a core gets it, whoever has it.
import { describe, expect, it } from 'vitest';
import type { Domain } from '../../src/hyp/domain';
import { bench } from './bench';
import { guest, LOOP } from './small-guest';

const MS = 1e6;

describe('scheduler', () => {
  it('does not leave one that wakes behind another that never waits', () => {
    const domains: Domain[] = [];
    const { machine, xen } = bench(x => {
      for (const id of [1, 2]) domains.push(guest(x, id, [LOOP]));
    });
    machine.run(1);
    const [spinning, waking] = domains.map(one => one.vcpus[0]!);
    waking!.down = true;
    // Alone, it has the core for as long as it wants; the other has less credit than it.
    machine.run(50 * MS);
    waking!.credit = spinning!.credit - 5 * MS;
    waking!.down = false;
    xen.wake(waking!);
    const before = waking!.cpuTime(xen.now());
    machine.run(12 * MS);
    expect(waking!.cpuTime(xen.now())).toBeGreaterThan(before);
    machine.run(200 * MS);
    const [a, b] = [spinning!, waking!].map(one => one.cpuTime(xen.now()));
    expect((a! - 50 * MS) / b!).toBeGreaterThan(0.8);
    expect((a! - 50 * MS) / b!).toBeLessThan(1.3);
  });

  it('tells guests how their time was spent', () => {
    const domains: Domain[] = [];
    const { machine, xen } = bench(x => {
      for (const id of [1, 2]) domains.push(guest(x, id, [LOOP]));
    });
    machine.run(1 * MS);
    const [domain] = domains;
    const [vcpu] = domain!.vcpus;
    vcpu!.runstateAddress = 0x40001000;
    machine.run(100 * MS);
    const at = domain!.address(0x40001000);
    const [running, runnable] = [16, 24].map(offset => xen.memory.read32(at + offset));
    // Two share one core.
    expect(running! / (running! + runnable!)).toBeGreaterThan(0.4);
    expect(running! / (running! + runnable!)).toBeLessThan(0.6);
    expect(xen.memory.read32(at + 32)).toBe(0);
  });
});
