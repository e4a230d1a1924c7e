// Memory of domains: who gets how much, who maps whose, and that nobody writes into what is another's by now.
import { describe, expect, it } from 'vitest';
import { FifoEvents } from '../../src/hyp/evtchn/fifo';
import { P2M } from '../../src/hyp/p2m';
import { BUFFER, Caller, dom0 } from './caller';
import { CODE, guest, LOOP } from './small-guest';

const E = { PERM: -1, NOENT: -2, SRCH: -3, INVAL: -22, NOSYS: -38, OPNOTSUPP: -95 };
const SELF = 0x7ff0;
const PAGE = CODE >>> 12;
const FOREIGN = 4;

/** XENMEM_add_to_physmap_batch for one page. @returns its error, or that of the call */
function mapForeign(caller: Caller, owner: number, gfn: number, at: number, domid = SELF): number {
  caller.put(BUFFER, [gfn, 0, at, 0, 0x55]);
  const head = [domid | (FOREIGN << 16), 1 | (owner << 16)];
  const result = caller.memory(23, [...head, BUFFER, 0, BUFFER + 8, 0, BUFFER + 16, 0]);
  return result < 0 ? result : caller.words(BUFFER + 16, 1)[0]! | 0;
}
const unmap = (caller: Caller, gfn: number): number => caller.memory(15, [SELF, 0, gfn, 0]);

/** Another guest in the place of dom0 on the first core. */
function instead(caller: Caller, id: number): Caller {
  const other = guest(caller.xen, id, [LOOP]);
  caller.domain.vcpus[0]!.down = true;
  caller.xen.reschedule(0);
  caller.bench.machine.run(20_000_000);
  return new Caller(caller.bench, other);
}

describe('memory_op', () => {
  it('gives as much as a domain may have, and takes it back', () => {
    const caller = dom0();
    const id = caller.create({ pages: 100 });
    const child = caller.xen.domain(id)!;
    const before = caller.xen.heap.free;
    // More than one call does at a time.
    expect(caller.populate(id, PAGE, 90)).toBe(90);
    expect(caller.populate(id, PAGE + 90, 20)).toBe(10);
    expect([child.pages, caller.xen.heap.free]).toEqual([100, before - 100]);
    expect(child.memory.read32(child.address(CODE))).toBe(0);
    const list = Array.from({ length: 70 }, (_, i) => [PAGE + i, 0]).flat();
    expect(caller.memory(1, [caller.put(BUFFER, list), 0, 70, 0, 0, 0, id])).toBe(70);
    expect([child.pages, caller.xen.heap.free]).toEqual([30, before - 30]);
    // What is not there is not taken.
    expect(caller.memory(1, [caller.put(BUFFER, list), 0, 70, 0, 0, 0, id])).toBe(0);
    expect(caller.memory(3, [id])).toBe(30);
    expect(caller.memory(4, [id])).toBe(100);
    expect(caller.memory(14, [id])).toBe(PAGE + 99);
  });

  it('keeps what is claimed for those who claimed it', () => {
    const caller = dom0();
    const [a, b] = [caller.create({ pages: 1 << 20 }), caller.create({ pages: 1 << 20 })];
    const claim = (id: number, pages: number): number => caller.memory(24, [0, 0, pages, 0, 0, 0, id]);
    const { heap } = caller.xen;
    expect(claim(a, heap.free + 1)).toBe(-12);
    expect(claim(a, heap.free - 2)).toBe(0);
    expect(claim(a, 10)).toBe(E.INVAL);
    expect(caller.populate(b, PAGE, 5)).toBeLessThan(3);
    expect(caller.populate(a, PAGE, 5)).toBe(5);
    expect(caller.domctl(5, a).words[6]).toBe(heap.claimed);
    caller.domctl(2, a);
    expect([heap.claimed, caller.populate(b, PAGE + 8, 5)]).toEqual([0, 5]);
    expect(claim(b, 3)).toBe(E.INVAL);
  });

  it('has no more tables than its pool', () => {
    const caller = dom0();
    const id = caller.create();
    caller.domctl(86, id, [0, 0]);
    expect(caller.domctl(85, id).words[0]).toBeLessThan(0x10000);
    // Each page needs a table of its own, and there is none left.
    expect(caller.populate(id, 0x80000, 1)).toBe(0);
    expect(caller.xen.domain(id)!.pages).toBe(0);
    expect(caller.domctl(86, id, [0x100000, 0]).result).toBe(0);
    expect(caller.domctl(86, id, [0x100001, 0]).result).toBe(E.INVAL);
    expect(caller.populate(id, 0x80000, 1)).toBe(1);
  });

  it('maps pages of others for those who control them', () => {
    const caller = dom0();
    const id = caller.create();
    caller.populate(id, PAGE, 2);
    const child = caller.xen.domain(id)!;
    expect(mapForeign(caller, id, PAGE + 1, 0x60000)).toBe(0);
    expect(caller.domain.p2m.lookup(0x60000)).toMatchObject({
      type: P2M.MAP_FOREIGN_RW,
      mfn: child.p2m.lookup(PAGE + 1)!.mfn,
    });
    expect(mapForeign(caller, id, PAGE + 5, 0x60001)).toBe(E.INVAL);
    expect(mapForeign(caller, 77, PAGE, 0x60001)).toBe(E.SRCH);
    // Only with a list.
    expect(caller.memory(7, [SELF, FOREIGN, PAGE, 0, 0x60001, 0])).toBe(E.NOSYS);
    // It is not the caller's to give up.
    expect(caller.memory(1, [caller.put(BUFFER, [0x60000, 0]), 0, 1, 0, 0, 0, SELF])).toBe(0);
    // Another one in its place, and none.
    expect(mapForeign(caller, id, PAGE, 0x60000)).toBe(0);
    expect([unmap(caller, 0x60000), unmap(caller, 0x60000)]).toEqual([0, E.NOENT]);
    // Nobody has anything of it now: it goes at once.
    expect(caller.domctl(2, id).result).toBe(0);
    expect(caller.xen.domain(id)).toBeUndefined();
  });

  it('lets nobody else reach for them', () => {
    const caller = dom0();
    const id = caller.create();
    caller.populate(id, PAGE, 1);
    const other = instead(caller, 9);
    expect(mapForeign(other, id, PAGE, 0x60000)).toBe(E.PERM);
    expect(mapForeign(other, 0, PAGE, 0x60000)).toBe(E.PERM);
    expect(mapForeign(other, 9, PAGE, 0x60000, id)).toBe(E.PERM);
    expect(other.populate(id, PAGE + 8, 1)).toBe(0);
    expect(other.memory(3, [id])).toBe(E.PERM);
    expect(other.memory(28, [id | (1 << 16), 0, 1, 0, 0, 0, BUFFER])).toBe(E.PERM);
  });

  it('maps the grant table of another domain, which stays as long as that', () => {
    const caller = dom0();
    const id = caller.create();
    const child = caller.xen.domain(id)!;
    const acquire = (type: number, frame: number, list = BUFFER): number => {
      caller.put(BUFFER, [0x60010, 0]);
      return caller.memory(28, [id | (type << 16), 0, list === 0 ? 0 : 1, 0, frame, 0, list]);
    };
    expect(acquire(1, 0, 0)).toBe(0);
    expect(caller.words(BUFFER - 0x1000, 3)[2]).toBe(64);
    expect([acquire(0, 0), acquire(2, 0), acquire(3, 0), acquire(1, 64)]).toEqual([
      E.INVAL,
      E.INVAL,
      E.OPNOTSUPP,
      E.INVAL,
    ]);
    expect(acquire(1, 3)).toBe(0);
    expect(child.grants.frames).toHaveLength(4);
    const { mfn } = caller.domain.p2m.lookup(0x60010)!;
    expect(mfn).toBe(child.grants.frames[3]);
    caller.domctl(2, id);
    expect([caller.xen.domain(id)?.dead, caller.xen.heap.owner(mfn)]).toEqual([true, id]);
    unmap(caller, 0x60010);
    expect([caller.xen.domain(id), caller.xen.heap.owner(mfn)]).toEqual([undefined, -1]);
  });

  it('never writes events into a page that is not the guest’s any more', () => {
    const caller = dom0();
    const other = instead(caller, 9);
    const { channels } = other.domain;
    // init_control at page 3, an array page at page 4, a port of its own
    expect(other.call(32, 11, other.put(BUFFER, [PAGE + 3, 0, 0, 0, 0]))).toBe(0);
    expect(other.call(32, 12, other.put(BUFFER, [PAGE + 4, 0]))).toBe(0);
    expect(channels.abi).toBeInstanceOf(FifoEvents);
    expect(other.call(32, 7, other.put(BUFFER, [0, 0]))).toBe(0);
    const [port] = other.words(BUFFER + 4, 1);
    const frames = [3, 4].map(i => other.domain.p2m.lookup(PAGE + i)!.mfn);
    const list = [PAGE + 3, 0, PAGE + 4, 0];
    expect(other.memory(1, [other.put(BUFFER, list), 0, 2, 0, 0, 0, SELF])).toBe(2);
    const { heap, memory } = caller.xen;
    expect(frames.map(mfn => heap.owner(mfn))).toEqual([9, 9]);
    other.call(32, 4, other.put(BUFFER, [port!]));
    expect(memory.read32(frames[1]! * 4096 + 4 * port!) >>> 31).toBe(1);
    // EVTCHNOP_reset lets go of them.
    expect(other.call(32, 10, other.put(BUFFER, [SELF]))).toBe(0);
    expect(frames.map(mfn => heap.owner(mfn))).toEqual([-1, -1]);
  });
});
