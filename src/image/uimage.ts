// The image format of U-Boot before FIT (U-Boot, include/image.h): 64 bytes of header, big-endian, then the data.
import { ascii, Bytes, holds } from './bytes';
import { crc32 } from './checksum';
import { unpack, type Compression } from './compression';
import { hex, ImageError } from './error';
import { describe, UIMAGE_MAGIC } from './identify';

const HEADER = 64;
/** ih_arch, ih_type and ih_comp of what boots here; other numbers stay numbers. */
const ARCHITECTURES: Readonly<Record<number, string>> = { 2: 'arm', 3: 'x86', 22: 'arm64', 26: 'riscv' };
const TYPES: Readonly<Record<number, UImageType>> = {
  1: 'standalone',
  2: 'kernel',
  3: 'ramdisk',
  4: 'multi',
  5: 'firmware',
  6: 'script',
  8: 'dtb',
};
const COMPRESSIONS: Readonly<Record<number, Compression | 'none'>> = {
  0: 'none',
  1: 'gzip',
  3: 'lzma',
  4: 'lzo',
  6: 'zstd',
};
/** A multi-file image lists the sizes of its parts; a handful in practice. */
const MOST_PARTS = 64;
const LARGEST = 512 * 1024 * 1024;

export type UImageType = 'standalone' | 'kernel' | 'ramdisk' | 'multi' | 'firmware' | 'script' | 'dtb' | 'other';

export interface UImage {
  readonly file: string;
  readonly name: string;
  /** `arm`, `arm64`, `x86`, `riscv`, or the number. */
  readonly architecture: string;
  readonly type: UImageType;
  /** Undefined when this program does not know it. */
  readonly compression: Compression | 'none' | undefined;
  readonly loadAddress: number;
  readonly entry: number;
  /** The data as stored; of a multi-file image all of it. */
  readonly data: Uint8Array;
  /** The files of a multi-file image, in order: kernel, initial RAM disk, device tree by convention. */
  readonly parts: readonly Uint8Array[];
}

/** @throws ImageError on a wrong magic, header or data checksum, or a file that is cut short */
export function parseUImage(data: Uint8Array, file: string): UImage {
  const bytes = new Bytes(data, file, false);
  if (!holds(data, 0, UIMAGE_MAGIC)) {
    throw bytes.error('image.magic', 0, `no U-Boot image magic here: ${describe(data)}`, 'give a file made by mkimage');
  }
  const header = bytes.slice(0, HEADER, 'the U-Boot image header').slice();
  const headerCrc = bytes.u32(4, 'the header checksum');
  header.fill(0, 4, 8);
  verify(bytes, 4, 'header', headerCrc, header);
  const body = bytes.slice(HEADER, bytes.u32(12, 'the size'), 'the data of the U-Boot image');
  verify(bytes, 24, 'data', bytes.u32(24, 'the data checksum'), body);
  const type = TYPES[bytes.u8(30, 'the type')] ?? 'other';
  const architecture = bytes.u8(29, 'the architecture');
  return {
    file,
    name: ascii(header.subarray(32)).replace(/\0.*$/s, ''),
    architecture: ARCHITECTURES[architecture] ?? String(architecture),
    type,
    compression: COMPRESSIONS[bytes.u8(31, 'the compression')],
    loadAddress: bytes.u32(16, 'the load address'),
    entry: bytes.u32(20, 'the entry point'),
    data: body,
    parts: type === 'multi' ? parts(body, file) : [],
  };
}

/** The data, unpacked if the header says that it is packed. */
export async function unpackUImage(image: UImage): Promise<Uint8Array> {
  if (image.compression === 'none') return image.data;
  if (image.compression === undefined) {
    throw new ImageError('image.unsupported', 'a compression that is not known here', {
      file: image.file,
      offset: 31,
      remedy: 'mkimage -C gzip makes one that is',
    });
  }
  return unpack(image.compression, { data: image.data, file: image.file, origin: HEADER, limit: LARGEST });
}

/** Sizes until one of zero, then the files, each filled up to a multiple of four. */
function parts(body: Uint8Array, file: string): Uint8Array[] {
  const bytes = new Bytes(body, file, false, HEADER);
  const sizes: number[] = [];
  for (let at = 0; ; at += 4) {
    const size = bytes.u32(at, 'the size of a part');
    if (size === 0) break;
    sizes.push(size);
    if (sizes.length > MOST_PARTS) throw bytes.error('image.corrupt', at, `more than ${MOST_PARTS} parts`);
  }
  let at = (sizes.length + 1) * 4;
  return sizes.map(size => {
    const part = bytes.slice(at, size, 'a part of the U-Boot image');
    at += (size + 3) & ~3;
    return part;
  });
}

function verify(bytes: Bytes, at: number, what: string, expected: number, data: Uint8Array): void {
  const actual = crc32(data);
  if (actual === expected) return;
  throw bytes.error(
    'image.corrupt',
    at,
    `the ${what} checksum is ${hex(expected)}, that of the file is ${hex(actual)}`,
    'the file is damaged: fetch or make it again',
  );
}
