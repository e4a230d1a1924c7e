// What a domain finds at its addresses, and whose the memory of the machine is.
import { describe, expect, it } from 'vitest';
import { frameOwners, GUEST, mapDomain } from '../../src/hyp';
import { P2M } from '../../src/hyp/p2m';
import { FakeKernel, planOf, toolstackBench } from './toolstack-bench';

const MIB = 2 ** 20;
const PAGE = 4096;

function start() {
  const { toolstack, xen } = toolstackBench();
  const make = (name: string) =>
    xen.domains.get(toolstack.create(planOf(name, { memory: 8 * MIB, ramdisk: new Uint8Array(5000) }), true))!;
  return { toolstack, xen, a: make('a'), b: make('b') };
}
const at = (domain: Parameters<typeof mapDomain>[0], base: number) =>
  mapDomain(domain).ranges.find(one => base >= one.base && base < one.base + one.size);

describe('the map of a domain', () => {
  it('has its memory, its interrupt controller and its magic pages', () => {
    const { a } = start();
    const shown = mapDomain(a).ranges.map(({ base, size, kind, name }) => [base, size, kind, name ?? '']);
    expect(shown).toEqual([
      [GUEST.GICD, 0x1000, 'gic', 'distributor'],
      [GUEST.GICC, 0x2000, 'gic', 'CPU interface'],
      [GUEST.MAGIC, PAGE, 'magic', 'console ring'],
      [GUEST.MAGIC + PAGE, PAGE, 'magic', 'xenstore ring'],
      [GUEST.MAGIC + 2 * PAGE, PAGE, 'magic', 'memory access ring'],
      [GUEST.MAGIC + 3 * PAGE, PAGE, 'magic', 'unused'],
      [GUEST.RAM, 8 * MIB, 'ram', ''],
    ]);
    expect(a.images.map(({ role, base, size }) => [role, base, size])).toEqual([
      ['kernel', 0x40008000, 4],
      ['RAM disk', 0x407fd000, 5000],
      ['device tree', 0x407ff000, expect.any(Number)],
    ]);
  });

  it('tells where its memory is in the machine', () => {
    const { a } = start();
    const ram = at(a, GUEST.RAM)!;
    expect(ram.machine.reduce((sum, one) => sum + one.size, 0)).toBe(8 * MIB);
    expect(ram.machine[0]!.base).toBe(a.address(GUEST.RAM));
    expect(at(a, GUEST.GICD)!.machine).toEqual([]);
  });

  it('tells holes, pages of Xen, of other domains, and devices apart', () => {
    const { a, b } = start();
    a.unmap(0x40400, 1);
    a.map(0x38000, a.grants.frames[0]!, 1, P2M.RAM_RW);
    a.map(0x38001, a.sharedInfo / PAGE, 1, P2M.RAM_RW);
    const theirs = b.address(GUEST.RAM) / PAGE;
    a.map(0x50000, theirs, 1, P2M.MAP_FOREIGN_RW);
    a.map(0x50001, theirs, 1, P2M.MAP_FOREIGN_RO);
    a.map(0x1c0a0, 0x1c0a0, 1, P2M.MMIO_DIRECT);
    expect(at(a, 0x40400000)).toBeUndefined();
    expect(at(a, 0x403ff000)).toMatchObject({ kind: 'ram', base: 0x40000000, size: 4 * MIB });
    expect(at(a, 0x40401000)).toMatchObject({ kind: 'ram', base: 0x40401000, size: 4 * MIB - PAGE });
    expect(at(a, 0x38000000)).toMatchObject({ kind: 'grant-table' });
    expect(at(a, 0x38001000)).toMatchObject({ kind: 'shared-info' });
    expect(at(a, 0x50000000)).toMatchObject({ kind: 'foreign', from: b.id, readOnly: false, size: PAGE });
    expect(at(a, 0x50001000)).toMatchObject({ kind: 'foreign', from: b.id, readOnly: true });
    expect(at(a, 0x1c0a0000)).toMatchObject({ kind: 'device', machine: [{ base: 0x1c0a0000, size: PAGE }] });
  });

  it('shows a grant on both sides, as long as it lasts', () => {
    const { a, b } = start();
    const { memory, frames } = { memory: b.memory, frames: b.grants.frames };
    const entry = frames[0]! * PAGE + 8 * 8;
    for (let i = 0; i < 3; i++) {
      memory.write32(entry + 8 * i + 4, 0x40100 + i);
      memory.write16(entry + 8 * i + 2, a.id);
      memory.write16(entry + 8 * i, 1);
    }
    const granted = () => mapDomain(b).granted.filter(({ to }) => to === a.id);
    expect(granted()).toEqual([{ base: 0x40100000, size: 3 * PAGE, to: a.id, readOnly: false, used: false }]);
    const handle = a.grants.map(b, 9, 0x60000, true);
    expect(handle).toBeGreaterThanOrEqual(0);
    expect(at(a, 0x60000000)).toMatchObject({ kind: 'grant', from: b.id, readOnly: true });
    expect(granted().map(({ size, used }) => [size, used])).toEqual([
      [PAGE, false],
      [PAGE, true],
      [PAGE, false],
    ]);
    a.grants.unmap(handle);
    expect(at(a, 0x60000000)).toBeUndefined();
    expect(granted()).toHaveLength(1);
  });

  it('survives what a hostile guest has put into its tables and parameters', () => {
    const { a } = start();
    const kernel = new FakeKernel(a);
    const page = a.grants.frames[0]! * PAGE;
    for (let i = 0; i < PAGE; i += 4) a.memory.write32(page + i, 0xffffff01);
    for (const index of [1, 17, 28]) a.params.set(index, 0xffff_ffff_ffff_ffffn);
    expect(kernel.u32(0x40008000)).toBe(0xeafffffe);
    const { ranges, granted } = mapDomain(a);
    expect(ranges.filter(({ kind }) => kind === 'magic').map(({ name }) => name)).toEqual(['unused']);
    expect(granted).toHaveLength(1);
  });
});

describe('the owners of main memory', () => {
  it('have all of it, and a domain that is gone has nothing', () => {
    const { toolstack, xen, a, b } = start();
    const sum = (owner: number | string): number =>
      frameOwners(xen).reduce((all, one) => all + (one.owner === owner ? one.size : 0), 0);
    const all = frameOwners(xen);
    expect(all[0]!.base).toBe(0x80000000);
    all.slice(1).forEach(({ base }, i) => expect(base).toBe(all[i]!.base + all[i]!.size));
    expect(all.at(-1)!.base + all.at(-1)!.size).toBe(0x80000000 + 64 * MIB);
    expect(sum(a.id)).toBe((a.pages + 2) * PAGE);
    expect(sum('free')).toBe(xen.heap.free * PAGE);
    toolstack.destroy(a.id);
    expect([sum(a.id), sum(b.id)]).toEqual([0, (b.pages + 2) * PAGE]);
  });
});
