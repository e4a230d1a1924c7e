import { describe, expect, it } from 'vitest';
import { describe as describeImage, identify, ImageError, parseArm64Image } from '../../src/image';
import { buildElf } from './elf-builder';
import { failure, fixture, survives } from './fixtures';
import { buildZImage, emptyTree } from './zimage-builder';

/** The first 64 bytes of an Image: text offset 0, 0x2010000 bytes of memory, 4 KiB pages, anywhere. */
function arm64Header(flags = 0xan): Uint8Array {
  const header = new Uint8Array(64);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0xfa405a4d, true);
  view.setBigUint64(16, 0x2010000n, true);
  view.setBigUint64(24, flags, true);
  view.setUint32(56, 0x644d5241, true);
  return header;
}

describe('an Image for AArch64', () => {
  it('says where it goes and what it needs', () => {
    expect(parseArm64Image(arm64Header(), 'Image')).toEqual({
      file: 'Image',
      textOffset: 0,
      memorySize: 0x2010000,
      bigEndian: false,
      pageSize: 4096,
      anywhere: true,
      efiStub: true,
    });
    expect(parseArm64Image(arm64Header(7n), 'Image')).toMatchObject({
      bigEndian: true,
      pageSize: 65536,
      anywhere: false,
    });
  });

  it('of an old kernel says nothing, and goes where these went', () => {
    const header = arm64Header();
    new DataView(header.buffer).setBigUint64(16, 0n);
    expect(parseArm64Image(header, 'Image')).toMatchObject({ textOffset: 0x80000, memorySize: 0 });
  });

  it('is told from others', async () => {
    const error = await failure(() => parseArm64Image(fixture('payload.gzip'), 'Image.gz'));
    expect(error.code).toBe('image.magic');
    expect(error.message).toContain('this is gzip-compressed data');
    expect((await failure(() => parseArm64Image(arm64Header().subarray(0, 62), 'cut'))).code).toBe('image.truncated');
    const huge = arm64Header();
    huge.fill(0xff, 16, 24);
    expect((await failure(() => parseArm64Image(huge, 'x'))).code).toBe('image.corrupt');
    await survives(arm64Header(), data => parseArm64Image(data, 'x'), 100);
  });
});

const zImage = () => buildZImage({ payload: fixture('payload.gzip'), unpackedSize: 1, sizeAppended: false });

it.each([
  ['zimage', zImage()],
  ['arm64-image', arm64Header()],
  ['elf', fixture('program.elf')],
  ['uimage', fixture('kernel.uimage')],
  ['dtb', emptyTree()],
  ['cpio', fixture('tree.cpio')],
  ['ar', fixture('example-xz.deb')],
  ['xz', fixture('payload.xz')],
  ['lzma', fixture('payload.lzma')],
  ['text', new TextEncoder().encode('/dts-v1/;\n/ { };\n')],
  ['empty', new Uint8Array()],
  ['unknown', new Uint8Array(100)],
])('recognises %s', (kind, data) => expect(identify(data)).toBe(kind));

it('says what an ELF file is for', () => {
  expect(describeImage(buildElf({ bits: 64, machine: 243 }))).toBe('this is an ELF file for RISC-V');
  expect(describeImage(buildElf({ bits: 32, bigEndian: true, machine: 20 }))).toBe('this is an ELF file for PowerPC');
  expect(describeImage(buildElf({ bits: 32, machine: 999 }))).toBe('this is an ELF file for machine 999');
});

it('makes one line of an error, whatever is in the names', () => {
  const error = new ImageError('image.corrupt', 'bad\nthing', {
    file: 'a\u001b[31m\nb',
    offset: 16,
    remedy: 'do\tthis',
  });
  expect(error.message).toBe('a?[31m?b: offset 0x10: bad?thing; do?this');
});
