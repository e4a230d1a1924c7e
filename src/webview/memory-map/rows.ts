// From an address space to the rows that are shown of it. No page in here, so that tests can have it.
import {
  type AddressSpaceMap,
  formatAddress,
  type MapEntry,
  type MapKind,
  type MapStretch,
} from '../../lab/memory-map';

export interface Row {
  /** Which one it is, over changes of the map: space, place and kind. */
  readonly key: string;
  readonly space: string;
  readonly entry: MapEntry;
  /** 1: it lies in the row before with 0. */
  readonly depth: 0 | 1;
}

export interface Wanted {
  /** Part of a name or description, or an address in it, with or without its space. */
  readonly filter: string;
  readonly gaps: boolean;
}

/** Kinds in words. */
export const KINDS: Readonly<Record<MapKind, string>> = {
  ram: 'RAM',
  memory: 'memory',
  device: 'device',
  gic: 'interrupt controller',
  unmodelled: 'not modelled',
  absent: 'nothing',
  image: 'image',
  magic: 'magic page',
  grant: 'grant, mapped',
  foreign: 'foreign memory',
  granted: 'granted',
  domain: 'domain',
  xen: 'hypervisor',
  free: 'free',
};

/** Bytes for people: in the largest unit, rounded where that is not exact. */
export function formatSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let size = bytes;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  const rounded = Number(size.toFixed(size < 10 ? 2 : size < 100 ? 1 : 0));
  return `${rounded === size ? '' : '≈ '}${rounded} ${units[unit]!}`;
}

export const contains = ({ base, size }: MapStretch, address: number): boolean =>
  address >= base && address < base + size;
export const overlaps = (a: MapStretch, b: MapStretch): boolean => a.base < b.base + b.size && b.base < a.base + a.size;

/** `pa:0x80000000` of that space, `0x80000000` of any. */
function addressOf(filter: string, space: string): number | undefined {
  const [, where, digits] = /^(?:(.+):)?0x([0-9a-f]{1,10})$/i.exec(filter.trim()) ?? [];
  if (digits === undefined || (where !== undefined && where !== space)) return undefined;
  return Number.parseInt(digits, 16);
}

/** The rows of a space, in order of address. A part is shown with what it lies in. */
export function rowsOf({ space, entries }: AddressSpaceMap, { filter, gaps }: Wanted): Row[] {
  const text = filter.trim().toLowerCase();
  const address = addressOf(filter, space);
  const fits = (entry: MapEntry): boolean =>
    text === '' ||
    (address !== undefined && contains(entry, address)) ||
    `${entry.name} ${entry.about} ${KINDS[entry.kind]} ${formatAddress(space, entry.base)}`
      .toLowerCase()
      .includes(text);
  const isShown = (entry: MapEntry): boolean =>
    (gaps || (entry.kind !== 'absent' && entry.kind !== 'free') || (address !== undefined && contains(entry, address))) && fits(entry); // prettier-ignore
  const row = (entry: MapEntry, depth: 0 | 1): Row => {
    return { key: `${space} ${entry.base.toString(16)} ${entry.kind} ${depth}`, space, entry, depth };
  };
  return entries.flatMap(entry => {
    const parts = (entry.parts ?? []).filter(isShown).map(one => row(one, 1));
    return parts.length > 0 || isShown(entry) ? [row(entry, 0), ...parts] : [];
  });
}

/** Where in the machine what a row shows lies. */
export const machineOf = ({ space, entry }: Row): readonly MapStretch[] =>
  space === 'pa' ? [entry] : (entry.machine ?? []);

/**
 * Rows of another space that show the same bytes as a row: for a part of RAM those of the RAM around it.
 * @param within the rows of the space of `row`
 */
export function relatedRows(row: Row, within: readonly Row[], others: readonly Row[]): Row[] {
  const around = row.depth === 1 && row.space !== 'pa' ? parentOf(row, within) : row;
  const places = around === row ? machineOf(row) : slice(machineOf(around), around.entry.base, row.entry);
  const same = others.filter(other => machineOf(other).some(a => places.some(b => overlaps(a, b))));
  // A row with parts says less than its parts.
  const exact = same.filter(
    other => other.depth === 1 || !same.some(one => one.depth === 1 && contains(other.entry, one.entry.base)),
  );
  return exact.filter(({ entry }) => entry.kind !== 'absent');
}

function parentOf(row: Row, within: readonly Row[]): Row {
  return within.find(one => one.depth === 0 && contains(one.entry, row.entry.base)) ?? row;
}

/** The machine's addresses of a part of a range that begins at `base`. */
function slice(machine: readonly MapStretch[], base: number, part: MapStretch): MapStretch[] {
  const found: MapStretch[] = [];
  let at = base;
  for (const stretch of machine) {
    const from = Math.max(part.base, at);
    const to = Math.min(part.base + part.size, at + stretch.size);
    if (from < to) found.push({ base: stretch.base + (from - at), size: to - from });
    at += stretch.size;
  }
  return found;
}

/** The height of a row in pixels: four pages and four gigabytes are told apart, and both can be seen. */
export function heightOf({ entry, depth }: Row): number {
  const least = 22;
  if (depth === 1 || entry.kind === 'absent' || entry.parts) return least;
  return Math.round(least + 0.9 * Math.max(0, Math.log2(entry.size / 4096)));
}
