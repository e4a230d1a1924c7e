import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPlacement, placeLinux, type KernelPayload, type PlacementRequest } from '../../src/image';
import { failure } from './fixtures';

const MIB = 1024 * 1024;
const RAM = 0x80000000;
const unpacked: KernelPayload = {
  name: 'zImage-armhf',
  form: 'unpacked',
  size: 22696136,
  address: { textOffset: 0x208000 },
  bssSize: 0x601c0,
};
const zImage: KernelPayload = {
  name: 'zImage-armhf',
  form: 'zimage',
  size: 5526016,
  address: { textOffset: 0x208000 },
  unpackedSize: 22696136,
  bssSize: 0x601c0,
};
const initrd = { name: 'busybox.cpio.gz', size: 1554396 };
const dtb = { name: 'board.dtb', size: 13024 };
const request = (kernel: KernelPayload, mebibytes: number): PlacementRequest => ({
  ram: [{ base: RAM, size: mebibytes * MIB }],
  kernel,
  initrd,
  dtb,
});

describe('in 1 GiB', () => {
  it('puts an unpacked kernel where its decompressor would, the rest above 128 MiB', () => {
    const { images, entry } = placeLinux(request(unpacked, 1024));
    expect(entry).toBe(0x80208000);
    expect(images.map(({ role, address, size }) => [role, address, size])).toEqual([
      ['kernel', 0x80208000, 22696136],
      ['device tree', 0x88000000, 13024],
      ['initial RAM disk', 0x88004000, 1554396],
    ]);
    expect(images[0]!.reserved).toEqual({ from: RAM, to: 0x80208000 + 22696136 + 0x601c0 });
  });

  it('puts a zImage above what it unpacks to, in the 128 MiB that it looks at', () => {
    const [kernel] = placeLinux(request(zImage, 1024)).images;
    expect(kernel!.address).toBe(0x82000000);
    expect(kernel!.address).toBeGreaterThan(0x80208000 + 22696136 + 0x601c0);
    expect(kernel!.reserved.to).toBeLessThanOrEqual(0x88000000);
  });

  it('takes a kernel that is linked to run at one address there', () => {
    expect(placeLinux(request({ ...unpacked, address: { absolute: 0x80008000 } }, 1024)).entry).toBe(0x80008000);
  });

  it('puts an Image for AArch64 at its text offset', () => {
    const kernel: KernelPayload = {
      name: 'Image',
      form: 'arm64',
      size: 32956352,
      textOffset: 0,
      memorySize: 0x2010000,
    };
    const { images, entry } = placeLinux(request(kernel, 1024));
    expect(entry).toBe(RAM);
    expect(images[0]!.reserved.to).toBe(RAM + 0x2010000);
  });
});

it('takes the top of less memory', () => {
  const { images } = placeLinux(request(unpacked, 64));
  expect(images[1]!.address % (2 * MIB)).toBe(0);
  expect(images[1]!.address).toBeGreaterThan(0x82000000);
  expect(images[2]!.reserved.to).toBeLessThanOrEqual(RAM + 64 * MIB);
});

it('starts a zImage low where there is no room above', () => {
  const { images } = placeLinux(request({ ...zImage, unpackedSize: 12 * MIB }, 32));
  expect(images[0]!.address).toBe(0x80008000);
  expect(images[0]!.reserved.to).toBeGreaterThan(0x80208000 + 12 * MIB + 5526016);
});

it('says that a kernel is larger than RAM, and how much is needed', async () => {
  const error = await failure(() => placeLinux(request(unpacked, 16)));
  expect(error).toMatchObject({ code: 'image.tooLarge', file: 'zImage-armhf' });
  expect(error.message).toBe(
    'zImage-armhf: kernel (zImage-armhf) 0x80000000-0x8180d288, 24.1 MiB, does not fit into 16.0 MiB of RAM ' +
      'at 0x80000000; give the board at least --memory 25',
  );
});

it('says that a RAM disk does not fit behind the kernel', async () => {
  const big = { ...request(unpacked, 64), initrd: { name: 'huge.cpio', size: 60 * MIB } };
  const error = await failure(() => placeLinux(big));
  expect(error.message).toContain('initial RAM disk (huge.cpio)');
  expect(error.message).toContain('64.0 MiB of RAM at 0x80000000');
});

it('says that a RAM disk is beyond what a 32-bit kernel maps', async () => {
  const big = { ...request(unpacked, 2048), initrd: { name: 'huge.cpio', size: 750 * MIB } };
  expect((await failure(() => placeLinux(big))).message).toContain('760.0 MiB from 0x80000000');
});

it('names both of two images that overlap', async () => {
  const placed = (name: string, from: number, to: number) => ({
    name,
    role: 'file',
    address: from,
    size: to - from,
    reserved: { from, to },
    why: 'chosen',
  });
  const ram = [{ base: RAM, size: 64 * MIB }];
  const error = await failure(() =>
    checkPlacement([placed('b', RAM + 0x1000, RAM + 0x3000), placed('a', RAM, RAM + 0x1001)], ram),
  );
  expect(error.code).toBe('image.overlap');
  expect(error.message).toContain('file (b) 0x80001000-0x80003000 overlaps file (a) 0x80000000-0x80001001');
  expect(() =>
    checkPlacement([placed('b', RAM + 0x1000, RAM + 0x3000), placed('a', RAM, RAM + 0x1000)], ram),
  ).not.toThrow();
  const outside = await failure(() => checkPlacement([placed('low', 0, 16)], ram));
  expect(outside.message).toContain('choose an address in RAM');
  // The second of three that overlaps only the first.
  const three = [
    placed('a', RAM, RAM + 0x9000),
    placed('b', RAM + 0x100, RAM + 0x200),
    placed('c', RAM + 0x8000, RAM + 0x8800),
  ];
  expect((await failure(() => checkPlacement(three, ram))).code).toBe('image.overlap');
});

it('never overlaps anything and never leaves RAM, whatever the sizes', async () => {
  const sizes = fc.integer({ min: 1, max: 96 * MIB });
  await fc.assert(
    fc.property(
      fc.constantFrom<'unpacked' | 'zimage'>('unpacked', 'zimage'),
      sizes,
      sizes,
      fc.integer({ min: 1, max: 2 * MIB }),
      fc.integer({ min: 1, max: 2048 }),
      fc.constantFrom(0x80000000, 0x40000000, 0x60100000, 0),
      (form, kernelSize, initrdSize, dtbSize, mebibytes, base) => {
        const kernel = { ...(form === 'unpacked' ? unpacked : zImage), size: kernelSize };
        const bank = { base, size: mebibytes * MIB };
        let images;
        try {
          images = placeLinux({
            ram: [bank],
            kernel,
            initrd: { name: 'initrd', size: initrdSize },
            dtb: { name: 'dtb', size: dtbSize },
          }).images;
        } catch (thrown) {
          expect(thrown).toMatchObject({ name: 'ImageError' });
          return;
        }
        const sorted = [...images].sort((a, b) => a.reserved.from - b.reserved.from);
        sorted.forEach((one, index) => {
          expect(one.reserved.from).toBeGreaterThanOrEqual(base);
          expect(one.reserved.to).toBeLessThanOrEqual(base + bank.size);
          expect(one.address).toBeGreaterThanOrEqual(one.reserved.from);
          expect(one.address + one.size).toBeLessThanOrEqual(one.reserved.to);
          if (index > 0) expect(one.reserved.from).toBeGreaterThanOrEqual(sorted[index - 1]!.reserved.to);
        });
      },
    ),
    { numRuns: 500 },
  );
});
