// Where things go in RAM that may lie anywhere: what a boot loader does for a hypervisor and its modules. Nothing is put
// where something else is, or where a device tree says that memory is taken.
import { alignUp } from './bytes';
import { hex, ImageError, size } from './error';
import type { PlacedImage, RamBank } from './placement';

/** Something that needs a place. Bytes. */
export interface Unplaced {
  readonly name: string;
  readonly role: string;
  /** Length of what is copied there. */
  readonly size: number;
  /** Memory it needs to itself from its first byte on; at least `size`. */
  readonly room: number;
  readonly alignment: number;
  readonly why: string;
  /** Addresses at which it cannot lie, though there is memory. */
  readonly avoid?: Span;
}

/** First address, and the one behind the last. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Taken extends Span {
  /** As messages say it: `reserved-memory/vram@18000000`. */
  readonly name: string;
}

/**
 * Finds a place for each, in order, as high as there is room: what is free below stays in one piece.
 * @param ram banks of memory
 * @param taken what is in memory already, inside the banks or not
 * @throws ImageError `image.tooLarge` naming the first that has no place
 */
export function placeHigh(wanted: readonly Unplaced[], ram: readonly RamBank[], taken: readonly Span[]): PlacedImage[] {
  const busy = [...taken];
  return wanted.map(one => {
    const address = highest(one, ram, busy);
    if (address === undefined) throw noRoom(one, ram);
    const reserved = { from: address, to: address + one.room };
    busy.push(reserved);
    return { name: one.name, role: one.role, address, size: one.size, why: one.why, reserved };
  });
}

/** Candidates are the ends of what is free: the ends of banks, and the beginnings of what is taken. */
function highest(
  { room, alignment, avoid }: Unplaced,
  ram: readonly RamBank[],
  taken: readonly Span[],
): number | undefined {
  const busy = avoid ? [...taken, avoid] : taken;
  const ends = [...ram.map(({ base, size: bytes }) => base + bytes), ...busy.map(({ from }) => from)];
  let best: number | undefined;
  for (const end of ends) {
    const at = Math.floor((end - room) / alignment) * alignment;
    const to = at + room;
    const inside = ram.some(({ base, size: bytes }) => at >= base && to <= base + bytes);
    const free = inside && busy.every(span => to <= span.from || at >= span.to);
    if (free && (best === undefined || at > best)) best = at;
  }
  return best;
}

function noRoom({ name, role, room, alignment }: Unplaced, ram: readonly RamBank[]): ImageError {
  const banks = ram.map(bank => `${size(bank.size)} at ${hex(bank.base)}`).join(', ');
  const what = `no room in RAM (${banks}) for the ${role}: ${size(room)} in one piece, at a multiple of ${size(alignment)}`;
  return new ImageError('image.tooLarge', what, {
    file: name,
    remedy: 'give the board more memory (--memory), or reserve less of it in the device tree',
  });
}

/** Whole multiples of `alignment` around a span. */
export const rounded = ({ from, to }: Span, alignment: number): Span => ({
  from: Math.floor(from / alignment) * alignment,
  to: alignUp(to, alignment),
});
