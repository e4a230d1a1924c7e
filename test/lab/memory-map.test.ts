// The memory map of a lab: every address of the board once, domains with names for what they have, and all of it plain data.
import { describe, expect, it } from 'vitest';
import { BOARDS, findBoard } from '../../src/emu/boards';
import { mapLab } from '../../src/lab/builtin/memory-map';
import { imageParts, mapBoard } from '../../src/lab/board-map';
import { formatAddress, type MapEntry } from '../../src/lab/memory-map';
import { openLab } from '../../src/lab/lab';
import { nodeHost } from '../../src/lab/node/host';
import { localLab } from '../../src/lab/node/local';
import { openFake } from './fake-machine';
import { buildDom0 } from '../../src/hyp';
import { loadSource } from '../../src/dt/source/compile';
import { bench } from '../hyp/bench';
import { planOf, toolstackBench } from '../hyp/toolstack-bench';

const MIB = 2 ** 20;
const board = findBoard('vexpress-v2p-ca15-tc1')!;
const find = (entries: readonly MapEntry[], address: number): MapEntry =>
  entries.find(({ base, size }) => address >= base && address < base + size)!;
const isSeamless = (entries: readonly MapEntry[]): boolean =>
  entries[0]!.base === 0 && entries.slice(1).every(({ base }, i) => base === entries[i]!.base + entries[i]!.size);

describe('the physical map', () => {
  it.each(BOARDS.map(one => [one.name, one] as const))('of %s has every address of 32 bits once', (_, one) => {
    const { space, entries } = mapBoard(one, one.ram.least, []);
    expect(space).toBe('pa');
    expect(isSeamless(entries)).toBe(true);
    expect(entries.at(-1)!.base + entries.at(-1)!.size).toBe(2 ** 32);
    for (const { name, about } of entries) expect([name, about]).not.toContain('');
  });

  it('names RAM, parts of devices, what is not modelled and why there is nothing', () => {
    const { entries } = mapBoard(board, 64 * MIB, []);
    expect(find(entries, 0x80000000)).toMatchObject({ kind: 'ram', size: 64 * MIB });
    expect(find(entries, 0x84000000)).toMatchObject({ kind: 'absent', about: 'beyond the memory that is fitted' });
    expect(find(entries, 0x2c004000)).toMatchObject({ kind: 'device', name: 'gic hypervisor' });
    expect(find(entries, 0x1c090000)).toMatchObject({ kind: 'device', name: 'uart0' });
    expect(find(entries, 0x2a420000)).toMatchObject({ kind: 'unmodelled', name: 'scc' });
  });

  it('has what was loaded in the memory where it lies', () => {
    const row = { end: 0, why: 'linked to run here', size: 8 };
    const placement = [
      { ...row, role: 'program', name: '/lab/guest.elf', address: 0x2e000000 },
      { ...row, role: 'device tree', name: 'device tree', address: 0x80000000 },
    ];
    const { entries } = mapBoard(board, 64 * MIB, imageParts(placement));
    expect(find(entries, 0x2e000000).parts).toMatchObject([
      { name: 'program', about: 'guest.elf, linked to run here' },
    ]);
    expect(find(entries, 0x80000000).parts).toMatchObject([{ name: 'device tree', about: 'linked to run here' }]);
  });

  it('writes addresses with their space', () => {
    expect(formatAddress('pa', 0x80000000)).toBe('pa:0x80000000');
    expect(formatAddress('dom1:ipa', 0x2_0000_0000)).toBe('dom1:ipa:0x200000000');
  });
});

describe('the map of a lab', () => {
  const ports = { sink: () => ({ write: () => {} }), log() {}, problem() {}, domains() {}, progress() {} };

  it('of the bare board has the program that was loaded', async () => {
    const opened = await openLab({ hypervisor: 'none', memory: 64 }, nodeHost, ports);
    const [physical, ...domains] = opened.memoryMap!().spaces;
    expect(domains).toEqual([]);
    const names = find(physical!.entries, 0x80000000).parts!.map(({ name }) => name);
    expect(names).toContain('program');
    expect(names).toContain('device tree');
  });

  it('follows the domains that the machine has', async () => {
    const opened = await openLab({ memory: 256 }, nodeHost, ports);
    const spaces = () => opened.memoryMap!().spaces.map(({ space }) => space);
    expect(spaces()).toEqual(['pa']);
    opened.machine.run(1);
    expect(spaces()).toEqual(['pa', 'dom0:ipa', 'dom1:ipa']);
    await opened.machine.domains!.perform({ verb: 'destroy', domain: 'demo' });
    expect(spaces()).toEqual(['pa', 'dom0:ipa']);
    opened.machine.close?.();
  });

  it('is refused where there is none', async () => {
    const { client, terminate } = localLab(openFake);
    await client.request('start', {});
    await expect(client.request('memoryMap', {})).rejects.toThrow('this machine has no memory map');
    await terminate();
  });
});

describe('the map of a machine with domains', () => {
  it('is the board alone before the machine has run', () => {
    expect(mapLab(board, 64 * MIB, undefined, []).spaces.map(({ space }) => space)).toEqual(['pa']);
  });

  it('shows memory by its owner, and a domain with what is in it', () => {
    const { toolstack, xen } = toolstackBench();
    toolstack.create(planOf('win', { ramdisk: new Uint8Array(5000) }), true);
    const map = mapLab(board, 64 * MIB, xen, toolstack.list());
    expect(map.spaces.map(({ space, title }) => [space, title])).toEqual([
      ['pa', board.title],
      ['dom1:ipa', 'win'],
    ]);
    const [physical, win] = map.spaces;
    const owners = find(physical!.entries, 0x80000000).parts!;
    expect(new Set(owners.map(({ kind }) => kind))).toEqual(new Set(['domain', 'xen', 'free']));
    expect(owners.find(({ kind }) => kind === 'domain')).toMatchObject({ name: 'win', domain: 1 });
    expect(isSeamless(win!.entries)).toBe(true);
    const ram = find(win!.entries, 0x40000000);
    expect(ram.machine!.reduce((sum, { size }) => sum + size, 0)).toBe(4 * MIB);
    expect(ram.parts!.map(({ name }) => name)).toEqual(['kernel', 'RAM disk', 'device tree']);
    // The console ring is granted to domain 0, which the backends stand for.
    expect(find(win!.entries, 0x39000000)).toMatchObject({ name: 'console ring', kind: 'magic' });
    expect(find(win!.entries, 0x39000000).parts).toMatchObject([{ kind: 'granted', domain: 0 }]);
    expect(find(win!.entries, 0x38000000).about).toMatch(/grant table/);
    expect(structuredClone(map)).toEqual(map);
  });

  it('names the devices of dom0 as the board does', () => {
    const tree = loadSource(board.deviceTree.source, { file: board.deviceTree.file });
    const kernel = { bytes: new Uint8Array(Uint32Array.of(0xeafffffe).buffer), offset: 0x8000, name: 'loop' };
    const uart = '/bus@8000000/motherboard-bus@8000000/iofpga-bus@300000000/serial@90000';
    const { machine, xen } = bench(x => void buildDom0(x, { kernel, args: '', cpus: 1, memory: 32 * MIB, tree, uart })); // prettier-ignore
    machine.run(1);
    const [, dom0] = mapLab(board, 64 * MIB, xen, []).spaces;
    expect(dom0!.space).toBe('dom0:ipa');
    expect(find(dom0!.entries, 0x1c0a0000)).toMatchObject({ kind: 'device', name: 'uart1', machine: [{ base: 0x1c0a0000 }] }); // prettier-ignore
    expect(find(dom0!.entries, 0x1c090000)).toMatchObject({ kind: 'absent' });
    expect(find(dom0!.entries, 0x2c001000)).toMatchObject({ kind: 'gic', name: 'GIC distributor' });
    expect(find(dom0!.entries, 0x2c002000)).toMatchObject({ kind: 'gic', machine: [{ base: 0x2c006000 }] });
    const ram = dom0!.entries.find(({ kind }) => kind === 'ram')!;
    expect(ram.machine).toEqual([{ base: ram.base, size: ram.size }]);
    expect(ram.parts!.map(({ name }) => name)).toEqual(['kernel', 'device tree']);
  });
});
