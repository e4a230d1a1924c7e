// The compressions of kernels, initial RAM disks and packages: one table, read by detection and unpacking.
import { concat, holds } from './bytes';
import { tooLarge, type Packed, type Unpack } from './codec/packed';
import { isXzHeader, XZ_MAGIC } from './codec/xz-container';

export const COMPRESSIONS = ['gzip', 'xz', 'lzma', 'lzo', 'lz4', 'zstd'] as const;
export type Compression = (typeof COMPRESSIONS)[number];
export type { Packed } from './codec/packed';

interface Format {
  readonly name: Compression;
  readonly magic: readonly number[];
  /** More than the magic: what else a header has to be like. */
  readonly plausible?: (data: Uint8Array, offset: number) => boolean;
  /** The unpackers and their libraries are read when one is needed: most machines start without any. */
  readonly unpacker: () => Promise<Unpack>;
}

const LZOP_MAGIC = [0x89, 0x4c, 0x5a, 0x4f, 0x00, 0x0d, 0x0a, 0x1a, 0x0a];

/** gzip's reserved flags are zero; LZMA's range coder always starts with a zero byte, and dictionaries are round. */
const FORMATS: readonly Format[] = [
  {
    name: 'gzip',
    magic: [0x1f, 0x8b, 0x08],
    plausible: (data, at) => data[at + 3]! < 0x20,
    unpacker: async () => (await import('./codec/gzip')).gunzip,
  },
  { name: 'xz', magic: XZ_MAGIC, plausible: isXzHeader, unpacker: async () => (await import('./codec/xz')).unxz },
  { name: 'lzo', magic: LZOP_MAGIC, unpacker: async () => (await import('./codec/lzo')).unlzo },
  { name: 'lz4', magic: [0x02, 0x21, 0x4c, 0x18], unpacker: async () => (await import('./codec/lz4')).unlz4 },
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd], unpacker: async () => (await import('./codec/zstd')).unzstd },
  {
    name: 'lzma',
    magic: [0x5d, 0x00, 0x00],
    plausible: isLzmaHeader,
    unpacker: async () => (await import('./codec/lzma')).unlzma,
  },
];

/** Size unknown (all ones) or below 4 GiB, a dictionary of a power of two or one and a half of it, a zero byte. */
function isLzmaHeader(data: Uint8Array, at: number): boolean {
  if (at + 18 > data.length || data[at + 13] !== 0) return false;
  const view = new DataView(data.buffer, data.byteOffset + at, 13);
  const dictionary = view.getUint32(1, true);
  const round = [2, 3].some(n => Number.isInteger(Math.log2(dictionary / n)));
  const sizeHigh = view.getUint32(9, true);
  return round && (sizeHigh === 0 || (sizeHigh === 0xffffffff && view.getUint32(5, true) === 0xffffffff));
}

/** What the data at `offset` is compressed with, by its header; undefined when it looks like none of these. */
export function compressionAt(data: Uint8Array, offset = 0): Compression | undefined {
  return FORMATS.find(format => holds(data, offset, format.magic) && (format.plausible?.(data, offset) ?? true))?.name;
}

/** All places from `from` to `to` that look like the start of compressed data, in order; looks as far as it is asked. */
export function* findCompressed(data: Uint8Array, from: number, to: number): Generator<CompressedPlace> {
  const firsts = new Uint8Array(256);
  for (const { magic } of FORMATS) firsts[magic[0]!] = 1;
  for (let offset = from; offset < to; offset++) {
    if (firsts[data[offset]!] !== 1) continue;
    const compression = compressionAt(data, offset);
    if (compression) yield { offset, compression };
  }
}

export interface CompressedPlace {
  readonly offset: number;
  readonly compression: Compression;
}

/**
 * Unpacks piece by piece, for what need not be in memory at once.
 * @throws ImageError when the data is damaged, cut short, or unpacks to more than `packed.limit` bytes
 */
export async function* unpackPieces(compression: Compression, packed: Packed): AsyncGenerator<Uint8Array> {
  const format = FORMATS.find(one => one.name === compression)!;
  let total = 0;
  const unpack = await format.unpacker();
  for await (const piece of unpack(packed)) {
    total += piece.length;
    if (total > packed.limit) throw tooLarge(packed, compression);
    yield piece;
  }
}

/** Unpacks into one array; see {@link unpackPieces}. */
export async function unpack(compression: Compression, packed: Packed): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of unpackPieces(compression, packed)) pieces.push(piece);
  return pieces.length === 1 ? pieces[0]! : concat(pieces);
}
