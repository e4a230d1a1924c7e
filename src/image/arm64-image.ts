// The header of an Image for AArch64 (Linux, Documentation/arch/arm64/booting); Xen for arm64 has the same.
import { Bytes } from './bytes';
import { ARM64_MAGIC_OFFSET, describe, identify } from './identify';

const HEADER = 64;
const PAGE_SIZES = [undefined, 4096, 16384, 65536] as const;
/** Before Linux 3.17 the size is zero, and the offset this. */
const OLD_TEXT_OFFSET = 0x80000;

export interface Arm64Image {
  readonly file: string;
  /** From a 2 MiB boundary; where the first byte of the file goes. */
  readonly textOffset: number;
  /** Memory that the image needs from its first byte, with what it clears; 0 when an old kernel does not say it. */
  readonly memorySize: number;
  readonly bigEndian: boolean;
  /** Of the kernel; undefined when not said. */
  readonly pageSize: number | undefined;
  /** Whether the 2 MiB boundary may be anywhere, not only near the start of memory. */
  readonly anywhere: boolean;
  /** Whether the file is also a PE executable for UEFI. */
  readonly efiStub: boolean;
}

/** @throws ImageError when this is no such image, or a compressed one */
export function parseArm64Image(data: Uint8Array, file: string): Arm64Image {
  const bytes = new Bytes(data, file);
  if (identify(data) !== 'arm64-image') {
    throw bytes.error(
      'image.magic',
      ARM64_MAGIC_OFFSET,
      `no magic of an Image for AArch64 here: ${describe(data)}`,
      'give the file arch/arm64/boot/Image of a kernel build, uncompressed',
    );
  }
  bytes.check(0, HEADER, 'the header of the Image');
  const memorySize = safe(bytes, 16, 'memory size');
  const flags = bytes.u32(24, 'the flags');
  return {
    file,
    textOffset: memorySize === 0 ? OLD_TEXT_OFFSET : safe(bytes, 8, 'text offset'),
    memorySize,
    bigEndian: (flags & 1) !== 0,
    pageSize: PAGE_SIZES[(flags >>> 1) & 3],
    anywhere: (flags & 8) !== 0,
    efiStub: data[0] === 0x4d && data[1] === 0x5a,
  };
}

function safe(bytes: Bytes, at: number, what: string): number {
  const value = bytes.u64(at, what);
  if (value > 0xffff_ffffn) throw bytes.error('image.corrupt', at, `an impossible ${what} of ${value} bytes`);
  return Number(value);
}
