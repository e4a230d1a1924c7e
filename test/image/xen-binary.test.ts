import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { writeBlob } from '../../src/dt/blob';
import { loadSource } from '../../src/dt/source/compile';
import { describe as inWords, identify, readXenBinary, XEN_VIRTUAL_START, xenRoom } from '../../src/image';
import { buildElf } from './elf-builder';
import { failure, survives } from './fixtures';
import { buildXen } from './xen-builder';
import { buildZImage } from './zimage-builder';

const elf = (data: Uint8Array, memorySize = 0x9000, machine = 40, bits: 32 | 64 = 32): Uint8Array => {
  const at = BigInt(XEN_VIRTUAL_START);
  return buildElf({ bits, machine, entry: at, segments: [{ virtual: at, physical: at, data, memorySize, flags: 7 }] });
};

describe('a Xen binary', () => {
  it('is read from the flat file, with the memory that its header says', async () => {
    const image = buildXen();
    expect(identify(image)).toBe('xen-arm32');
    const xen = await readXenBinary(image, 'xen');
    expect(xen).toEqual({ file: 'xen', image, memorySize: 0x9000 });
    expect(xenRoom({ ...xen, memorySize: 0x9001 })).toBe(0xa000);
  });

  it('is read from xen-syms, and is the same then', async () => {
    expect(await readXenBinary(elf(buildXen()), 'xen-syms')).toEqual({
      ...(await readXenBinary(buildXen(), 'xen-syms')),
    });
  });

  it('of 4.2 has no header; it fits into 2 MiB', async () => {
    const { memorySize } = await readXenBinary(buildXen({ headerless: true }), 'xen');
    expect(memorySize).toBe(2 << 20);
  });

  it.each(['literal', 'immediate'] as const)('says with its code (%s) where its data ends', async loads => {
    const whole = buildXen({ loads, length: 0x24000, memory: 0x40000, bss: 0x28000 });
    expect((await readXenBinary(whole, 'xen')).memorySize).toBe(0x40000);
    const cut = whole.subarray(0, 0x10000);
    const { code, message } = await failure(() => readXenBinary(cut, 'xen'));
    expect(code).toBe('image.truncated');
    expect(message).toMatch(/^xen: the file has 65536 bytes, but its code clears memory from 0x28000 on.*cut short/);
  });

  it('may have a device tree in it', async () => {
    const tree = writeBlob(loadSource('/dts-v1/;\n/ { model = "linked"; };\n'));
    const { linkedTree } = await readXenBinary(buildXen({ tree }), 'xen');
    expect(linkedTree?.offset).toBe(0x800);
    expect(linkedTree?.bytes).toEqual(tree);
  });

  it('has no tree when only the magic number of one is there', async () => {
    const { linkedTree } = await readXenBinary(buildXen({ tree: Uint8Array.of(0xd0, 0x0d, 0xfe, 0xed) }), 'xen');
    expect(linkedTree).toBeUndefined();
  });

  it('is called that where something else was wanted', () => {
    expect(inWords(buildXen())).toBe('this is a Xen binary for 32-bit ARM');
  });

  it('survives damage', async () => {
    await survives(
      buildXen({ tree: writeBlob(loadSource('/dts-v1/;\n/ { };\n')) }),
      data => readXenBinary(data, 'x'),
      300,
    );
    await survives(elf(buildXen()), data => readXenBinary(data, 'x'), 300);
  });
});

describe('what is none', () => {
  const payload = gzipSync(new Uint8Array(64));
  const arm64 = new Uint8Array(64);
  arm64.set([0x41, 0x52, 0x4d, 0x64], 56);
  it.each<[string, Uint8Array, string, RegExp]>([
    ['a kernel', buildZImage({ payload, unpackedSize: 64 }), 'image.magic', /a kernel belongs to --kernel/],
    ['Xen for arm64', arm64, 'image.machine', /64-bit ARM, but this board has a 32-bit.*give Xen for armhf/],
    ['Xen for PCs', elf(new Uint8Array(16), 16, 3), 'image.machine', /an ELF file for x86, but ARM is needed/],
    ['Xen for PCs, gzipped', gzipSync(elf(new Uint8Array(16), 16, 62, 64)), 'image.machine', /gzip.*x86-64.*armhf/],
    ['Xen, gzipped', gzipSync(buildXen()), 'image.unsupported', /unpacked, this is a Xen binary.*unpack it/],
    ['something gzipped that is cut short', payload.subarray(0, 20), 'image.unsupported', /gzip/],
    ['an ELF file of something else', elf(new Uint8Array(64)), 'image.magic', /its code is not that of Xen.*xen-syms/],
    ['an ELF file without anything', buildElf({ bits: 32, machine: 40 }), 'image.magic', /not that of Xen/],
    ['text', new TextEncoder().encode('hello\n'), 'image.magic', /no Xen for 32-bit ARM: this is text/],
    ['nothing', new Uint8Array(), 'image.magic', /this is empty/],
    [
      'a header alone',
      buildXen().subarray(0, 0x34),
      'image.truncated',
      /52 bytes, but the code that starts Xen is not/,
    ],
  ])('%s', async (_what, data, code, message) => {
    const found = await failure(() => readXenBinary(data, 'x'));
    expect(found.code).toBe(code);
    expect(found.message).toMatch(message);
  });
});
