// ELF for ARM and AArch64 (System V ABI; ELF for the Arm Architecture, AAELF32 and AAELF64): segments to load, symbols,
// and what a dynamic executable needs.
import { Bytes, holds, text } from './bytes';
import { hex } from './error';
import { describe, ELF_MAGIC, elfMachineName } from './identify';

export type ElfMachine = 'arm' | 'aarch64';

/** e_machine. */
const MACHINES: Readonly<Record<ElfMachine, number>> = { arm: 40, aarch64: 183 };
const TYPES = ['none', 'relocatable', 'executable', 'shared', 'core'] as const;
export type ElfType = (typeof TYPES)[number] | 'other';

/** p_type, sh_type and d_tag of what is read here. */
const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const SHT_SYMTAB = 2;
const SHT_NOBITS = 8;
const DT_NEEDED = 1;
const DT_STRTAB = 5;
/** More than this is no ELF file of ours, but a loop waiting to happen. */
const MOST_HEADERS = 65535;
const MOST_SYMBOLS = 4_000_000;
/** Names may share their ends, but all of them together are not many times as long as the file. */
const NAMES_PER_BYTE = 4;

/** A part of the file that belongs in memory (PT_LOAD). */
export interface ElfSegment {
  readonly virtualAddress: bigint;
  /** Where a loader without MMU puts it. */
  readonly physicalAddress: bigint;
  /** What the file has of it; the rest up to `memorySize` is zero. */
  readonly data: Uint8Array;
  readonly memorySize: number;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly executable: boolean;
}

export interface ElfSection {
  readonly name: string;
  readonly type: number;
  readonly address: bigint;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

export interface ElfSymbol {
  readonly name: string;
  /** Without the bit that marks Thumb functions. */
  readonly address: bigint;
  readonly size: number;
  readonly kind: 'none' | 'object' | 'function' | 'section' | 'file' | 'other';
  readonly global: boolean;
  /** A function in Thumb code: bit 0 of its value is set. */
  readonly thumb: boolean;
}

export interface ElfFile {
  readonly file: string;
  readonly machine: ElfMachine;
  readonly bits: 32 | 64;
  readonly bigEndian: boolean;
  readonly type: ElfType;
  readonly entry: bigint;
  readonly segments: readonly ElfSegment[];
  readonly sections: readonly ElfSection[];
  /** All symbols of .symtab with a name, sorted by address; mapping symbols ($a, $t, $d, $x) are among them. */
  symbols(): ElfSymbol[];
  /** Names of the libraries that a dynamic executable or library needs (DT_NEEDED), in order. */
  needed(): string[];
}

/** Field offsets and sizes that differ between the two classes. */
interface Layout {
  readonly word: 4 | 8;
  readonly phoff: number;
  readonly shoff: number;
  readonly phentsize: number;
  readonly shentsize: number;
  readonly phnum: number;
  readonly shnum: number;
  readonly shstrndx: number;
  readonly segment: {
    flags: number;
    offset: number;
    vaddr: number;
    paddr: number;
    filesz: number;
    memsz: number;
    bytes: number;
  };
  readonly section: { addr: number; offset: number; size: number; link: number; bytes: number };
  readonly symbol: { value: number; size: number; info: number; bytes: number };
}

const ELF32: Layout = {
  word: 4,
  phoff: 28,
  shoff: 32,
  phentsize: 42,
  phnum: 44,
  shentsize: 46,
  shnum: 48,
  shstrndx: 50,
  segment: { offset: 4, vaddr: 8, paddr: 12, filesz: 16, memsz: 20, flags: 24, bytes: 32 },
  section: { addr: 12, offset: 16, size: 20, link: 24, bytes: 40 },
  symbol: { value: 4, size: 8, info: 12, bytes: 16 },
};
const ELF64: Layout = {
  word: 8,
  phoff: 32,
  shoff: 40,
  phentsize: 54,
  phnum: 56,
  shentsize: 58,
  shnum: 60,
  shstrndx: 62,
  segment: { flags: 4, offset: 8, vaddr: 16, paddr: 24, filesz: 32, memsz: 40, bytes: 56 },
  section: { addr: 16, offset: 24, size: 32, link: 40, bytes: 64 },
  symbol: { info: 4, value: 8, size: 16, bytes: 24 },
};

/**
 * Reads the headers of an ELF file.
 * @param file the file as the user named it, for messages
 * @param wanted the processor that it has to be for; any of the two when left out
 * @throws ImageError when it is none, for another processor, or cut short
 */
export function parseElf(data: Uint8Array, file: string, wanted?: ElfMachine): ElfFile {
  const raw = new Bytes(data, file);
  if (!holds(data, 0, ELF_MAGIC)) {
    throw raw.error('image.magic', 0, `no ELF magic here: ${describe(data)}`, 'give an ELF file for ARM');
  }
  const fileClass = raw.u8(4, 'the ELF class');
  const order = raw.u8(5, 'the ELF byte order');
  if (fileClass < 1 || fileClass > 2) throw raw.error('image.corrupt', 4, `ELF class ${fileClass} is neither 1 nor 2`);
  if (order < 1 || order > 2) throw raw.error('image.corrupt', 5, `ELF byte order ${order} is neither 1 nor 2`);
  const reader = new ElfReader(order === 1 ? raw : raw.inOrder(false), fileClass === 1 ? ELF32 : ELF64);
  return reader.read(wanted);
}

class ElfReader {
  /** Bytes of names that may still be read. */
  private namesLeft: number;

  constructor(
    private readonly bytes: Bytes,
    private readonly layout: Layout,
  ) {
    this.namesLeft = NAMES_PER_BYTE * bytes.length;
  }

  read(wanted: ElfMachine | undefined): ElfFile {
    const { bytes, layout } = this;
    const machine = this.machine(wanted);
    const programHeaders = this.table('program', layout.phoff, layout.phentsize, layout.phnum, layout.segment.bytes);
    const segments = programHeaders.filter(at => bytes.u32(at, 'a segment') === PT_LOAD).map(at => this.segment(at));
    const sections = this.sections();
    return {
      file: bytes.file,
      machine,
      bits: layout.word === 4 ? 32 : 64,
      bigEndian: !bytes.littleEndian,
      type: TYPES[bytes.u16(16, 'the ELF type')] ?? 'other',
      entry: this.address(24),
      segments,
      sections,
      symbols: () => this.symbols(sections, machine),
      needed: () => this.needed(programHeaders, segments),
    };
  }

  private machine(wanted: ElfMachine | undefined): ElfMachine {
    const number = this.bytes.u16(18, 'the ELF machine');
    const machine = number === MACHINES.arm ? 'arm' : number === MACHINES.aarch64 ? 'aarch64' : undefined;
    if (machine === undefined || (wanted !== undefined && machine !== wanted)) {
      const need = wanted === undefined ? 'ARM or AArch64' : elfMachineName(MACHINES[wanted]);
      throw this.bytes.error(
        'image.machine',
        18,
        `an ELF file for ${elfMachineName(number)}, but ${need} is needed here`,
        `build it for ${need}, or choose a board with its processor`,
      );
    }
    if ((machine === 'arm') !== (this.layout.word === 4)) {
      throw this.bytes.error('image.machine', 4, `an ELF file of the wrong class for ${elfMachineName(number)}`);
    }
    return machine;
  }

  /** Offsets of the entries of a header table; all of them are inside the file. */
  private table(kind: string, offsetAt: number, sizeAt: number, countAt: number, least: number): number[] {
    const what = `the ELF ${kind} headers`;
    const count = this.bytes.u16(countAt, what);
    if (count === 0) return [];
    const start = this.offset(offsetAt, what);
    const entry = this.bytes.u16(sizeAt, what);
    if (entry < least || count > MOST_HEADERS) {
      throw this.bytes.error('image.corrupt', sizeAt, `${what} have ${entry} bytes each, at least ${least} are needed`);
    }
    this.bytes.check(start, count * entry, what);
    return Array.from({ length: count }, (_, index) => start + index * entry);
  }

  private segment(at: number): ElfSegment {
    const { bytes } = this;
    const field = this.layout.segment;
    const what = 'an ELF segment';
    const fileSize = this.offset(at + field.filesz, what);
    const memorySize = this.offset(at + field.memsz, what);
    if (memorySize < fileSize) {
      throw bytes.error('image.corrupt', at + field.memsz, 'an ELF segment is larger in the file than in memory');
    }
    const flags = bytes.u32(at + field.flags, what);
    return {
      virtualAddress: this.address(at + field.vaddr),
      physicalAddress: this.address(at + field.paddr),
      data: bytes.slice(this.offset(at + field.offset, what), fileSize, what),
      memorySize,
      executable: (flags & 1) !== 0,
      writable: (flags & 2) !== 0,
      readable: (flags & 4) !== 0,
    };
  }

  private sections(): ElfSection[] {
    const { bytes, layout } = this;
    const what = 'an ELF section';
    const headers = this.table('section', layout.shoff, layout.shentsize, layout.shnum, layout.section.bytes);
    const unnamed = headers.map(at => ({
      nameOffset: bytes.u32(at, what),
      type: bytes.u32(at + 4, what),
      address: this.address(at + layout.section.addr),
      offset: this.offset(at + layout.section.offset, what),
      size: this.offset(at + layout.section.size, what),
      link: bytes.u32(at + layout.section.link, what),
    }));
    const names = unnamed[bytes.u16(layout.shstrndx, what)];
    return unnamed.map(({ nameOffset, ...section }) => {
      const name = names ? this.string(names, nameOffset, 'the name of an ELF section') : '';
      return { name, ...section };
    });
  }

  private symbols(sections: readonly ElfSection[], machine: ElfMachine): ElfSymbol[] {
    const { bytes } = this;
    const field = this.layout.symbol;
    const table = sections.find(section => section.type === SHT_SYMTAB);
    if (!table) return [];
    const strings = sections[table.link];
    if (!strings) throw bytes.error('image.corrupt', table.offset, 'the ELF symbols have no names');
    const count = Math.floor(table.size / field.bytes);
    if (count > MOST_SYMBOLS) throw bytes.error('image.tooLarge', table.offset, `${count} symbols are too many`);
    bytes.check(table.offset, table.size, 'the ELF symbols');
    const symbols: ElfSymbol[] = [];
    for (let index = 1; index < count; index++) {
      const at = table.offset + index * field.bytes;
      const name = this.string(strings, bytes.u32(at, 'an ELF symbol'), 'the name of an ELF symbol');
      if (name === '') continue;
      const info = bytes.u8(at + field.info, 'an ELF symbol');
      const value = this.address(at + field.value);
      const kind = SYMBOL_KINDS[info & 15] ?? 'other';
      const thumb = machine === 'arm' && kind === 'function' && (value & 1n) === 1n;
      symbols.push({
        name,
        address: thumb ? value - 1n : value,
        size: this.offset(at + field.size, 'an ELF symbol'),
        kind,
        global: info >>> 4 !== 0,
        thumb,
      });
    }
    return symbols.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
  }

  private needed(programHeaders: readonly number[], segments: readonly ElfSegment[]): string[] {
    const { bytes, layout } = this;
    const what = 'the ELF dynamic section';
    const header = programHeaders.find(at => bytes.u32(at, what) === PT_DYNAMIC);
    if (header === undefined) return [];
    const start = this.offset(header + layout.segment.offset, what);
    const size = this.offset(header + layout.segment.filesz, what);
    bytes.check(start, size, what);
    const entries: { tag: number; value: bigint }[] = [];
    for (let at = start; at + 2 * layout.word <= start + size; at += 2 * layout.word) {
      const tag = Number(this.address(at));
      if (tag === 0) break;
      entries.push({ tag, value: this.address(at + layout.word) });
    }
    const address = entries.find(entry => entry.tag === DT_STRTAB)?.value;
    const within = segments.find(
      ({ virtualAddress: first, data }) =>
        address !== undefined && address >= first && address < first + BigInt(data.length),
    );
    const names = entries.filter(entry => entry.tag === DT_NEEDED);
    if (names.length === 0) return [];
    if (address === undefined || !within) throw bytes.error('image.corrupt', start, `${what} has no string table`);
    const strings = within.data.subarray(Number(address - within.virtualAddress));
    return names.map(({ value }) => {
      if (value >= BigInt(strings.length))
        throw bytes.error('image.corrupt', start, `${what} has a name outside its table`);
      return this.name(strings.subarray(Number(value)), start);
    });
  }

  private string(table: Pick<ElfSection, 'type' | 'offset' | 'size'>, offset: number, what: string): string {
    if (table.type === SHT_NOBITS || offset >= table.size) {
      throw this.bytes.error('image.corrupt', table.offset, `${what} is outside its table`);
    }
    return this.name(this.bytes.slice(table.offset, table.size, what).subarray(offset), table.offset);
  }

  /** The name at the start of `bytes`, which is read from `at`. */
  private name(bytes: Uint8Array, at: number): string {
    const end = bytes.indexOf(0);
    const name = bytes.subarray(0, end < 0 ? bytes.length : end);
    this.namesLeft -= name.length;
    if (this.namesLeft < 0) throw this.bytes.error('image.corrupt', at, 'the names in an ELF file are longer than it');
    return text(name);
  }

  private address(at: number): bigint {
    const what = 'an ELF header';
    return this.layout.word === 4 ? BigInt(this.bytes.u32(at, what)) : this.bytes.u64(at, what);
  }

  /** A size or file offset: 64-bit ones beyond 2^53 are refused. */
  private offset(at: number, what: string): number {
    const value = this.address(at);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw this.bytes.error('image.corrupt', at, `${what} has the impossible size or offset ${hex(value)}`);
    }
    return Number(value);
  }
}

/** st_info, low four bits. */
const SYMBOL_KINDS = ['none', 'object', 'function', 'section', 'file'] as const;
