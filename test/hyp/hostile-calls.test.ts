// What a fuzzer found once (test/lab/hostile.test.ts), or what was found while it was written: each by itself.
import { describe, expect, it } from 'vitest';
import { P2M, P2m } from '../../src/hyp/p2m';
import { own, Store } from '../../src/hyp/xenstore';
import { RateLimit } from '../../src/hyp/log-level';
import { Caller, SCRATCH } from './caller';
import { bench } from './bench';
import { guest, LOOP } from './small-guest';

const EINVAL = -22;
const MULTICALL = 13;
const SCHED_OP = 29;
const SCHEDOP_POLL = 3;

function hostile(): Caller {
  const made = bench(xen => void guest(xen, 3, [LOOP]));
  made.machine.run(100);
  return new Caller(made, made.xen.domains.get(3)!);
}

describe('a hostile domain', () => {
  it('cannot make a multicall a part of itself', () => {
    const caller = hostile();
    // op, result, a0, a1: a list of one call, which is this list.
    caller.put(SCRATCH, [MULTICALL, 0, 0, 0, SCRATCH, 0, 1, 0]);
    expect(caller.call(MULTICALL, SCRATCH, 1)).toBe(0);
    expect(caller.words(SCRATCH, 4)[2]! | 0).toBe(EINVAL);
  });

  it('leaves no deadlines behind by waiting again and again', () => {
    const caller = hostile();
    const { xen, domain } = caller;
    const deadlines = (): number => xen.pcpus.reduce((sum, { timers }) => sum + timers.size, 0);
    const before = deadlines();
    for (let i = 0; i < 100; i++) {
      // No ports, until a time that is far away.
      caller.put(SCRATCH, [0, 0, 0, 0, 0, 0x1000 + i]);
      expect(caller.call(SCHED_OP, SCHEDOP_POLL, SCRATCH)).toBe(0);
      domain.vcpus[0]!.unblock();
    }
    expect(deadlines()).toBe(before);
  });
});

describe('more interrupts than list registers', () => {
  /** GICC at 0x03002000: priority mask, on; then for ever IAR to EOIR. */
  const TAKE_ALL = [
    0xe3a01403, 0xe3811a02, 0xe3a000ff, 0xe5810004, 0xe3a00001, 0xe5810000, 0xe591000c, 0xe5810010, 0xeafffffc,
  ]; // prettier-ignore

  it('are all taken by a guest that ends one after the other', () => {
    const { machine, xen } = bench(x => {
      const domain = guest(x, 3, TAKE_ALL);
      domain.map(0x3002, x.gic.at.virtualCpu >>> 12, 2, P2M.MMIO_DIRECT);
      for (let sgi = 0; sgi < 12; sgi++) domain.vgic.inject(sgi, 0);
    });
    machine.run(5000);
    const { interface: own } = xen.domains.get(3)!.vcpus[0]!;
    own.sync(xen.gic);
    const { queue, listed } = own;
    expect([queue.size, listed.filter(one => one !== undefined).length]).toEqual([0, 0]);
  });

  it('set no deadline that the comparator cannot hold', () => {
    const { machine, xen } = bench(x => void guest(x, 3, [LOOP]));
    machine.run(100);
    let fired = 0;
    xen.pcpus[0]!.timers.set({ at: 0, fire: () => fired++ }, 2 ** 64);
    const before = machine.instructions;
    machine.run(1000);
    expect([machine.instructions - before, fired]).toEqual([1000, 0]);
  });
});

describe('a mapping that fails half way', () => {
  it('leaves nothing mapped that its caller gives to somebody else', () => {
    const { machine, xen } = bench();
    machine.run(1);
    let left = 3;
    const pages = {
      take: () => (left-- > 0 ? xen.heap.take(0, -2) : -1),
      give: (mfn: number) => void xen.heap.give(mfn, 0),
    };
    const p2m = new P2m(xen.memory, xen.heap, pages, 9, () => {});
    // Across two tables of the last level, of which there is memory for one.
    expect(p2m.map(0x401ff - 0x100, 0x80001, 0x200, P2M.RAM_RW)).toBe(true);
    p2m.unmap(0x401ff - 0x100, 0x200);
    left = 0;
    expect(p2m.map(0x403f0, 0x80001, 0x20, P2M.RAM_RW)).toBe(false);
    expect([...p2m.entries()]).toEqual([]);
  });
});

describe('a transaction', () => {
  it('does not grow without end by the same write again and again', () => {
    const store = new Store();
    store.mkdir('/local/domain/3/data', own(3));
    const watcher = { domain: 3, notify: () => {} };
    const view = store.view(watcher, store.begin(watcher));
    const write = (n: number): void => {
      for (let i = 0; i < n; i++) view.write(3, '/local/domain/3/data/x', Uint8Array.of(i));
    };
    write(4000);
    expect(() => write(1000)).toThrow('ENOSPC');
  });
});

describe('complaints about guests', () => {
  it('are ten at once, then one in five seconds, and the rest is counted', () => {
    const lines: string[] = [];
    const rate = new RateLimit();
    const limit = {
      say: (line: string, ns: number): void => {
        const missed = rate.take(ns / 1e6);
        if (missed === undefined) return;
        if (missed > 0) lines.push(`printk: ${missed} messages suppressed.`);
        lines.push(line);
      },
    };
    for (let i = 0; i < 50; i++) limit.say(`a${i}`, 0);
    expect(lines).toHaveLength(10);
    limit.say('b', 4.9e9);
    expect(lines).toHaveLength(10);
    limit.say('c', 5e9);
    expect(lines.slice(10)).toEqual(['printk: 41 messages suppressed.', 'c']);
  });
});
