// The way of the first releases: the tree is in Xen, and the kernel of dom0 where that tree says, or in flash.
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { findNode } from '../../src/dt/access';
import { parseBlob, writeBlob } from '../../src/dt/blob';
import { loadSource } from '../../src/dt/source/compile';
import { BOARDS } from '../../src/emu/boards';
import { Machine } from '../../src/emu/machine';
import { planBoot, type BootPlan } from '../../src/lab/boot-plan';
import { checkConfiguration } from '../../src/lab/configuration';
import { describeProblem, problemsOf } from '../../src/lab/problems';
import type { LabConfiguration } from '../../src/lab/protocol';
import { buildXen } from '../image/xen-builder';
import { buildZImage } from '../image/zimage-builder';
import { FakeHost } from './fake-machine';

const MIB = 1 << 20;
const RAM = 0x8000_0000;
const BOARD = BOARDS[0]!;
const kernel = buildZImage({ payload: gzipSync(new Uint8Array(64)), unpackedSize: 64, sizeAppended: false });
const tree = (chosen: string, cpus = 1): Uint8Array =>
  writeBlob(
    loadSource(`/dts-v1/;\n/ { #address-cells = <1>; #size-cells = <1>;
      memory@80000000 { device_type = "memory"; reg = <0x80000000 0x10000000>; };
      cpus { #address-cells = <1>; #size-cells = <0>;
        ${Array.from({ length: cpus }, (_, i) => `cpu@${i} { device_type = "cpu"; reg = <${i}>; };`).join(' ')} };
      ${chosen} };\n`),
  );
const module = (address: number, size: number): string =>
  `chosen { bootargs = "console=dtuart"; #address-cells = <1>; #size-cells = <1>;
    module@0 { compatible = "xen,linux-zimage", "xen,multiboot-module"; reg = <${address} ${size}>; }; };`;
const WITH_MODULE = buildXen({ tree: tree(module(0x8400_0000, 0x1000)) });
const WITHOUT = buildXen({ tree: tree('chosen { bootargs = "console=dtuart"; };') });
const LAB: LabConfiguration = { hypervisor: 'xen', deviceTree: 'none' };

async function plan(
  given: LabConfiguration,
  files: Record<string, Uint8Array | string>,
  board = BOARD,
): Promise<BootPlan> {
  const host = new FakeHost();
  const folders = new Map<string, Set<string>>();
  for (const [name, contents] of Object.entries({ k: kernel, ...files })) {
    host.files.set(name, typeof contents === 'string' ? new TextEncoder().encode(contents) : contents);
    const parts = name.split('/');
    for (let i = 1; i < parts.length; i++) {
      const folder = parts.slice(0, i).join('/');
      folders.set(folder, (folders.get(folder) ?? new Set()).add(parts[i]!));
    }
  }
  const stat = host.stat.bind(host);
  host.stat = async path => (folders.has(path) ? { size: 0, isDirectory: true } : stat(path));
  host.list = async path => [...(folders.get(path) ?? [])].sort();
  return planBoot({ host, board, configuration: checkConfiguration(given), cpus: 1, memoryBytes: 256 * MIB });
}
const placed = ({ placed: all }: BootPlan) => all.map(({ role, name, address }) => [role, name, address]);
const notes = ({ problems }: BootPlan): string[] => problems.map(describeProblem);

async function refusal(given: LabConfiguration, files: Record<string, Uint8Array | string>): Promise<string> {
  try {
    await plan(given, files);
  } catch (error) {
    return problemsOf(error).map(describeProblem).join('\n');
  }
  throw new Error('nothing was refused');
}

describe('a tree linked into Xen', () => {
  it('is left alone, and the kernel goes where it says', async () => {
    const found = await plan({ ...LAB, kernel: 'k' }, { xen: WITH_MODULE });
    expect(found.entry).toMatchObject({ registers: [0, 0xffff_ffff, 0], cpsr: 0x1da, secure: false });
    expect(placed(found)).toEqual([
      ['kernel of dom0', 'k', 0x8400_0000],
      ['Xen', 'xen', RAM + 254 * MIB],
    ]);
    const [host, ...others] = found.trees.trees;
    expect([host, others]).toMatchObject([{ name: 'host', about: 'linked into Xen' }, []]);
    expect(findNode(parseBlob(host!.blob), '/chosen/module@0')).toBeDefined();
    const { bytes } = found.images.find(({ address }) => address === 0x8400_0000)!;
    expect(bytes).toHaveLength(0x1000);
    expect(bytes.subarray(0, kernel.length)).toEqual(kernel);
    expect(notes(found)).toEqual([]);
  });

  it('may have its module filled by --load', async () => {
    const load = [{ file: 'raw', address: 0x8400_0000 }];
    const found = await plan({ ...LAB, load }, { xen: WITH_MODULE, raw: new Uint8Array(0x1000) });
    expect(placed(found)[0]).toEqual(['file', 'raw', 0x8400_0000]);
  });

  it('may list more cores than there are, which is said', async () => {
    const found = await plan(
      { ...LAB, kernel: 'k' },
      { xen: buildXen({ tree: tree(module(0x8400_0000, 0x1000), 2) }) },
    );
    expect(notes(found)).toEqual([
      expect.stringMatching(/^xen: the linked tree lists 2 cores, the machine has 1.*--cpus 2/),
    ]);
  });

  it('without /chosen is refused', async () => {
    await expect(plan({ ...LAB, kernel: 'k' }, { xen: buildXen({ tree: tree('') }) })).rejects.toThrow(
      /^xen: the linked tree has no \/chosen.*build Xen with a tree that has one$/,
    );
  });

  it('without a module has Xen look at the beginning of the flash', async () => {
    const found = await plan({ ...LAB, kernel: 'k' }, { xen: WITHOUT });
    expect(placed(found)[0]).toEqual(['kernel of dom0', 'k', 0]);
  });
});

describe('flash', () => {
  const card = (address: string): Record<string, Uint8Array | string> => ({
    xen: WITHOUT,
    'card/MB/HBI0190D/BOARDS/images.txt': `[IMAGES]\nTOTALIMAGES: 2\nNOR0UPDATE: AUTO\nNOR0ADDRESS: BOOT\nNOR0FILE: \\SOFTWARE\\bm.axf\nNOR4ADDRESS: ${address} ;Image Flash Address\nNOR4FILE: \\SOFTWARE\\Xen\\zImage\n`,
    'card/SOFTWARE/Xen/zImage': kernel,
  });
  const lab = { ...LAB, sdcard: 'card' };

  it.each([
    ['00000000', 0],
    ['08000000', 0x0800_0000],
  ])('has the images of images.txt: %s', async (written, address) => {
    const found = await plan(lab, card(written));
    expect(placed(found)[0]).toEqual(['flash image', 'card/SOFTWARE/Xen/zImage', address]);
    expect(notes(found)).toEqual([]);
  });

  it('is what the machine finds there', async () => {
    const found = await plan(lab, card('000c0000'));
    const machine = new Machine({
      ...{ board: BOARD, cpus: 1, memoryBytes: 256 * MIB, output: () => {}, log: () => {}, baseSeconds: 0 },
    });
    machine.start(found);
    // Chip select 0 answers at both addresses.
    for (const base of [0, 0x0800_0000]) expect(machine.readPhysical(base + 0xc0000, kernel.length)).toEqual(kernel);
  });

  it('may have the kernel elsewhere, for a Xen that was built for that', async () => {
    expect(notes(await plan(lab, card('000c0000')))).toEqual([
      expect.stringMatching(
        /^xen: .* beginning of the flash \(address 0x0\), but the one there is lies at 0xc0000; .*xen\.flash/,
      ),
    ]);
  });

  it('is read for a boot with a tree too', async () => {
    const dts = `/dts-v1/;\n/ { #address-cells = <1>; #size-cells = <1>; ${module(0x0c00_0000, kernel.length)} };\n`;
    const found = await plan({ ...lab, deviceTree: 't.dts' }, { ...card('0C000000'), 't.dts': dts });
    expect(placed(found)[0]).toEqual(['flash image', 'card/SOFTWARE/Xen/zImage', 0x0c00_0000]);
  });

  it.each<[string, LabConfiguration, Record<string, Uint8Array | string>, RegExp]>([
    [
      'no kernel anywhere',
      LAB,
      { xen: WITHOUT },
      /^xen: the linked tree names no kernel, so Xen looks at the beginning of the flash \(address 0x0\), and no image covers that; give --kernel FILE, or an images\.txt.* \[xen\.flash\]$/,
    ],
    [
      'an image outside of the flash',
      lab,
      card('80000000'),
      /images\.txt:7: NOR4ADDRESS 0x80000000 with the \d+ bytes of .*zImage is outside of the flash; it is at 0x8000000-0xc000000, .*\[xen\.flash\]$/,
    ],
    [
      'an image that is not there',
      lab,
      { ...card('0'), 'card/SOFTWARE/Xen/zImage': undefined as never },
      /card\/SOFTWARE\/Xen\/zImage.*image NOR4/,
    ],
    [
      'no tree',
      { ...LAB, kernel: 'k' },
      { xen: buildXen() },
      /^xen: no device tree is linked into this Xen.*leave --dtb none away \[xen\.tree\]$/,
    ],
    [
      'a module that nothing fills',
      LAB,
      { xen: WITH_MODULE },
      /^\/chosen\/module@0: the tree promises.*0x84000000-0x84001000.*\[xen\.module\]$/,
    ],
    [
      'a kernel larger than its module',
      { ...LAB, kernel: 'k' },
      { xen: buildXen({ tree: tree(module(0x8400_0000, 16)) }) },
      /^k: \d+ bytes, but \/chosen\/module@0 of the linked tree has 16; .*\[xen\.module\]$/,
    ],
    [
      'a RAM disk that the tree does not know',
      { ...LAB, kernel: 'k', initrd: 'i' },
      { xen: WITHOUT, i: new Uint8Array(8) },
      /no module for a RAM disk.*\[xen\.tree\]$/,
    ],
    [
      'a command line',
      { ...LAB, kernel: 'k', xenArgs: 'x' },
      { xen: WITH_MODULE },
      /^xenArgs is a matter of the device tree, and that is inside of xen.*\[configuration\.conflict\]$/,
    ],
    [
      'something else than a zImage',
      { ...LAB, kernel: 'xen' },
      { xen: WITH_MODULE },
      /^xen: offset 0x24: no zImage magic.*Xen binary.*\[image\.magic\]$/,
    ],
  ])('refuses %s', async (_what, given, files, expected) => {
    const there = Object.fromEntries(Object.entries(files).filter(([, contents]) => contents !== undefined));
    const said = await refusal(given, there);
    expect(said).toMatch(expected);
    expect(said).not.toContain('\n');
  });
});
