// One ARMv7-A core outside generated code: translation, interrupts, reset, save and load.
import { CPU, type Layout } from '../codegen/layout';
import type { PhysicalMemory } from '../mmu/physical';
import { HCR, HSTR, SCR, SCTLR } from './control-bits';
import { CoreMmu } from './core-mmu';
import { ExceptionLog } from './exception-log';
import { InterruptLines } from './interrupts';
import { MODE, MODES } from './modes';
import { ExceptionCounts } from './profile/exception-counts';
import { PSR } from './psr';
import { floatingPointAnswer, VFP_VECTORS } from './sysregs/floating-point';
import { isBanked, resetStorage, SLOT, type StoredName } from './sysregs/storage';
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
  /** Whether there are Monitor and Hyp mode, and so a Secure state (Board.cpu.virtualization). Default: true. */
  readonly virtualization?: boolean;
  /**
   * Firmware that HVC calls at PL1, instead of Hyp mode; PC is that of the next instruction. Cores of a machine without
   * it take the architecture's exceptions.
   */
  readonly firmware?: (core: Core) => FirmwareAnswer;
  /** Instructions that the core has executed since power-on, for the performance monitors. */
  instructions(): number;
  readonly log: Log;
}

/** What a core does after a call of firmware: goes on at PC, waits there as in WFI, or has been switched off. */
export type FirmwareAnswer = 'continue' | 'wait' | 'off';

/** How a core starts; all that is not given is as after a reset. */
export interface EntryState {
  readonly pc?: number;
  /** Default: Supervisor mode, A32, everything masked. */
  readonly cpsr?: number;
  /**
   * false: SCR.NS is set, and NSACR opens the FPU, as firmware does before it starts an operating system. Hyp mode
   * (by `cpsr`) needs it.
   */
  readonly secure?: boolean;
  /** r0 and following. */
  readonly registers?: readonly number[];
}

/** What {@link Core.save} returns. Everything a guest can observe; TLBs are not: they are flushed by `load`. */
export interface CoreSnapshot {
  readonly version: 2;
  readonly words: Uint32Array;
  readonly banked: Uint32Array;
  readonly sys: Uint32Array;
  readonly lines: { readonly irq: boolean; readonly fiq: boolean; readonly virq: boolean; readonly vfiq: boolean };
  readonly waiting: boolean;
  readonly off: boolean;
}

const MPIDR_MULTIPROCESSING = 0x80000000;

/** Registers that generated code reads from the state words: [storage of both copies, offset of the current one]. */
const LIVE: readonly (readonly [StoredName, number])[] = [
  ['TPIDRURW', CPU.TPIDRURW],
  ['TPIDRURO', CPU.TPIDRURO],
  ['TPIDRPRW', CPU.TPIDRPRW],
];

export class Core extends CoreMmu {
  /** Interrupt inputs, as levels that the interrupt controller sets. virq and vfiq are for the Non-secure PL1. */
  readonly lines: InterruptLines;
  /** What it has taken since its reset. */
  readonly exceptionLog = new ExceptionLog();
  /** HSTR or HCR traps something that generated code does alone unless it was decoded for that (CodeCache.traps). */
  inlineTraps = false;
  /** All that were taken since the core was made; no state of the guest's. */
  readonly exceptions = new ExceptionCounts();
  /** In WFI (or WFE) until something wakes the core. */
  waiting = false;
  /** Without power: nothing but {@link reset} ends that. */
  off = false;

  constructor(
    readonly env: CoreHost,
    index: number,
  ) {
    super(env, index);
    this.lines = new InterruptLines(this);
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
    this.selectTables();
    const sctlr = this.mode.privilege === 2 ? this.sys[SLOT.HSCTLR]! : this.sys[SLOT.SCTLR + (this.secure ? 1 : 0)]!;
    this.setField(CPU.STRICT, sctlr & SCTLR.A ? 0xffffffff : 0);
    this.updateFpEnabled();
  }

  /** Also to be called when FPSCR is written. */
  updateFpEnabled(): void {
    const fp = floatingPointAnswer(this, false, true) === 'executes';
    this.setField(CPU.FP_ENABLED, fp ? 1 : 0);
    this.setField(CPU.VFP_DATA_ENABLED, fp && (this.field(CPU.FPSCR) & VFP_VECTORS) === 0 ? 1 : 0);
    this.setField(CPU.ASIMD_ENABLED, fp && floatingPointAnswer(this, true, true) === 'executes' ? 1 : 0);
  }

  private switchBank(bank: 0 | 1): void {
    for (const [name, offset] of LIVE) {
      this.sys[SLOT[name] + this.bank] = this.field(offset);
      this.setField(offset, this.sys[SLOT[name] + bank]!);
    }
    this.bank = bank;
  }

  /** Whether controls that Secure software keeps from other software are open: in Secure state, or where there is none. */
  get owner(): boolean {
    return this.secure || this.env.virtualization === false;
  }

  /** Whether traps to Hyp mode concern what executes now: Non-secure PL1 and PL0. */
  get trappable(): boolean {
    return !this.secure && this.mode.privilege < 2;
  }

  /** Back to the state after a reset, and from there to the given entry state. */
  reset(entry: EntryState = {}): void {
    const { words, at } = this;
    const lines = this.field(CPU.LINES);
    words.fill(0, at, at + (CPU.SIZE >> 2));
    this.setField(CPU.LINES, lines); // they are inputs: a reset of the core does not change them
    this.lines.setVirtual(0);
    this.banked.fill(0);
    resetStorage(this.sys);
    this.exceptionLog.clear();
    this.setField(CPU.CPSR, this.mode.number);
    this.bank = 1;
    this.waiting = false;
    this.off = false;
    this.sys[SLOT.VMPIDR] = MPIDR_MULTIPROCESSING | this.index;
    const cpsr = entry.cpsr ?? PSR.A | PSR.I | PSR.F | MODE.svc;
    const { virtualization = true } = this.env;
    if (!virtualization || entry.secure === false) {
      // Firmware that starts software in Hyp mode lets HVC reach it. A core that has one state is like one in Non-secure
      // state that no way leads out of: HVC and SMC are UNDEFINED.
      const hyp = (cpsr & PSR.M) === MODE.hyp;
      this.sys[SLOT.SCR] = SCR.NS | (!virtualization ? SCR.SCD : hyp ? SCR.HCE : 0);
      this.sys[SLOT.NSACR] = 0xc00;
    }
    this.refresh(cpsr);
    entry.registers?.forEach((value, n) => this.setR(n, value));
    this.setField(CPU.PC, entry.pc ?? (this.sys[SLOT.SCTLR + 1]! & SCTLR.V ? 0xffff0000 : 0));
  }

  save(): CoreSnapshot {
    const { words, at } = this;
    return {
      version: 2,
      words: words.slice(at, at + (CPU.SIZE >> 2)),
      banked: this.banked.slice(),
      sys: this.sys.slice(),
      lines: { irq: this.lines.irq, fiq: this.lines.fiq, virq: this.lines.virq, vfiq: this.lines.vfiq },
      waiting: this.waiting,
      off: this.off,
    };
  }

  /** @throws RangeError when the snapshot is of another version or shape. */
  load(snapshot: CoreSnapshot): void {
    if (
      snapshot.version !== 2 ||
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
    this.off = snapshot.off;
    this.bank = this.sys[SLOT.SCR]! & SCR.NS ? 0 : 1;
    // r8 to r14 in the words are those of the mode in the words: no banks to switch.
    this.mode = MODES[this.field(CPU.CPSR) & PSR.M] ?? this.mode;
    this.refresh(this.cpsr);
  }

  /** After a write of HSTR or HCR. */
  trapsChanged(): void {
    this.inlineTraps =
      (this.sys[SLOT.HSTR]! & (HSTR.T7 | HSTR.T13 | HSTR.TJDBX)) !== 0 ||
      (this.sys[SLOT.HCR]! & (HCR.TPC | HCR.TPU)) !== 0;
  }

  /** Rebuilds all that is derived from registers. */
  private refresh(cpsr: number): void {
    this.trapsChanged();
    this.translationChanged(0);
    this.translationChanged(1);
    this.hypTranslationChanged();
    this.stage2Changed();
    this.tlbFlush(true);
    this.setCpsr(cpsr);
  }
}
