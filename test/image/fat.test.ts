import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildFatDisk, type FatFile } from '../../src/image';
import { failure } from './fixtures';

const SECTOR = 512;

/** A reader of FAT16 of its own: partition table, chains, long names. */
function readDisk(disk: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(disk.buffer, disk.byteOffset);
  const start = view.getUint32(0x1be + 8, true) * SECTOR;
  const clusterBytes = view.getUint8(start + 13) * SECTOR;
  const reserved = view.getUint16(start + 14, true);
  const fats = view.getUint8(start + 16);
  const rootEntries = view.getUint16(start + 17, true);
  const fatBytes = view.getUint16(start + 22, true) * SECTOR;
  const fat = start + reserved * SECTOR;
  const root = fat + fats * fatBytes;
  const data = root + rootEntries * 32;
  const chain = (first: number): Uint8Array => {
    const parts: Uint8Array[] = [];
    for (let cluster = first; cluster >= 2 && cluster < 0xfff8; cluster = view.getUint16(fat + 2 * cluster, true)) {
      const at = data + (cluster - 2) * clusterBytes;
      parts.push(disk.subarray(at, at + clusterBytes));
    }
    return new Uint8Array(Buffer.concat(parts));
  };
  const found = new Map<string, Uint8Array>();
  const walk = (folder: Uint8Array, path: string): void => {
    const entries = new DataView(folder.buffer, folder.byteOffset, folder.byteLength);
    let long = '';
    for (let at = 0; at < folder.length && folder[at] !== 0; at += 32) {
      const attributes = folder[at + 11]!;
      if (attributes === 0x0f) {
        const units = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30].map(o => entries.getUint16(at + o, true));
        long =
          String.fromCharCode(...units)
            .split('\0')[0]!
            .replace(/\uffff+$/, '') + long;
        continue;
      }
      const text = Buffer.from(folder.subarray(at, at + 11)).toString('latin1');
      const [base, extension] = [text.slice(0, 8).trimEnd(), text.slice(8).trimEnd()];
      const name = long || (extension ? `${base}.${extension}` : base);
      long = '';
      const contents = chain(entries.getUint16(at + 26, true));
      if (name === '.' || name === '..') continue;
      if (attributes & 0x10) walk(contents, `${path}${name}/`);
      else found.set(path + name, contents.subarray(0, entries.getUint32(at + 28, true)));
    }
  };
  walk(disk.subarray(root, data), '');
  return found;
}

const read = (files: readonly FatFile[]): [string, number[]][] =>
  [...readDisk(buildFatDisk(files))].map(([path, data]): [string, number[]] => [path, [...data]]).sort();
const asPairs = (files: readonly FatFile[]): [string, number[]][] =>
  files.map(({ path, data }): [string, number[]] => [path, [...data]]).sort();
const file = (path: string, length = 3): FatFile => ({ path, data: new Uint8Array(length).map((_, i) => i * 7) });

describe('a FAT disk', () => {
  it('holds files, folders, short and long names', () => {
    const files = [
      file('KERNEL.IMG', 5000),
      file('README'),
      file('a long name with blanks.text', 0),
      file('SOFTWARE/TC1/images.txt', 100),
      file('SOFTWARE/TC1/IMAGES.BIN', 70_000),
      file('a long name with blanks.other'),
      file('.profile'),
      file('ünï.dtb'),
    ];
    expect(read(files)).toEqual(asPairs(files));
  });

  it('is FAT16 by its number of clusters, whatever is on it', () => {
    for (const bytes of [0, 40 << 20, 160 << 20]) {
      const disk = buildFatDisk([file('X', bytes)]);
      const view = new DataView(disk.buffer);
      const at = 2048 * SECTOR;
      const data = view.getUint32(at + 32, true) - 1 - 2 * view.getUint16(at + 22, true) - 32;
      const clusters = Math.floor(data / view.getUint8(at + 13));
      expect(clusters).toBeGreaterThanOrEqual(4085);
      expect(clusters).toBeLessThan(65525);
      expect(disk.length % (4 << 20)).toBe(0);
    }
  });

  it('gives back whatever was put in', () => {
    const name = fc.stringMatching(/^[a-zA-Z0-9_-]{1,20}(\.[a-z]{1,5})?$/);
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map(parts => parts.join('/'));
    const files = fc.uniqueArray(fc.record({ path, data: fc.uint8Array({ maxLength: 5000 }) }), {
      selector: ({ path: one }) => one.split('/')[0]!.toLowerCase(),
      maxLength: 30,
    });
    fc.assert(
      fc.property(files, given => {
        expect(read(given)).toEqual(asPairs(given));
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    [[file('a:b')], /a:b: FAT has no way to write this name/],
    [[file('a'), file('A')], /A: FAT takes it for another name/],
    [[file('a'), file('a/b')], /a\/b: a is a file and a folder/],
    [[file('a/b'), file('a/b')], /a\/b: there are two of this name/],
    [[file('x/'.repeat(40) + 'y')], /folders are more than 32 deep/],
    [Array.from({ length: 600 }, (_, i) => file(`F${i}`)), /too many files at the top of the card/],
  ])('refuses what FAT cannot hold', async (files, expected) => {
    expect((await failure(() => buildFatDisk(files))).message).toMatch(expected);
  });
});
