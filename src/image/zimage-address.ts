// Where the decompressor of a zImage puts the kernel. Since Linux 5.9 the zImage says it itself (KernelSizes.textOffset);
// in older ones it is in the code at the start, which is looked through here for the two ways that it is written:
//
//   mov r4, pc; and r4, r4, #0xf8000000; add r4, r4, #TEXT_OFFSET     kernels for many boards: the 128 MiB that it runs in
//   ldr r4, =zreladdr                                                 kernels for one board: an absolute address
import { alignUp } from './bytes';
import type { ZImage } from './zimage';

/** From the start of memory, rounded as the decompressor does, or absolute. Bytes. */
export type KernelAddress = { readonly textOffset: number } | { readonly absolute: number };

/** The mask of kernels that find their memory from the program counter: 128 MiB. */
export const PC_MASK = 0xf8000000;
/** The address a kernel finds its memory at need only be a multiple of this since Linux 5.11 (16 MiB before). */
const MEMORY_ALIGNMENT = 2 * 1024 * 1024;
/** The code that matters is in the first instructions; with an EFI stub they start at 4 KiB. */
const LOOK_THROUGH = 0x2000;
/** How far behind AND the ADD stands at most; the check of the device tree's memory is between them. Bytes. */
const ADD_WITHIN = 0x80;

/** @returns undefined when neither way is found */
export function kernelAddress(image: ZImage): KernelAddress | undefined {
  if (image.sizes?.textOffset !== undefined) return { textOffset: image.sizes.textOffset };
  const code = new DataView(image.data.buffer, image.data.byteOffset, Math.min(image.data.length, LOOK_THROUGH));
  const textOffset = searchA32(code) ?? searchT32(code);
  if (textOffset !== undefined) return { textOffset };
  const absolute = searchLiteral(code);
  return absolute === undefined ? undefined : { absolute };
}

/**
 * Where the unpacked kernel runs in memory that starts at `memoryStart`: the start of memory as kernels see it (a
 * multiple of 2 MiB), and the text offset.
 */
export function runAddress(address: KernelAddress, memoryStart: number): number {
  return 'absolute' in address ? address.absolute : alignUp(memoryStart, MEMORY_ALIGNMENT) + address.textOffset;
}

/**
 * Where the decompressor itself, running in the guest at `zImageAddress`, puts the kernel. Since Linux 5.12 it takes
 * the memory of the device tree instead when this address is not in it.
 */
export function guestRunAddress(address: KernelAddress, zImageAddress: number): number {
  return 'absolute' in address ? address.absolute : ((zImageAddress & PC_MASK) >>> 0) + address.textOffset;
}

/** AND (immediate), any registers, of 0xf8000000, then ADD (immediate) to r4; ARM ARM A8.8.14, A8.8.5. */
function searchA32(code: DataView): number | undefined {
  for (let at = 0; at + 4 <= code.byteLength; at += 4) {
    if ((code.getUint32(at, true) & 0xfff00fff) >>> 0 !== 0xe200033e) continue;
    for (let add = at + 4; add + 4 <= Math.min(at + ADD_WITHIN, code.byteLength); add += 4) {
      const word = code.getUint32(add, true);
      if ((word & 0xfff0f000) >>> 0 === 0xe2804000) return a32Immediate(word & 0xfff);
    }
  }
  return undefined;
}

/** The same in Thumb-2 (kernels built with CONFIG_THUMB2_KERNEL): AND.W and ADD.W, encodings T1 and T3. */
function searchT32(code: DataView): number | undefined {
  for (let at = 0; at + 4 <= code.byteLength; at += 2) {
    if ((code.getUint16(at, true) & 0xfbf0) !== 0xf000 || t32ImmediateAt(code, at) !== PC_MASK) continue;
    for (let add = at + 4; add + 4 <= Math.min(at + ADD_WITHIN, code.byteLength); add += 2) {
      const isAdd = (code.getUint16(add, true) & 0xfbf0) === 0xf100;
      if (isAdd && (code.getUint16(add + 2, true) & 0x8f00) === 0x0400) return t32ImmediateAt(code, add);
    }
  }
  return undefined;
}

/** LDR r4, [pc, #offset]: the first one, when what it loads can be the address of a kernel. */
function searchLiteral(code: DataView): number | undefined {
  for (let at = 0; at + 4 <= code.byteLength; at += 4) {
    const word = code.getUint32(at, true);
    if ((word & 0xfffff000) >>> 0 !== 0xe59f4000) continue;
    const literal = at + 8 + (word & 0xfff);
    if (literal + 4 > code.byteLength) continue;
    const address = code.getUint32(literal, true);
    // Page tables of 16 KiB lie below every kernel, and kernels start at a multiple of it plus 16 or 32 KiB.
    if (address >= 0x4000 && address % 0x4000 === 0) return address;
  }
  return undefined;
}

/** ARMExpandImm, ARM ARM A5.2.4: eight bits, rotated right by twice the other four. */
function a32Immediate(bits: number): number {
  return rotateRight(bits & 0xff, (bits >>> 8) * 2);
}

/** ThumbExpandImm, ARM ARM A6.3.2; undefined for the patterns of repeated bytes, which are no addresses. */
function t32ImmediateAt(code: DataView, at: number): number | undefined {
  const second = code.getUint16(at + 2, true);
  const bits = ((code.getUint16(at, true) & 0x400) << 1) | ((second & 0x7000) >>> 4) | (second & 0xff);
  if (bits >>> 10 !== 0) return rotateRight(0x80 | (bits & 0x7f), bits >>> 7);
  return bits >>> 8 === 0 ? bits : undefined;
}

function rotateRight(value: number, by: number): number {
  return by === 0 ? value : ((value >>> by) | (value << (32 - by))) >>> 0;
}
