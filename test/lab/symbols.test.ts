// Which names addresses have, of files that are really there.
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeHost } from '../../src/lab/node/host';
import { readSymbols, SymbolTable } from '../../src/lab/symbols';

const bench = path.resolve(import.meta.dirname, '..', '..', 'guests', 'bench');

describe('symbols', () => {
  it('are found inside their ranges only', () => {
    const table = new SymbolTable([
      { name: 'one', from: 0x100, to: 0x108 },
      { name: 'two', from: 0x108, to: 0x110 },
      { name: 'three', from: 0x120, to: 0x130 },
    ]);
    const names = [0xff, 0x100, 0x107, 0x108, 0x10f, 0x110, 0x120, 0x12f, 0x130].map(at => table.find(at)?.name);
    expect(names).toEqual([undefined, 'one', 'one', 'two', 'two', undefined, 'three', 'three', undefined]);
  });

  it('of an ELF file are its functions, and labels of its assembly', async () => {
    for (const set of ['a32', 't32']) {
      const table = await readSymbols(nodeHost, { elf: path.join(bench, `crc32-${set}.elf`) });
      expect(table.find(0x80010000)).toMatchObject({ name: '_start', from: 0x80010000 });
      // The address is without the bit that says Thumb.
      const run = table.find(0x80010170);
      expect(run?.name).toBe('bench_run');
      expect(run!.from % 2).toBe(0);
    }
  });

  it('of the demo guest are those of the lab that names no program', async () => {
    expect((await readSymbols(nodeHost, {})).find(0x80000000 + 0x200000)).toBeUndefined();
    const table = await readSymbols(nodeHost, {});
    const names = Array.from({ length: 0x10000 / 4 }, (_, i) => table.find(0x80008000 + 4 * i)?.name);
    expect(new Set(names).size).toBeGreaterThan(20);
  });

  it('are none of files that have no symbols', async () => {
    const source = path.join(bench, 'crc32.c');
    expect((await readSymbols(nodeHost, { kernel: source })).find(0)).toBeUndefined();
    expect((await readSymbols(nodeHost, { load: [{ file: source, address: 0 }], entry: 0 })).find(0)).toBeUndefined();
  });
});
