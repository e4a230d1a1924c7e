import { expect, it } from 'vitest';
import { parseUImage, unpackUImage } from '../../src/image';
import { expectBytes, failure, fixture, sample, survives } from './fixtures';

it('reads and unpacks what mkimage wrote', async () => {
  const image = parseUImage(fixture('kernel.uimage'), 'uImage');
  expect(image).toMatchObject({
    name: 'a kernel',
    architecture: 'arm',
    type: 'kernel',
    compression: 'gzip',
    loadAddress: 0x80008000,
    entry: 0x80008040,
    parts: [],
  });
  expectBytes(await unpackUImage(image), sample().subarray(0, 2000));
});

it('splits an image of several files', () => {
  const image = parseUImage(fixture('multi.uimage'), 'uImage');
  expect(image).toMatchObject({ type: 'multi', compression: 'none', name: 'both' });
  expect(image.parts.map(part => part.length)).toEqual([2000, 701]);
  expectBytes(image.parts[1], sample().subarray(0, 701));
});

it('finds damage by the checksums, and says what a file is that is none', async () => {
  for (const [at, what] of [
    [33, 'header'],
    [100, 'data'],
  ] as const) {
    const data = fixture('kernel.uimage');
    data[at]! ^= 1;
    const error = await failure(() => parseUImage(data, 'uImage'));
    expect(error.code).toBe('image.corrupt');
    expect(error.message).toContain(`the ${what} checksum`);
  }
  const cut = await failure(() => parseUImage(fixture('kernel.uimage').subarray(0, 500), 'uImage'));
  expect(cut).toMatchObject({ code: 'image.truncated', file: 'uImage' });
  expect((await failure(() => parseUImage(fixture('program.elf'), 'x'))).message).toContain('an ELF file');
});

it('survives damage', async () => {
  await survives(fixture('kernel.uimage'), data => parseUImage(data, 'x'), 200);
  await survives(fixture('multi.uimage'), data => parseUImage(data, 'x'), 200);
});
