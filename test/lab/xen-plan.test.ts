// What is in memory when Xen starts: the plan of a boot, byte for byte where Xen looks.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { findNode, getCells, getString, getStrings } from '../../src/dt/access';
import { writeBlob } from '../../src/dt/blob';
import { loadSource } from '../../src/dt/source/compile';
import { printDts } from '../../src/dt/output/dts';
import { UNPACKED_HEAD } from '../../src/image';
import type { LabConfiguration } from '../../src/lab/protocol';
import { buildZImage } from '../image/zimage-builder';
import {
  MIB,
  RAM,
  UART0,
  IMAGE,
  zImage,
  cpio,
  FILES,
  LAB,
  plan,
  at,
  treeOf,
  chosenOf,
  notes,
  dts,
  module,
  modules,
} from './xen-bench';

describe('a boot of Xen', () => {
  it('enters Xen in Hyp mode, with the tree in r2', async () => {
    const found = await plan(LAB);
    const [, , dtb] = found.entry.registers!;
    expect(found.entry).toEqual({
      pc: RAM + 1022 * MIB,
      registers: [0, 0xffff_ffff, dtb],
      cpsr: 0x1da,
      secure: false,
    });
    expect(at(found, found.entry.pc!)).toEqual(FILES['xen']);
    expect(dtb! % (2 * MIB)).toBe(0);
    expect(found.problems).toEqual([]);
  });

  it('tells Xen of kernel and RAM disk, with their sizes', async () => {
    const found = await plan(LAB);
    const [kernel, ramdisk] = modules(found).map(path => module(found, path));
    expect(getStrings(kernel!.node, 'compatible')).toEqual([
      ...['multiboot,kernel', 'multiboot,module', 'xen,linux-zimage', 'xen,multiboot-module'],
    ]);
    expect(kernel!.size).toBe(kernel!.bytes.length);
    expect(getStrings(ramdisk!.node, 'compatible')![0]).toBe('multiboot,ramdisk');
    expect(ramdisk!.size).toBe(cpio.length);
    expect(ramdisk!.bytes).toEqual(cpio);
    expect(getCells(chosenOf(found), '#address-cells')).toEqual([2]);
    expect(getCells(chosenOf(found), '#size-cells')).toEqual([2]);
  });

  it('gives Xen a zImage with nothing left to unpack, or the file as it is', async () => {
    const unpacked = module(await plan(LAB), '/chosen/module');
    expect(unpacked.bytes.subarray(UNPACKED_HEAD, UNPACKED_HEAD + IMAGE.length)).toEqual(IMAGE);
    const plain = module(await plan({ ...LAB, decompress: 'guest' }), '/chosen/module');
    expect(plain.bytes).toEqual(FILES['k']);
  });

  it('leaves a kernel packed when dom0 is too small for both forms of it', async () => {
    const high = buildZImage({
      payload: gzipSync(IMAGE),
      unpackedSize: IMAGE.length,
      sizeAppended: false,
      textOffset: 0x208000,
    });
    const found = await plan({ ...LAB, xenArgs: 'dom0_mem=8M' }, { k: high });
    expect(module(found, '/chosen/module').bytes).toEqual(high);
    expect(found.placed.find(({ role }) => role === 'kernel of dom0')!.why).toMatch(/8 MiB are too few/);
  });

  it('keeps RAM whole from its beginning on', async () => {
    const { placed } = await plan({ ...LAB, memory: 256 });
    expect(placed.map(({ role }) => role)).toEqual(['device tree', 'RAM disk of dom0', 'kernel of dom0', 'Xen']);
    expect(placed[0]!.address).toBeGreaterThan(RAM + 240 * MIB);
    expect(placed.at(-1)!.reserved).toEqual({ from: RAM + 254 * MIB, to: RAM + 254 * MIB + 0x9000 });
  });

  it('says memory and cores of the machine', async () => {
    const tree = treeOf(await plan({ ...LAB, memory: 512 }));
    expect(getCells(tree.root.child('memory@80000000')!, 'reg')).toEqual([0, RAM, 0, 512 * MIB]);
    expect([...tree.root.child('cpus')!.children.keys()]).toEqual(['cpu@0']);
    expect([
      ...treeOf(await plan({ ...LAB, cpus: 2 }))
        .root.child('cpus')!
        .children.keys(),
    ]).toHaveLength(2);
  });

  it('takes a kernel in gzip, as Xen does', async () => {
    const packed = module(await plan({ ...LAB, decompress: 'guest' }, { k: gzipSync(zImage()) }), '/chosen/module');
    expect([...packed.bytes.subarray(0, 2)]).toEqual([0x1f, 0x8b]);
    const unpacked = module(await plan(LAB, { k: gzipSync(zImage()) }), '/chosen/module');
    expect(unpacked.bytes.subarray(UNPACKED_HEAD, UNPACKED_HEAD + IMAGE.length)).toEqual(IMAGE);
  });

  it('leaves out a tree behind the kernel, and says so', async () => {
    const found = await plan({ ...LAB, decompress: 'guest' }, { k: zImage(writeBlob(loadSource(dts('')))) });
    expect(module(found, '/chosen/module').bytes.length).toBe(zImage().length);
    expect(notes(found)).toEqual([
      expect.stringMatching(/^k: the device tree behind the kernel is left out.*xen\.choice/),
    ]);
  });
});

describe('command lines', () => {
  const lines = async (given: LabConfiguration, more = {}): Promise<(string | undefined)[]> => {
    const chosen = chosenOf(await plan({ ...LAB, ...given }, more));
    return ['xen,xen-bootargs', 'xen,dom0-bootargs', 'bootargs'].map(name => getString(chosen, name));
  };
  const XEN = `console=dtuart dtuart=${UART0} dom0_mem=512M`;

  it('make Xen and dom0 talk', async () => {
    expect(await lines({})).toEqual([XEN, 'console=hvc0', undefined]);
  });

  it('are the ones given, with what they do not say', async () => {
    expect(await lines({ xenArgs: 'loglvl=all', args: 'rdinit=/bin/sh' })).toEqual([
      `loglvl=all ${XEN}`,
      'console=hvc0 rdinit=/bin/sh',
      undefined,
    ]);
    expect(await lines({ xenArgs: 'console=none dom0_mem=256M', args: 'console=tty0' })).toEqual([
      ...['console=none dom0_mem=256M', 'console=tty0', undefined],
    ]);
    expect((await lines({ xenArgs: 'console=dtuart,com1 dtuart=serial1' }))[0]).toBe(
      'console=dtuart,com1 dtuart=serial1 dom0_mem=512M',
    );
  });

  it.each([
    [1024, 512],
    [640, 512],
    [512, 384],
    [256, 128],
    [128, 64],
  ])('of %i MiB leave dom0 %i', async (memory, dom0) => {
    expect((await lines({ memory }))[0]).toContain(` dom0_mem=${dom0}M`);
  });

  it('take the UART that the tree names', async () => {
    const uart = (chosen: string): string =>
      dts(
        `${chosen} aliases { serial0 = "/b"; }; a { compatible = "arm,pl011"; }; b { }; c { compatible = "arm,pl011"; };`,
      );
    const xen = async (tree: string): Promise<string> => (await lines({ deviceTree: 't.dts' }, { 't.dts': tree }))[0]!;
    expect(await xen(uart(`chosen { stdout-path = "/c:115200n8"; };`))).toContain('dtuart=/c ');
    expect(await xen(uart('chosen { };'))).toContain('dtuart=/b ');
    expect(await xen(dts('chosen { }; a { compatible = "arm,pl011"; };'))).toContain('dtuart=/a ');
    expect(await xen(dts('chosen { };'))).toBe('console=dtuart dom0_mem=512M');
  });
});

describe("the user's tree", () => {
  const withTree = (body: string, given: LabConfiguration = {}, more: Record<string, Uint8Array> = {}) =>
    plan({ ...LAB, deviceTree: 't.dts', ...given }, { 't.dts': body, ...more });

  it('gets memory, and the plan says so', async () => {
    const found = await withTree('/dts-v1/;\n/ { #address-cells = <2>; #size-cells = <2>; chosen { }; };\n');
    expect(notes(found)).toEqual([
      't.dts: the tree has no memory node; it gets one with the 1024 MiB of the machine [xen.choice]',
    ]);
    expect(getCells(treeOf(found).root.child('memory@80000000')!, 'reg')).toEqual([0, RAM, 0, 1024 * MIB]);
    expect(modules(found)).toHaveLength(2);
  });

  it('keeps its banks of memory, and nothing lies across them or in what it reserves', async () => {
    const banks = `/dts-v1/; /memreserve/ 0x9fe00000 0x200000;
      / { #address-cells = <1>; #size-cells = <1>;
        memory@80000000 { device_type = "memory"; reg = <0x80000000 0x10000000>, <0x98000000 0x8000000>; };
        reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges;
          buffer@9f000000 { reg = <0x9f000000 0x800000>; }; };
        chosen { #address-cells = <1>; #size-cells = <1>; xen,static-heap = <0x9c000000 0x3000000>; }; };`;
    const found = await withTree(banks);
    expect(getCells(treeOf(found).root.child('memory@80000000')!, 'reg')).toHaveLength(4);
    expect(found.placed.map(({ role, name, address }) => [role, name, address.toString(16)])).toEqual([
      ['device tree', 'device tree', '9be00000'],
      ['reserved memory', 'xen,static-heap', '9c000000'],
      ['reserved memory', '/reserved-memory/buffer@9f000000', '9f000000'],
      ['RAM disk of dom0', 'i', '9f800000'],
      ['kernel of dom0', 'k', '9fa00000'],
      ['Xen', 'xen', '9fc00000'],
      ['reserved memory', '/memreserve/', '9fe00000'],
    ]);
  });

  it('is rewritten with --memory', async () => {
    const found = await withTree(dts('chosen { };'), { memory: 256 });
    expect(getCells(treeOf(found).root.child('memory@80000000')!, 'reg')).toEqual([RAM, 256 * MIB]);
  });

  it('keeps its own command lines, unless there are options', async () => {
    const chosen = dts('chosen { xen,xen-bootargs = "console=dtuart a"; xen,dom0-bootargs = "b"; bootargs = "c"; };');
    const kept = await withTree(chosen);
    expect(getString(chosenOf(kept), 'xen,xen-bootargs')).toBe('console=dtuart a');
    expect(getString(chosenOf(kept), 'xen,dom0-bootargs')).toBe('b');
    expect(notes(kept)).toEqual([]);
    const replaced = await withTree(chosen, { xenArgs: 'x', args: 'y' });
    expect(getString(chosenOf(replaced), 'xen,dom0-bootargs')).toBe('console=hvc0 y');
    expect(notes(replaced)).toEqual([
      '--xen-append replaces the command line of Xen in the tree, "console=dtuart a" [xen.choice]',
      '--append replaces the command line of dom0 in the tree, "b" [xen.choice]',
    ]);
  });

  it('may have bootargs for dom0, or for Xen, by the rules of Xen', async () => {
    const forDom0 = chosenOf(await withTree(dts('chosen { bootargs = "c"; };')));
    expect(getString(forDom0, 'xen,dom0-bootargs')).toBeUndefined();
    expect(getString(forDom0, 'xen,xen-bootargs')).toContain('console=dtuart');
    const forXen = await withTree(dts('chosen { bootargs = "c"; xen,dom0-bootargs = "d"; };'));
    expect(getString(chosenOf(forXen), 'xen,xen-bootargs')).toBeUndefined();
  });

  it('says that Xen may be silent', async () => {
    const found = await withTree(dts('a { compatible = "arm,pl011"; }; chosen { xen,xen-bootargs = "quiet"; };'));
    expect(notes(found)).toEqual([expect.stringMatching(/has no console=, so Xen may be silent; --xen-append/)]);
  });

  const OWN = `chosen { #address-cells = <1>; #size-cells = <1>;
    linux { compatible = "multiboot,kernel", "multiboot,module"; reg = <0x84000000 0x1000>; bootargs = "own"; };
    disk { compatible = "xen,linux-initrd", "xen,multiboot-module"; reg = <0x85000000 0x1000>; }; };`;

  it('has modules of its own: the files go where they are, as they are', async () => {
    const found = await withTree(dts(OWN));
    const kernel = module(found, '/chosen/linux');
    expect(kernel).toMatchObject({ address: 0x8400_0000, size: FILES['k']!.length });
    expect(kernel.bytes).toEqual(FILES['k']);
    expect(getString(kernel.node, 'bootargs')).toBe('own');
    expect(module(found, '/chosen/disk')).toMatchObject({ address: 0x8500_0000, size: cpio.length });
    expect(getString(chosenOf(found), 'xen,dom0-bootargs')).toBeUndefined();
    expect(notes(found)).toEqual([
      expect.stringMatching(/^\/chosen\/linux: the size in reg is 4096, corrected to the \d+ bytes of k/),
      expect.stringMatching(/^\/chosen\/disk: the size in reg is 4096, corrected to the 5006 bytes of i/),
    ]);
  });

  it('means two cells and one where it says nothing of them', async () => {
    const m = 'm { compatible = "multiboot,kernel", "multiboot,module"; reg = <0 0x84000000 0x100>; };';
    const found = await withTree(dts(`chosen { ${m} };`));
    const [own, added] = ['/chosen/m', '/chosen/module'].map(path => findNode(treeOf(found), path)!);
    expect(getCells(own!, 'reg')).toEqual([0, 0x8400_0000, FILES['k']!.length]);
    expect(getCells(added!, 'reg')).toEqual([0, expect.any(Number), cpio.length]);
    expect(getCells(chosenOf(found), '#size-cells')).toEqual([1]);
  });

  it('unpacks such a kernel when it is told to, and replaces its command line', async () => {
    const kernel = module(await withTree(dts(OWN), { decompress: 'host', args: 'x' }), '/chosen/linux');
    expect(kernel.bytes.length).toBeGreaterThan(IMAGE.length);
    expect(kernel.node.property('bootargs')).toBeUndefined();
  });

  it('can be filled by --load alone', async () => {
    const own =
      'chosen { #address-cells = <1>; #size-cells = <1>; m { compatible = "multiboot,module"; reg = <0x84000000 0x100>; }; };';
    const load = [{ file: 'raw', address: 0x8400_0000 }];
    const found = await plan(
      { hypervisor: 'xen', deviceTree: 't.dts', load },
      { 't.dts': dts(own), raw: new Uint8Array(256) },
    );
    expect(modules(found)).toEqual([]);
    expect(found.placed.map(({ role }) => role)).toEqual(['file', 'device tree', 'Xen']);
  });

  it('loses a RAM disk for native boots when there is one for dom0', async () => {
    const found = await withTree(
      dts('chosen { linux,initrd-start = <0x88000000>; linux,initrd-end = <0x88100000>; };'),
    );
    expect(chosenOf(found).property('linux,initrd-start')).toBeUndefined();
    expect(notes(found)).toEqual([expect.stringMatching(/^--initrd replaces the RAM disk/)]);
  });
});

describe('domains without tools', () => {
  const CFG = 'name = "guest"\nmemory = 64\nvcpus = 2\nkernel = "k"\nramdisk = "i"\nextra = "quiet"\n';
  const withDomain = (text: string, given: LabConfiguration = {}) =>
    plan({ ...LAB, domains: ['a.cfg'], ...given }, { 'a.cfg': text });

  it('become nodes of /chosen, with modules of their own', async () => {
    const found = await withDomain(CFG);
    const node = findNode(treeOf(found), '/chosen/guest')!;
    expect(getStrings(node, 'compatible')).toEqual(['xen,domain']);
    expect(getCells(node, 'memory')).toEqual([0, 64 * 1024]);
    expect(getCells(node, 'cpus')).toEqual([2]);
    expect(node.property('vpl011')!.value).toHaveLength(0);
    expect(getCells(node, '#address-cells')).toEqual([2]);
    const [kernel, ramdisk] = [...node.children.values()].map(({ path }) => module(found, path));
    expect(getString(kernel!.node, 'bootargs')).toBe('console=ttyAMA0 quiet');
    expect(kernel!.bytes.length).toBe(kernel!.size);
    expect(ramdisk!.bytes).toEqual(cpio);
    expect(found.placed.map(({ role }) => role)).toContain('RAM disk of guest');
    expect(found.problems).toEqual([]);
  });

  it('are written as dtc reads them', async () => {
    // fixtures/xen-chosen.dts is what dtc 1.6.1 made of this tree.
    const tree = treeOf(await withDomain(CFG, { xenArgs: 'loglvl=all', args: 'rdinit=/init' }));
    const printed = printDts(tree);
    const chosen = /^\tchosen \{\n.*?^\t\};\n/ms.exec(printed)![0];
    expect(chosen).toBe(readFileSync(new URL('fixtures/xen-chosen.dts', import.meta.url), 'utf8'));
  });

  it('can be all there is', async () => {
    const found = await plan({ hypervisor: 'xen', domains: ['a.cfg'] }, { 'a.cfg': CFG });
    expect(getString(chosenOf(found), 'xen,xen-bootargs')).toBe(`console=dtuart dtuart=${UART0}`);
    expect(chosenOf(found).property('xen,dom0-bootargs')).toBeUndefined();
    expect(modules(found)).toEqual([]);
  });

  it('are looked for beside their configuration', async () => {
    const found = await plan(
      { ...LAB, domains: ['/d/a.cfg'] },
      { '/d/a.cfg': CFG.replace('"i"', '"/i"'), '/d/k': zImage(), '/i': cpio },
    );
    expect(found.placed.find(({ role }) => role === 'kernel of guest')!.name).toBe('/d/k');
    expect(found.placed.find(({ role }) => role === 'RAM disk of guest')!.name).toBe('/i');
  });

  it('are told which of their keys have no effect', async () => {
    const found = await withDomain(
      `${CFG}disk = [ "phy:/dev/x,xvda,w" ]\nvif = [ "" ]\nmaxmem = 128\nfoo = 1\nvuart = "sbsa_uart"\n`,
    );
    expect(notes(found)).toEqual([
      expect.stringMatching(
        /^a\.cfg:9:1: maxmem has no effect: the domain has 64 MiB and cannot grow \[xl\.ignored\]$/,
      ),
      expect.stringMatching(/^a\.cfg:7:1: disk has no effect: block devices need a backend in dom0/),
      expect.stringMatching(/^a\.cfg:8:1: vif has no effect/),
      expect.stringMatching(/^a\.cfg:10:1: foo has no effect/),
    ]);
  });

  it('leave dom0 less where there is little', async () => {
    const chosen = chosenOf(await withDomain(CFG.replace('64', '256'), { memory: 768 }));
    expect(getString(chosen, 'xen,xen-bootargs')).toContain('dom0_mem=256M');
  });
});
