// The committed binaries of guests/: what they are made of, and that a forgotten rebuild is noticed.
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { isPacked, parseZImage } from '../../src/image';

const GUESTS = fileURLToPath(new URL('../../guests', import.meta.url));
const manifest = JSON.parse(readFileSync(path.join(GUESTS, 'manifest.json'), 'utf8')) as {
  toolchain: Record<string, string>;
  binaries: Record<string, { bytes: number }>;
};
const bench = JSON.parse(readFileSync(path.join(GUESTS, 'bench/bench.json'), 'utf8')) as {
  name: string;
  checksum: string;
  instructions: { a32: number; t32: number };
}[];

const build = (guests: string, option: string) =>
  spawnSync(process.execPath, [path.join(guests, 'build.mjs'), option], { encoding: 'utf8' });

/** The compiler comes without the headers of a library when nobody asks for them. */
const hasHeaders =
  spawnSync('arm-none-eabi-gcc', ['-E', '-x', 'c', '-'], { input: '#include <string.h>\n' }).status === 0;
const isSameToolchain =
  hasHeaders &&
  Object.entries(manifest.toolchain).every(
    ([tool, version]) =>
      spawnSync(`arm-none-eabi-${tool}`, ['--version'], { encoding: 'utf8' }).stdout?.split('\n')[0] === version,
  );

/** Section names of a 32-bit little-endian ELF file. */
function sectionNames(elf: Buffer): string[] {
  const table = elf.readUInt32LE(0x20);
  const header = (index: number) => table + index * elf.readUInt16LE(0x2e);
  const strings = elf.readUInt32LE(header(elf.readUInt16LE(0x32)) + 0x10);
  return Array.from({ length: elf.readUInt16LE(0x30) }, (_, index) => {
    const start = strings + elf.readUInt32LE(header(index));
    return elf.toString('latin1', start, elf.indexOf(0, start));
  });
}

describe('committed binaries', () => {
  it('are those of the manifest, built from the sources that are here', () => {
    const { status, stderr } = build(GUESTS, '--verify');
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it.skipIf(!isSameToolchain)('are rebuilt bit for bit by the same toolchain', { timeout: 300_000 }, () => {
    const { status, stderr } = build(GUESTS, '--check');
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  const binaries = Object.entries(manifest.binaries);
  it.each(binaries.filter(([file]) => file.endsWith('.bin')))(
    '%s is a small zImage that runs anywhere',
    (file, { bytes }) => {
      const data = readFileSync(path.join(GUESTS, file));
      const zimage = parseZImage(data, file);
      expect([data.length, zimage.data.length, zimage.start]).toEqual([bytes, bytes, 0]);
      expect(bytes).toBeLessThan(65536);
      expect(isPacked(zimage)).toBe(false);
      expect(data.includes(tmpdir())).toBe(false);
    },
  );

  it.each(binaries.filter(([file]) => file.endsWith('.elf')))(
    '%s is small, enters where it should, has symbols',
    (file, { bytes }) => {
      const elf = readFileSync(path.join(GUESTS, file));
      expect(elf.length).toBe(bytes);
      expect(elf.length).toBeLessThan(file.startsWith('demo/') ? 65536 : 20480);
      expect(elf.readUInt16LE(0x12)).toBe(40); // EM_ARM
      expect(elf.readUInt32LE(0x18)).toBe(file.startsWith('unpacked/') ? 0 : 0x80010000);
      const names = sectionNames(elf);
      expect(names).toContain('.symtab');
      expect(names.filter(name => name.startsWith('.debug'))).toEqual([]);
      expect(elf.includes(tmpdir())).toBe(false);
    },
  );

  it('list a checksum for every benchmark in A32 and in T32', () => {
    expect(bench.length).toBeGreaterThanOrEqual(10);
    const listed = bench.flatMap(({ name }) => [`bench/${name}-a32.elf`, `bench/${name}-t32.elf`]);
    expect(listed.sort()).toEqual(
      Object.keys(manifest.binaries)
        .filter(file => file.startsWith('bench/'))
        .sort(),
    );
    for (const { checksum, instructions } of bench) {
      expect(checksum).toMatch(/^[0-9A-F]{8}$/);
      for (const count of Object.values(instructions)) {
        expect(count).toBeGreaterThan(500e6);
        expect(count).toBeLessThan(2e9);
      }
    }
  });
});

describe('build.mjs --verify', () => {
  const copies: string[] = [];
  const copy = () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'guests-'));
    copies.push(directory);
    cpSync(GUESTS, directory, { recursive: true });
    return directory;
  };
  afterEach(() => copies.splice(0).forEach(directory => rmSync(directory, { recursive: true })));

  it('says when a source has changed without a rebuild', () => {
    const guests = copy();
    appendFileSync(path.join(guests, 'demo/main.c'), '\n');
    const { status, stderr } = build(guests, '--verify');
    expect(status).toBe(1);
    expect(stderr).toBe('guests: the sources have changed since the binaries were built; run node guests/build.mjs\n');
  });

  it('names a binary that is not the built one', () => {
    const guests = copy();
    appendFileSync(path.join(guests, 'bench/list-t32.elf'), '\0');
    const { status, stderr } = build(guests, '--verify');
    expect(status).toBe(1);
    expect(stderr).toBe('guests/bench/list-t32.elf: not the file that manifest.json describes\n');
  });
});
