// ARM Generic Interrupt Controller version 2 (ARM IHI 0048B) as integrated in the Cortex-A15 (ARM DDI 0438I chapter 8):
// the rules of distributor and CPU interfaces. The register windows are in gicv2-distributor.ts and
// gicv2-cpu-interface.ts, virtual interrupts in gicv2-virtual.ts.
import type { BusTarget, DeviceState, IrqLine, Log, Stateful } from './device';
import { CpuInterfaceWindow } from './gicv2-cpu-interface';
import { DistributorWindow } from './gicv2-distributor';
import { type GicState, initialState, SGIS } from './gicv2-state';
import { VirtualInterface } from './gicv2-virtual';
import { VirtualControlWindow } from './gicv2-virtual-control';
import { VirtualCpuWindow } from './gicv2-virtual-cpu';
import { assignState, cloneState, readState } from './state';

/** What GICC_IAR answers when nothing is to be acknowledged. */
export const SPURIOUS = 1023;
/** What a Secure GICC_IAR read answers for a Group 1 interrupt while GICC_CTLR.AckCtl is 0. */
const OTHER_GROUP = 1022;
/** INTIDs below are banked per core: 0..15 software generated, 16..31 private peripheral interrupts. */
const FIRST_SPI = 32;
/** SGIs 0..15 and PPIs 25..31 exist on a Cortex-A15; INTIDs 16..24 are reserved. */
const PRIVATE = 0xfe00ffff;
/** Five priority bits, so 32 levels; the others read as zero. */
const PRIORITY_BITS = 0xf8;
/** GICC_RPR with no interrupt active. */
const IDLE = 0xff;

/** Bits of GICC_CTLR as Secure software sees it. */
export const CONTROL = {
  ENABLE_GROUP0: 1 << 0,
  ENABLE_GROUP1: 1 << 1,
  ACK_CTL: 1 << 2,
  FIQ_ENABLE: 1 << 3,
  COMMON_BPR: 1 << 4,
  EOI_MODE_SECURE: 1 << 9,
  EOI_MODE_NON_SECURE: 1 << 10,
} as const;

export interface GicPorts {
  readonly log: Log;
  /** nIRQ and nFIQ of a core; high means asserted. */
  irq(core: number): IrqLine;
  fiq(core: number): IrqLine;
  /** Virtual IRQ and FIQ of a core, for what runs at its Non-secure PL1 and PL0. */
  virq(core: number): IrqLine;
  vfiq(core: number): IrqLine;
}

export interface GicOptions {
  /** 1..8. */
  readonly cores: number;
  /** INTIDs, private ones included: a multiple of 32 up to 1020. */
  readonly interrupts: number;
  /** INTID of the maintenance interrupt, a private one. */
  readonly maintenance: number;
  /** Whether it tells Secure accesses from others; without, all software has what Secure software has. Default: true. */
  readonly security?: boolean;
  /** What the bits of absent cores in GICD_ITARGETSR are: as the manual says (IHI 0048B 4.3.12), or storage. Default: raz/wi. */
  readonly absentTargets?: 'raz/wi' | 'stored';
}

export class Gicv2 implements Stateful {
  readonly cores: number;
  /** Words of 32 INTIDs. */
  readonly words: number;
  /** Has the Security Extensions (IHI 0048B 1.1.2). */
  readonly security: boolean;
  /** Bits of a GICD_ITARGETSR byte that are kept. */
  readonly targetable: number;
  readonly log: Log;
  readonly state: GicState;
  readonly virtual: VirtualInterface;
  private readonly initial: GicState;
  /** By core and word: the INTIDs that can go to that core. Follows from `targets`. */
  private readonly routed: Uint32Array;
  /** By core: the highest priority pending interrupt and its priority. */
  private readonly best: Uint16Array;
  private readonly bestPriority: Uint16Array;
  /** By core: that interrupt if it is enabled and urgent enough to be signalled, else {@link SPURIOUS}. */
  private readonly signalled: Uint16Array;
  private readonly irqLines: IrqLine[];
  private readonly fiqLines: IrqLine[];

  constructor(
    readonly name: string,
    ports: GicPorts,
    options: GicOptions,
  ) {
    const { cores, interrupts, maintenance, security = true, absentTargets = 'raz/wi' } = options;
    this.cores = cores;
    this.security = security;
    this.targetable = absentTargets === 'stored' ? 0xff : (1 << cores) - 1;
    this.words = interrupts / 32;
    this.log = ports.log;
    this.initial = initialState(cores, this.words);
    this.state = cloneState(this.initial);
    this.routed = new Uint32Array(cores * this.words);
    this.best = new Uint16Array(cores).fill(SPURIOUS);
    this.bestPriority = new Uint16Array(cores);
    this.signalled = new Uint16Array(cores).fill(SPURIOUS);
    this.irqLines = Array.from({ length: cores }, (_, core) => ports.irq(core));
    this.fiqLines = Array.from({ length: cores }, (_, core) => ports.fiq(core));
    this.virtual = new VirtualInterface(name, cores, {
      virq: core => ports.virq(core),
      vfiq: core => ports.vfiq(core),
      maintenance: core => this.line(maintenance, core),
      deactivate: (core, intid) => this.deactivateForGuest(core, intid),
    });
    this.route();
  }

  /** The distributor as one core sees it, from one security state. */
  distributor(core: number, secure: boolean): BusTarget {
    return new DistributorWindow(this, core, secure || !this.security);
  }

  /** A core's CPU interface, as seen from one security state. */
  cpuInterface(core: number, secure: boolean): BusTarget {
    return new CpuInterfaceWindow(this, core, secure || !this.security);
  }

  /** The virtual interface control block as one core sees it: its own registers, then those of all cores. */
  virtualControl(core: number): BusTarget {
    return new VirtualControlWindow(this.name, this.virtual, this.cores, core, this.log);
  }

  /** A core's virtual CPU interface. */
  virtualCpu(core: number): BusTarget {
    return new VirtualCpuWindow(this.name, this.virtual, core, this.log);
  }

  /**
   * An input of the distributor. PPIs (INTID 16..31) belong to a core, SPIs (32..) to all.
   * @throws RangeError for an INTID that has no input on this controller: a mistake in the board's data.
   */
  line(intid: number, core = 0): IrqLine {
    const exists = intid < FIRST_SPI ? ((PRIVATE & ~SGIS) >>> intid) & 1 : intid < this.words * 32;
    if (!exists || core >= this.cores)
      throw new RangeError(`${this.name}: no input for INTID ${intid} of core ${core}`);
    const w = this.word(core, intid >>> 5);
    const bit = 1 << (intid & 31);
    return {
      set: high => {
        const { level, edge, latched } = this.state;
        if (((level[w]! & bit) !== 0) === high) return;
        if (high) {
          level[w]! |= bit;
          if (edge[w]! & bit) latched[w]! |= bit;
        } else level[w]! &= ~bit;
        this.update();
      },
    };
  }

  /**
   * What a Secure boot monitor does before it enters Non-secure state: all interrupts to Group 1, and a priority mask
   * that lets Non-secure software set its own (GICC_PMR writes are ignored while the mask is below 0x80).
   */
  handOverToNonSecure(): void {
    if (!this.security) return;
    this.state.group.fill(0xffffffff);
    this.state.priorityMask.fill(PRIORITY_BITS);
    this.update();
  }

  reset(): void {
    const { level } = this.state;
    const inputs = level.slice();
    assignState(this.state, this.initial);
    level.set(inputs); // inputs are driven from outside
    this.virtual.reset(); // and with it the maintenance interrupts, which are inputs from inside
    this.settle();
  }

  save(): DeviceState {
    return { version: 2, state: cloneState(this.state), virtual: this.virtual.save() };
  }

  /** Version 1 had no virtual interface. */
  load(saved: DeviceState): void {
    if (saved.version !== 1 && saved.version !== 2)
      throw new RangeError(`${this.name}: snapshot version ${saved.version} is not 1 or 2`);
    const state = readState(this.name, this.initial, saved['state']);
    this.virtual.load(saved['virtual']);
    assignState(this.state, state); // last: it has the levels of the maintenance interrupts
    this.settle();
  }

  private settle(): void {
    this.route();
    for (let core = 0; core < this.cores; core++) this.updateCore(core);
  }

  /** Index of the bits of INTIDs n*32.. in the bit arrays: the first word is banked per core. */
  word(core: number, n: number): number {
    return n === 0 ? core : this.cores + n - 1;
  }

  /** INTIDs n*32.. that exist and that this security state may see: Group 0 is hidden from Non-secure accesses. */
  visible(core: number, n: number, secure: boolean): number {
    if (n >= this.words) return 0;
    const exists = n === 0 ? PRIVATE : 0xffffffff;
    return (secure ? exists : exists & this.state.group[this.word(core, n)]!) >>> 0;
  }

  private priorityIndex(core: number, intid: number): number {
    return intid < FIRST_SPI ? core * 32 + intid : (this.cores - 1) * 32 + intid;
  }

  /** Priority 0 (highest) .. 0xf8. */
  priority(core: number, intid: number): number {
    return this.state.priority[this.priorityIndex(core, intid)]!;
  }

  setPriority(core: number, intid: number, priority: number): void {
    this.state.priority[this.priorityIndex(core, intid)] = priority & PRIORITY_BITS;
  }

  isGroup1(core: number, intid: number): boolean {
    return ((this.state.group[this.word(core, intid >>> 5)]! >>> (intid & 31)) & 1) === 1;
  }

  /** Level-sensitive inputs are pending while high; edges and software latch. */
  pending(w: number): number {
    const { latched, level, edge } = this.state;
    return (latched[w]! | (level[w]! & ~edge[w]!)) >>> 0;
  }

  /** Rebuilds what follows from GICD_ITARGETSR. With one core everything goes to it (IHI 0048B 4.3.12). */
  route(): void {
    const { routed, cores, words } = this;
    routed.fill(cores === 1 ? 0xffffffff : 0);
    for (let core = 0; core < cores; core++) routed[core * words] = PRIVATE;
    if (cores === 1) return;
    for (let intid = FIRST_SPI; intid < words * 32; intid++) {
      const targets = this.state.targets[intid]!;
      for (let core = 0; core < cores; core++) {
        if ((targets >>> core) & 1) routed[core * words + (intid >>> 5)]! |= 1 << (intid & 31);
      }
    }
  }

  /** Makes an SGI pending on `target`, requested by core `source`. */
  sendSgi(target: number, sgi: number, source: number): void {
    this.state.sgiSources[target * 16 + sgi]! |= 1 << source;
    this.state.latched[target]! |= 1 << sgi;
  }

  clearSgi(target: number, sgi: number, sources: number): void {
    const left = this.state.sgiSources[target * 16 + sgi]! & ~sources;
    this.state.sgiSources[target * 16 + sgi] = left;
    if (left === 0) this.state.latched[target]! &= ~(1 << sgi);
  }

  /** Recomputes all outputs after a change of any state. */
  update(): void {
    for (let core = 0; core < this.cores; core++) this.updateCore(core);
  }

  private updateCore(core: number): void {
    const { state, words } = this;
    const { enabled, active, group, control } = state;
    const forward0 = state.distributorControl & 1 ? 0xffffffff : 0;
    const forward1 = state.distributorControl & 2 ? 0xffffffff : 0;
    let best = SPURIOUS;
    let bestPriority = 0x100;
    for (let n = 0; n < words; n++) {
      const w = this.word(core, n);
      const forwarded = (group[w]! & forward1) | (~group[w]! & forward0);
      let ready = this.pending(w) & enabled[w]! & ~active[w]! & forwarded & this.routed[core * words + n]!;
      while (ready !== 0) {
        const bit = 31 - Math.clz32(ready & -ready);
        ready &= ready - 1;
        const priority = this.priority(core, n * 32 + bit);
        if (priority < bestPriority) {
          best = n * 32 + bit;
          bestPriority = priority;
        }
      }
    }
    this.best[core] = best;
    this.bestPriority[core] = bestPriority;

    let irq = false;
    let fiq = false;
    if (best !== SPURIOUS) {
      const group1 = this.isGroup1(core, best);
      const enable = group1 ? CONTROL.ENABLE_GROUP1 : CONTROL.ENABLE_GROUP0;
      const preempts = (bestPriority & this.groupPriorityMask(core, group1)) < this.runningPriority(core);
      if (control[core]! & enable && bestPriority < state.priorityMask[core]! && preempts) {
        fiq = !group1 && (control[core]! & CONTROL.FIQ_ENABLE) !== 0;
        irq = !fiq;
      }
    }
    this.signalled[core] = irq || fiq ? best : SPURIOUS;
    this.irqLines[core]!.set(irq);
    this.fiqLines[core]!.set(fiq);
  }

  /** Whether a core would hear of some interrupt that a device raises: enabled, forwarded, and its interface open. */
  canSignal(core: number): boolean {
    const { state, words } = this;
    const { enabled, group, control, distributorControl } = state;
    if (state.priorityMask[core] === 0) return false;
    const open = (bit: number, enable: number): number =>
      distributorControl & bit && control[core]! & enable ? 0xffffffff : 0;
    const open0 = open(1, CONTROL.ENABLE_GROUP0);
    const open1 = open(2, CONTROL.ENABLE_GROUP1);
    for (let n = 0; n < words; n++) {
      const w = this.word(core, n);
      const forwarded = (group[w]! & open1) | (~group[w]! & open0);
      const ready = enabled[w]! & forwarded & this.routed[core * words + n]!;
      if ((n === 0 ? ready & ~SGIS : ready) !== 0) return true;
    }
    return false;
  }

  /** The part of a priority that decides preemption (IHI 0048B 3.3.3 and tables 3-2, 3-3). */
  private groupPriorityMask(core: number, group1: boolean): number {
    const { control, binaryPoint, aliasedBinaryPoint } = this.state;
    return group1 && !(control[core]! & CONTROL.COMMON_BPR)
      ? (0xff << aliasedBinaryPoint[core]!) & 0xff
      : (0xfe << binaryPoint[core]!) & 0xff;
  }

  /** The group priority of the most urgent active interrupt, or 0xff. */
  runningPriority(core: number): number {
    const set = this.state.activePriorities[core]! | this.state.activePriorities1[core]!;
    return set === 0 ? IDLE : (31 - Math.clz32(set & -set)) << 3;
  }

  /**
   * The highest priority pending interrupt of a core as a read of GICC_HPPIR (or its alias) reports it.
   * @param group1Only the access is Non-secure or to the alias.
   */
  highestPending(core: number, group1Only: boolean): number {
    return this.answer(core, this.best[core]!, group1Only);
  }

  /** Whether and how an interrupt shows in IAR and HPPIR: the INTID with the CPUID of an SGI, or a special INTID. */
  private answer(core: number, intid: number, group1Only: boolean): number {
    if (intid === SPURIOUS) return SPURIOUS;
    const group1 = this.isGroup1(core, intid);
    if (group1Only) {
      if (!group1) return SPURIOUS;
    } else if (group1 && !(this.state.control[core]! & CONTROL.ACK_CTL)) return OTHER_GROUP;
    if (intid >= 16) return intid;
    const sources = this.state.sgiSources[core * 16 + intid]!;
    return intid | ((31 - Math.clz32(sources & -sources)) << 10);
  }

  /** A read of GICC_IAR, or of GICC_AIAR with `group1Only`: acknowledges what it answers. */
  acknowledge(core: number, group1Only: boolean): number {
    const intid = this.signalled[core]!;
    const answer = this.answer(core, intid, group1Only);
    if (answer === SPURIOUS || answer === OTHER_GROUP) return answer;
    const { state } = this;
    const w = this.word(core, intid >>> 5);
    const bit = 1 << (intid & 31);
    const group1 = this.isGroup1(core, intid);
    if (intid < 16) this.clearSgi(core, intid, 1 << (answer >>> 10));
    else state.latched[w]! &= ~bit;
    state.active[w]! |= bit;
    const level = (this.bestPriority[core]! & this.groupPriorityMask(core, group1)) >>> 3;
    (group1 ? state.activePriorities1 : state.activePriorities)[core]! |= 1 << level;
    this.update();
    return answer;
  }

  /**
   * A write to GICC_EOIR, or to GICC_AEOIR with `group1Only`: drops the running priority and, without EOImode,
   * deactivates. Group 0 is out of reach of Non-secure software; Secure software reaches Group 1 with AckCtl set.
   */
  endOfInterrupt(core: number, value: number, secure: boolean, group1Only: boolean): void {
    const intid = value & 0x3ff;
    if (intid >= this.words * 32) return;
    const { state } = this;
    const group1 = this.isGroup1(core, intid);
    const control = state.control[core]!;
    if (group1Only ? !group1 : group1 && !(control & CONTROL.ACK_CTL)) return;
    const priorities = group1 ? state.activePriorities1 : state.activePriorities;
    priorities[core]! &= priorities[core]! - 1;
    const split = secure ? CONTROL.EOI_MODE_SECURE : CONTROL.EOI_MODE_NON_SECURE;
    if (!(control & split)) state.active[this.word(core, intid >>> 5)]! &= ~(1 << (intid & 31));
    this.update();
  }

  /** A write to GICC_DIR: deactivates, where EOImode has left that to it. */
  deactivate(core: number, value: number, secure: boolean): void {
    const intid = value & 0x3ff;
    const split = secure ? CONTROL.EOI_MODE_SECURE : CONTROL.EOI_MODE_NON_SECURE;
    if (intid >= this.words * 32 || !(this.state.control[core]! & split)) return;
    if (!secure && !this.isGroup1(core, intid)) return;
    this.clearActive(core, intid);
  }

  /**
   * Deactivates the physical interrupt of a guest's: as a Non-secure write to GICC_DIR by the same core, so Group 0 is
   * out of reach (IHI 0048B 5.3, GICH_LRn.HW). SGIs have no physical side; the architecture leaves that case open.
   */
  private deactivateForGuest(core: number, intid: number): void {
    if (intid >= 16 && intid < this.words * 32 && this.isGroup1(core, intid)) this.clearActive(core, intid);
  }

  private clearActive(core: number, intid: number): void {
    this.state.active[this.word(core, intid >>> 5)]! &= ~(1 << (intid & 31));
    this.update();
  }
}
