// Interrupts, pages and ports of the host that a guest is given (Xen, tools/xl/xl_parse.c).
import { readNumber, readUnsigned } from '../numbers';
import type { XlText } from '../settings';
import { type Json, type JsonObject, put, type XlReader } from './reader';

const UINT32_MAX = 0xffff_ffffn;

/** Lists that xl reads to their end: a list inside of one is refused. */
function texts(reader: XlReader, key: string): XlText[] {
  const { settings } = reader;
  const value = settings.valueOf(key);
  if (value?.kind === 'list') {
    const inner = value.values.find(({ kind }) => kind === 'list');
    if (inner) {
      reader.refuseAt(inner.range, `${key} has a list in its list, but texts are wanted`, 'type');
      return [];
    }
  }
  return settings.texts(key);
}

function each(reader: XlReader, key: string, member: string, read: (text: string) => Json | string[]): void {
  const values = texts(reader, key).map(({ text, range }) => {
    const value = read(text);
    if (Array.isArray(value)) reader.refuseAt(range, `${key} ${JSON.stringify(text.slice(0, 40))}: ${value[0]}`);
    return value;
  });
  if (values.length > 0) reader.built[member] = values;
}

export function readPages(reader: XlReader): void {
  const { bits } = reader.host;
  each(reader, 'irqs', 'irqs', text => {
    const { value, end } = readUnsigned(text, 10, bits);
    if (end === 0 || end < text.length) return ['an interrupt is a decimal number; SPI n is 32 + n'];
    return value >= UINT32_MAX ? ['there is no interrupt with so large a number'] : Number(value);
  });
  each(reader, 'iomem', 'iomem', text => readIomem(text) ?? ['pages are START,COUNT or START,COUNT@GFN, in hexadecimal, without blanks']); // prettier-ignore
  each(reader, 'ioports', 'ioports', text => readPorts(text, bits));
}

/** As sscanf reads `%x,%x@%x` into 64 bits: blanks in front of numbers are skipped, nowhere else. */
export function readIomem(text: string): JsonObject | undefined {
  const start = readNumber(text, 16);
  if (start.end === 0 || text[start.end] !== ',') return undefined;
  const more = text.slice(start.end + 1);
  const number = readNumber(more, 16);
  if (number.end === 0) return undefined;
  const rest = more.slice(number.end);
  const pages: JsonObject = {};
  put(pages, 'start', wide(start.value), 0);
  put(pages, 'number', wide(number.value), 0);
  if (rest === '') return pages;
  const gfn = rest.startsWith('@') ? readNumber(rest.slice(1), 16) : undefined;
  if (!gfn || gfn.end === 0 || gfn.end + 1 < rest.length) return undefined;
  return { ...pages, gfn: wide(gfn.value) };
}

/** 64 bits without a sign, saturated. */
function wide(value: bigint): number {
  const most = (1n << 64n) - 1n;
  return Number(value > most || value < -most ? most : BigInt.asUintN(64, value));
}

function readPorts(text: string, bits: 32 | 64): Json | string[] {
  const first = readUnsigned(text, 16, bits);
  if (first.end === 0 || first.value >= UINT32_MAX) return ['ports are N or N-M, in hexadecimal'];
  const rest = text.slice(first.end);
  if (!rest.startsWith('-')) return { first: Number(first.value), number: 1 };
  const last = readUnsigned(rest.slice(1), 16, bits);
  if (last.end === 0 || last.end + 1 < rest.length || last.value >= UINT32_MAX)
    return ['ports are N or N-M, in hexadecimal'];
  return { first: Number(first.value), number: Number(BigInt.asUintN(32, last.value - first.value + 1n)) };
}
