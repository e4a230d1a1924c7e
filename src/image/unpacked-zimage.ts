// A zImage whose kernel is unpacked already, for loaders that insist on a zImage: Xen starts a dom0 from nothing else.
// A loader finds a zImage that runs anywhere; what it starts is a small head (guests/unpacked) that copies the kernel to
// where its decompressor would have put it, and enters it with r0 to r2 as the loader gave them. docs/decisions/008.
import head from '../../guests/unpacked/unpacked.elf';
import { alignUp } from './bytes';
import { parseElf } from './elf';
import type { UnpackedKernel } from './zimage-unpack';

const END_OFFSET = 0x2c;
const ENDIANNESS_OFFSET = 0x30;
/** `struct parameters` of guests/unpacked/place.h. */
const PARAMETERS = 0x40;
/** The head copies so many bytes at a time. */
const COPIED_AT_ONCE = 32;
const PAGE = 4096;

/** Bytes of the head with the space up to the kernel. */
export const UNPACKED_HEAD = PAGE;

/** A kernel that runs at an offset from the start of memory, wherever that is. */
export type MovableKernel = UnpackedKernel & { readonly address: { readonly textOffset: number } };

/** Whether a kernel is one. The others are built for one board, and do not run under a hypervisor anyway. */
export const isMovable = (kernel: UnpackedKernel): kernel is MovableKernel => 'textOffset' in kernel.address;

/** @returns a zImage: the head, then the kernel. Memory behind the kernel that it clears is not part of it. */
export function wrapUnpackedKernel({ image, address, bssSize, bigEndian }: MovableKernel): Uint8Array {
  const kernelBytes = alignUp(image.length, COPIED_AT_ONCE);
  const wrapped = new Uint8Array(UNPACKED_HEAD + kernelBytes);
  wrapped.set(parseElf(head, 'unpacked.elf', 'arm').segments[0]!.data);
  wrapped.set(image, UNPACKED_HEAD);
  const view = new DataView(wrapped.buffer);
  view.setUint32(END_OFFSET, wrapped.length, true);
  // The kernel writes 0x04030201 in its own byte order; the words of a header are little-endian in both.
  view.setUint32(ENDIANNESS_OFFSET, 0x04030201, !bigEndian);
  const parameters = [address.textOffset, UNPACKED_HEAD, kernelBytes, kernelBytes + bssSize];
  parameters.forEach((word, index) => view.setUint32(PARAMETERS + 4 * index, word, true));
  return wrapped;
}
