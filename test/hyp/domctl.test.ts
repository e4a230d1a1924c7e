// What tools of dom0 do with domains: the steps of their life, and that nothing is left when it is over.
import { describe, expect, it } from 'vitest';
import { P2M } from '../../src/hyp/p2m';
import { BUFFER, Caller, createWords, dom0, SCRATCH } from './caller';
import { CODE, guest, LOOP } from './small-guest';

const E = { PERM: -1, SRCH: -3, NOMEM: -12, ACCES: -13, FAULT: -14, EXIST: -17, INVAL: -22, NOSYS: -38, NODATA: -61 };
const GET_INFO = 5;
const SVC = 0x1d3;
const ONLINE = 1;
/** Words of struct vcpu_guest_context. */
const CONTEXT_WORDS = 88;
const CONTEXT = { FLAGS: 0, R0: 2, PC: 64, CPSR: 66, SCTLR: 80 } as const;

/** flags, pages, most pages, online virtual CPUs */
function info(caller: Caller, id: number): number[] {
  const { result, words } = caller.domctl(GET_INFO, id);
  return result < 0 ? [result] : [words[1]!, words[2]!, words[4]!, words[16]!];
}

function setContext(caller: Caller, id: number, pc: number, cpsr: number, flags = ONLINE): number {
  const words = new Array<number>(CONTEXT_WORDS).fill(0);
  words[CONTEXT.FLAGS] = flags;
  words[CONTEXT.PC] = pc;
  words[CONTEXT.CPSR] = cpsr;
  words[CONTEXT.SCTLR] = 0x00c50078;
  return caller.domctl(12, id, [0, 0, caller.put(BUFFER, words), 0]).result;
}

describe('domctl', () => {
  it('is for tools of its version, in domains that control others', () => {
    const caller = dom0();
    caller.put(SCRATCH, [GET_INFO, 0x14, 0]);
    expect(caller.call(36, SCRATCH)).toBe(E.ACCES);
    expect(caller.call(36, 0x7f000000)).toBe(E.FAULT);
    expect(caller.domctl(999, 0).result).toBe(E.NOSYS);
    expect(caller.domctl(10, 0).result).toBe(E.NOSYS);
    expect(caller.domctl(37, 0).result).toBe(-95);
    expect(caller.domctl(3, 5).result).toBe(E.SRCH);
    // What would have to pause the caller.
    for (const cmd of [2, 3, 27]) expect(caller.domctl(cmd, 0).result).toBe(E.INVAL);
  });

  it('makes a domain, lets it run, stops it, and ends it without a trace', () => {
    const caller = dom0(2);
    const { xen, bench } = caller;
    const before = xen.heap.free;
    const made = caller.domctl(1, 0, createWords(1));
    expect([made.result, made.domain, made.words[14]]).toEqual([0, 1, 1]);
    // Paused by its controller; no virtual CPU.
    expect(info(caller, 1)).toEqual([0xffff010a, 0, 0, 0]);
    expect(caller.domctl(GET_INFO, 1).words[17]).toBe(0xffffffff);
    expect(caller.domctl(15, 1, [2]).result).toBe(E.INVAL);
    expect(caller.domctl(15, 1, [1]).result).toBe(0);
    expect(caller.domctl(11, 1, [64, 0]).result).toBe(0);
    expect(caller.populate(1, CODE >>> 12, 20)).toBe(16);
    expect(info(caller, 1)).toEqual([0xffff010a, 16, 16, 0]);

    const child = xen.domain(1)!;
    xen.memory.write32(child.address(CODE), 0xe3a00055); // mov r0, #0x55
    xen.memory.write32(child.address(CODE + 4), LOOP);
    expect(caller.domctl(13, 1, [0, 0, BUFFER, 0]).result).toBe(E.NODATA);
    expect(setContext(caller, 1, CODE, 0x1da)).toBe(E.INVAL); // Hyp mode
    expect(setContext(caller, 1, CODE, SVC)).toBe(0);
    expect(caller.domctl(4, 1).result).toBe(0);
    expect(caller.domctl(4, 1).result).toBe(E.INVAL);
    bench.machine.run(400_000);
    expect(info(caller, 1)[0]).toBe(0xffff0122);

    // It is stopped for its registers to be read, and goes on.
    expect(caller.domctl(13, 1, [0, 0, BUFFER, 0]).result).toBe(0);
    const context = caller.words(BUFFER, CONTEXT_WORDS);
    expect([context[CONTEXT.FLAGS], context[CONTEXT.R0], context[CONTEXT.PC]]).toEqual([ONLINE, 0x55, CODE + 4]);
    bench.machine.run(400_000);
    expect(info(caller, 1)[0]).toBe(0xffff0122);
    expect(caller.domctl(3, 1).result).toBe(0);
    expect(info(caller, 1)[0]).toBe(0xffff010a);

    expect(caller.domctl(2, 1).result).toBe(0);
    expect(info(caller, 1)).toEqual([E.SRCH]);
    expect(xen.heap.free).toBe(before);
    expect(xen.domains.size).toBe(1);
  });

  it('ends a domain that runs', () => {
    const caller = dom0(2);
    const before = caller.xen.heap.free;
    const id = caller.create({ vcpus: 2 });
    caller.populate(id, CODE >>> 12, 4);
    caller.xen.memory.write32(caller.xen.domain(id)!.address(CODE), LOOP);
    setContext(caller, id, CODE, SVC);
    caller.domctl(4, id);
    caller.bench.machine.run(200_000);
    expect(caller.xen.domain(id)!.isRunning).toBe(true);
    // The call is made again until the other core has left the guest.
    caller.domain.vcpus[0]!.holding = caller.xen.domain(id);
    expect(caller.domctl(2, id).result).toBe(0);
    expect(caller.xen.heap.free).toBe(before);
  });

  it('remembers the dead until nobody has their pages any more', () => {
    const caller = dom0();
    const [page, at] = [CODE >>> 12, 0x50000];
    // Tables for the mapping stay.
    caller.domain.map(at, 0x80000, 1, P2M.MMIO_DIRECT);
    caller.domain.unmap(at, 1);
    const before = caller.xen.heap.free;
    const id = caller.create();
    caller.populate(id, CODE >>> 12, 2);
    // add_to_physmap_batch: one foreign page
    caller.put(BUFFER, [page, 0, at, 0, 0]);
    expect(caller.memory(23, [0x7ff0 | (4 << 16), 1 | (id << 16), BUFFER, 0, BUFFER + 8, 0, BUFFER + 16, 0])).toBe(0);
    expect(caller.words(BUFFER + 16, 1)).toEqual([0]);
    expect(caller.domctl(2, id).result).toBe(0);
    // Dying, one page, still listed.
    expect(info(caller, id)).toEqual([0xffff010b, 1, 64, 0]);
    expect(caller.domctl(2, id).result).toBe(0);
    // remove_from_physmap
    expect(caller.memory(15, [0x7ff0, 0, at, 0])).toBe(0);
    expect(info(caller, id)).toEqual([E.SRCH]);
    expect(caller.xen.heap.free).toBe(before);
  });

  it('gives ids in a row, or as asked for', () => {
    const caller = dom0();
    expect([caller.create(), caller.create(), caller.create({ wanted: 7 }), caller.create({ wanted: 7 })]).toEqual([1, 2, 7, E.EXIST]); // prettier-ignore
    caller.domctl(2, 2);
    expect([caller.create(), caller.create()]).toEqual([3, 4]);
  });

  it.each([
    ['a domain without hardware assistance', { 5: 1 }],
    ['an IOMMU', { 5: 0x23 }],
    ['more virtual CPUs than the GIC knows', { 7: 9 }],
    ['no virtual CPU', { 7: 0 }],
    ['grants of version 2', { 11: 2 }],
    ['a larger grant table', { 9: 65 }],
    ['a GICv3', { 14: 2 }],
    ['a trusted OS', { 14: 0x10000 }],
  ])('does not make a domain with %s', (_, changes) => {
    const caller = dom0();
    const before = caller.xen.heap.free;
    expect(caller.domctl(1, 0, Object.assign(createWords(1), changes)).result).toBe(E.INVAL);
    expect([caller.xen.heap.free, caller.xen.domains.size]).toEqual([before, 1]);
  });

  it('makes no domain half', () => {
    const caller = dom0();
    const { heap } = caller.xen;
    for (let room = 0; room < 24; room++) {
      const taken: number[] = [];
      while (heap.free > room) taken.push(heap.take(0, -2));
      const { result } = caller.domctl(1, 100, createWords(1));
      if (result === 0) caller.domctl(2, 100);
      else expect(result).toBe(E.NOMEM);
      expect([heap.free, caller.xen.domains.size, room < 20 || result === 0]).toEqual([room, 1, true]);
      for (const mfn of taken) heap.give(mfn, 0);
    }
  });

  it('pins virtual CPUs, and says what that means', () => {
    const caller = dom0(2);
    const id = caller.create();
    const affinity = (cmd: number, flags: number, hard: number, soft: number): unknown[] => {
      caller.put(BUFFER, [hard, soft]);
      const { result } = caller.domctl(cmd, id, [0, flags, BUFFER, 0, 32, 0, BUFFER + 4, 0, 32, 0]);
      return [result, ...caller.words(BUFFER, 2)];
    };
    expect(affinity(25, 3, 9, 9)).toEqual([0, 3, 3]);
    expect(affinity(9, 3, 0xfffffffe, 3)).toEqual([0, 2, 2]);
    expect(affinity(9, 1, 0, 0)).toEqual([E.INVAL, 0, 0]);
    expect(affinity(25, 1, 9, 9)).toEqual([0, 2, 9]);
    expect(affinity(25, 0, 9, 9)).toEqual([E.INVAL, 9, 9]);
    expect(caller.domctl(16, id, [6, 1]).words.slice(2, 3)).toEqual([256]);
    expect(caller.domctl(16, id, [6, 0, 512 | (50 << 16)]).result).toBe(0);
    expect(caller.domctl(16, id, [6, 1]).words[2]).toBe(512 | (50 << 16));
    expect(caller.domctl(16, id, [5, 1]).result).toBe(E.INVAL);
  });

  it('gives devices to domains, but nothing of its own and no memory', () => {
    const caller = dom0();
    const id = caller.create();
    const permit = (mfn: number, count = 1): number => caller.domctl(20, id, [mfn, 0, count, 0, 1]).result;
    const map = (mfn: number, count = 1): number => caller.domctl(39, id, [0x9000, 0, mfn, 0, count, 0, 1]).result;
    expect(map(0x1c170)).toBe(E.PERM);
    expect(permit(0x1c170)).toBe(0);
    expect(map(0x1c170)).toBe(0);
    expect(caller.xen.domain(id)!.p2m.lookup(0x9000)).toMatchObject({ mfn: 0x1c170, order: 0 });
    for (const own of [0x1c090, 0x2c001, 0x2c005, 0x80000]) expect(permit(own)).toBe(E.PERM);
    expect(permit(0x1c08f, 3)).toBe(E.PERM);
    expect(map(0x1c170, 65)).toBe(-7);
    // An interrupt that nobody has.
    expect(caller.domctl(19, id, [40, 1]).result).toBe(0);
    expect(caller.domctl(38, id, [40, 4, 40]).result).toBe(-16); // its distributor has none but private ones
    expect(caller.domctl(19, id, [37, 1]).result).toBe(E.PERM); // that of Xen's UART
  });

  it('is refused to others', () => {
    const caller = dom0();
    const other = guest(caller.xen, 9, [LOOP]);
    expect(other.options.privileged).toBe(false);
    caller.domain.vcpus[0]!.down = true;
    caller.xen.reschedule(0);
    caller.bench.machine.run(20_000_000);
    const guestCaller = new Caller(caller.bench, other);
    expect(guestCaller.domctl(GET_INFO, 9).result).toBe(E.PERM);
    expect(guestCaller.sysctl(3).result).toBe(E.PERM);
  });
});
