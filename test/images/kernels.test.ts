// Real kernels and RAM disks, with xz beside: unpacked as xz does it, placed where their decompressor puts them.
//
// Needs xz-utils and a folder of images ($XENLAB_IMAGES, or images/) as `xenlab images get` makes it.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { identify, parseArm64Image, parseZImage, placeLinux, readCpio, unpack, unpackZImage } from '../../src/image';

const folder = process.env['XENLAB_IMAGES'] ?? 'images';
const image = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)));

describe('zImage-armhf', () => {
  const data = image('zImage-armhf');
  const zimage = parseZImage(data, 'zImage-armhf');

  it('unpacks to what xz makes of its payload', async () => {
    const kernel = await unpackZImage(zimage);
    const packed = data.subarray(kernel.payloadOffset, zimage.sizes!.unpackedSizeOffset);
    const oracle = execFileSync('xz', ['-dc'], { input: packed, maxBuffer: 1 << 28 });
    expect(kernel.compression).toBe('xz');
    expect(Buffer.compare(kernel.image, oracle)).toBe(0);
    expect(kernel.address).toEqual({ textOffset: 0x208000 });
    expect(kernel.bssSize).toBeGreaterThan(0x10000);
  });

  it('fits into the memory of a board in both forms', async () => {
    const { image: unpacked, address, bssSize } = await unpackZImage(zimage);
    const request = {
      ram: [{ base: 0x80000000, size: 1 << 30 }] as const,
      initrd: { name: 'busybox.cpio.gz', size: image('busybox.cpio.gz').length },
      dtb: { name: 'tc1', size: 20000 },
    };
    const name = 'zImage-armhf';
    const onHost = placeLinux({
      ...request,
      kernel: { name, form: 'unpacked', size: unpacked.length, address, bssSize },
    });
    expect(onHost.entry).toBe(0x80208000);
    const inGuest = placeLinux({
      ...request,
      kernel: { name, form: 'zimage', size: data.length, address, unpackedSize: unpacked.length, bssSize },
    });
    expect(inGuest.entry).toBe(0x82000000);
  });
});

it('recognises the others', () => {
  expect(identify(image('xen-armhf'))).toBe('xen-arm32');
  expect(parseArm64Image(image('Image-arm64'), 'Image-arm64')).toMatchObject({ textOffset: 0, anywhere: true });
  expect(parseArm64Image(image('xen-arm64'), 'xen-arm64').memorySize).toBeGreaterThan(900_000);
});

it('reads the RAM disks', async () => {
  const packed = { data: image('busybox.cpio.gz'), file: 'busybox.cpio.gz', origin: 0, limit: 1 << 28 };
  const small = readCpio(await unpack('gzip', packed), 'busybox.cpio.gz').map(entry => entry.name);
  expect(small).toEqual(expect.arrayContaining(['init', 'bin/busybox', 'modules/smsc911x.ko', 'dev/console']));
  const dom0 = readCpio(image('dom0.cpio'), 'dom0.cpio');
  const ramdisk = dom0.find(entry => entry.name === 'boot/ramdisk.gz');
  expect(Buffer.compare(ramdisk!.body, packed.data)).toBe(0);
});
