// Which rows the page of the memory map shows, what belongs together, and how sizes read.
import { describe, expect, it } from 'vitest';
import type { AddressSpaceMap, MapEntry } from '../../src/lab/memory-map';
import { formatSize, relatedRows, type Row, rowsOf } from '../../src/webview/memory-map/rows';

const MIB = 2 ** 20;
const entry = (kind: MapEntry['kind'], name: string, base: number, size: number, more: Partial<MapEntry> = {}) => {
  return { kind, name, base, size, about: `about ${name}`, ...more };
};

/** RAM of two domains, the second one in two pieces. */
const board: AddressSpaceMap = {
  space: 'pa',
  title: 'board',
  entries: [
    entry('device', 'uart0', 0x1c090000, 0x1000),
    entry('absent', 'site2', 0x1c091000, 0x80000000 - 0x1c091000),
    entry('ram', 'ram', 0x80000000, 8 * MIB, {
      parts: [
        entry('domain', 'win', 0x80000000, 2 * MIB, { domain: 1 }),
        entry('xen', 'hypervisor', 0x80200000, MIB),
        entry('domain', 'win', 0x80300000, 2 * MIB, { domain: 1 }),
        entry('free', 'free', 0x80500000, 3 * MIB),
      ],
    }),
  ],
};
const win: AddressSpaceMap = {
  space: 'dom1:ipa',
  title: 'win',
  domain: 1,
  entries: [
    entry('gic', 'GIC distributor', 0x03001000, 0x1000),
    entry('ram', 'RAM', 0x40000000, 4 * MIB, {
      machine: [
        { base: 0x80000000, size: 2 * MIB },
        { base: 0x80300000, size: 2 * MIB },
      ],
      parts: [entry('image', 'kernel', 0x40008000, 4096), entry('image', 'device tree', 0x40300000, 4096)],
    }),
  ],
};
const all = { filter: '', gaps: true };
const names = (rows: readonly Row[]): string[] =>
  rows.map(({ entry: { name, base } }) => `${name} ${base.toString(16)}`);
const row = (rows: readonly Row[], name: string): Row => rows.find(one => one.entry.name === name)!;

describe('rows', () => {
  it('are all entries in order of address, parts behind what they lie in', () => {
    expect(rowsOf(board, all).map(({ depth }) => depth)).toEqual([0, 0, 0, 1, 1, 1, 1]);
    expect(new Set(rowsOf(board, all).map(({ key }) => key)).size).toBe(7);
  });

  it('leave out what is not used, if that is wanted', () => {
    const shown = names(rowsOf(board, { ...all, gaps: false }));
    expect(shown).not.toContain('site2 1c091000');
    expect(shown).not.toContain('free 80500000');
    expect(shown).toHaveLength(5);
  });

  it.each([
    ['a name', 'UART', ['uart0 1c090000']],
    ['a kind', 'hypervisor', ['ram 80000000', 'hypervisor 80200000']],
    ['an address', '0x1c090004', ['uart0 1c090000']],
    ['an address with its space', 'pa:0x80210000', ['ram 80000000', 'hypervisor 80200000']],
    ['an address where nothing is', '0x30000000', ['site2 1c091000']],
    ['an address of another space', 'dom1:ipa:0x40000000', []],
    ['what is nowhere', 'nonsense', []],
    ['what looks like a pattern', '.*[', []],
  ])('can be found by %s', (_, filter, expected) => {
    expect(names(rowsOf(board, { filter, gaps: false }))).toEqual(expected);
  });
});

describe('rows that show the same memory', () => {
  const physical = rowsOf(board, all);
  const domain = rowsOf(win, all);

  it('are the pieces of a domain in the machine', () => {
    const found = relatedRows(row(domain, 'RAM'), domain, physical);
    expect(names(found)).toEqual(['win 80000000', 'win 80300000']);
  });

  it('are, for an image, the piece that it lies in', () => {
    expect(names(relatedRows(row(domain, 'kernel'), domain, physical))).toEqual(['win 80000000']);
    expect(names(relatedRows(row(domain, 'device tree'), domain, physical))).toEqual(['win 80300000']);
  });

  it('are those of the domain for a piece of the machine', () => {
    expect(names(relatedRows(row(physical, 'win'), physical, domain))).toEqual(['RAM 40000000']);
    expect(relatedRows(row(physical, 'hypervisor'), physical, domain)).toEqual([]);
  });

  it('are none for what is emulated', () => {
    expect(relatedRows(row(domain, 'GIC distributor'), domain, physical)).toEqual([]);
  });
});

it.each([
  [0, '0 B'],
  [4096, '4 KiB'],
  [96 * 1024, '96 KiB'],
  [3 * 2 ** 30, '3 GiB'],
  [1.5 * MIB, '1.5 MiB'],
  [48 * MIB + 4096, '≈ 48 MiB'],
  [5 * MIB - 4096, '≈ 5 MiB'],
])('%d bytes are %s', (bytes, text) => expect(formatSize(bytes)).toBe(text));
