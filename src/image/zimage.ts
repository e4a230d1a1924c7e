// The zImage: a compressed ARM Linux behind a decompressor that can run anywhere in RAM. Facts of the format: Linux,
// arch/arm/boot/compressed (head.S, vmlinux.lds.S) and Documentation/arch/arm/booting.
import { Bytes, holds } from './bytes';
import { hex } from './error';
import { describe, DTB_MAGIC, identify, ZIMAGE_MAGIC, ZIMAGE_MAGIC_OFFSET } from './identify';

const START_OFFSET = 0x28;
const END_OFFSET = 0x2c;
const ENDIANNESS_OFFSET = 0x30;
const TABLE_MAGIC_OFFSET = 0x34;
const TABLE_OFFSET = 0x38;
/** Header words, up to and including the pointer to the table. */
export const ZIMAGE_HEADER_SIZE = 0x3c;
const TABLE_MAGIC = 0x45454545;
/** As the kernel writes 0x04030201 in its own byte order; kernels before 3.17 have code in this place. */
const LITTLE_ENDIAN = 0x04030201;
const BIG_ENDIAN = 0x01020304;
/** Tag of the kernel size entry, "KLSZ". */
const KERNEL_SIZE_TAG = 0x5a534c4b;
/** No kernel writes more than a handful of tags. */
const MOST_TAGS = 64;

/** The kernel size tag of the table that zImages have since Linux 4.15. Sizes and offsets in bytes. */
export interface KernelSizes {
  /** Where in the zImage the unpacked size stands (a little-endian word): the last bytes of the payload. */
  readonly unpackedSizeOffset: number;
  /** Memory that the unpacked kernel clears behind itself. */
  readonly bssSize: number;
  /** Where the unpacked kernel lies from the start of memory; since Linux 5.9. */
  readonly textOffset?: number;
}

/** A parsed zImage header. */
export interface ZImage {
  readonly file: string;
  /** The image as its header delimits it, without anything appended. */
  readonly data: Uint8Array;
  /** Address it has to run at, 0 when it runs anywhere (all but those built for ROM). */
  readonly start: number;
  /** Byte order of the kernel's data. */
  readonly bigEndian: boolean;
  readonly sizes?: KernelSizes;
  /** A device tree that follows the image (`cat zImage board.dtb`), which such kernels prefer to that of the loader. */
  readonly appendedDtb?: Uint8Array;
}

/**
 * Reads the header of a zImage and splits off an appended device tree.
 * @param file the file as the user named it, for messages
 * @throws ImageError when this is no zImage, or the file is shorter than its header says
 */
export function parseZImage(data: Uint8Array, file: string): ZImage {
  if (identify(data) !== 'zimage') {
    throw new Bytes(data, file).error(
      'image.magic',
      ZIMAGE_MAGIC_OFFSET,
      `no zImage magic ${hex(ZIMAGE_MAGIC)} here: ${describe(data)}`,
      'give the file arch/arm/boot/zImage of a kernel build, or vmlinuz of a distribution for armhf',
    );
  }
  const little = new Bytes(data, file);
  const header = little.u32(ZIMAGE_MAGIC_OFFSET, 'the magic') === ZIMAGE_MAGIC ? little : little.inOrder(false);
  const start = header.u32(START_OFFSET, 'the start address of the zImage');
  const size = header.u32(END_OFFSET, 'the end address of the zImage') - start;
  if (size < ZIMAGE_HEADER_SIZE) {
    throw header.error('image.corrupt', START_OFFSET, `the zImage ends (word at ${hex(END_OFFSET)}) before it starts`);
  }
  if (size > data.length) {
    throw header.error(
      'image.truncated',
      END_OFFSET,
      `the zImage says that it has ${size} bytes, but the file has ${data.length}`,
      'the file is cut short: copy or fetch it again',
    );
  }
  const order = little.u32(ENDIANNESS_OFFSET, 'the byte order of the zImage');
  const image = data.subarray(0, size);
  const sizes = kernelSizes(new Bytes(image, file, header.littleEndian));
  const appendedDtb = dtbAt(data, size, file);
  return {
    file,
    data: image,
    start,
    bigEndian: order === BIG_ENDIAN || (order !== LITTLE_ENDIAN && !header.littleEndian),
    ...(sizes && { sizes }),
    ...(appendedDtb && { appendedDtb }),
  };
}

/** The table is a list of tags: length in words (itself included), tag, values; a length of 0 ends it. */
function kernelSizes(image: Bytes): KernelSizes | undefined {
  const what = 'the kernel information table of the zImage';
  if (image.u32(TABLE_MAGIC_OFFSET, what) !== TABLE_MAGIC) return undefined;
  let at = image.u32(TABLE_OFFSET, what);
  for (let tag = 0; tag < MOST_TAGS; tag++) {
    const words = image.u32(at, what);
    if (words === 0) return undefined;
    if (words >= 4 && image.u32(at + 4, what) === KERNEL_SIZE_TAG) {
      const unpackedSizeOffset = image.u32(at + 8, what);
      image.check(unpackedSizeOffset, 4, 'the unpacked size of the kernel');
      const bssSize = image.u32(at + 12, what);
      return { unpackedSizeOffset, bssSize, ...(words >= 5 && { textOffset: image.u32(at + 16, what) }) };
    }
    at += words * 4;
  }
  throw image.error('image.corrupt', TABLE_OFFSET, `${what} has no end`);
}

/** A whole device tree blob right behind the image, where the decompressor looks for it; anything else is ignored. */
function dtbAt(data: Uint8Array, offset: number, file: string): Uint8Array | undefined {
  if (!holds(data, offset, DTB_MAGIC)) return undefined;
  const tree = new Bytes(data.subarray(offset), file, false, offset);
  const size = tree.u32(4, 'the size of the appended device tree');
  return tree.slice(0, size, 'the appended device tree');
}
