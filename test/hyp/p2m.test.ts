// Stage 2 tables as the hypervisor writes them, walked as the processor does.
import { describe, expect, it } from 'vitest';
import { configure, createStage2, walkStage2 } from '../../src/emu/mmu/stage2';
import { PERMISSION, Translation } from '../../src/emu/mmu/translation';
import { tablesOfHeap } from '../../src/hyp/memory/paging-pool';
import { P2M, P2m, VTCR } from '../../src/hyp/p2m';
import { bench } from './bench';

function make() {
  const { machine, xen } = bench();
  machine.run(1);
  const before = xen.heap.free;
  const flushed: number[] = [];
  const p2m = new P2m(xen.memory, xen.heap, tablesOfHeap(xen.heap), 9, vmid => flushed.push(vmid));
  const stage2 = { ...createStage2(), enabled: true, vtcr: VTCR, base: p2m.root };
  configure(stage2);
  const out = new Translation();
  const walk = (ipa: number) => {
    out.fault = '';
    return walkStage2(stage2, ipa, machine.cores[0]!.reader, out)
      ? {
          pa: out.pa,
          shift: out.sizeShift,
          write: out.allows('write', true),
          execute: (out.permissions & PERMISSION.X1) !== 0,
        }
      : undefined;
  };
  return { xen, p2m, walk, before, flushed };
}

describe('p2m', () => {
  it('maps in the largest blocks that fit', () => {
    const { p2m, walk, flushed } = make();
    expect(p2m.map(0x40000, 0x80000, 0x40000 + 513, P2M.RAM_RW)).toBe(true);
    expect(walk(0x40000123)).toMatchObject({ pa: 0x80000123, shift: 30, write: true, execute: true });
    expect(walk(0x80000456)).toMatchObject({ pa: 0xc0000456, shift: 21 });
    expect(walk(0x80200789)).toMatchObject({ pa: 0xc0200789, shift: 12 });
    expect(walk(0x80201000)).toBeUndefined();
    expect(flushed).toEqual([9]);
    expect(p2m.lookup(0x40000 + 5)).toEqual({ mfn: 0x80005, type: P2M.RAM_RW, order: 18 });
  });

  it('shatters blocks where a page of them changes', () => {
    const { p2m, walk } = make();
    p2m.map(0x40000, 0x80000, 0x40000, P2M.RAM_RW);
    p2m.unmap(0x40001, 1);
    p2m.map(0x40002, 0x90000, 1, P2M.RAM_RO);
    expect(walk(0x40001000)).toBeUndefined();
    expect(walk(0x40002000)).toMatchObject({ pa: 0x90000000, write: false });
    expect(walk(0x40003000)).toMatchObject({ pa: 0x80003000, shift: 12 });
    expect(walk(0x40200000)).toMatchObject({ pa: 0x80200000, shift: 21 });
    expect(walk(0x7fffffff)).toMatchObject({ pa: 0xbfffffff });
    expect([...p2m.entries()].reduce((sum, e) => sum + 2 ** e.order, 0)).toBe(0x40000 - 1);
  });

  it('does not let memory of others be executed', () => {
    const { p2m, walk } = make();
    for (const [i, type] of [P2M.MAP_FOREIGN_RW, P2M.GRANT_MAP_RO, P2M.MMIO_DIRECT].entries())
      p2m.map(16 + i, 0x80010, 1, type);
    expect([16, 17, 18].map(gfn => walk(gfn * 4096)).map(r => [r?.write, r?.execute])).toEqual([
      [true, false],
      [false, false],
      [true, false],
    ]);
  });

  it('gives all of its tables back', () => {
    const { xen, p2m, before } = make();
    for (let i = 0; i < 50; i++) p2m.map(i * 0x40000 + i, 0x80000 + i, 1, P2M.RAM_RW);
    expect(xen.heap.free).toBeLessThan(before - 100);
    p2m.free();
    expect(xen.heap.free).toBe(before);
  });
});
