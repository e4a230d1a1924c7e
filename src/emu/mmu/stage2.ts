// Stage 2 of the Non-secure PL1&0 regime (ARM DDI 0406C, B3.6.2 and B3.7.3): from intermediate physical addresses to
// physical ones, by the tables of VTTBR.
import { descend, LeafDescriptor, tableAddress } from './long-tables';
import { MEMORY, PERMISSION, SHAREABLE, Translation } from './translation';
import type { TableReader, Trace } from './walk';

const { R0, W0, X0, R1, W1, X1 } = PERMISSION;
const TWO_32 = 2 ** 32;
const AF = 1 << 10;
/** XN, in the upper word. */
const XN = 1 << 22;
const S2AP = { READ: 1 << 6, WRITE: 1 << 7 } as const;

/** What HCR, VTCR, VTTBR and HSCTLR say about stage 2. The core keeps one and rewrites it when they are written. */
export interface Stage2 {
  /** HCR.VM, or HCR.DC, which implies it. */
  enabled: boolean;
  /** HCR.PTW: descriptors of stage 1 must not lie in Device or Strongly-ordered memory. */
  protectTables: boolean;
  /** HSCTLR.EE: tables are big-endian. */
  bigEndian: boolean;
  vtcr: number;
  /** VTTBR: bits 31:0 and 39:32 of the base, and the VMID. */
  base: number;
  baseHigh: number;
  vmid: number;
  /** What `configure` makes of VTCR and VTTBR: level and address of the first table, first address that is too large. */
  level: number;
  table: number;
  limit: number;
}

export const createStage2 = (): Stage2 => ({
  enabled: false,
  protectTables: false,
  bigEndian: false,
  vtcr: 0,
  base: 0,
  baseHigh: 0,
  vmid: 0,
  level: 1,
  table: 0,
  limit: 0,
});

/** Whether two configurations translate alike, tables aside. */
export const sameStage2 = (a: Stage2, b: Stage2): boolean =>
  a.enabled === b.enabled &&
  a.base === b.base &&
  a.baseHigh === b.baseHigh &&
  a.vmid === b.vmid &&
  a.vtcr === b.vtcr &&
  a.protectTables === b.protectTables &&
  a.bigEndian === b.bigEndian;

/** Works out where walks begin, after a change of VTCR or VTTBR. */
export function configure(s2: Stage2): void {
  const size = (s2.vtcr << 28) >> 28; // T0SZ is signed
  const level = 2 - ((s2.vtcr >>> 6) & 3);
  // With an input that level 1 or 2 cannot begin with, walks are UNPREDICTABLE: here they fault.
  const fits = level === 1 ? size <= 1 : level === 2 && size >= -2;
  // The first table may be up to 16 tables in a row.
  const tableBytes = 2 ** (32 - size - (level === 1 ? 27 : 18));
  s2.level = level;
  s2.limit = fits ? 2 ** (32 - size) : 0;
  s2.table = tableAddress(s2.base & -tableBytes, s2.baseHigh);
}

/** Memory type in the encoding of MAIR by MemAttr[3:0] (table B3-16); reserved values are Strongly-ordered. */
const TYPES: readonly number[] = [
  MEMORY.STRONGLY_ORDERED, MEMORY.DEVICE, 0, 0,
  0, 0x44, 0x4a, 0x4e,
  0, 0xa4, 0xaa, 0xae,
  0, 0xe4, 0xea, 0xee,
]; // prettier-ignore

/**
 * Translates an intermediate physical address for all kinds of access at once; permissions are the same at PL1 and PL0.
 * @param ipa 0 .. 2^40 - 1
 * @returns whether there is a mapping; if not, `out.fault` and `out.level` say why
 */
export function walkStage2(s2: Stage2, ipa: number, reader: TableReader, out: Translation, trace?: Trace): boolean {
  if (ipa >= s2.limit) return out.fail('translation', 1);
  const ipaHigh = Math.floor(ipa / TWO_32);
  const ipaLow = ipa >>> 0;
  const { level, table, bigEndian } = s2;
  const index = level === 1 ? ipaHigh * 4 + (ipaLow >>> 30) : (ipaHigh << 11) | (ipaLow >>> 21);
  return (
    descend(level, table, index, ipaLow, bigEndian, reader, 'VTTBR', found, out, trace) && leaf(ipaLow, found, out)
  );
}

const found = new LeafDescriptor();

function leaf(ipa: number, descriptor: LeafDescriptor, out: Translation): boolean {
  const { level, low, high } = descriptor;
  if (!(low & AF)) return out.fail('accessFlag', level);
  descriptor.place(ipa, out);
  const read = (low & S2AP.READ) !== 0;
  out.permissions = read ? R0 | R1 : 0;
  if (low & S2AP.WRITE) out.permissions |= W0 | W1;
  // What cannot be read cannot be executed.
  if (read && !(high & XN)) out.permissions |= X0 | X1;
  out.memory = TYPES[(low >>> 2) & 0xf]!;
  out.shareability = out.isNormal ? (low >>> 8) & 3 : SHAREABLE.OUTER;
  out.fault = '';
  return true;
}

const nonCacheable = (nibble: number): boolean => nibble < 8;
const writeThrough = (nibble: number): boolean => nibble < 12;

/** Cacheability of both stages together; allocation hints are those of stage 1 (B3.8.5). */
function combineCacheability(first: number, second: number): number {
  if (nonCacheable(first) || nonCacheable(second)) return 4;
  return (writeThrough(first) || writeThrough(second) ? 8 : 12) | (first & 3);
}

function wider(a: number, b: number): number {
  if (a === SHAREABLE.OUTER || b === SHAREABLE.OUTER) return SHAREABLE.OUTER;
  return a === SHAREABLE.INNER || b === SHAREABLE.INNER ? SHAREABLE.INNER : SHAREABLE.NON;
}

/** Strongly-ordered, as opposed to Device, of what is not Normal. */
const strongest = (memory: number): boolean => memory !== MEMORY.DEVICE && memory <= 0x0f;

/** What stage 2 makes of a translation by stage 1: address, permissions, the stronger memory type and shareability. */
export function combine(out: Translation, second: Translation): void {
  out.pa = second.pa;
  out.permissions &= second.permissions;
  if (out.isNormal && second.isNormal) {
    const outer = combineCacheability(out.memory >> 4, second.memory >> 4);
    out.memory = (outer << 4) | combineCacheability(out.memory & 0xf, second.memory & 0xf);
    out.shareability = wider(out.shareability, second.shareability);
  } else {
    const strong = strongest(out.memory) || strongest(second.memory);
    out.memory = strong ? MEMORY.STRONGLY_ORDERED : MEMORY.DEVICE;
    out.shareability = SHAREABLE.OUTER;
  }
}

const CACHE_ENTRIES = 1024;
const PAGE = 4096;
/** How an entry keeps permissions (6 bits), shareability (2), level (2) and the memory type (8). */
const PACK = { SHAREABILITY: 6, LEVEL: 8, MEMORY: 10 } as const;

/**
 * Translations of pages by stage 2 that were found before: a TLB of intermediate physical addresses. A miss of the TLB of
 * virtual ones walks stage 1, and each of its descriptors and the page itself need stage 2. It is emptied whenever
 * entries of this machine are dropped that are not about single virtual addresses.
 */
export class Stage2Cache {
  /** Page number plus one, by the low bits of the page number; 0: none. */
  private readonly tags = new Float64Array(CACHE_ENTRIES);
  private readonly pages = new Float64Array(CACHE_ENTRIES);
  private readonly kinds = new Uint32Array(CACHE_ENTRIES);
  private empty = true;

  constructor(
    private readonly stage2: Stage2,
    private readonly reader: TableReader,
  ) {}

  flush(): void {
    if (!this.empty) this.tags.fill(0);
    this.empty = true;
  }

  /**
   * As `walkStage2`; `out.sizeShift` is that of a page.
   * @param needed permissions without which what is known is looked up again, of PERMISSION at PL0
   */
  translate(ipa: number, needed: number, out: Translation): boolean {
    const page = Math.floor(ipa / PAGE);
    const index = page % CACHE_ENTRIES;
    const kind = this.kinds[index]!;
    if (this.tags[index] === page + 1 && (kind & needed) === needed) {
      out.pa = this.pages[index]! + (ipa % PAGE);
      out.permissions = kind & PERMISSION.ALL;
      out.shareability = (kind >> PACK.SHAREABILITY) & 3;
      out.level = (kind >> PACK.LEVEL) & 3;
      out.memory = kind >> PACK.MEMORY;
    } else {
      if (!walkStage2(this.stage2, ipa, this.reader, out)) return false;
      this.tags[index] = page + 1;
      this.pages[index] = out.pa - (ipa % PAGE);
      this.kinds[index] =
        out.permissions |
        (out.shareability << PACK.SHAREABILITY) |
        (out.level << PACK.LEVEL) |
        (out.memory << PACK.MEMORY);
      this.empty = false;
    }
    out.sizeShift = 12;
    out.fault = '';
    return true;
  }
}

/** Reads the tables of stage 1, whose addresses stage 2 translates. */
export class Stage2TableReader implements TableReader {
  private readonly mapping = new Translation();
  private address = 0;

  constructor(
    private readonly stage2: Stage2,
    private readonly cache: Stage2Cache,
    private readonly physical: TableReader,
  ) {}

  word(address: number, bigEndian: boolean): number {
    const { mapping } = this;
    this.address = address;
    if (!this.cache.translate(address, R0, mapping)) return -1;
    const forbidden = this.stage2.protectTables && !mapping.isNormal;
    if (forbidden || !mapping.allows('read', true)) {
      mapping.fault = 'permission';
      return -1;
    }
    return this.physical.word(mapping.pa, bigEndian);
  }

  /** A fault of stage 2, or without one an external abort. */
  fail(out: Translation, level: number): false {
    const { mapping } = this;
    if (mapping.fault === '') return this.physical.fail(out, level);
    return out.failStage2(mapping.fault, mapping.level, this.address, true);
  }
}
