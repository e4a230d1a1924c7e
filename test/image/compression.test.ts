import { describe, expect, it } from 'vitest';
import { compressionAt, unpack, unpackPieces, type Compression } from '../../src/image';
import { expectBytes, failure, fixture, sample, survives } from './fixtures';

const LIMIT = 1 << 20;
const size = () => {
  const word = new Uint8Array(4);
  new DataView(word.buffer).setUint32(0, sample().length, true);
  return word;
};
/** As in a kernel: lz4 has no end mark of its own, its size behind it is one. */
const packed = (name: string) =>
  name.endsWith('lz4') ? Uint8Array.from([...fixture(name), ...size()]) : fixture(name);
const unpackFixture = (compression: Compression, data: Uint8Array, limit = LIMIT) =>
  unpack(compression, { data, file: 'some-file', origin: 0x100, limit });

const FIXTURES: [string, Compression][] = [
  ['payload.gzip', 'gzip'],
  ['payload.xz', 'xz'],
  ['payload-plain.xz', 'xz'],
  ['payload.lzma', 'lzma'],
  ['payload.lzo', 'lzo'],
  ['payload.lz4', 'lz4'],
  ['payload.zstd', 'zstd'],
];

describe.each(FIXTURES)('%s', (name, compression) => {
  it('is recognised and unpacks to what was packed by the real tool', async () => {
    expect(compressionAt(packed(name))).toBe(compression);
    expectBytes(await unpackFixture(compression, packed(name)), sample());
  });

  it('unpacks to the limit and not beyond', async () => {
    expectBytes(await unpackFixture(compression, packed(name), sample().length), sample());
    const error = await failure(() => unpackFixture(compression, packed(name), sample().length - 1));
    expect(error.code).toBe('image.tooLarge');
    expect(error.file).toBe('some-file');
  });

  it('says so when it is cut short, wherever that is', async () => {
    const data = packed(name);
    for (const length of [20, 40, data.length >> 1, data.length - 20]) {
      const error = await failure(() => unpackFixture(compression, data.subarray(0, length)));
      // An lzma stream without size and end mark cannot be told from one that is too long.
      const codes = ['image.truncated', 'image.corrupt', ...(compression === 'lzma' ? ['image.tooLarge'] : [])];
      expect(codes).toContain(error.code);
      expect(error.message).toMatch(/^some-file: offset 0x[0-9a-f]+: /);
    }
  });

  it('survives damage', () => survives(packed(name), data => unpackFixture(compression, data), 60));
});

// Formats with a checksum of their own must find any change to the data; lz4 has none, and fzstd does not verify its.
it.each([
  ['payload.gzip', 'gzip', 3000],
  ['payload.xz', 'xz', 3000],
  ['payload-plain.xz', 'xz', 3000],
  ['payload.lzo', 'lzo', 3000],
] as [string, Compression, number][])('%s: a changed byte is found', async (name, compression, at) => {
  const data = packed(name);
  data[at]! ^= 0x55;
  expect((await failure(() => unpackFixture(compression, data))).code).toBe('image.corrupt');
});

it('gives the data piece by piece', async () => {
  let total = 0;
  for await (const piece of unpackPieces('gzip', {
    data: fixture('payload.gzip'),
    file: 'f',
    origin: 0,
    limit: LIMIT,
  })) {
    total += piece.length;
  }
  expect(total).toBe(sample().length);
});

it.each(['xz', 'gzip', 'zstd'] as const)("%s: a stream that is left in the middle is in nobody's way", async kind => {
  const file = kind === 'xz' ? 'payload-plain.xz' : `payload.${kind}`;
  const packed = { data: fixture(file), file, origin: 0, limit: LIMIT };
  for (let i = 0; i < 3; i++) for await (const piece of unpackPieces(kind, packed)) if (piece.length > 0) break;
  await failure(() => unpack(kind, { ...packed, limit: 10 }));
  expectBytes(await unpack(kind, packed), sample());
});

it('does not believe an lzma header that asks for 4 GiB of dictionary and result', async () => {
  const data = fixture('payload.lzma');
  new DataView(data.buffer).setUint32(1, 0xffffffff, true);
  expectBytes(await unpackFixture('lzma', data), sample());
  new DataView(data.buffer).setBigUint64(5, 0xffff_ffffn, true);
  expect((await failure(() => unpackFixture('lzma', data))).code).toBe('image.tooLarge');
});

it('does not believe a zstd header that asks for a window of 1 TiB', async () => {
  const data = fixture('payload.zstd');
  // No single segment, so a window descriptor follows: the largest there is.
  expect(data[4]! & 0x20).toBe(0);
  data[5] = 0xff;
  expectBytes(await unpackFixture('zstd', data), sample());
});

it('names a filter of xz that is not supported', async () => {
  const data = fixture('payload.xz');
  // The ARM filter's id becomes that of x86, and the header's CRC follows.
  const { crc32 } = await import('../../src/image/checksum');
  expect(data[14]).toBe(7);
  data[14] = 4;
  new DataView(data.buffer).setUint32(20, crc32(data.subarray(12, 20)), true);
  const error = await failure(() => unpackFixture('xz', data));
  expect(error.code).toBe('image.unsupported');
  expect(error.message).toContain('x86 filter');
});

it('recognises nothing in zeros, and no header without its rest', () => {
  expect(compressionAt(new Uint8Array(64))).toBeUndefined();
  expect(compressionAt(Uint8Array.of(0x5d, 0, 0))).toBeUndefined();
  expect(compressionAt(fixture('payload.xz').subarray(0, 8))).toBeUndefined();
});
