// Predecoded code: slots of records by page and instruction set, and the table of variants behind the interpreter.
import { CASE, type Heat, interpreterModule, itAdvance, variantModule } from '../codegen/interpreter-module';
import { ENTRY, PAGE_SIZE, RECORD, SLOT_SIZE, type Layout } from '../codegen/layout';
import { parseVariant, type Variant } from '../codegen/variant';
import { isWide } from '../isa';
import { predecode, type Predecoded, writeRecord } from '../isa/predecode';
import { HOT_VARIANTS } from './hot-variants';
import { BranchTemplates } from './branch-templates';
import type { Experience } from './experience';
import { RecordTemplates } from './record-templates';

/** Functions that generated code calls; see IMPORTS in codegen/tier0. */
export type InterpreterImports = Readonly<Record<string, (...args: number[]) => number | void>>;

/** Whoever compiled code from records must forget it together with them. */
export interface CompiledCode {
  /** Bytes of a page changed: a bit for each granule. `all`: nothing that was known of the page's code is left. */
  changed(hostPage: number, granules: number, all: boolean): void;
  /** A page without code has lost its records in one instruction set. */
  vacated(hostPage: number, thumb: boolean): void;
  /** A page has got records in one instruction set, in the slot at a linear address. */
  begun(hostPage: number, thumb: boolean, slot: number): void;
  dropAll(): void;
}

export interface CodeCacheOptions {
  readonly hot?: readonly string[];
  /** Address of counters per case, or 0. */
  readonly profile?: number;
  /** Undefined: nothing is translated. */
  readonly heat?: Heat;
  readonly experience?: Experience | undefined;
}

/** Where a record lies. */
export interface RecordPlace {
  readonly hostPage: number;
  readonly thumb: boolean;
  readonly slot: number;
  /** In bytes from the beginning of the page. */
  readonly offset: number;
}

/** Instructions decoded ahead of the one that is executed. */
const DECODE_AHEAD = 64;
export const GRANULE_SHIFT = 7;
const TABLE_SIZE = 8192;

/** A decoded instruction and where its record goes. */
interface Decoded {
  readonly p: Predecoded;
  readonly at: number;
  readonly it: number;
  readonly encoding: number;
}

export class CodeCache {
  readonly run: (cpu: number) => void;
  /** Compiled regions by number; number 0 is none. */
  readonly regions = new WebAssembly.Table({ initial: 64, element: 'anyfunc' });
  compiled: CompiledCode | undefined;
  /** Whoever counts what records execute takes the counts over before they are dropped. */
  counting: { drain(): void; drainSlot(slot: number, hostPage: number, thumb: boolean): void } | undefined;
  private readonly table = new WebAssembly.Table({ initial: TABLE_SIZE, element: 'anyfunc' });
  private readonly templates = new RecordTemplates();
  private readonly branches = new BranchTemplates();
  /** Slots that were in use at some time: those behind them are zero. */
  private everUsed = 0;
  private readonly numbers = new Map<string, number>();
  private readonly experience: Experience | undefined;
  /** Variants of earlier runs that are made together with the first one that is missing. */
  private expected: readonly string[];
  private nextNumber: number;
  readonly slow: Record<string, WebAssembly.ExportValue>;
  private readonly u8: Uint8Array;
  private readonly u16: Uint16Array;
  private readonly u32: Uint32Array;
  /** Host page and set of each slot: page * 2 + thumb. */
  private readonly owner: Int32Array;
  private used = 0;
  /** Slots whose pages had no code when they were put here, and whether a slot is here. */
  private readonly vacant: number[] = [];
  private readonly isVacant: Uint8Array;
  /** Whether instructions that HSTR can trap are left to TypeScript: for good, once a hypervisor wanted that. */
  traps = false;
  /** Counts for `--stats`. */
  readonly statistics = { variants: 0, modules: 0, decoded: 0, slots: 0, flushes: 0, invalidations: 0 };

  /**
   * @param onCode called when a page gets its first slot: stores there must take the slow path from now on.
   */
  constructor(
    private readonly memory: WebAssembly.Memory,
    private readonly layout: Layout,
    readonly imports: InterpreterImports,
    private readonly onCode: (hostPage: number) => void,
    { hot = HOT_VARIANTS, profile = 0, heat, experience }: CodeCacheOptions = {},
  ) {
    this.experience = experience;
    this.expected = experience?.variants() ?? [];
    this.u8 = new Uint8Array(memory.buffer);
    this.u16 = new Uint16Array(memory.buffer);
    this.u32 = new Uint32Array(memory.buffer);
    this.owner = new Int32Array(layout.slotCount);
    this.isVacant = new Uint8Array(layout.slotCount);
    const variants = hot.map(parseVariant);
    hot.forEach((key, i) => this.numbers.set(key, CASE.VARIANT + i));
    this.nextNumber = CASE.VARIANT + hot.length;
    const module = new WebAssembly.Module(interpreterModule(layout, variants, heat, profile));
    const instance = new WebAssembly.Instance(module, {
      lab: { memory, table: this.table, regions: this.regions, ...imports },
    });
    this.slow = instance.exports;
    this.run = instance.exports.run as (cpu: number) => void;
  }

  /** Names of all variants seen so far with their case numbers. */
  get variants(): ReadonlyMap<string, number> {
    return this.numbers;
  }

  private mapIndex(hostPage: number, thumb: number): number {
    return (this.layout.codeMap >> 2) + hostPage * 2 + thumb;
  }

  /** Whether a host page has slots. */
  hasCode(hostPage: number): boolean {
    const i = this.mapIndex(hostPage, 0);
    return (this.u32[i]! | this.u32[i + 1]!) !== 0;
  }

  /** The slot of a page, made when there is none. May drop all others: no record address survives this call. */
  slot(hostPage: number, thumb: number): number {
    const i = this.mapIndex(hostPage, thumb);
    const known = this.u32[i]!;
    if (known !== 0) return known;
    const vacant = this.takeVacant();
    if (vacant < 0 && this.used === this.layout.slotCount) this.flush();
    if (!this.hasCode(hostPage)) this.onCode(hostPage);
    const index = vacant >= 0 ? vacant : this.used++;
    const at = this.layout.slots + index * SLOT_SIZE;
    const records = thumb ? PAGE_SIZE / 2 : PAGE_SIZE / 4;
    if (index < this.everUsed) this.clear(at);
    this.everUsed = Math.max(this.everUsed, index + 1);
    this.u16[(at + records * RECORD.SIZE) >> 1] = CASE.PAGE_END;
    this.owner[index] = hostPage * 2 + thumb;
    this.u32[i] = at;
    this.statistics.slots = this.used;
    this.compiled?.begun(hostPage, thumb !== 0, at);
    return at;
  }

  /** Takes a slot from a page that has no code any more. @returns its number, or −1 */
  private takeVacant(): number {
    for (let index = this.vacant.pop(); index !== undefined; index = this.vacant.pop()) {
      this.isVacant[index] = 0;
      const owner = this.owner[index]!;
      const page = owner >> 1;
      // It may have got code again.
      if (this.u32[(this.layout.granules >> 2) + page] !== 0) continue;
      const thumb = (owner & 1) !== 0;
      this.counting?.drainSlot(this.layout.slots + index * SLOT_SIZE, page, thumb);
      this.compiled?.vacated(page, thumb);
      this.u32[(this.layout.codeMap >> 2) + owner] = 0;
      return index;
    }
    return -1;
  }

  /** The slots of a page without code can serve others. Later: a core may be in one of their records. */
  private vacate(hostPage: number): void {
    for (let thumb = 0; thumb < 2; thumb++) {
      const slot = this.u32[this.mapIndex(hostPage, thumb)]!;
      if (slot === 0) continue;
      const index = (slot - this.layout.slots) / SLOT_SIZE;
      if (this.isVacant[index]) continue;
      this.isVacant[index] = 1;
      this.vacant.push(index);
    }
  }

  private clear(slot: number): void {
    this.u8.fill(0, slot, slot + SLOT_SIZE);
    this.u8.fill(0, this.entry(slot), this.entry(slot) + (SLOT_SIZE / RECORD.SIZE) * ENTRY.SIZE);
  }

  /** Linear address of the ENTRY of a record. */
  entry(record: number): number {
    return (record >>> 1) + this.layout.entries;
  }

  /** The slot that a page has already, or 0. */
  existing(hostPage: number, thumb: boolean): number {
    return this.u32[this.mapIndex(hostPage, thumb ? 1 : 0)]!;
  }

  place(record: number): RecordPlace {
    const { slots } = this.layout;
    const index = Math.floor((record - slots) / SLOT_SIZE);
    const slot = slots + index * SLOT_SIZE;
    const thumb = (this.owner[index]! & 1) !== 0;
    return {
      hostPage: this.owner[index]! >> 1,
      thumb,
      slot,
      offset: ((record - slot) / RECORD.SIZE) * (thumb ? 2 : 4),
    };
  }

  /** Every page with records. */
  *slotsInUse(): Generator<{ slot: number; hostPage: number; thumb: boolean }> {
    for (let i = 0; i < this.used; i++) {
      const owner = this.owner[i]!;
      yield { slot: this.layout.slots + i * SLOT_SIZE, hostPage: owner >> 1, thumb: (owner & 1) !== 0 };
    }
  }

  isDecoded(record: number): boolean {
    return this.u16[record >> 1] !== CASE.UNDECODED;
  }
  /** ITSTATE under which a record was decoded. */
  itState(record: number): number {
    return this.u8[record + RECORD.IT]!;
  }

  /** Drops all slots. Only while no core is inside a record. */
  flush(): void {
    this.compiled?.dropAll();
    this.counting?.drain();
    for (let i = 0; i < this.used; i++) {
      const page = this.owner[i]! >> 1;
      const at = this.mapIndex(page, 0);
      this.u32[at] = 0;
      this.u32[at + 1] = 0;
      this.u32[(this.layout.granules >> 2) + page] = 0;
    }
    this.used = 0;
    this.vacant.length = 0;
    this.isVacant.fill(0);
    this.statistics.flushes++;
  }

  /** From now on HSTR may trap what generated code has done alone: all is decoded again. As `flush`. */
  trapAll(): void {
    this.traps = true;
    this.templates.clear();
    this.branches.clear();
    this.flush();
  }

  /** The bytes `[from, to)` of a page have changed: what was decoded from them is decoded again. */
  invalidate(hostPage: number, from: number, to: number): void {
    const granules = (this.layout.granules >> 2) + hostPage;
    let touched = 0;
    for (let g = from >> GRANULE_SHIFT; g <= (to - 1) >> GRANULE_SHIFT; g++) touched |= 1 << g;
    if ((this.u32[granules]! & touched) === 0) return;
    this.statistics.invalidations++;
    this.u32[granules]! &= ~touched;
    this.compiled?.changed(hostPage, touched, this.u32[granules] === 0);
    for (let thumb = 0; thumb < 2; thumb++) {
      const slot = this.u32[this.mapIndex(hostPage, thumb)]!;
      if (slot === 0) continue;
      const shift = thumb ? 3 : 2;
      for (let g = 0; g < 32; g++)
        if (touched & (1 << g)) {
          const at = slot + ((g << GRANULE_SHIFT) << shift);
          const end = at + ((1 << GRANULE_SHIFT) << shift);
          for (let record = at; record < end; record += RECORD.SIZE) this.u16[record >> 1] = CASE.UNDECODED;
        }
      // An instruction of T32 may begin before the first byte that changed.
      if (thumb)
        this.u16[Math.max(slot, slot + (((from & ~((1 << GRANULE_SHIFT) - 1)) - 2) << shift)) >> 1] = CASE.UNDECODED;
    }
    if (this.u32[granules] === 0) this.vacate(hostPage);
  }

  /** Forgets one record. */
  forget(record: number): void {
    this.u16[record >> 1] = CASE.UNDECODED;
  }

  /**
   * Decodes the record at an address, and what follows it in line.
   * @param it ITSTATE with which it is about to be executed.
   */
  decode(record: number, it: number): void {
    const { layout } = this;
    const { hostPage: page, thumb, slot } = this.place(record);
    const records = thumb ? PAGE_SIZE / 2 : PAGE_SIZE / 4;
    const host = layout.guest + page * PAGE_SIZE;
    const first = (record - slot) / RECORD.SIZE;
    const batch: Decoded[] = [];
    let state = it;
    let position = first;
    // A record of another place in an IT block was here: the IT instruction before it must be decoded again too.
    if (thumb && this.u16[record >> 1] !== CASE.UNDECODED) this.forgetItBefore(slot, first);
    while (position < records && batch.length < DECODE_AHEAD) {
      const at = slot + position * RECORD.SIZE;
      if (position !== first && this.u16[at >> 1] !== CASE.UNDECODED && state === 0) break;
      const encoding = thumb ? this.thumbAt(host, position, records) : this.u32[(host >> 2) + position]!;
      if (encoding < 0) {
        this.u16[at >> 1] = CASE.STRADDLE;
        break;
      }
      if (state === 0 && this.templates.copy(encoding, thumb, this.u32, at >> 2)) {
        state = nextItState(encoding, thumb, 0);
        position += this.u8[at + RECORD.STEP]! & 3;
        continue;
      }
      if (!thumb && this.branches.copy(encoding, position, records, this.u32, at >> 2)) {
        position++;
        break;
      }
      const p = predecode(encoding, thumb, state, position, records, this.traps);
      batch.push({ p, at, it: state, encoding });
      state = nextItState(encoding, thumb, state);
      position += p.step;
      if (p.ends && state === 0) break;
    }
    this.mark(page, first * (thumb ? 2 : 4), position * (thumb ? 2 : 4));
    this.write(batch);
    this.remember(batch, thumb);
  }

  /** The same encoding gives the same record, unless it branches or stands in an IT block. */
  private remember(batch: readonly Decoded[], thumb: boolean): void {
    for (const { p, at, it, encoding } of batch)
      if (it === 0 && !p.ends) this.templates.add(encoding, thumb, this.u32, at >> 2);
      else if (!thumb) this.branches.add(encoding, p.operands.near === 1, this.u32, at >> 2);
  }

  /** The encoding at a place, or −1 when its second half lies in the next page. */
  encoding(hostPage: number, thumb: boolean, offset: number): number {
    const host = this.layout.guest + hostPage * PAGE_SIZE;
    return thumb ? this.thumbAt(host, offset >> 1, PAGE_SIZE / 2) : this.u32[(host + offset) >> 2]!;
  }

  /** A T32 encoding, or −1 when its second half lies in the next page. */
  private thumbAt(host: number, position: number, records: number): number {
    const first = this.u16[(host >> 1) + position]!;
    if (!isWide(first)) return first;
    if (position + 1 >= records) return -1;
    return first * 65536 + this.u16[(host >> 1) + position + 1]!;
  }

  private mark(page: number, from: number, to: number): void {
    const at = (this.layout.granules >> 2) + page;
    for (let g = from >> GRANULE_SHIFT; g <= (Math.max(to, from + 1) - 1) >> GRANULE_SHIFT && g < 32; g++)
      this.u32[at]! |= 1 << g;
  }

  private forgetItBefore(slot: number, position: number): void {
    for (let i = Math.max(0, position - 9); i < position; i++) this.forget(slot + i * RECORD.SIZE);
  }

  /** Decodes one instruction into a record outside any page; branches in it are far. */
  decodeAlone(record: number, encoding: number, it: number): void {
    this.write([{ p: predecode(encoding, true, it, 0, 0, this.traps), at: record, it, encoding }]);
  }

  private write(batch: readonly Decoded[]): void {
    this.statistics.decoded += batch.length;
    const missing = new Map<string, Variant>();
    for (const { p } of batch)
      if (!this.numbers.has(p.key)) missing.set(p.key, { op: p.op, values: p.operands, step: p.step });
    if (missing.size > 0) {
      for (const key of missing.keys()) this.experience?.learnVariant(key);
      this.addExpected(missing);
      this.compile(missing);
    }
    for (const { p, at, it } of batch) writeRecord(this.u8, at, p, this.numbers.get(p.key)!, it);
  }

  /** A module for each few variants, when they come one by one, costs more than the variants. */
  private addExpected(missing: Map<string, Variant>): void {
    for (const key of this.expected) {
      if (this.numbers.has(key) || missing.has(key)) continue;
      try {
        missing.set(key, parseVariant(key));
      } catch {
        continue; // of another version
      }
    }
    this.expected = [];
  }

  private compile(missing: ReadonlyMap<string, Variant>): void {
    const module = new WebAssembly.Module(variantModule(this.layout, [...missing.values()]));
    const instance = new WebAssembly.Instance(module, {
      lab: { memory: this.memory, ...this.imports },
      interpreter: this.slow,
    });
    this.statistics.modules++;
    let i = 0;
    for (const key of missing.keys()) {
      if (this.nextNumber === this.table.length) this.table.grow(TABLE_SIZE);
      this.table.set(this.nextNumber, instance.exports[String(i++)] as () => void);
      this.numbers.set(key, this.nextNumber++);
      this.statistics.variants++;
    }
  }
}

/** ITSTATE after an instruction: IT itself sets it, others advance it. */
export function nextItState(encoding: number, thumb: boolean, it: number): number {
  if (!thumb) return 0;
  if (encoding < 65536 && (encoding & 0xff00) === 0xbf00 && (encoding & 15) !== 0) return encoding & 0xff;
  return itAdvance(it);
}
