import { describe, expect, it } from 'vitest';
import {
  guestRunAddress,
  kernelAddress,
  kernelEntryRegisters,
  parseZImage,
  runAddress,
  unpackZImage,
} from '../../src/image';
import { damaged, expectBytes, failure, fixture, sample, survives } from './fixtures';
import { buildZImage, emptyTree, type ZImageParts } from './zimage-builder';

const xz = (more: Partial<ZImageParts> = {}) =>
  buildZImage({ payload: fixture('payload.xz'), unpackedSize: sample().length, ...more });

describe('the header', () => {
  it('gives size, byte order and the kernel sizes', () => {
    const data = xz({ textOffset: 0x208000, bssSize: 0x601c0 });
    const image = parseZImage(data, 'zImage');
    expectBytes(image.data, data);
    expect(image.bigEndian).toBe(false);
    expect(image.start).toBe(0);
    expect(image.sizes).toMatchObject({ bssSize: 0x601c0, textOffset: 0x208000 });
    expect(image.appendedDtb).toBeUndefined();
    expect(parseZImage(xz({ bigEndian: true }), 'zImage').bigEndian).toBe(true);
    expect(parseZImage(xz({ table: 'none' }), 'zImage').sizes).toBeUndefined();
    expect(parseZImage(xz({ table: 'short' }), 'zImage').sizes).not.toHaveProperty('textOffset');
  });

  it('splits off an appended device tree, and only a whole one', async () => {
    const tree = emptyTree();
    const image = parseZImage(xz({ appended: Uint8Array.from([...tree, 1, 2, 3]) }), 'zImage+dtb');
    expect(image.appendedDtb).toEqual(tree);
    expect(image.data.length).toBe(xz().length);
    expect(parseZImage(xz({ appended: new Uint8Array(64) }), 'zImage').appendedDtb).toBeUndefined();
    const error = await failure(() => parseZImage(xz({ appended: tree.subarray(0, 40) }), 'zImage+dtb'));
    expect(error.code).toBe('image.truncated');
    expect(error.offset).toBe(xz().length);
  });

  it('says how much is missing of a file that is cut short', async () => {
    const data = xz();
    const error = await failure(() => parseZImage(data.subarray(0, 5000), 'zImage-armhf'));
    expect(error.code).toBe('image.truncated');
    expect(error.message).toBe(
      `zImage-armhf: offset 0x2c: the zImage says that it has ${data.length} bytes, but the file has 5000; ` +
        'the file is cut short: copy or fetch it again',
    );
  });

  it('says what a file is that is no zImage', async () => {
    const error = await failure(() => parseZImage(fixture('program.elf'), 'program'));
    expect(error).toMatchObject({ code: 'image.magic', offset: 0x24, file: 'program' });
    expect(error.message).toContain('this is an ELF file for ARM');
    expect((await failure(() => parseZImage(new Uint8Array(), 'nothing'))).message).toContain('this is empty');
  });

  it('does not take Xen, which borrows the header, for a Linux', async () => {
    const data = xz();
    new DataView(data.buffer).setUint32(0x30, 0xf10c01c0, true);
    expect((await failure(() => parseZImage(data, 'xen'))).message).toContain('a Xen binary');
  });

  it('refuses a table without end, or outside the file', async () => {
    const endless = xz();
    new DataView(endless.buffer).setUint32(0x38, 0x40, true);
    for (let at = 0x40; at < 0x140; at += 4) new DataView(endless.buffer).setUint32(at, 1, true);
    expect((await failure(() => parseZImage(endless, 'z'))).code).toBe('image.corrupt');
    const outside = xz();
    new DataView(outside.buffer).setUint32(0x38, 0xfffffff0, true);
    expect((await failure(() => parseZImage(outside, 'z'))).code).toBe('image.truncated');
  });
});

describe('where the kernel runs', () => {
  const address = (more: Partial<ZImageParts>) => kernelAddress(parseZImage(xz(more), 'zImage'));
  /** mov r4, pc; and r4, r4, #0xf8000000; add r4, r4, #0x208000 */
  const a32 = Uint32Array.of(0xe1a0400f, 0xe204433e, 0xe2844982);
  /** The same with other registers and code between, as in Linux 6.1. */
  const a32Checked = Uint32Array.of(0xe1a0000f, 0xe200033e, 0xe28f1fad, 0xe5912004, 0xe2804902);
  /** mov r0, pc; and.w r0, r0, #0xf8000000; add.w r4, r0, #0x208000 */
  const t32 = Uint16Array.of(0x4678, 0xf000, 0x4078, 0xf500, 0x1402);
  /** ldr r4, [pc, #4]; nop; nop; .word 0x60008000 */
  const literal = Uint32Array.of(0xe59f4004, 0xe1a00000, 0xe1a00000, 0x60008000);

  it('is in the table', () => expect(address({ textOffset: 0x308000, code: a32 })).toEqual({ textOffset: 0x308000 }));

  it('is in the code of older kernels', () => {
    expect(address({ table: 'short', code: a32 })).toEqual({ textOffset: 0x208000 });
    expect(address({ table: 'none', code: a32Checked })).toEqual({ textOffset: 0x8000 });
    expect(address({ table: 'none', code: literal })).toEqual({ absolute: 0x60008000 });
    expect(address({ table: 'none' })).toBeUndefined();
  });

  it('is in Thumb-2 code too', () => expect(address({ table: 'none', code: t32 })).toEqual({ textOffset: 0x208000 }));

  it('depends on the start of memory, as the decompressor reckons it', () => {
    expect(runAddress({ textOffset: 0x208000 }, 0x80000000)).toBe(0x80208000);
    expect(runAddress({ textOffset: 0x8000 }, 0x40100000)).toBe(0x40208000);
    expect(runAddress({ absolute: 0x60008000 }, 0x80000000)).toBe(0x60008000);
    expect(guestRunAddress({ textOffset: 0x208000 }, 0x82000000)).toBe(0x80208000);
    expect(guestRunAddress({ textOffset: 0x8000 }, 0xffff0000)).toBe(0xf8008000);
  });

  it('is an error, with the way out, when nothing says it', async () => {
    const error = await failure(() => unpackZImage(xz({ table: 'none' }), 'odd'));
    expect(error.code).toBe('image.unsupported');
    expect(error.message).toContain('--decompress guest');
  });
});

describe('unpacking on the host', () => {
  const code = Uint32Array.of(0xe1a0400f, 0xe204433e, 0xe2844902);

  it.each(['gzip', 'xz', 'lzma', 'lzo', 'lz4', 'zstd'] as const)('%s, with and without table', async compression => {
    for (const table of ['long', 'none'] as const) {
      const data = buildZImage({
        payload: fixture(`payload.${compression}`),
        unpackedSize: sample().length,
        sizeAppended: compression !== 'gzip',
        table,
        code,
        appended: emptyTree(),
      });
      const kernel = await unpackZImage(data, 'zImage');
      expectBytes(kernel.image, sample());
      expect(kernel.compression).toBe(compression);
      expect(kernel.address).toEqual({ textOffset: 0x8000 });
      expect(kernel.bssSize).toBe(table === 'long' ? 0x1234 : 0);
      expect(kernel.appendedDtb).toEqual(emptyTree());
    }
  });

  it('is not misled by magic numbers in the code of the decompressor', async () => {
    const decoys = Uint8Array.from([
      ...[0x1f, 0x8b, 0x08, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      ...[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 1, 2, 3, 4, 5],
      ...[0x02, 0x21, 0x4c, 0x18, 0x28, 0xb5, 0x2f, 0xfd, 0x89, 0x4c, 0x5a, 0x4f, 0, 0x0d, 0x0a, 0x1a, 0x0a],
      ...[0x5d, 0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 1, 2, 3, 4, 5, 6, 7],
    ]);
    const kernel = await unpackZImage(xz({ decoys }), 'zImage');
    expectBytes(kernel.image, sample());
    expect(kernel.compression).toBe('xz');
  });

  it('names the place of a damaged payload', async () => {
    const data = xz();
    data[data.length - 2000]! ^= 0xff;
    const error = await failure(() => unpackZImage(data, 'zImage'));
    expect(error.code).toBe('image.corrupt');
    expect(error.message).toMatch(/^zImage: offset 0x[0-9a-f]+: the xz data is damaged/);
  });

  it('refuses a payload of another size than announced', async () => {
    for (const unpackedSize of [sample().length + 1, sample().length - 1, 0, 0x7fffffff]) {
      const error = await failure(() => unpackZImage(xz({ unpackedSize }), 'zImage'));
      expect(['image.corrupt', 'image.tooLarge', 'image.truncated']).toContain(error.code);
    }
  });

  it('says so when there is no payload', async () => {
    const error = await failure(() => unpackZImage(xz({ payload: new Uint8Array(100) }), 'zImage'));
    expect(error.code).toBe('image.unsupported');
    expect(error.message).toContain('no compressed kernel');
  });

  it('leaves the registers as the decompressor does', () => {
    expect(kernelEntryRegisters(-1, 0x88000000)).toEqual({ r0: 0, r1: 0xffffffff, r2: 0x88000000 });
  });

  it('survives damage anywhere', async () => {
    await survives(xz({ appended: emptyTree() }), data => unpackZImage(data, 'zImage'), 100);
    await survives(xz({ table: 'none', code }), data => unpackZImage(data, 'zImage'), 100);
    // Damage to the header alone, where it does most.
    const header = damaged(xz().subarray(0, 0x160));
    const { default: fc } = await import('fast-check');
    await fc.assert(
      fc.asyncProperty(header, async start => {
        const data = xz();
        data.set(start);
        await unpackZImage(data, 'zImage').catch(thrown => expect(thrown).toMatchObject({ name: 'ImageError' }));
      }),
      { numRuns: 200 },
    );
  });
});
