// The container of .xz: which filters a block uses, where its LZMA2 data lies, and the smallest stream around it.
// Section numbers are those of the format's specification 1.1.0.
import { alignUp, Bytes, concat, holds } from '../bytes';
import { crc32 } from '../checksum';
import { hex, ImageError } from '../error';
import { corrupt, cutShort, type Packed } from './packed';

/** Section 2.1.1.1. */
export const XZ_MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];
const STREAM_HEADER = 12;
const STREAM_FOOTER = 12;
const FOOTER_MAGIC = [0x59, 0x5a];
/** Section 5.3. */
const FILTER_ARM = 0x07;
const FILTER_LZMA2 = 0x21;
const FILTER_NAMES: Readonly<Record<number, string>> = {
  0x03: 'delta',
  0x04: 'x86',
  0x05: 'PowerPC',
  0x06: 'IA-64',
  0x07: 'ARM',
  0x08: 'ARM-Thumb',
  0x09: 'SPARC',
  0x0a: 'ARM64',
  0x0b: 'RISC-V',
};

/** One block of a stream whose filters are ARM and LZMA2. */
export interface XzBlock {
  /** Where it starts, from the start of the stream. */
  readonly offset: number;
  /** Of header, chunks and check, without what fills the chunks up to a multiple of four. */
  readonly unpaddedSize: number;
  /** The LZMA2 chunks, end mark included. */
  readonly chunks: Uint8Array;
  readonly unpackedSize: number;
  /** Properties of the LZMA2 filter: its dictionary size, section 5.3.1. */
  readonly dictionary: number;
  /** Start offset of the ARM filter. */
  readonly armStart: number;
  /** CRC-32 of the unpacked data, if the stream carries that check. */
  readonly check: number;
}

/** Whether magic and flags of a stream header are at `offset`, with the right CRC; section 2.1.1. */
export function isXzHeader(data: Uint8Array, offset: number): boolean {
  if (!holds(data, offset, XZ_MAGIC) || offset + STREAM_HEADER > data.length) return false;
  const view = new DataView(data.buffer, data.byteOffset + offset, STREAM_HEADER);
  return crc32(data.subarray(offset + 6, offset + 8)) === view.getUint32(8, true);
}

/** Whether the first block uses anything besides LZMA2. */
export function usesFilters(packed: Packed): boolean {
  const input = new Bytes(packed.data, packed.file, true, packed.origin);
  if (input.u8(STREAM_HEADER, 'the first xz block') === 0) return false;
  return (input.u8(STREAM_HEADER + 1, 'the first xz block') & 3) !== 0;
}

/** All blocks of the stream at the start of `packed`, which use the filters ARM and LZMA2. */
export function parseXzStream(packed: Packed): { blocks: XzBlock[]; checkSize: number } {
  const input = new Bytes(packed.data, packed.file, true, packed.origin);
  const check = input.u8(7, 'the xz stream flags') & 15;
  if (check > 1) {
    throw new ImageError('image.unsupported', `check ${check} of a filtered xz stream; kernels use CRC-32`, {
      file: packed.file,
      offset: packed.origin + 7,
    });
  }
  const checkSize = check === 0 ? 0 : 4;
  const blocks: XzBlock[] = [];
  let at = STREAM_HEADER;
  // A size of zero is the start of the index, section 4.1.
  while (input.u8(at, 'an xz block') !== 0) {
    const { dataStart, dictionary, armStart } = blockHeader(packed, input, at);
    const { end, unpackedSize } = chunks(packed, input, dataStart);
    const checkAt = dataStart + alignUp(end - dataStart, 4);
    blocks.push({
      offset: at,
      unpaddedSize: end - at + checkSize,
      chunks: packed.data.subarray(dataStart, end),
      unpackedSize,
      dictionary,
      armStart,
      check: checkSize === 0 ? 0 : input.u32(checkAt, 'the check of an xz block'),
    });
    at = checkAt + checkSize;
  }
  verifyIndex(packed, input, at, blocks);
  return { blocks, checkSize };
}

/** The index has to list the blocks as they are, and the footer to follow it; sections 4 and 2.1.2. */
function verifyIndex(packed: Packed, input: Bytes, start: number, blocks: readonly XzBlock[]): void {
  const expected = index(blocks);
  const actual = input.slice(start, expected.length, 'the xz index');
  if (!holds(actual, 0, expected)) throw corrupt(packed, 'xz', 'the index does not match the blocks', start);
  const footer = input.slice(start + expected.length, STREAM_FOOTER, 'the xz footer');
  if (!holds(footer, STREAM_FOOTER - 2, FOOTER_MAGIC)) {
    throw corrupt(packed, 'xz', 'no footer behind the index', start + expected.length);
  }
}

function index(blocks: readonly Pick<XzBlock, 'unpaddedSize' | 'unpackedSize'>[]): Uint8Array {
  const records = blocks.flatMap(block => [...encoded(block.unpaddedSize), ...encoded(block.unpackedSize)]);
  return withCrc(padded([0, ...encoded(blocks.length), ...records]));
}

/** Section 3.1. */
function blockHeader(packed: Packed, input: Bytes, start: number) {
  const what = 'an xz block header';
  const length = (input.u8(start, what) + 1) * 4;
  const header = input.slice(start, length, what);
  if (crc32(header.subarray(0, -4)) !== input.u32(start + length - 4, what)) {
    throw corrupt(packed, 'xz', 'a block header does not match its CRC-32', start);
  }
  const flags = header[1]!;
  let at = start + 2;
  if (flags & 0x40) at = integer(input, at).next;
  if (flags & 0x80) at = integer(input, at).next;
  let armStart = 0;
  for (let filter = 0; filter < (flags & 3); filter++) {
    const id = integer(input, at);
    const properties = integer(input, id.next);
    if (id.value !== FILTER_ARM || properties.value > 4) {
      const name = FILTER_NAMES[id.value] ?? hex(id.value);
      throw new ImageError('image.unsupported', `the xz data uses the ${name} filter`, {
        file: packed.file,
        offset: packed.origin + at,
        remedy: 'kernels for ARM use the ARM filter (`xz --arm`)',
      });
    }
    if (properties.value === 4) armStart = input.u32(properties.next, what);
    at = properties.next + properties.value;
  }
  const id = integer(input, at);
  const properties = integer(input, id.next);
  if (id.value !== FILTER_LZMA2 || properties.value !== 1) {
    throw corrupt(packed, 'xz', 'the last filter of a block is not LZMA2', at);
  }
  return { dataStart: start + length, dictionary: input.u8(properties.next, what), armStart };
}

/** Section 1.2, of at most five bytes here: no field that is read can be larger. */
function integer(input: Bytes, start: number): { value: number; next: number } {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = input.u8(start + i, 'an xz header');
    value += (byte & 0x7f) * 2 ** (7 * i);
    if ((byte & 0x80) === 0) return { value, next: start + i + 1 };
  }
  throw input.error('image.corrupt', start, 'a number in an xz header is too large');
}

/** Walks the LZMA2 chunks at `start` by their headers. @returns the end, and the sum of the unpacked sizes */
function chunks(packed: Packed, input: Bytes, start: number): { end: number; unpackedSize: number } {
  const data = packed.data;
  let unpackedSize = 0;
  for (let at = start; at < data.length;) {
    const control = data[at]!;
    if (control === 0) return { end: at + 1, unpackedSize };
    const compressed = control >= 0x80;
    if (!compressed && control > 2) throw corrupt(packed, 'xz', 'an LZMA2 chunk of no known kind', at);
    const high = compressed ? (control & 0x1f) << 16 : 0;
    unpackedSize += (high | bigEndian16(input, at + 1)) + 1;
    // Compressed chunks carry their packed size too and, with new properties, one byte of these.
    const header = compressed ? (control >= 0xc0 ? 6 : 5) : 3;
    at += header + bigEndian16(input, at + (compressed ? 3 : 1)) + 1;
  }
  throw cutShort(packed, 'xz');
}

function bigEndian16(input: Bytes, at: number): number {
  return (input.u8(at, 'an LZMA2 chunk') << 8) | input.u8(at + 1, 'an LZMA2 chunk');
}

/** A stream that holds the LZMA2 data of `block` and nothing else: no filter, no check. */
export function plainXzStream(block: XzBlock): Uint8Array {
  const flags = [0, 0];
  const header = withCrc([0x02, 0x00, FILTER_LZMA2, 1, block.dictionary, 0, 0, 0]);
  const unpaddedSize = header.length + block.chunks.length;
  const indexBytes = index([{ unpaddedSize, unpackedSize: block.unpackedSize }]);
  const backward = [...littleEndian32(indexBytes.length / 4 - 1), ...flags];
  return concat([
    Uint8Array.from([...XZ_MAGIC, ...flags, ...littleEndian32(crc32(Uint8Array.from(flags)))]),
    header,
    block.chunks,
    new Uint8Array(alignUp(unpaddedSize, 4) - unpaddedSize),
    indexBytes,
    // Section 2.1.2: the CRC comes first here.
    Uint8Array.from([...littleEndian32(crc32(Uint8Array.from(backward))), ...backward, ...FOOTER_MAGIC]),
  ]);
}

function encoded(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) | 0x80);
  return [...bytes, value];
}

function padded(bytes: number[]): number[] {
  return [...bytes, ...Array<number>(alignUp(bytes.length, 4) - bytes.length).fill(0)];
}

function littleEndian32(value: number): number[] {
  return [value, value >>> 8, value >>> 16, value >>> 24].map(byte => byte & 0xff);
}

function withCrc(bytes: number[]): Uint8Array {
  return Uint8Array.from([...bytes, ...littleEndian32(crc32(Uint8Array.from(bytes)))]);
}
