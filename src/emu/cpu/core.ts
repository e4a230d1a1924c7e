// One ARMv7-A core outside generated code: translation, interrupts, reset, save and load.
import { CPU, TLB, TLB_KINDS, type Layout, type TlbKind } from '../codegen/layout';
import { Fault } from '../mmu/faults';
import type { PhysicalMemory } from '../mmu/physical';
import { createRegime, type Regime, type RegimeName } from '../mmu/regime';
import { HOST_PAGE, TlbTable } from '../mmu/tlb';
import { type Access, Translation } from '../mmu/translation';
import { PhysicalTableReader, walk, type TableReader } from '../mmu/walk';
import { MODE, MODES } from './modes';
import { PSR } from './psr';
import { CoreState } from './state';
import { floatingPointPermitted, FPEXC_EN, VFP_VECTORS } from './sysregs/floating-point';
import { HIGH_WORD, isBanked, resetStorage, SLOT, type StoredName } from './sysregs/storage';
import type { GenericTimerPort } from './timer-port';

/** One line about something a guest did that this model does not do; `once` keeps it from repeating. */
export type Log = (message: string, once?: string) => void;

/** What a core needs of the machine around it. */
export interface CoreHost {
  readonly memory: WebAssembly.Memory;
  readonly layout: Layout;
  readonly physical: PhysicalMemory;
  /** All cores of the cluster, this one too: TLB maintenance of the Inner Shareable domain reaches them. */
  readonly cores: readonly Core[];
  readonly timer: GenericTimerPort;
  /** Base of the private peripherals (GIC), as CBAR shows it. */
  readonly peripheralBase: number;
  /** Instructions that the core has executed since power-on, for the performance monitors. */
  instructions(): number;
  readonly log: Log;
}

/** How a core starts; all that is not given is as after a reset. */
export interface EntryState {
  readonly pc?: number;
  /** Default: Supervisor mode, A32, everything masked. */
  readonly cpsr?: number;
  /** false: SCR.NS is set, and NSACR opens the FPU, as firmware does before it starts an operating system. */
  readonly secure?: boolean;
  /** r0 and following. */
  readonly registers?: readonly number[];
}

/** What {@link Core.save} returns. Everything a guest can observe; TLBs are not: they are flushed by `load`. */
export interface CoreSnapshot {
  readonly version: 1;
  readonly words: Uint32Array;
  readonly banked: Uint32Array;
  readonly sys: Uint32Array;
  readonly lines: { readonly irq: boolean; readonly fiq: boolean; readonly virq: boolean; readonly vfiq: boolean };
  readonly waiting: boolean;
}

export const SCR = { NS: 1, IRQ: 2, FIQ: 4, EA: 8, FW: 16, AW: 32, SCD: 128, HCE: 256, SIF: 512 } as const;
export const SCTLR = {
  M: 1,
  A: 2,
  C: 4,
  CP15BEN: 1 << 5,
  I: 1 << 12,
  V: 1 << 13,
  WXN: 1 << 19,
  UWXN: 1 << 20,
  EE: 1 << 25,
  NMFI: 1 << 27,
  TRE: 1 << 28,
  AFE: 1 << 29,
  TE: 1 << 30,
} as const;
export const TTBCR_EAE = 0x80000000;
const CPACR_ASEDIS = 0x80000000;
const NSACR_NSASEDIS = 1 << 15;

/** Registers that generated code reads from the state words: [storage of both copies, offset of the current one]. */
const LIVE: readonly (readonly [StoredName, number])[] = [
  ['TPIDRURW', CPU.TPIDRURW],
  ['TPIDRURO', CPU.TPIDRURO],
  ['TPIDRPRW', CPU.TPIDRPRW],
];

/** Interrupt inputs, in a word that generated code looks at before it unmasks interrupts. */
class InterruptLines {
  constructor(private readonly state: CoreState) {}

  private get(bit: number): boolean {
    return (this.state.field(CPU.LINES) & bit) !== 0;
  }
  private set(bit: number, level: boolean): void {
    const word = this.state.field(CPU.LINES);
    this.state.setField(CPU.LINES, level ? word | bit : word & ~bit);
  }
  get irq(): boolean {
    return this.get(1);
  }
  set irq(level: boolean) {
    this.set(1, level);
  }
  get fiq(): boolean {
    return this.get(2);
  }
  set fiq(level: boolean) {
    this.set(2, level);
  }
  get virq(): boolean {
    return this.get(4);
  }
  set virq(level: boolean) {
    this.set(4, level);
  }
  get vfiq(): boolean {
    return this.get(8);
  }
  set vfiq(level: boolean) {
    this.set(8, level);
  }
}

export class Core extends CoreState {
  /** Whether execution is in Secure state: SCR.NS is clear or the mode is Monitor. */
  secure = true;
  /** Which copy of a banked system register instructions access: 0 Non-secure, 1 Secure. Follows SCR.NS alone. */
  bank: 0 | 1 = 1;
  readonly regimes: Readonly<Record<RegimeName, Regime>> = {
    secure: createRegime('secure'),
    nonsecure: createRegime('nonsecure'),
    hyp: createRegime('hyp'),
  };
  regime: Regime = this.regimes.secure;
  readonly tables: Readonly<Record<TlbKind, TlbTable>>;
  readonly reader: TableReader;
  /** The last translation, by `translate` and `fill`. */
  readonly translation = new Translation();
  /** Linear-memory address of the byte that the last `fill` translated; 0 when no plain memory is there. */
  host = 0;
  /** Why the last access failed. */
  readonly fault = new Fault();
  /** Interrupt inputs, as levels that the interrupt controller sets. virq and vfiq are for the Non-secure PL1. */
  readonly lines: InterruptLines;
  /** In WFI (or WFE) until something wakes the core. */
  waiting = false;

  constructor(
    readonly env: CoreHost,
    index: number,
  ) {
    super(env.memory, env.layout, index);
    this.lines = new InterruptLines(this);
    const table = (kind: TlbKind): TlbTable => new TlbTable(this.signed, env.layout.tlb(index, kind));
    this.tables = Object.fromEntries(TLB_KINDS.map(kind => [kind, table(kind)])) as Record<TlbKind, TlbTable>;
    this.reader = new PhysicalTableReader(env.physical, this.words);
    this.reset();
  }

  /** Value of a stored system register: of banked ones the copy that instructions access. */
  system(name: StoredName): number {
    return this.sys[SLOT[name] + (isBanked(name) ? this.bank : 0)]!;
  }

  get privileged(): boolean {
    return this.mode.privilege > 0;
  }

  /** Writes the CPSR without any check of rights and brings everything that depends on it up to date. */
  setCpsr(value: number): void {
    this.assignCpsr(value);
    this.regimeChanged();
  }

  /**
   * Brings state that follows from mode, endianness, SCTLR.A, SCR, CPACR, NSACR and FPEXC up to date: security state, regime,
   * the TLBs that generated code uses, and whether floating point executes.
   */
  regimeChanged(): void {
    const scr = this.sys[SLOT.SCR]!;
    const bank = scr & SCR.NS ? 0 : 1;
    if (bank !== this.bank) this.switchBank(bank);
    this.secure = bank === 1 || this.mode.number === MODE.mon;
    const { privilege } = this.mode;
    this.regime = privilege === 2 ? this.regimes.hyp : this.secure ? this.regimes.secure : this.regimes.nonsecure;
    // Entries are those of one security state, and with big-endian data they have no data tags.
    const mark = (this.secure ? 2 : 0) | this.field(CPU.BIG_ENDIAN);
    const table = privilege === 2 ? this.tables.hyp : privilege === 1 ? this.tables.pl1 : this.tables.pl0;
    const user = privilege === 2 ? this.tables.hyp : this.tables.pl0;
    table.claim(mark);
    user.claim(mark);
    this.setField(CPU.TLB, table.base);
    this.setField(CPU.TLB_USER, user.base);
    this.setField(CPU.STRICT, this.sys[SLOT.SCTLR + (this.secure ? 1 : 0)]! & SCTLR.A ? 0xffffffff : 0);
    this.updateFpEnabled();
  }

  /** Also to be called when FPSCR is written. */
  updateFpEnabled(): void {
    const fp = floatingPointPermitted(this) && (this.sys[SLOT.FPEXC]! & FPEXC_EN) !== 0;
    const disabled =
      (this.mode.privilege < 2 && (this.sys[SLOT.CPACR]! & CPACR_ASEDIS) !== 0) ||
      (!this.secure && (this.sys[SLOT.NSACR]! & NSACR_NSASEDIS) !== 0);
    this.setField(CPU.FP_ENABLED, fp ? 1 : 0);
    this.setField(CPU.VFP_DATA_ENABLED, fp && (this.field(CPU.FPSCR) & VFP_VECTORS) === 0 ? 1 : 0);
    this.setField(CPU.ASIMD_ENABLED, fp && !disabled ? 1 : 0);
  }

  private switchBank(bank: 0 | 1): void {
    for (const [name, offset] of LIVE) {
      this.sys[SLOT[name] + this.bank] = this.field(offset);
      this.setField(offset, this.sys[SLOT[name] + bank]!);
    }
    this.bank = bank;
  }

  /** Rebuilds what walks know of one security state after a write to a register they depend on. Flushes nothing. */
  translationChanged(bank: number): void {
    const regime = bank ? this.regimes.secure : this.regimes.nonsecure;
    const { sys } = this;
    const sctlr = sys[SLOT.SCTLR + bank]!;
    regime.enabled = (sctlr & SCTLR.M) !== 0;
    regime.accessFlag = (sctlr & SCTLR.AFE) !== 0;
    regime.remap = (sctlr & SCTLR.TRE) !== 0;
    regime.writeNeverExecute = (sctlr & SCTLR.WXN) !== 0;
    regime.userWriteNeverExecute = (sctlr & SCTLR.UWXN) !== 0;
    regime.bigEndian = (sctlr & SCTLR.EE) !== 0;
    regime.secureFetchOnly = bank === 1 && (sys[SLOT.SCR]! & SCR.SIF) !== 0;
    regime.ttbcr = sys[SLOT.TTBCR + bank]!;
    regime.long = (regime.ttbcr & TTBCR_EAE) !== 0;
    regime.ttbr0 = sys[SLOT.TTBR0 + bank]!;
    regime.ttbr0High = sys[SLOT.TTBR0 + HIGH_WORD + bank]!;
    regime.ttbr1 = sys[SLOT.TTBR1 + bank]!;
    regime.ttbr1High = sys[SLOT.TTBR1 + HIGH_WORD + bank]!;
    regime.dacr = sys[SLOT.DACR + bank]!;
    regime.mair0 = sys[SLOT.MAIR0 + bank]!;
    regime.mair1 = sys[SLOT.MAIR1 + bank]!;
  }

  /** The ASID of the PL1&0 regime of a security state (B3.10.2). */
  asid(bank: number = this.bank): number {
    const ttbcr = this.sys[SLOT.TTBCR + bank]!;
    if (!(ttbcr & TTBCR_EAE)) return this.sys[SLOT.CONTEXTIDR + bank]! & 0xff;
    const high = this.sys[(ttbcr & (1 << 22) ? SLOT.TTBR1 : SLOT.TTBR0) + HIGH_WORD + bank]!;
    return (high >>> 16) & 0xff;
  }

  /**
   * Translates one access.
   * @returns the physical address, or −1 with {@link fault} filled
   */
  translate(va: number, access: Access, privileged: boolean): number {
    const { translation } = this;
    if (!walk(this.regime, va, this.reader, translation)) {
      this.fault.set(translation.fault || 'translation', translation.level, translation.domain, va >>> 0);
    } else if (!translation.allows(access, privileged)) {
      this.fault.set('permission', translation.level, translation.domain, va >>> 0);
    } else return translation.pa;
    this.fault.write = access === 'write';
    return -1;
  }

  /**
   * Translates one access and, where plain memory lies behind it, enters the page into the TLB of that privilege.
   * Afterwards {@link host} is the linear address of the byte, or 0 for a device at `translation.pa`. An access with
   * `host` set may still have to take the slow path again: big-endian data, stores to flash or to predecoded code.
   * @returns false with {@link fault} filled when the access is not permitted
   */
  fill(va: number, access: Access, privileged: boolean): boolean {
    const pa = this.translate(va, access, privileged);
    this.host = 0;
    if (pa < 0) return false;
    const { physical } = this.env;
    const host = physical.hostOf(pa);
    this.host = host;
    if (host === 0) return true;
    const page = host - (va & 0xfff);
    const restrictions =
      (physical.isWritable(page) ? 0 : HOST_PAGE.READ_ONLY) |
      (physical.hasCode(page) ? HOST_PAGE.CODE : 0) |
      (this.field(CPU.BIG_ENDIAN) ? HOST_PAGE.NO_DATA : 0);
    const table = this.mode.privilege === 2 ? this.tables.hyp : privileged ? this.tables.pl1 : this.tables.pl0;
    table.insert(va, this.translation, privileged, page, restrictions);
    return true;
  }

  /** Linear address of code at a virtual address, as far as the TLB of the current privilege knows it; else −1. */
  executable(va: number): number {
    const table = this.mode.privilege === 2 ? this.tables.hyp : this.privileged ? this.tables.pl1 : this.tables.pl0;
    return table.lookup(va, TLB.EXEC);
  }

  /** Drops all entries of the PL1&0 regime. */
  tlbFlush(): void {
    this.tables.pl0.flush();
    this.tables.pl1.flush();
  }

  /** Drops the entries of the PL1&0 regime for one virtual address, whatever their ASID. */
  tlbFlushPage(va: number): void {
    this.tables.pl0.flushPage(va);
    this.tables.pl1.flushPage(va);
  }

  /** Drops the entries of the PL1&0 regime that belong to an ASID: the current one, for no others are kept. */
  tlbFlushNonGlobal(): void {
    this.tables.pl0.flushNonGlobal();
    this.tables.pl1.flushNonGlobal();
  }

  /** Sends stores to a host page down the slow path from now on: code was predecoded from it. */
  tlbProtect(host: number): void {
    for (const kind of TLB_KINDS) this.tables[kind].protect(host);
  }

  /** The interrupt to take before the next instruction, by lines, masks and routing (ARM DDI 0406C, B1.9.10). */
  pendingInterrupt(): 'fiq' | 'irq' | undefined {
    const { lines } = this;
    if ((this.field(CPU.LINES) & 3) === 0) return undefined;
    const cpsr = this.field(CPU.CPSR);
    if (lines.fiq) {
      // Routed to Monitor mode and not left to Non-secure software (FW), CPSR.F masks FIQs in Secure state only.
      const scr = this.sys[SLOT.SCR]!;
      if (!(cpsr & PSR.F) || (!this.secure && (scr & (SCR.FIQ | SCR.FW)) === SCR.FIQ)) return 'fiq';
    }
    return lines.irq && !(cpsr & PSR.I) ? 'irq' : undefined;
  }

  /** Whether something ends WFI: any interrupt line, masked or not. */
  get wakeUp(): boolean {
    return this.field(CPU.LINES) !== 0;
  }

  /** Back to the state after a reset, and from there to the given entry state. */
  reset(entry: EntryState = {}): void {
    const { words, at } = this;
    const lines = this.field(CPU.LINES);
    words.fill(0, at, at + (CPU.SIZE >> 2));
    this.setField(CPU.LINES, lines); // they are inputs: a reset of the core does not change them
    this.banked.fill(0);
    resetStorage(this.sys);
    this.setField(CPU.CPSR, this.mode.number);
    this.bank = 1;
    this.waiting = false;
    if (entry.secure === false) {
      this.sys[SLOT.SCR] = SCR.NS;
      this.sys[SLOT.NSACR] = 0xc00;
    }
    this.refresh(entry.cpsr ?? PSR.A | PSR.I | PSR.F | MODE.svc);
    entry.registers?.forEach((value, n) => this.setR(n, value));
    this.setField(CPU.PC, entry.pc ?? (this.sys[SLOT.SCTLR + 1]! & SCTLR.V ? 0xffff0000 : 0));
  }

  save(): CoreSnapshot {
    const { words, at } = this;
    return {
      version: 1,
      words: words.slice(at, at + (CPU.SIZE >> 2)),
      banked: this.banked.slice(),
      sys: this.sys.slice(),
      lines: { irq: this.lines.irq, fiq: this.lines.fiq, virq: this.lines.virq, vfiq: this.lines.vfiq },
      waiting: this.waiting,
    };
  }

  /** @throws RangeError when the snapshot is of another version or shape. */
  load(snapshot: CoreSnapshot): void {
    if (
      snapshot.version !== 1 ||
      snapshot.words.length !== CPU.SIZE >> 2 ||
      snapshot.banked.length !== this.banked.length ||
      snapshot.sys.length !== this.sys.length
    )
      throw new RangeError(`core ${this.index}: snapshot of version ${snapshot.version} does not fit this release`);
    this.words.set(snapshot.words, this.at);
    this.banked.set(snapshot.banked);
    this.sys.set(snapshot.sys);
    Object.assign(this.lines, snapshot.lines);
    this.waiting = snapshot.waiting;
    this.bank = this.sys[SLOT.SCR]! & SCR.NS ? 0 : 1;
    // r8 to r14 in the words are those of the mode in the words: no banks to switch.
    this.mode = MODES[this.field(CPU.CPSR) & PSR.M] ?? this.mode;
    this.refresh(this.cpsr);
  }

  /** Rebuilds all that is derived from registers. */
  private refresh(cpsr: number): void {
    this.translationChanged(0);
    this.translationChanged(1);
    for (const kind of TLB_KINDS) this.tables[kind].flush();
    this.setCpsr(cpsr);
  }
}
