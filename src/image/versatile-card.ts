// The text files on the configuration card of a Versatile Express motherboard (ARM DUI 0447, chapter 4): `images.txt`
// says what the firmware puts into NOR flash and where it runs, `board.txt` how a daughterboard is set up.
//
//   [IMAGES]                      sections
//   TOTALIMAGES: 2                keys with a value, comments after a semicolon
//   NOR0UPDATE: AUTO
//   NOR0ADDRESS: 0x0C000000       hexadecimal, with or without 0x
//   NOR0FILE: \SOFTWARE\kernel    paths of the card, backslashes
import { ImageError } from './error';

/** One `KEY: value` line. */
export interface CardLine {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  /** From 1. */
  readonly line: number;
}

/** An image that the firmware keeps in NOR flash; addresses in bytes. */
export interface CardImage {
  /** The number in its keys. */
  readonly index: number;
  /** Where it goes in flash: an address, or `BOOT` for the place that the firmware runs from. */
  readonly address: number | 'BOOT';
  /** Path on the card, with slashes. */
  readonly file: string;
  /** AUTO, FORCE or NONE. */
  readonly update: string;
  /** Where the firmware copies it to before it starts it, and where it starts it. */
  readonly load?: number;
  readonly entry?: number;
  readonly line: number;
}

/** What board.txt sets: registers of the serial configuration controller (SCC), and oscillators. */
export interface CardBoard {
  readonly scc: readonly { readonly offset: number; readonly value: number; readonly line: number }[];
  /** In Hz. */
  readonly oscillators: readonly { readonly index: number; readonly frequency: number; readonly line: number }[];
}

/** Longer than any such file; what is larger is something else. */
const LONGEST = 1024 * 1024;

/** All lines that hold a key. @throws ImageError on a line that is none of the forms above */
export function parseCardFile(content: string, file: string): CardLine[] {
  if (content.length > LONGEST) throw new ImageError('image.tooLarge', 'this is no configuration file', { file });
  const lines: CardLine[] = [];
  let section = '';
  for (const [index, whole] of content.split(/\r\n|[\r\n]/).entries()) {
    const line = index + 1;
    const written = whole.replace(/;.*$/, '').trim();
    if (written === '') continue;
    const heading = /^\[(.+)\]$/.exec(written)?.[1];
    if (heading !== undefined) {
      section = heading.trim().toUpperCase();
      continue;
    }
    const [, key, value] = /^([^\s:]+)\s*:\s*(.*)$/.exec(written) ?? [];
    if (key === undefined || value === undefined) {
      throw wrong(file, line, `"${written}" is neither a [SECTION] nor a KEY: value`);
    }
    lines.push({ section, key: key.toUpperCase(), value, line });
  }
  return lines;
}

/** The images of an `images.txt`, by number. @throws ImageError on an image without file or address, or a bad number */
export function parseCardImages(content: string, file: string): CardImage[] {
  const byIndex = new Map<number, Map<string, CardLine>>();
  for (const line of parseCardFile(content, file)) {
    const [, index, field] = /^NOR(\d{1,3})(UPDATE|ADDRESS|FILE|LOAD|ENTRY)$/.exec(line.key) ?? [];
    if (index === undefined || field === undefined) continue;
    const fields = byIndex.get(Number(index)) ?? new Map<string, CardLine>();
    byIndex.set(Number(index), fields.set(field, line));
  }
  return [...byIndex].sort(([a], [b]) => a - b).map(([index, fields]) => image(index, fields, file));
}

function image(index: number, fields: ReadonlyMap<string, CardLine>, file: string): CardImage {
  const first = [...fields.values()][0]!;
  const address = fields.get('ADDRESS');
  const name = fields.get('FILE');
  if (!address || !name) {
    throw wrong(file, first.line, `NOR${index} has no ${address ? `NOR${index}FILE` : `NOR${index}ADDRESS`}`);
  }
  const load = fields.get('LOAD');
  const entry = fields.get('ENTRY');
  return {
    index,
    address: address.value.toUpperCase() === 'BOOT' ? 'BOOT' : hexadecimal(address.value, address, file),
    file: name.value.replaceAll('\\', '/').replace(/^\/+/, ''),
    update: fields.get('UPDATE')?.value.toUpperCase() ?? 'NONE',
    ...(load && { load: hexadecimal(load.value, load, file) }),
    ...(entry && { entry: hexadecimal(entry.value, entry, file) }),
    line: name.line,
  };
}

/** The settings of a `board.txt`. @throws ImageError on a bad number */
export function parseCardBoard(content: string, file: string): CardBoard {
  const lines = parseCardFile(content, file);
  const scc = lines
    .filter(({ key }) => key === 'SCC')
    .map(line => {
      const [offset = '', value = ''] = line.value.split(/\s+/);
      return { offset: hexadecimal(offset, line, file), value: hexadecimal(value, line, file), line: line.line };
    });
  const oscillators = lines
    .filter(({ key }) => /^OSC\d{1,2}$/.test(key))
    .map(line => {
      const megahertz = Number(line.value);
      if (!(megahertz > 0 && megahertz < 100_000))
        throw wrong(file, line.line, `"${line.value}" is no frequency in MHz`);
      return { index: Number(line.key.slice(3)), frequency: Math.round(megahertz * 1e6), line: line.line };
    });
  return { scc, oscillators };
}

function hexadecimal(digits: string, { line, key }: CardLine, file: string): number {
  if (!/^(0x)?[0-9a-f]{1,8}$/i.test(digits)) {
    throw wrong(file, line, `"${digits}" in ${key} is not a hexadecimal number of up to eight digits`);
  }
  return parseInt(digits.replace(/^0x/i, ''), 16);
}

function wrong(file: string, line: number, what: string): ImageError {
  return new ImageError('image.corrupt', `line ${line}: ${what}`, { file });
}
