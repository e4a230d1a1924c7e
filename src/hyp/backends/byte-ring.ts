// One direction of a ring of bytes with free-running indices: console and xenstore (Xen, public/io/console.h, xs_wire.h).
import type { SharedPage } from './shared-page';

/** Where one direction lies in its page; offsets in bytes, `size` a power of two. */
export interface ByteRingLayout {
  readonly data: number;
  readonly size: number;
  readonly consumer: number;
  readonly producer: number;
}

const distance = (from: number, to: number): number => (to - from) >>> 0;

/**
 * Takes what the guest has produced, up to `most` bytes.
 * @returns undefined when its indices make no sense
 */
export function takeBytes(page: SharedPage, ring: ByteRingLayout, most: number): Uint8Array | undefined {
  const consumer = page.u32(ring.consumer);
  const there = distance(consumer, page.u32(ring.producer));
  if (there > ring.size) return undefined;
  const length = Math.min(there, most);
  const out = new Uint8Array(length);
  const at = consumer & (ring.size - 1);
  const first = Math.min(length, ring.size - at);
  out.set(page.read(ring.data + at, first));
  out.set(page.read(ring.data, length - first), first);
  page.setU32(ring.consumer, consumer + length);
  return out;
}

/**
 * Gives the guest as many bytes as it has room for.
 * @returns how many; undefined when its indices make no sense
 */
export function giveBytes(page: SharedPage, ring: ByteRingLayout, bytes: Uint8Array): number | undefined {
  const producer = page.u32(ring.producer);
  const there = distance(page.u32(ring.consumer), producer);
  if (there > ring.size) return undefined;
  const length = Math.min(ring.size - there, bytes.length);
  const at = producer & (ring.size - 1);
  const first = Math.min(length, ring.size - at);
  page.write(ring.data + at, bytes.subarray(0, first));
  page.write(ring.data, bytes.subarray(first, length));
  page.setU32(ring.producer, producer + length);
  return length;
}
