// The memory map of a lab: address spaces with everything that lies in them, for views. This part renders the board.
import { type Board, memoryMap } from '../emu/boards/board';
import type { PlacementRow } from './protocol';

/** What a stretch of an address space is. */
export type MapKind =
  /** Main memory, and other memory of the board. */
  | 'ram'
  | 'memory'
  | 'device'
  /** A part of the interrupt controller that a domain sees. */
  | 'gic'
  /** The board has it, and this release does not. */
  | 'unmodelled'
  /** Nothing answers. */
  | 'absent'
  /** Loaded before the start: a kernel, a RAM disk, a device tree. */
  | 'image'
  /** Pages by which a domain and the outside talk: rings, shared info, grant table. */
  | 'magic'
  /** Memory of another domain, by a grant or by the right of who controls it. */
  | 'grant'
  | 'foreign'
  /** The domain's own, and others may map it. */
  | 'granted'
  /** Of main memory: whose it is. */
  | 'domain'
  | 'xen'
  | 'free';

export interface MapStretch {
  /** Bytes; an address of the space that it stands for. */
  base: number;
  size: number;
}

export interface MapEntry extends MapStretch {
  kind: MapKind;
  name: string;
  /** For people: what it is for, or why there is nothing. */
  about: string;
  readOnly?: boolean;
  /** Whose it is: the id of a domain. */
  domain?: number;
  /** Physical addresses behind it, in order of its own; missing where it is itself physical, or is emulated. */
  machine?: MapStretch[];
  /** Stretches of `machine` that were left out, because there are too many to show. */
  more?: number;
  /** What lies in it, in order of address. They may lie in each other. */
  parts?: MapEntry[];
}

export interface AddressSpaceMap {
  /** How its addresses begin: `pa`, `dom1:ipa`. */
  space: string;
  title: string;
  domain?: number;
  /** In order of address, without gaps up to the end of the last one. */
  entries: MapEntry[];
}

export interface LabMemoryMap {
  board: string;
  title: string;
  /** The machine first, then the domains in order of their ids. */
  spaces: AddressSpaceMap[];
}

const TWO_32 = 2 ** 32;
const DIGITS = 8;

/** An address as people read it here: with its space. */
export function formatAddress(space: string, address: number): string {
  return `${space}:0x${address.toString(16).padStart(DIGITS, '0')}`;
}

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

/** Those parts that begin in a stretch. */
export function partsWithin({ base, size }: MapStretch, parts: readonly MapEntry[]): Pick<MapEntry, 'parts'> {
  const inside = parts.filter(one => one.base >= base && one.base < base + size);
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
