// struct xenctl_bitmap: bits of CPUs or nodes in memory of the caller (Xen, public/domctl.h; common/bitmap.c).
import type { Call } from '../hypercalls/hypercall';

/** Fields of a structure that has such a bitmap: `map` is its address, `bits` how many there is room for. */
export interface BitmapAt {
  readonly map: number;
  readonly bits: number;
}

const bytesOf = (bits: number): number => Math.ceil(bits / 8);
/** A caller's room is never larger than this here: 32 bits are used, the rest is written as 0. */
const MOST_BYTES = 4096;

/** @returns the first `count` bits, at most 32; undefined: they cannot be read */
export function readBitmap(call: Call, { map, bits }: BitmapAt, count: number): number | undefined {
  const bytes = call.guest.read(map, Math.min(bytesOf(bits), bytesOf(count)));
  if (!bytes) return undefined;
  const value = bytes.reduce((sum, byte, i) => sum + byte * 2 ** (8 * i), 0);
  const used = Math.min(bits, count);
  return used >= 32 ? value >>> 0 : (value & (2 ** used - 1)) >>> 0;
}

/** @returns false when it cannot be written */
export function writeBitmap(call: Call, { map, bits }: BitmapAt, value: number): boolean {
  const bytes = new Uint8Array(Math.min(bytesOf(bits), MOST_BYTES));
  for (let i = 0; i < Math.min(4, bytes.length); i++) bytes[i] = value >>> (8 * i);
  return call.guest.write(map, bytes);
}
