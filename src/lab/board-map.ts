// Address spaces from the data of boards, for views.
import { type Board, memoryMap } from '../emu/boards/board';
import type { AddressSpaceMap, MapEntry, MapStretch } from './memory-map';
import type { PlacementRow } from './protocol';

const TWO_32 = 2 ** 32;

/** The physical address space of a board. @param parts what lies in its memory, in order of address */
export function mapBoard(board: Board, ramBytes: number, parts: readonly MapEntry[]): AddressSpaceMap {
  const entries = memoryMap(board, ramBytes).map((entry): MapEntry => {
    const { kind, name, about, base, size, window } = entry;
    const spec = window === undefined ? undefined : board.devices.find(one => one.name === name)?.windows[window];
    return {
      ...{ base, size, kind, about, name: spec?.part === undefined ? name : `${name} ${spec.part}` },
      ...partsWithin({ base, size }, parts),
    };
  });
  return { space: 'pa', title: board.title, entries };
}

/** What of some parts lies in a stretch. */
export function partsWithin(stretch: MapStretch, parts: readonly MapEntry[]): Pick<MapEntry, 'parts'> {
  const end = stretch.base + stretch.size;
  const inside = parts
    .filter(({ base, size }) => base < end && base + size > stretch.base)
    .map(part => {
      const base = Math.max(part.base, stretch.base);
      return { ...part, base, size: Math.min(part.base + part.size, end) - base };
    });
  return inside.length > 0 ? { parts: inside } : {};
}

/** What was loaded into memory before the start. */
export const imageParts = (placement: readonly PlacementRow[]): MapEntry[] =>
  placement.map(({ role, name, address, size, why }) => {
    const file = name.split(/[\\/]/).at(-1)!;
    const named = file === role || file === '' ? '' : `${file}, `;
    return { base: address, size, kind: 'image', name: role, about: `${named}${why}` };
  });

/**
 * Fills the gaps between entries, up to 4 GiB at least.
 * @param why there is nothing from an address on @param cuts addresses where that changes, in order
 */
export function withGaps(
  entries: readonly MapEntry[],
  why: (base: number) => string,
  cuts: readonly number[] = [],
): MapEntry[] {
  const all: MapEntry[] = [];
  let at = 0;
  const gap = (to: number): void => {
    for (const end of [...cuts.filter(cut => cut > at && cut < to), to]) {
      if (end > at) all.push({ base: at, size: end - at, kind: 'absent', name: 'nothing', about: why(at) });
      at = Math.max(at, end);
    }
  };
  for (const entry of entries) {
    gap(entry.base);
    all.push(entry);
    at = Math.max(at, entry.base + entry.size);
  }
  gap(TWO_32);
  return all;
}
