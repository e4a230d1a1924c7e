// Address translation of a core: its regimes, stage 2, and the TLBs that generated code reads.
import { CPU, TLB, TLB_KINDS, type Layout, type TlbKind } from '../codegen/layout';
import { Fault } from '../mmu/faults';
import type { PhysicalMemory } from '../mmu/physical';
import { createRegime, type Regime, type RegimeName } from '../mmu/regime';
import {
  combine,
  configure,
  createStage2,
  sameStage2,
  Stage2Cache,
  Stage2TableReader,
  walkStage2,
} from '../mmu/stage2';
import { HOST_PAGE, TlbTable } from '../mmu/tlb';
import { type Access, PERMISSION, Translation } from '../mmu/translation';
import { PhysicalTableReader, type TableReader, type Trace, walk } from '../mmu/walk';
import { HCR, SCR, SCTLR, TTBCR_EAE } from './control-bits';
import { CoreState } from './state';
import { HIGH_WORD, SLOT } from './sysregs/storage';

/** What the TLBs of PL1 and PL0 need of the machine. */
export interface MmuHost {
  readonly memory: WebAssembly.Memory;
  readonly layout: Layout;
  readonly physical: PhysicalMemory;
}

/** Permissions that an access needs of stage 2. */
const NEEDED: Readonly<Record<Access, number>> = { read: PERMISSION.R0, write: PERMISSION.W0, execute: PERMISSION.X0 };

export class CoreMmu extends CoreState {
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
  readonly stage2 = createStage2();
  readonly tables: Readonly<Record<TlbKind, TlbTable>>;
  /** Of physical memory, and of what stage 2 makes of it. */
  readonly reader: TableReader;
  private readonly nestedReader: TableReader;
  private readonly stage2Cache: Stage2Cache;
  /** The last translation, by `translate` and `fill`. */
  readonly translation = new Translation();
  private readonly second = new Translation();
  /** Linear-memory address of the byte that the last `fill` translated; 0 when no plain memory is there. */
  host = 0;
  /** Its physical address, or −1. */
  pa = -1;
  /** Why the last access failed. */
  readonly fault = new Fault();
  /**
   * The stage 2 whose entries the TLBs of PL1 and PL0 hold, and how often that was another one. A hypervisor may switch
   * to another machine's tables and back without anything being lost: it counts what is current when PL1 or PL0 goes on.
   */
  private held = createStage2();
  private generation = 0;
  private stage2Written = false;

  constructor(
    private readonly mmuHost: MmuHost,
    index: number,
  ) {
    super(mmuHost.memory, mmuHost.layout, index);
    const { layout } = mmuHost;
    const hosts = { first: layout.guest, pages: layout.guestPages };
    const table = (kind: TlbKind): TlbTable => new TlbTable(this.signed, layout.tlb(index, kind), hosts);
    this.tables = Object.fromEntries(TLB_KINDS.map(kind => [kind, table(kind)])) as Record<TlbKind, TlbTable>;
    this.reader = new PhysicalTableReader(mmuHost.physical, this.words);
    this.stage2Cache = new Stage2Cache(this.stage2, this.reader);
    this.nestedReader = new Stage2TableReader(this.stage2, this.stage2Cache, this.reader);
  }

  /** Points generated code to the TLBs of the mode, and empties those that hold what is not valid in it. */
  protected selectTables(): void {
    const { privilege } = this.mode;
    this.regime = privilege === 2 ? this.regimes.hyp : this.secure ? this.regimes.secure : this.regimes.nonsecure;
    // With big-endian data entries have no data tags.
    const bigEndian = this.field(CPU.BIG_ENDIAN);
    const { hyp, pl1, pl0 } = this.tables;
    if (privilege === 2) hyp.claim(bigEndian);
    else {
      // Entries are those of one security state, and of one stage 2.
      if (!this.secure && this.stage2Written) this.holdStage2();
      const mark = (this.secure ? 0 : 4 + 4 * this.generation) | (bigEndian ? 2 : 0);
      pl0.claim(mark);
      if (privilege === 1) pl1.claim(mark);
    }
    const user = privilege === 2 ? hyp : pl0;
    this.setField(CPU.TLB, (privilege === 1 ? pl1 : user).base);
    this.setField(CPU.TLB_USER, user.base);
  }

  private holdStage2(): void {
    this.stage2Written = false;
    const { stage2, held } = this;
    if (sameStage2(stage2, held)) return;
    Object.assign(held, stage2);
    this.generation++;
  }

  /** Rebuilds what walks know of one security state after a write to a register they depend on. Flushes nothing. */
  translationChanged(bank: number): void {
    const regime = bank ? this.regimes.secure : this.regimes.nonsecure;
    const { sys } = this;
    const sctlr = sys[SLOT.SCTLR + bank]!;
    // HCR.DC lets SCTLR.M behave as 0.
    regime.defaultCacheable = bank === 0 && (sys[SLOT.HCR]! & HCR.DC) !== 0;
    regime.enabled = (sctlr & SCTLR.M) !== 0 && !regime.defaultCacheable;
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

  /** The same of Hyp mode's own regime. */
  hypTranslationChanged(): void {
    const { hyp } = this.regimes;
    const { sys } = this;
    const hsctlr = sys[SLOT.HSCTLR]!;
    hyp.enabled = (hsctlr & SCTLR.M) !== 0;
    hyp.writeNeverExecute = (hsctlr & SCTLR.WXN) !== 0;
    hyp.bigEndian = (hsctlr & SCTLR.EE) !== 0;
    hyp.long = true;
    hyp.ttbcr = sys[SLOT.HTCR]! & 7;
    hyp.ttbr0 = sys[SLOT.HTTBR]!;
    hyp.ttbr0High = sys[SLOT.HTTBR + HIGH_WORD]!;
    hyp.mair0 = sys[SLOT.HMAIR0]!;
    hyp.mair1 = sys[SLOT.HMAIR1]!;
  }

  /** The same of stage 2. What is held of another stage 2 goes when PL1 or PL0 is entered. */
  stage2Changed(): void {
    const { stage2, sys } = this;
    const before = { ...stage2 };
    const hcr = sys[SLOT.HCR]!;
    stage2.enabled = (hcr & (HCR.VM | HCR.DC)) !== 0;
    stage2.protectTables = (hcr & HCR.PTW) !== 0;
    stage2.bigEndian = (sys[SLOT.HSCTLR]! & SCTLR.EE) !== 0;
    stage2.vtcr = sys[SLOT.VTCR]!;
    stage2.base = sys[SLOT.VTTBR]!;
    stage2.baseHigh = sys[SLOT.VTTBR + HIGH_WORD]! & 0xff;
    stage2.vmid = (sys[SLOT.VTTBR + HIGH_WORD]! >>> 16) & 0xff;
    if (sameStage2(stage2, before)) return;
    configure(stage2);
    this.stage2Cache.flush();
    this.stage2Written = true;
  }

  /** The ASID of the PL1&0 regime of a security state (B3.10.2). */
  asid(bank: number = this.bank): number {
    const ttbcr = this.sys[SLOT.TTBCR + bank]!;
    if (!(ttbcr & TTBCR_EAE)) return this.sys[SLOT.CONTEXTIDR + bank]! & 0xff;
    const high = this.sys[(ttbcr & (1 << 22) ? SLOT.TTBR1 : SLOT.TTBR0) + HIGH_WORD + bank]!;
    return (high >>> 16) & 0xff;
  }

  /** Stage 1 of a regime alone; its tables lie where stage 2 says, if there is one. */
  walkStage1(regime: Regime, va: number, out: Translation, trace?: Trace): boolean {
    if (regime.name !== 'nonsecure' || !this.stage2.enabled) return walk(regime, va, this.reader, out, trace);
    return walk(regime, va, this.nestedReader, out, trace);
  }

  /**
   * All stages of a regime for one access.
   * @param access undefined: permissions do not matter
   * @returns whether it is permitted; if not, `out` says why (a permission fault too)
   */
  walkAll(regime: Regime, va: number, access: Access | undefined, privileged: boolean, out: Translation, trace?: Trace): boolean {
    if (!this.walkStage1(regime, va, out, trace)) return false;
    if (access !== undefined && !out.allows(access, privileged)) return out.fail('permission', out.level);
    if (regime.name !== 'nonsecure' || !this.stage2.enabled) return true;
    const { second } = this;
    const ipa = out.pa;
    const found = trace ? walkStage2(this.stage2, ipa, this.reader, second, trace) : this.stage2Cache.translate(ipa, access ? NEEDED[access] : 0, second);
    if (!found) return out.failStage2(second.fault || 'translation', second.level, ipa, false);
    if (access !== undefined && !second.allows(access, privileged))
      return out.failStage2('permission', second.level, ipa, false);
    combine(out, second);
    return true;
  } // prettier-ignore

  /**
   * Translates one access in the current regime.
   * @returns the physical address, or −1 with {@link fault} filled
   */
  translate(va: number, access: Access, privileged: boolean): number {
    const { translation } = this;
    if (this.walkAll(this.regime, va, access, privileged, translation)) return translation.pa;
    this.fault.copy(translation, va >>> 0);
    this.fault.write = access === 'write';
    return -1;
  }

  /**
   * Translates one access and, where plain memory lies behind it, enters the page into the TLB of that privilege.
   * Afterwards {@link host} is the linear address of the byte, or 0 for a device at {@link pa}. An access with
   * `host` set may still have to take the slow path again: big-endian data, stores to flash or to predecoded code.
   * @param privileged false: as PL0, which Hyp mode cannot do
   * @returns false with {@link fault} filled when the access is not permitted
   */
  fill(va: number, access: Access, privileged: boolean): boolean {
    const hyp = this.mode.privilege === 2;
    const asPrivileged = privileged || hyp;
    const table = hyp ? this.tables.hyp : privileged ? this.tables.pl1 : this.tables.pl0;
    this.host = 0;
    if (access !== 'execute') {
      this.pa = table.device(va, access === 'write');
      if (this.pa >= 0) return true;
    }
    const pa = this.translate(va, access, asPrivileged);
    this.pa = pa;
    if (pa < 0) return false;
    const { physical } = this.mmuHost;
    const host = physical.hostOf(pa);
    this.host = host;
    if (host === 0) {
      table.insertDevice(va, this.translation, asPrivileged);
      return true;
    }
    const page = host - (va & 0xfff);
    const restrictions =
      (physical.isWritable(page) ? 0 : HOST_PAGE.READ_ONLY) |
      (physical.hasCode(page) ? HOST_PAGE.CODE : 0) |
      (this.field(CPU.BIG_ENDIAN) ? HOST_PAGE.NO_DATA : 0);
    table.insert(va, this.translation, asPrivileged, page, restrictions);
    return true;
  }

  /** Linear address of code at a virtual address, as far as the TLB of the current privilege knows it; else −1. */
  executable(va: number): number {
    const { hyp, pl1, pl0 } = this.tables;
    return [pl0, pl1, hyp][this.mode.privilege]!.lookup(va, TLB.EXEC);
  }

  /** Whether the TLBs of PL1 and PL0 may hold entries of the virtual machine with a VMID; in Secure state there is one. */
  holds(vmid: number): boolean {
    return this.bank === 1 || this.held.vmid === vmid;
  }

  /** Drops all entries of the PL1&0 regime; those of Hyp mode too with `hyp`. */
  tlbFlush(hyp = false): void {
    this.stage2Cache.flush();
    this.tables.pl0.flush();
    this.tables.pl1.flush();
    if (hyp) this.tables.hyp.flush();
  }

  /** Drops the entries of the PL1&0 regime that belong to a VMID. */
  tlbFlushVm(vmid: number): void {
    if (this.stage2.vmid === vmid) this.stage2Cache.flush();
    if (this.holds(vmid)) this.tlbFlush();
  }

  /** Drops the entries of the PL1&0 regime for one virtual address and a VMID, whatever their ASID. */
  tlbFlushPage(va: number, vmid: number): void {
    if (!this.holds(vmid)) return;
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
}
