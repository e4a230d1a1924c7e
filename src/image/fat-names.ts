// Names on FAT: 8.3 in capitals, and the long name beside it in entries of its own where that is not the whole name.

/** Eight and three characters, without the dot, filled with blanks. */
export interface ShortName {
  readonly packed: string;
  /** Whether it says all of the name, so that no long one is needed. */
  readonly exact: boolean;
}

const MOST_UNITS = 255;
const UNITS_PER_ENTRY = 13;
/** Characters that short names may have, besides capitals and digits. */
const SHORT = /[A-Z0-9!#$%&'()@^_`{}~-]/;
const FORBIDDEN = /[\u0000-\u001f"*/:<>?\\|]/;

/**
 * @param taken the short names of the folder so far; the new one is added
 * @returns undefined when neither form can write this name
 */
export function fatName(name: string, taken: Set<string>): ShortName | undefined {
  if (name === '' || name.length > MOST_UNITS || FORBIDDEN.test(name) || /^\.{1,2}$|[. ]$/.test(name)) return undefined;
  const dot = name.lastIndexOf('.');
  const [base, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot + 1)] : [name, ''];
  const [shortBase, shortExtension] = [shorten(base), shorten(extension)];
  const whole = `${shortBase}${shortExtension ? '.' : ''}${shortExtension}`;
  const plain = pack(shortBase, shortExtension);
  if (whole === name && shortBase.length <= 8 && shortExtension.length <= 3 && !taken.has(plain)) {
    taken.add(plain);
    return { packed: plain, exact: true };
  }
  // `~N` tells apart what shortening has made equal.
  for (let n = 1; n < 1_000_000; n++) {
    const tail = `~${n}`;
    const packed = pack(`${shortBase.slice(0, 8 - tail.length)}${tail}`, shortExtension);
    if (taken.has(packed)) continue;
    taken.add(packed);
    return { packed, exact: false };
  }
  return undefined;
}

const shorten = (part: string): string =>
  [...part.toUpperCase()].map(c => (SHORT.test(c) && c.length === 1 ? c : c === ' ' || c === '.' ? '' : '_')).join('');

const pack = (base: string, extension: string): string => base.slice(0, 8).padEnd(8) + extension.slice(0, 3).padEnd(3);

/** The entries of a long name, last part first, as they stand in front of the short one; none when that says it all. */
export function longNameEntries(name: string, { packed, exact }: ShortName): Uint8Array[] {
  if (exact) return [];
  let sum = 0;
  for (let i = 0; i < 11; i++) sum = (((sum & 1) << 7) + (sum >> 1) + packed.charCodeAt(i)) & 0xff;
  const count = Math.ceil(name.length / UNITS_PER_ENTRY);
  return Array.from({ length: count }, (_, i) => {
    const part = count - 1 - i;
    return longNameEntry(name, part, part === count - 1, sum);
  });
}

/** Offsets of the 13 UTF-16 units in an entry. */
const UNIT_OFFSETS = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];

function longNameEntry(name: string, part: number, last: boolean, checksum: number): Uint8Array {
  const all = new Uint8Array(32);
  const view = new DataView(all.buffer);
  view.setUint8(0, (part + 1) | (last ? 0x40 : 0));
  view.setUint8(11, 0x0f); // the attributes that mean "long name"
  view.setUint8(13, checksum);
  UNIT_OFFSETS.forEach((offset, i) => {
    const at = part * UNITS_PER_ENTRY + i;
    // Behind the name a zero, behind that nothing but ones.
    const unit = at < name.length ? name.charCodeAt(at) : at === name.length ? 0 : 0xffff;
    view.setUint16(offset, unit, true);
  });
  return all;
}
