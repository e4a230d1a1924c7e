// A domain's physical memory: stage 2 tables in main memory (ARM DDI 0406C, B3.6.2; Xen, arch/arm/p2m.c). What kind of
// mapping an entry is lies in the bits that the architecture leaves to software.
import { type Heap, OWNER } from './memory/heap';
import { PAGE_SHIFT, PAGE_SIZE, type PhysicalMemory } from './memory/physical';

/** Kinds of mappings, by Xen's names. */
export const P2M = {
  INVALID: 0,
  RAM_RW: 1,
  RAM_RO: 2,
  MMIO_DIRECT: 3,
  MAP_FOREIGN_RW: 5,
  MAP_FOREIGN_RO: 6,
  GRANT_MAP_RW: 7,
  GRANT_MAP_RO: 8,
} as const;
export type P2mType = (typeof P2M)[keyof typeof P2M];

/** Forty bits of addresses; walks begin at level 1 with two tables in a row, inner and outer write-back cacheable. */
export const VTCR = 0x80003558;
const ROOT_TABLES = 2;
const ENTRIES = 512;
/** Page frames of the forty bits. */
export const FRAMES = 2 ** 28;
const TWO_32 = 2 ** 32;

const VALID = 1;
/** A table at levels 1 and 2, a page at level 3. */
const TABLE = 2;
const AF = 1 << 10;
const INNER_SHAREABLE = 3 << 8;
const OUTER_SHAREABLE = 2 << 8;
const READ = 1 << 6;
const WRITE = 1 << 7;
/** MemAttr[3:0] in bits 5:2. */
const NORMAL = 0xf << 2;
const DEVICE = 0x1 << 2;
/** In the upper word. */
const XN = 1 << 22;
const TYPE_SHIFT = 23;

/** Bits of a page frame that an entry of a level maps. */
const LEVEL_SHIFT = [0, 18, 9, 0] as const;

const isWritable = (type: P2mType): boolean =>
  type === P2M.RAM_RW || type === P2M.MMIO_DIRECT || type === P2M.MAP_FOREIGN_RW || type === P2M.GRANT_MAP_RW;

function attributes(type: P2mType): { low: number; high: number } {
  const device = type === P2M.MMIO_DIRECT;
  const low =
    AF | READ | (isWritable(type) ? WRITE : 0) | (device ? DEVICE | OUTER_SHAREABLE : NORMAL | INNER_SHAREABLE);
  // Memory of others is not executed.
  const high = (type << TYPE_SHIFT) | (type === P2M.RAM_RW || type === P2M.RAM_RO ? 0 : XN);
  return { low, high };
}

export interface P2mEntry {
  readonly mfn: number;
  readonly type: P2mType;
  /** The mapping covers 2^order frames. */
  readonly order: number;
}

/** Where the pages of tables come from; the root is the heap's in any case. */
export interface TablePages {
  /** @returns a frame, or −1 */
  take(): number;
  give(mfn: number): void;
}

/** Called when translations may not be held any longer. */
export type FlushTlb = (vmid: number) => void;

export class P2m {
  /** Physical address of the root tables, for VTTBR. */
  readonly root: number;
  /** Table pages, root included. */
  tables = 0;

  /** @throws RangeError when the heap has no room for the root */
  constructor(
    private readonly memory: PhysicalMemory,
    private readonly heap: Heap,
    private readonly pages: TablePages,
    readonly vmid: number,
    private readonly flush: FlushTlb,
  ) {
    const first = this.heap.take(1, OWNER.XEN);
    if (first < 0) throw new RangeError('no memory for the tables of a domain');
    this.root = first * PAGE_SIZE;
    this.memory.clear(this.root, ROOT_TABLES * PAGE_SIZE);
    this.tables = ROOT_TABLES;
  }

  private isTable(pa: number, level: number): boolean {
    return level < 3 && (this.memory.read32(pa) & (VALID | TABLE)) === (VALID | TABLE);
  }
  private frame(pa: number): number {
    return (this.memory.read32(pa) >>> PAGE_SHIFT) + (this.memory.read32(pa + 4) & 0xff) * (TWO_32 >>> PAGE_SHIFT);
  }
  private write(pa: number, low: number, high: number): void {
    this.memory.write32(pa, low);
    this.memory.write32(pa + 4, high);
  }
  private writeLeaf(pa: number, level: number, mfn: number, type: P2mType): void {
    const { low, high } = attributes(type);
    const page = level === 3 ? TABLE : 0;
    this.write(pa, ((mfn << PAGE_SHIFT) | low | VALID | page) >>> 0, high | (mfn >>> 20));
  }

  private index(gfn: number, level: number): number {
    const all = gfn >>> LEVEL_SHIFT[level]!;
    return level === 1 ? all & (ROOT_TABLES * ENTRIES - 1) : all & (ENTRIES - 1);
  }

  /** Address of the entry for a frame at a level, tables made where there are none; −1: no memory. */
  private descend(gfn: number, level: number): number {
    let table = this.root;
    for (let l = 1; ; l++) {
      const pa = table + 8 * this.index(gfn, l);
      if (l === level) return pa;
      if (!this.isTable(pa, l) && !this.makeTable(pa, l)) return -1;
      table = this.frame(pa) * PAGE_SIZE;
    }
  }

  /** Puts a table in the place of an entry; a block that was there is shattered into smaller ones. */
  private makeTable(pa: number, level: number): boolean {
    const mfn = this.pages.take();
    if (mfn < 0) return false;
    const table = mfn * PAGE_SIZE;
    this.memory.clear(table, PAGE_SIZE);
    this.tables++;
    const low = this.memory.read32(pa);
    if (low & VALID) {
      const type = this.typeAt(pa);
      const first = this.frame(pa);
      const step = 1 << LEVEL_SHIFT[level + 1]!;
      for (let i = 0; i < ENTRIES; i++) this.writeLeaf(table + 8 * i, level + 1, first + i * step, type);
    }
    this.write(pa, (table | VALID | TABLE) >>> 0, 0);
    return true;
  }

  private typeAt(pa: number): P2mType {
    return ((this.memory.read32(pa + 4) >>> TYPE_SHIFT) & 15) as P2mType;
  }

  /** What a frame of the domain is mapped to; undefined: to nothing. */
  lookup(gfn: number): P2mEntry | undefined {
    if (gfn < 0 || gfn >= FRAMES) return undefined;
    let table = this.root;
    for (let level = 1; level <= 3; level++) {
      const pa = table + 8 * this.index(gfn, level);
      if (!(this.memory.read32(pa) & VALID)) return undefined;
      if (this.isTable(pa, level)) {
        table = this.frame(pa) * PAGE_SIZE;
        continue;
      }
      const order = LEVEL_SHIFT[level]!;
      return { mfn: this.frame(pa) + (gfn & ((1 << order) - 1)), type: this.typeAt(pa), order };
    }
    return undefined;
  }

  /**
   * Maps `count` frames, in blocks as large as addresses allow.
   * @returns false when there is no memory for tables, or when there are no such addresses; then none of them is mapped
   */
  map(gfn: number, mfn: number, count: number, type: P2mType): boolean {
    if (gfn + count > FRAMES) return false;
    for (let i = 0; i < count;) {
      const level = largestLevel(gfn + i, mfn + i, count - i);
      const pa = this.descend(gfn + i, level);
      if (pa < 0) {
        // Whoever is told that it failed gives the frames to somebody else. Whole entries need no tables to go.
        this.unmap(gfn, i);
        return false;
      }
      this.drop(pa, level);
      this.writeLeaf(pa, level, mfn + i, type);
      i += 1 << LEVEL_SHIFT[level]!;
    }
    this.flush(this.vmid);
    return true;
  }

  /** @returns false when a block had to be shattered and there is no memory for that */
  unmap(gfn: number, count: number): boolean {
    for (let i = 0; i < count;) {
      const found = this.lookup(gfn + i);
      if (!found) {
        i++;
        continue;
      }
      const whole = ((gfn + i) & ((1 << found.order) - 1)) === 0 && count - i >= 1 << found.order;
      const level = whole ? LEVEL_SHIFT.lastIndexOf(found.order as 0 | 9 | 18) : 3;
      const pa = this.descend(gfn + i, level);
      if (pa < 0) return false;
      this.write(pa, 0, 0);
      i += 1 << LEVEL_SHIFT[level]!;
    }
    this.flush(this.vmid);
    return true;
  }

  /** Forgets an entry with all tables below it. */
  private drop(pa: number, level: number): void {
    if (this.isTable(pa, level)) this.freeTable(this.frame(pa), level + 1);
    this.write(pa, 0, 0);
  }
  private freeTable(mfn: number, level: number): void {
    for (let i = 0; i < ENTRIES; i++) {
      const pa = mfn * PAGE_SIZE + 8 * i;
      if (this.isTable(pa, level)) this.freeTable(this.frame(pa), level + 1);
    }
    this.pages.give(mfn);
    this.tables--;
  }

  /** Every mapping, in order of address: for those who free what is mapped, and for the memory map. */
  *entries(table = this.root, level = 1, base = 0): Generator<P2mEntry & { readonly gfn: number }> {
    const count = level === 1 ? ROOT_TABLES * ENTRIES : ENTRIES;
    const order = LEVEL_SHIFT[level]!;
    for (let i = 0; i < count; i++) {
      const pa = table + 8 * i;
      if (!(this.memory.read32(pa) & VALID)) continue;
      const gfn = base + i * (1 << order);
      if (this.isTable(pa, level)) yield* this.entries(this.frame(pa) * PAGE_SIZE, level + 1, gfn);
      else yield { gfn, mfn: this.frame(pa), type: this.typeAt(pa), order };
    }
  }

  /** The last frame that is mapped, looked for from the end; −1: none is. */
  highest(table = this.root, level = 1, base = 0): number {
    for (let i = (level === 1 ? ROOT_TABLES * ENTRIES : ENTRIES) - 1; i >= 0; i--) {
      const pa = table + 8 * i;
      if (!(this.memory.read32(pa) & VALID)) continue;
      const gfn = base + i * (1 << LEVEL_SHIFT[level]!);
      if (!this.isTable(pa, level)) return gfn + (1 << LEVEL_SHIFT[level]!) - 1;
      const found = this.highest(this.frame(pa) * PAGE_SIZE, level + 1, gfn);
      if (found >= 0) return found;
    }
    return -1;
  }

  /** Gives the tables back. Nobody runs on them any more. */
  free(): void {
    for (let i = 0; i < ROOT_TABLES * ENTRIES; i++) this.drop(this.root + 8 * i, 1);
    this.heap.give(this.root >>> PAGE_SHIFT, 1);
    this.tables = 0;
    this.flush(this.vmid);
  }
}

/** 1, 2 or 3: the lowest level whose entries are not larger than what there is to map and where both addresses are aligned. */
function largestLevel(gfn: number, mfn: number, count: number): 1 | 2 | 3 {
  for (const level of [1, 2] as const) {
    const size = 1 << LEVEL_SHIFT[level];
    if (((gfn | mfn) & (size - 1)) === 0 && count >= size) return level;
  }
  return 3;
}
