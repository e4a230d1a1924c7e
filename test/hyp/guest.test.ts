// Small guests on the built-in core: hypercalls, timers, interrupts, scheduling, by their own instructions.
import { describe, expect, it } from 'vitest';
import { type Domain, SHUTDOWN } from '../../src/hyp/domain';
import { bench } from './bench';
import { guest, HYPERCALL, LOOP, MOV_R0, MOV_R1, movR12, WFI } from './small-guest';

describe('a guest', () => {
  it('asks for the version, and shuts down', () => {
    let domain!: Domain;
    const { machine } = bench(xen => {
      // xen_version(version); then sched_op(shutdown, &0) with the reason at CODE + 0x100
      const code = [MOV_R0(0), movR12(17), HYPERCALL, 0xe1a04000, MOV_R0(2), 0xe28f10e4, movR12(29), HYPERCALL, LOOP];
      domain = guest(xen, 1, code);
    });
    machine.run(1000);
    expect(domain.vcpus[0]!.context.r(4)).toBe((4 << 16) | 17);
    expect(domain.shutdownCode).toBe(SHUTDOWN.POWEROFF);
  });

  it('waits without taking time, and goes on when its timer fires', () => {
    let domain!: Domain;
    const { machine } = bench(xen => {
      // CNTV_TVAL = 240 (10 us), CNTV_CTL = 1; WFI with interrupts masked ends when it is pending; then loop
      const setTimer = [0xe3a000f0, 0xee0e0f13, MOV_R0(1), 0xee0e0f33];
      // enable PPI 27 in the distributor: [0x03001100] = 1 << 27
      const enable = [0xe59f2020, 0xe3a03302, 0xe5823000];
      domain = guest(xen, 1, [...enable, ...setTimer, WFI, 0xe3a05055, LOOP, 0x03001100]);
      expect(enable.length + setTimer.length + 3).toBe(10);
    });
    const first = machine.run(1000);
    expect(first.reason).toBe('idle');
    expect(domain.vcpus[0]!.blocked).toBe(true);
    machine.skipIdle();
    machine.run(1000);
    domain.pause();
    machine.run(60_000);
    expect(domain.vcpus[0]!.context.r(5)).toBe(0x55);
  });

  it('shares a core by weight', () => {
    const domains: Domain[] = [];
    const { machine, xen } = bench(x => {
      for (const [i, weight] of [256, 512].entries()) {
        const domain = guest(x, 1 + i, [LOOP]);
        domain.weight = weight;
        domains.push(domain);
      }
    });
    machine.run(400_000_000);
    const [a, b] = domains.map(d => d.vcpus[0]!.cpuTime(xen.now()));
    expect(b! / a!).toBeGreaterThan(1.7);
    expect(b! / a!).toBeLessThan(2.3);
  });

  it('is not allowed what only dom0 may', () => {
    let domain!: Domain;
    const { machine } = bench(xen => {
      // console_io(write, 1, CODE)
      domain = guest(xen, 1, [MOV_R0(0), MOV_R1(1), 0xe3a02101, movR12(18), HYPERCALL, 0xe1a04000, LOOP]);
    });
    machine.run(100);
    domain.pause();
    machine.run(60_000);
    expect(domain.vcpus[0]!.context.r(4) | 0).toBe(-1);
  });
});
