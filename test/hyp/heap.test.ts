// The heap of frames: blocks come and go, nothing is lost, nothing is handed out twice.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Heap, OWNER } from '../../src/hyp/memory/heap';

const BASE = 0x80000000;
const FIRST = BASE >>> 12;
const FRAMES = 1000;

function fresh(freed?: (mfn: number, owner: number) => void): Heap {
  const heap = new Heap(BASE, FRAMES * 4096, freed);
  heap.add(FIRST, FIRST + FRAMES);
  return heap;
}

describe('heap', () => {
  it('has what it was given, and joins what comes back', () => {
    const heap = fresh();
    expect(heap.free).toBe(FRAMES);
    const single = Array.from({ length: FRAMES }, () => heap.take(0, 7));
    expect(new Set(single).size).toBe(FRAMES);
    expect([heap.take(0, 7), heap.free]).toEqual([-1, 0]);
    for (const mfn of single) heap.give(mfn, 0);
    expect(heap.free).toBe(FRAMES);
    expect(heap.take(9, 1)).toBe(FIRST);
    expect(heap.owner(FIRST + 511)).toBe(1);
    expect(heap.owner(FIRST + 512)).toBe(OWNER.FREE);
  });

  it('clears what somebody had, and nothing else', () => {
    const heap = new Heap(BASE, FRAMES * 4096);
    heap.add(FIRST, FIRST + FRAMES, true);
    const cleared = (mfn: number, order: number): number[][] => {
      const runs: number[][] = [];
      heap.scrub(mfn, order, (...run) => void runs.push(run));
      return runs;
    };
    const block = heap.take(3, 7);
    expect(cleared(block, 3)).toEqual([]);
    for (const i of [0, 1, 5, 7]) heap.give(block + i, 0);
    expect(cleared(block, 3)).toEqual([
      [block, 2],
      [block + 5, 1],
      [block + 7, 1],
    ]);
    expect(cleared(block + 5, 0)).toEqual([[block + 5, 1]]);
    expect(cleared(block + 2, 0)).toEqual([]);
    heap.add(block, block + 8);
    expect(cleared(block, 3)).toEqual([[block, 8]]);
  });

  it('keeps frames apart whatever the order of requests', () => {
    const request = fc.record({ order: fc.nat(6), give: fc.boolean() });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 80 }), requests => {
        const heap = fresh();
        const held: { mfn: number; order: number }[] = [];
        const used = new Set<number>();
        for (const { order, give } of requests) {
          if (give && held.length > 0) {
            const one = held.shift()!;
            for (let i = 0; i < 1 << one.order; i++) used.delete(one.mfn + i);
            heap.give(one.mfn, one.order);
            continue;
          }
          const mfn = heap.take(order, 3);
          if (mfn < 0) continue;
          expect((mfn - FIRST) % (1 << order)).toBe(0);
          for (let i = 0; i < 1 << order; i++) {
            expect(used.has(mfn + i)).toBe(false);
            used.add(mfn + i);
          }
          held.push({ mfn, order });
        }
        expect(heap.free).toBe(FRAMES - used.size);
      }),
    );
  });

  it('lets a frame that others map wait for them', () => {
    const freed: number[][] = [];
    const heap = fresh((...frame) => freed.push(frame));
    const mfn = heap.take(0, 5);
    heap.reference(mfn);
    expect(heap.owned(5, FIRST)).toBe(mfn);
    expect(heap.give(mfn, 0)).toBe(false);
    expect([heap.free, heap.owner(mfn), heap.owned(5, FIRST)]).toEqual([FRAMES - 1, 5, -1]);
    heap.release(mfn);
    expect([heap.free, heap.owner(mfn)]).toEqual([FRAMES, OWNER.FREE]);
    expect(freed).toEqual([[mfn, 5]]);
  });
});
