import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseElf } from '../../src/image';
import { buildElf } from './elf-builder';
import { failure, fixture, survives } from './fixtures';

const ARM = 40;
const AARCH64 = 183;

describe('a program made by gcc', () => {
  const elf = parseElf(fixture('program.elf'), 'program.elf');
  const readelf = readFileSync(new URL('fixtures/program.readelf.txt', import.meta.url), 'utf8');

  it('has the header that readelf shows', () => {
    expect(elf).toMatchObject({ machine: 'arm', bits: 32, bigEndian: false, type: 'executable' });
    expect(readelf).toContain(`Entry point address:               0x${elf.entry.toString(16)}`);
  });

  it('has the segments that readelf shows', () => {
    const rows = [...readelf.matchAll(/LOAD +0x(\S+) 0x(\S+) 0x(\S+) 0x(\S+) 0x(\S+) (R| )(W| )(E| )/g)];
    expect(elf.segments).toHaveLength(rows.length);
    for (const [index, [, offset, virtual, physical, fileSize, memorySize, , write, execute]] of rows.entries()) {
      const segment = elf.segments[index]!;
      expect(segment.virtualAddress).toBe(BigInt(`0x${virtual}`));
      expect(segment.physicalAddress).toBe(BigInt(`0x${physical}`));
      expect(segment.data).toEqual(
        fixture('program.elf').subarray(parseInt(offset!, 16)).subarray(0, parseInt(fileSize!, 16)),
      );
      expect(segment.memorySize).toBe(parseInt(memorySize!, 16));
      expect([segment.writable, segment.executable]).toEqual([write === 'W', execute === 'E']);
    }
  });

  it('has the symbols that readelf shows, with Thumb told from the address', () => {
    const rows = [...readelf.matchAll(/^ +\d+: ([0-9a-f]{8}) +(\d+) (FUNC|OBJECT) +GLOBAL DEFAULT +\d+ (\S+)$/gm)];
    expect(rows.length).toBeGreaterThan(3);
    const symbols = elf.symbols();
    for (const [, value, size, type, name] of rows) {
      const thumb = name === 'in_thumb';
      const address = BigInt(`0x${value}`) - (thumb ? 1n : 0n);
      const kind = type === 'FUNC' ? 'function' : 'object';
      expect(symbols).toContainEqual({ name, address, size: Number(size), kind, global: true, thumb });
    }
    expect(symbols.map(one => one.address)).toEqual([...symbols.map(one => one.address)].sort((a, b) => Number(a - b)));
  });

  it('has sections by name', () => {
    expect(elf.sections.map(section => section.name)).toEqual(
      expect.arrayContaining(['.text', '.data', '.bss', '.symtab']),
    );
  });

  it('needs no library, while a library names those that it needs', () => {
    expect(elf.needed()).toEqual([]);
    expect(parseElf(fixture('library.elf'), 'library.elf').needed()).toEqual(['libexample.so.1', 'libc.so.6']);
  });
});

it.each([
  [32, false, ARM, 'arm'],
  [32, true, ARM, 'arm'],
  [64, false, AARCH64, 'aarch64'],
  [64, true, AARCH64, 'aarch64'],
] as const)('ELF%i, big-endian %s', (bits, bigEndian, machine, name) => {
  const high = bits === 64 ? 0xffff_8000_0000_0000n : 0xc000_0000n;
  const data = Uint8Array.of(1, 2, 3, 4, 5);
  const segments = [{ virtual: high + 0x8000n, physical: 0x8000_8000n, data, memorySize: 100, flags: 5 }];
  const elf = parseElf(buildElf({ bits, bigEndian, machine, entry: high, segments }), 'x');
  expect(elf).toMatchObject({ bits, bigEndian, machine: name, entry: high });
  expect(elf.segments).toEqual([
    {
      virtualAddress: high + 0x8000n,
      physicalAddress: 0x8000_8000n,
      data,
      memorySize: 100,
      readable: true,
      writable: false,
      executable: true,
    },
  ]);
});

describe('what is refused', () => {
  it('an ELF file for another machine, by both names', async () => {
    const error = await failure(() => parseElf(buildElf({ bits: 64, machine: 62 }), 'vmlinux'));
    expect(error).toMatchObject({ code: 'image.machine', file: 'vmlinux', offset: 18 });
    expect(error.message).toContain('an ELF file for x86-64, but ARM or AArch64 is needed here');
    const other = await failure(() => parseElf(fixture('program.elf'), 'program', 'aarch64'));
    expect(other.message).toContain('an ELF file for ARM, but AArch64 is needed here');
  });

  it('a class that the machine does not have', async () => {
    expect((await failure(() => parseElf(buildElf({ bits: 64, machine: ARM }), 'x'))).code).toBe('image.machine');
  });

  it('what is no ELF file', async () => {
    const error = await failure(() => parseElf(fixture('example-xz.deb'), 'x'));
    expect(error.code).toBe('image.magic');
    expect(error.message).toContain('an ar archive or Debian package');
  });

  it('a file that is cut short, by where it ends', async () => {
    const data = fixture('program.elf');
    for (const length of [4, 17, 51, 60, 200]) {
      const error = await failure(() => parseElf(data.subarray(0, length), 'cut'));
      expect(error.code).toBe('image.truncated');
      expect(error.message).toContain('cut: offset 0x');
    }
  });

  it('a segment that is smaller in memory than in the file', async () => {
    const segments = [{ virtual: 0n, physical: 0n, data: new Uint8Array(8), memorySize: 4, flags: 4 }];
    expect((await failure(() => parseElf(buildElf({ bits: 32, machine: ARM, segments }), 'x'))).code).toBe(
      'image.corrupt',
    );
  });
});

it('does not read names without end for ever', async () => {
  // 20,000 symbols, each with a name of 200 KB: all of them the same string, which has no zero at its end.
  const elf = buildElf({ bits: 32, machine: ARM });
  const symbols = { at: elf.length + 2 * 40, size: 16 * 20000 };
  const strings = { at: symbols.at + symbols.size, size: 200_000 };
  const data = new Uint8Array(strings.at + strings.size).fill(97, strings.at);
  data.set(elf);
  const view = new DataView(data.buffer);
  view.setUint32(32, elf.length, true);
  view.setUint16(46, 40, true);
  view.setUint16(48, 2, true);
  const section = (index: number, type: number, { at, size }: typeof symbols) => {
    [strings.size - 1, type, 0, 0, at, size].forEach((word, field) =>
      view.setUint32(elf.length + index * 40 + field * 4, word, true),
    );
  };
  section(0, 3, strings);
  section(1, 2, symbols);
  const start = performance.now();
  const error = await failure(() => parseElf(data, 'names').symbols());
  expect(error.message).toContain('the names in an ELF file are longer than it');
  expect(performance.now() - start).toBeLessThan(2000);
});

it('survives damage', async () => {
  const read = (data: Uint8Array) => {
    const elf = parseElf(data, 'x');
    elf.symbols();
    elf.needed();
  };
  await survives(fixture('program.elf'), read, 400);
  await survives(fixture('library.elf'), read, 400);
});
