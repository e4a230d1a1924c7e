// Builds small ELF files of any class and byte order, for what the toolchain's fixtures do not cover.
export interface ElfParts {
  readonly bits: 32 | 64;
  readonly bigEndian?: boolean;
  readonly machine: number;
  readonly entry?: bigint;
  readonly segments?: readonly {
    virtual: bigint;
    physical: bigint;
    data: Uint8Array;
    memorySize: number;
    flags: number;
  }[];
}

export function buildElf({ bits, bigEndian = false, machine, entry = 0n, segments = [] }: ElfParts): Uint8Array {
  const wide = bits === 64;
  const headerSize = wide ? 64 : 52;
  const segmentSize = wide ? 56 : 32;
  const dataAt = headerSize + segments.length * segmentSize;
  const file = new Uint8Array(dataAt + segments.reduce((sum, { data }) => sum + data.length, 0));
  const view = new DataView(file.buffer);
  const u16 = (at: number, value: number) => view.setUint16(at, value, !bigEndian);
  const u32 = (at: number, value: number) => view.setUint32(at, value, !bigEndian);
  const word = (at: number, value: bigint) =>
    wide ? view.setBigUint64(at, value, !bigEndian) : u32(at, Number(value & 0xffffffffn));

  file.set([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, bigEndian ? 2 : 1, 1]);
  u16(16, 2);
  u16(18, machine);
  u32(20, 1);
  word(24, entry);
  word(wide ? 32 : 28, BigInt(headerSize));
  u16(wide ? 52 : 40, headerSize);
  u16(wide ? 54 : 42, segmentSize);
  u16(wide ? 56 : 44, segments.length);

  let offset = dataAt;
  for (const [index, { virtual, physical, data, memorySize, flags }] of segments.entries()) {
    const at = headerSize + index * segmentSize;
    u32(at, 1);
    u32(at + (wide ? 4 : 24), flags);
    const values = [BigInt(offset), virtual, physical, BigInt(data.length), BigInt(memorySize)];
    const step = wide ? 8 : 4;
    values.forEach((value, field) => word(at + step + field * step, value));
    file.set(data, offset);
    offset += data.length;
  }
  return file;
}
