import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseBlob, writeBlob } from '../../src/dt/blob';
import { loadSource } from '../../src/dt/source/compile';
import type { DeviceTree } from '../../src/dt/tree';
import { type Board, BOARDS, findBoard } from '../../src/emu/boards';
import { planBoot, type BootPlan } from '../../src/lab/boot-plan';
import type { LabConfiguration } from '../../src/lab/protocol';
import { buildElf } from '../image/elf-builder';
import { buildZImage } from '../image/zimage-builder';
import { FakeHost } from './fake-machine';

const MIB = 1 << 20;
const RAM = 0x8000_0000;
const IMAGE = new Uint8Array(8192).map((_, at) => at & 0xff);
const payload = gzipSync(IMAGE);
const zImage = (appended?: Uint8Array): Uint8Array =>
  buildZImage({ payload, unpackedSize: IMAGE.length, sizeAppended: false, ...(appended && { appended }) });
const elf = (entry: bigint, bits: 32 | 64 = 32): Uint8Array =>
  buildElf({
    bits,
    machine: 40,
    entry,
    segments: [
      { virtual: 0xc001_0000n, physical: 0x8001_0000n, data: Uint8Array.of(1, 2, 3), memorySize: 16, flags: 5 },
    ],
  });

async function plan(
  configuration: LabConfiguration,
  files: Record<string, Uint8Array>,
  cpus = 1,
  memoryMiB = 1024,
  board: Board = BOARDS[0]!,
) {
  const host = new FakeHost();
  for (const [name, contents] of Object.entries(files)) host.files.set(name, contents);
  return planBoot({ host, board, configuration, cpus, memoryBytes: memoryMiB * MIB });
}

const treeOf = ({ images, entry }: BootPlan): DeviceTree =>
  parseBlob(images.find(({ address }) => address === entry.registers?.[2])!.bytes);

function cells(tree: DeviceTree, path: string, property: string): number[] {
  let node = tree.root;
  for (const name of path.split('/').filter(Boolean)) node = node.child(name)!;
  const value = node.property(property)!.value;
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  return Array.from({ length: value.length / 4 }, (_, i) => view.getUint32(4 * i));
}

const text = (tree: DeviceTree, node: string, property: string): string | undefined => {
  const value = tree.root.child(node)?.property(property)?.value;
  return value && new TextDecoder().decode(value.subarray(0, -1));
};

describe('a boot of Linux', () => {
  const configuration = { kernel: 'k', initrd: 'i', args: 'console=ttyAMA0' };
  const files = { k: zImage(), i: new Uint8Array(5000) };

  it('unpacks the kernel and enters it as the boot protocol says', async () => {
    const { images, entry } = await plan(configuration, files);
    expect(images[0]!.address).toBe(RAM + 0x8000);
    expect(images[0]!.bytes).toEqual(IMAGE);
    expect(entry).toEqual({
      pc: RAM + 0x8000,
      cpsr: 0x1d3,
      registers: [0, 0xffff_ffff, images[1]!.address],
      secure: true,
    });
  });

  it('leaves the unpacking to the guest when it is told to', async () => {
    const { images, entry } = await plan({ ...configuration, decompress: 'guest' }, files);
    expect(images[0]!.bytes).toEqual(files.k);
    expect(entry.pc).toBe(images[0]!.address);
  });

  it('tells the tree of the machine, the RAM disk and the command line', async () => {
    const found = await plan(configuration, files, 1, 256);
    const tree = treeOf(found);
    const disk = found.images[2]!;
    expect(text(tree, 'chosen', 'bootargs')).toBe('console=ttyAMA0');
    expect(cells(tree, 'chosen', 'linux,initrd-start')).toEqual([disk.address]);
    expect(cells(tree, 'chosen', 'linux,initrd-end')).toEqual([disk.address + 5000]);
    expect(cells(tree, 'memory@80000000', 'reg')).toEqual([0, RAM, 0, 256 * MIB]);
    expect([...tree.root.child('cpus')!.children.keys()].filter(name => name.startsWith('cpu@'))).toEqual(['cpu@0']);
    // What is kept for who asks: the tree before that, and after.
    const [host, kernel] = found.trees.trees;
    expect([host!.name, parseBlob(host!.blob).root.child('chosen')!.property('bootargs')]).toEqual(['host', undefined]);
    expect([kernel!.name, kernel!.blob]).toEqual(['kernel', found.images[1]!.bytes]);
  });

  it('keeps both cores in the tree of a machine that has both', async () => {
    const tree = treeOf(await plan(configuration, files, 2));
    expect([...tree.root.child('cpus')!.children.keys()].filter(name => name.startsWith('cpu@'))).toHaveLength(2);
  });

  it("prefers the user's tree to an appended one, and that to the board's", async () => {
    const own = (model: string): Uint8Array => writeBlob(loadSource(`/dts-v1/;\n/ { model = "${model}"; };\n`));
    const model = async (given: LabConfiguration, more: Record<string, Uint8Array>): Promise<unknown> => {
      const tree = treeOf(await plan({ kernel: 'k', ...given }, more));
      return new TextDecoder().decode(tree.root.property('model')!.value).replace('\0', '');
    };
    const appended = zImage(own('appended'));
    expect(await model({}, { k: zImage() })).toBe('V2P-CA15');
    expect(await model({}, { k: appended })).toBe('appended');
    expect(await model({ deviceTree: 't' }, { k: appended, t: own('given') })).toBe('given');
  });
});

describe('a program with a place of its own', () => {
  it('lies where it is linked to, zeros behind it, with a tree out of its way', async () => {
    const { images, entry } = await plan({ elf: 'e' }, { e: elf(0x8001_0000n) });
    expect(images[0]).toEqual({ address: 0x8001_0000, bytes: Uint8Array.of(1, 2, 3, ...new Uint8Array(13)) });
    expect(entry.pc).toBe(0x8001_0000);
    expect(images[1]!.address % (2 * MIB)).toBe(0);
    expect(entry.registers).toEqual([0, 0xffff_ffff, images[1]!.address]);
  });

  it('starts in Thumb state when its entry says so', async () => {
    const { entry } = await plan({ elf: 'e', el: 1 }, { e: elf(0x8001_0001n) });
    expect(entry).toMatchObject({ pc: 0x8001_0000, cpsr: 0x1f3, secure: false });
  });

  it('can be raw files', async () => {
    const load = [
      { file: 'a', address: RAM },
      { file: 'b', address: 0x2e00_0000 },
    ];
    const { images, entry } = await plan({ load, entry: RAM + 4 }, { a: new Uint8Array(8), b: Uint8Array.of(7) });
    expect(images.slice(0, 2).map(({ address }) => address)).toEqual([RAM, 0x2e00_0000]);
    expect(entry.pc).toBe(RAM + 4);
  });

  it('leaves room for a tree even where it claims the usual place', async () => {
    const load = [{ file: 'a', address: RAM + 127 * MIB }];
    const { images } = await plan({ load }, { a: new Uint8Array(4 * MIB) });
    expect(images[1]!.address).toBeGreaterThanOrEqual(RAM + 131 * MIB);
  });

  it('is the demo when nothing else is given', async () => {
    const { entry, placed } = await plan({}, {});
    expect(entry.pc).toBe(0x8001_0000);
    expect(placed[0]!.name).toBe('demo guest');
  });
});

describe('a board without a secure state', () => {
  const board = findBoard('virt')!;
  const bare = (el?: 1 | 3) =>
    plan({ load: [{ file: 'b', address: 0x4001_0000 }], ...(el && { el }) }, { b: IMAGE }, 3, 64, board);

  it('starts programs at exception level 1, whether that was said or not', async () => {
    for (const el of [undefined, 1] as const) expect((await bare(el)).entry.secure).toBe(false);
    const { entry } = await plan({ kernel: 'k' }, { k: zImage() }, 1, 64, board);
    expect(entry.secure).toBe(false);
    await expect(bare(3)).rejects.toThrow('el: the processor of virt has no exception level 3, only 1');
  });

  it('has memory where the demo guest is linked', async () => {
    const { entry } = await plan({}, {}, 1, board.ram.fitted / MIB, board);
    expect(entry.pc).toBe(0x8001_0000);
  });

  it('describes as many cores as there are', async () => {
    const tree = treeOf(await bare());
    expect([...tree.root.child('cpus')!.children.keys()]).toEqual(['cpu@0', 'cpu@1', 'cpu@2']);
    expect(cells(tree, '/memory@40000000', 'reg')).toEqual([0, 0x4000_0000, 0, 64 * MIB]);
  });
});
