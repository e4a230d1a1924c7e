// Virtual CPUs that share a core, and interrupts that come while others are handled.
import { describe, expect, it } from 'vitest';
import { LR } from '../../src/emu/devices/gicv2-virtual-state';
import { planOf, toolstackBench } from './toolstack-bench';

const WFE = 0xe320f002;
const LOOP = 0xeafffffe;
const BACK = 0xeafffffd;
const code = (...words: number[]) => ({
  bytes: new Uint8Array(Uint32Array.from(words).buffer),
  offset: 0x8000,
  needed: 4096,
});

describe('a virtual CPU that yields', () => {
  it('lets others go before it, and is not forgotten', () => {
    const { toolstack, machine, xen } = toolstackBench();
    const waiting = toolstack.create(planOf('waiting', { kernel: code(WFE, BACK) }));
    const working = toolstack.create(planOf('working', { kernel: code(LOOP) }));
    machine.run(200_000_000);
    const [a, b] = [waiting, working].map(id => xen.domains.get(id)!.vcpus[0]!);
    const early = a!.times[0]!;
    expect(b!.cpuTime(xen.now()) / xen.now()).toBeGreaterThan(0.95);
    machine.run(200_000_000);
    // It does look again from time to time.
    expect(a!.times[0]).toBeGreaterThan(early);
  });
});

describe('an interrupt that comes again', () => {
  const start = () => {
    const { toolstack, xen } = toolstackBench();
    const domain = xen.domains.get(toolstack.create(planOf('win'), true))!;
    const { interface: one } = domain.vcpus[0]!;
    const irq = domain.vgic.irq(3, 0)!;
    /** As if it were in a list register in this state, while the virtual CPU does not run. */
    const hold = (state: number): void => {
      one.listed[0] = irq;
      irq.lr = 0;
      one.saved[0] = state | 3;
    };
    return { domain, one, irq, hold };
  };

  it('while it is handled is pending once more in its list register', () => {
    const { domain, one, irq, hold } = start();
    hold(LR.ACTIVE);
    domain.vgic.inject(3, 0);
    expect(one.saved[0]).toBe((LR.ACTIVE | LR.PENDING | 3) >>> 0);
    expect(irq.pending).toBe(false);
    expect(one.queue.size).toBe(0);
  });

  it('before it is taken is one with the first', () => {
    const { domain, one, irq, hold } = start();
    hold(LR.PENDING);
    domain.vgic.inject(3, 0);
    expect(one.saved[0]).toBe((LR.PENDING | 3) >>> 0);
    expect(irq.pending).toBe(false);
  });

  it('after its end, not seen yet, is queued when that is seen', () => {
    const { domain, one, irq, hold } = start();
    hold(0);
    domain.vgic.inject(3, 0);
    expect(irq.pending).toBe(true);
    one.sync(domain.host.gic);
    expect([...one.queue]).toEqual([irq]);
  });
});
