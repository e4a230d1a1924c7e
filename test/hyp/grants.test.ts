// Pages that domains grant each other, and what remains when one of them ends.
import { describe, expect, it } from 'vitest';
import { BUFFER, type Caller, dom0 } from './caller';
import { CODE } from './small-guest';

const PAGE = CODE >>> 12;
const GRANT_TABLE_OP = 20;
const PERMIT_ACCESS = 1;
const READING_AND_WRITING = 24;
const AT = 0x60020;
const OP = { MAP: 0, UNMAP: 1 } as const;

/** A domain that grants its second page to dom0 with reference 8. @returns where the entry is, in physical memory */
function granting(caller: Caller): { id: number; entry: number } {
  const id = caller.create();
  caller.populate(id, PAGE, 2);
  const child = caller.xen.domain(id)!;
  const entry = child.grants.frames[0]! * 4096 + 8 * 8;
  caller.xen.memory.write32(entry, PERMIT_ACCESS);
  caller.xen.memory.write32(entry + 4, PAGE + 1);
  return { id, entry };
}

/** @returns status and handle */
function map(caller: Caller, id: number, ref = 8): number[] {
  caller.put(BUFFER, [AT << 12, AT >>> 20, 2, ref, id, 0, 0, 0]);
  expect(caller.call(GRANT_TABLE_OP, OP.MAP, BUFFER, 1)).toBe(0);
  const words = caller.words(BUFFER, 8);
  return [words[4]! >> 16, words[5]!];
}
function unmap(caller: Caller, handle: number): number {
  caller.put(BUFFER, [AT << 12, AT >>> 20, 0, 0, handle, 0]);
  expect(caller.call(GRANT_TABLE_OP, OP.UNMAP, BUFFER, 1)).toBe(0);
  return (caller.words(BUFFER + 20, 1)[0]! << 16) >> 16;
}

describe('grants', () => {
  it('are marked as long as they are mapped', () => {
    const caller = dom0();
    const { id, entry } = granting(caller);
    const { memory } = caller.xen;
    expect(map(caller, id, 9)[0]).toBe(-1);
    expect(map(caller, 77)[0]).toBe(-2);
    const [status, handle] = map(caller, id);
    expect([status, memory.read16(entry)]).toEqual([0, PERMIT_ACCESS | READING_AND_WRITING]);
    expect([unmap(caller, handle!), memory.read16(entry)]).toEqual([0, PERMIT_ACCESS]);
    expect(unmap(caller, handle!)).toBe(-4);
  });

  it('outlive the one who gave them, whose table is somebody else’s by then', () => {
    const caller = dom0();
    const { xen } = caller;
    caller.domain.map(AT, 0x80000, 1, 3);
    caller.domain.unmap(AT, 1);
    const before = xen.heap.free;
    const { id, entry } = granting(caller);
    const page = xen.domain(id)!.p2m.lookup(PAGE + 1)!.mfn;
    const [, handle] = map(caller, id);
    expect(caller.domctl(2, id).result).toBe(0);
    expect([xen.heap.owner(page), xen.heap.owner(entry >>> 12), xen.heap.free]).toEqual([id, -1, before - 1]);
    xen.memory.write32(entry, 0x12345678);
    expect(unmap(caller, handle!)).toBe(0);
    expect([xen.memory.read32(entry), xen.heap.free, xen.domain(id)]).toEqual([0x12345678, before, undefined]);
  });

  it('and event channels leave nothing of a guest that put its own information everywhere', () => {
    const caller = dom0();
    const before = caller.xen.heap.free;
    const { id } = granting(caller);
    const child = caller.xen.domain(id)!;
    // vcpu_info in the shared info page itself, where it is from the beginning
    child.map(0x7000, child.sharedInfo >>> 12, 1, 1);
    child.vcpus[0]!.placeInfo(child.sharedInfo);
    child.channels.bindVirq(0, 0);
    expect(caller.domctl(2, id).result).toBe(0);
    expect([caller.xen.domain(id), caller.xen.heap.free]).toEqual([undefined, before]);
  });
});
