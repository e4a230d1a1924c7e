// One TLB of a core: the direct-mapped table that generated code reads, and what maintenance needs to know beside it.
import { PAGE_SHIFT, PAGE_SIZE, TLB } from '../codegen/layout';
import { PERMISSION, type Translation } from './translation';

const ENTRIES = 1 << TLB.ENTRIES_SHIFT;
const ENTRY_WORDS = (1 << TLB.ENTRY_SHIFT) >> 2;
const READ = TLB.READ >> 2;
const WRITE = TLB.WRITE >> 2;
const EXEC = TLB.EXEC >> 2;
const ADDEND = TLB.ADDEND >> 2;
const PAGE_MASK = -PAGE_SIZE;
const MEGABYTE_SHIFT = 20;
/** Number of the last page of a MiB. */
const LAST_PAGE = 255;
const UNLISTED = 255;
/** In `indexOf`: entries of a page may lie anywhere. */
const ANYWHERE = 0xffff;

/** What stores and loads may do with a host page, besides the permissions of the translation. */
export const HOST_PAGE = {
  /** Stores take the slow path for good: flash, ROM. */
  READ_ONLY: 1,
  /** Stores take the slow path while the page holds predecoded code. */
  CODE: 2,
  /** All data takes the slow path: data is big-endian. */
  NO_DATA: 4,
} as const;

/**
 * Entries belong to one of 32 classes: domain and whether they are global. A class is emptied at the cost of what was
 * filled in it, so a change of ASID or of one domain's access leaves the kernel's entries alone.
 */
export class TlbTable {
  private mark = -1;
  /** Nothing was inserted since the last flush. */
  private empty = false;
  /** log2 of the largest mapping that reaches into each MiB of the address space and has entries; 0: only pages. */
  private readonly reach = new Uint8Array(1 << (32 - MEGABYTE_SHIFT));
  /** Of each MiB: the pages, 0 to 255, between which entries were made since it was last emptied; none while first > last. */
  private readonly first = new Uint8Array(1 << (32 - MEGABYTE_SHIFT));
  private readonly last = new Uint8Array(1 << (32 - MEGABYTE_SHIFT));
  /**
   * Entries of devices, which generated code never hits: physical address of the page (below 2^40), its virtual address
   * with what may be done in the low bits (PERMISSION.R0 and W0), 0: none.
   */
  private readonly devicePages = new Float64Array(ENTRIES);
  private readonly deviceTags = new Uint32Array(ENTRIES);
  private readonly classOf = new Uint8Array(ENTRIES);
  private readonly members: (Uint16Array | undefined)[] = new Array<undefined>(32).fill(undefined);
  private readonly counts = new Uint16Array(32);
  /** By host page, from `hosts.first` on: the index, plus one, of the only entry that it ever had; 0: it had none. */
  private readonly indexOf: Uint16Array;

  /**
   * @param words the whole linear memory
   * @param base where the table lies, in bytes
   * @param hosts linear address of the first page that entries lead to, and the number of pages
   */
  constructor(
    private readonly words: Int32Array,
    readonly base: number,
    private readonly hosts: { readonly first: number; readonly pages: number },
  ) {
    this.indexOf = new Uint16Array(hosts.pages);
    this.flush();
  }

  /** Takes the table over for a state in which other entries are valid: when `mark` differs from the last one, all go. */
  claim(mark: number): void {
    if (mark === this.mark) return;
    this.mark = mark;
    this.flush();
  }

  flush(): void {
    if (this.empty) return;
    this.empty = true;
    const at = this.base >> 2;
    // Every word, also the addends: an invalid tag never leads to its addend.
    this.words.fill(TLB.INVALID, at, at + ENTRIES * ENTRY_WORDS);
    this.reach.fill(0);
    this.first.fill(LAST_PAGE);
    this.last.fill(0);
    this.counts.fill(0);
    this.deviceTags.fill(0);
    this.classOf.fill(UNLISTED);
  }

  /** Drops what translates the page of `va`: with large mappings, every entry that was made from the same one. */
  flushPage(va: number): void {
    const reach = this.reach[va >>> MEGABYTE_SHIFT]!;
    if (reach >= PAGE_SHIFT + TLB.ENTRIES_SHIFT) return this.flush();
    if (reach < MEGABYTE_SHIFT) {
      const count = reach === 0 ? 1 : 1 << (reach - PAGE_SHIFT);
      const first = (va >>> PAGE_SHIFT) & (ENTRIES - 1) & -count;
      for (let index = first; index < first + count; index++) this.drop(index);
      return;
    }
    const count = 1 << (reach - MEGABYTE_SHIFT);
    const first = (va >>> MEGABYTE_SHIFT) & -count;
    for (let megabyte = first; megabyte < first + count; megabyte++) this.dropMegabyte(megabyte);
  }

  /** Drops the entries tagged with an ASID. */
  flushNonGlobal(): void {
    for (let domain = 0; domain < 16; domain++) this.flushClass(domain << 1);
  }

  /** Drops the entries of the domains in a bit mask. */
  flushDomains(domains: number): void {
    for (let domain = 0; domain < 16; domain++) {
      if (((domains >>> domain) & 1) === 0) continue;
      this.flushClass(domain << 1);
      this.flushClass((domain << 1) | 1);
    }
  }

  /** Sends stores to the host page at linear address `host` down the slow path: it holds predecoded code from now on. */
  protect(host: number): void {
    const index = this.indexOf[(host - this.hosts.first) >>> PAGE_SHIFT]!;
    if (index === 0) return;
    const [from, to] = index === ANYWHERE ? [0, ENTRIES] : [index - 1, index];
    const words = this.words;
    for (let i = from; i < to; i++) {
      const at = (this.base >> 2) + i * ENTRY_WORDS;
      const tag = words[at + WRITE]!;
      if ((tag & ~PAGE_MASK) === 0 && ((tag + words[at + ADDEND]!) | 0) === (host | 0))
        words[at + WRITE] = tag | TLB.CODE;
    }
  }

  /**
   * @param host linear address of the page that `va` lies in
   * @param privileged whose permissions count
   * @param restrictions of {@link HOST_PAGE}
   */
  insert(va: number, translation: Translation, privileged: boolean, host: number, restrictions: number): void {
    this.empty = false;
    const page = va & PAGE_MASK;
    const index = (va >>> PAGE_SHIFT) & (ENTRIES - 1);
    const at = (this.base >> 2) + index * ENTRY_WORDS;
    const permissions = privileged ? translation.permissions >> 3 : translation.permissions;
    const data = (restrictions & HOST_PAGE.NO_DATA) === 0;
    const words = this.words;
    words[at + READ] = data && permissions & PERMISSION.R0 ? page : TLB.INVALID;
    words[at + WRITE] =
      data && permissions & PERMISSION.W0 && !(restrictions & HOST_PAGE.READ_ONLY)
        ? restrictions & HOST_PAGE.CODE
          ? page | TLB.CODE
          : page
        : TLB.INVALID;
    words[at + EXEC] = permissions & PERMISSION.X0 ? page : TLB.INVALID;
    words[at + ADDEND] = (host - page) | 0;
    const number = (host - this.hosts.first) >>> PAGE_SHIFT;
    const before = this.indexOf[number]!;
    if (before !== index + 1) this.indexOf[number] = before === 0 ? index + 1 : ANYWHERE;
    this.deviceTags[index] = 0;
    this.entered(va, index, translation);
  }

  /** Enters a page of a device: see `device`. */
  insertDevice(va: number, translation: Translation, privileged: boolean): void {
    this.empty = false;
    const index = (va >>> PAGE_SHIFT) & (ENTRIES - 1);
    this.drop(index);
    const permissions = privileged ? translation.permissions >> 3 : translation.permissions;
    this.deviceTags[index] = (va & PAGE_MASK) | (permissions & (PERMISSION.R0 | PERMISSION.W0));
    this.devicePages[index] = translation.pa - (va & (PAGE_SIZE - 1));
    this.entered(va, index, translation);
  }

  /** The physical address of a data access when the table has a device there that permits it, or −1. */
  device(va: number, write: boolean): number {
    const index = (va >>> PAGE_SHIFT) & (ENTRIES - 1);
    const tag = this.deviceTags[index]!;
    const wanted = write ? PERMISSION.W0 : PERMISSION.R0;
    if (((tag ^ va) & PAGE_MASK) !== 0 || (tag & wanted) === 0) return -1;
    return this.devicePages[index]! + (va & (PAGE_SIZE - 1));
  }

  /** Notes what maintenance needs to know of a new entry. */
  private entered(va: number, index: number, translation: Translation): void {
    const megabyte = va >>> MEGABYTE_SHIFT;
    const number = (va >>> PAGE_SHIFT) & LAST_PAGE;
    if (number < this.first[megabyte]!) this.first[megabyte] = number;
    if (number > this.last[megabyte]!) this.last[megabyte] = number;
    this.enlist(index, (translation.domain << 1) | (translation.global ? 1 : 0));
    if (translation.sizeShift > PAGE_SHIFT) this.extend(va, translation.sizeShift);
  }

  /** The linear address that the table leads an access to, or −1 when it misses; what generated code computes. */
  lookup(va: number, word: number): number {
    const at = (this.base >> 2) + ((va >>> PAGE_SHIFT) & (ENTRIES - 1)) * ENTRY_WORDS;
    return this.words[at + (word >> 2)] === (va & PAGE_MASK) ? (va + this.words[at + ADDEND]!) >>> 0 : -1;
  }

  private drop(index: number): void {
    const at = (this.base >> 2) + index * ENTRY_WORDS;
    this.words[at + READ] = TLB.INVALID;
    this.words[at + WRITE] = TLB.INVALID;
    this.words[at + EXEC] = TLB.INVALID;
    this.deviceTags[index] = 0;
  }

  /** Hypervisors map and unmap one page after the other in a large block: what was not filled costs nothing. */
  private dropMegabyte(megabyte: number): void {
    const base = (megabyte << (MEGABYTE_SHIFT - PAGE_SHIFT)) & (ENTRIES - 1);
    const last = this.last[megabyte]!;
    for (let page = this.first[megabyte]!; page <= last; page++) this.drop(base + page);
    this.first[megabyte] = LAST_PAGE;
    this.last[megabyte] = 0;
  }

  private flushClass(kind: number): void {
    const members = this.members[kind];
    if (!members) return;
    for (let i = this.counts[kind]! - 1; i >= 0; i--) {
      const index = members[i]!;
      // The entry may have been refilled for another class since it was listed here.
      if (this.classOf[index] !== kind) continue;
      this.drop(index);
      this.classOf[index] = UNLISTED;
    }
    this.counts[kind] = 0;
  }

  /** Lists an entry under its class. Entries that change class stay in the old list too, until that is full. */
  private enlist(index: number, kind: number): void {
    if (this.classOf[index] === kind) return;
    this.classOf[index] = kind;
    const members = (this.members[kind] ??= new Uint16Array(ENTRIES));
    let count = this.counts[kind]!;
    if (count < ENTRIES) members[count++] = index;
    else {
      count = 0;
      for (let i = 0; i < ENTRIES; i++) if (this.classOf[i] === kind) members[count++] = i;
    }
    this.counts[kind] = count;
  }

  /** Notes in every MiB that a large mapping reaches into how large it is. */
  private extend(va: number, sizeShift: number): void {
    const first = va >>> MEGABYTE_SHIFT;
    if (this.reach[first]! >= sizeShift) return;
    if (sizeShift <= MEGABYTE_SHIFT) this.reach[first] = sizeShift;
    else {
      const count = 1 << (sizeShift - MEGABYTE_SHIFT);
      const start = first & -count;
      for (let i = start; i < start + count; i++) if (this.reach[i]! < sizeShift) this.reach[i] = sizeShift;
    }
  }
}
