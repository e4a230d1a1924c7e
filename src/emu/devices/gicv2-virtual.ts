// Virtualization of a GICv2 (ARM IHI 0048B chapter 5) as integrated in the Cortex-A15 (ARM DDI 0438I 8.3.5 to 8.3.8):
// list registers, and how a guest's accesses to its virtual CPU interface change them. The register windows are in
// gicv2-virtual-control.ts and gicv2-virtual-cpu.ts. Nothing here runs when a physical interrupt changes.
import type { IrqLine } from './device';
import {
  HCR,
  HCR_BITS,
  initialVirtualState,
  LEAST_ABPR,
  LEAST_BPR,
  LIST_REGISTERS,
  LR,
  LR_BITS,
  LR_STATE,
  MISR_EOI,
  ONE_EOI,
  priorityOf,
  type VirtualState,
  VM_CONTROL,
  VM_CONTROL_BITS,
} from './gicv2-virtual-state';
import { assignState, cloneState, readState } from './state';

const SPURIOUS = 1023;
/** What GICV_IAR answers for a Group 1 interrupt while GICV_CTLR.AckCtl is 0. */
const OTHER_GROUP = 1022;
/** INTIDs from here on are special, never those of an interrupt. */
const FIRST_SPECIAL = 1020;
const INTID = 0x3ff;
/** An INTID with the CPUID above it, as software sees an SGI. */
const SGI_FIELDS = 0x1fff;
/** GICV_RPR with no interrupt active. */
const IDLE = 0xff;
/** In place of a list register's number. */
const NONE = LIST_REGISTERS;

export interface VirtualPorts {
  /** Virtual IRQ and FIQ of a core; high means asserted. */
  virq(core: number): IrqLine;
  vfiq(core: number): IrqLine;
  /** The maintenance interrupt of a core, level-sensitive. */
  maintenance(core: number): IrqLine;
  /** Deactivates a physical interrupt as a Non-secure write to GICC_DIR does. */
  deactivate(core: number, intid: number): void;
}

/** The virtual interfaces of all cores. Cores are numbers below `cores`, list registers below {@link LIST_REGISTERS}. */
export class VirtualInterface {
  readonly state: VirtualState;
  private readonly initial: VirtualState;
  /** By core: the list register with the highest priority pending interrupt, or {@link NONE}. */
  private readonly best: Uint8Array;
  /** By core: whether mask and running priority let that interrupt through. */
  private readonly urgent: Uint8Array;
  private readonly virqLines: IrqLine[];
  private readonly vfiqLines: IrqLine[];
  private readonly maintenanceLines: IrqLine[];

  constructor(
    private readonly name: string,
    private readonly cores: number,
    private readonly ports: VirtualPorts,
  ) {
    const each = <T>(make: (core: number) => T): T[] => Array.from({ length: cores }, (_, core) => make(core));
    this.initial = initialVirtualState(cores);
    this.state = cloneState(this.initial);
    this.best = new Uint8Array(cores).fill(NONE);
    this.urgent = new Uint8Array(cores);
    this.virqLines = each(core => ports.virq(core));
    this.vfiqLines = each(core => ports.vfiq(core));
    this.maintenanceLines = each(core => ports.maintenance(core));
  }

  reset(): void {
    assignState(this.state, this.initial);
    this.settle();
  }

  /** State of all cores, a part of the snapshot of the whole controller. */
  save(): VirtualState {
    return cloneState(this.state);
  }

  /**
   * Takes what {@link save} gave; `undefined`, from a snapshot without virtualization, is the state after reset.
   * @throws RangeError naming the field that is malformed.
   */
  load(saved: unknown): void {
    assignState(this.state, readState(this.name, this.initial, saved));
    this.settle();
  }

  private settle(): void {
    for (let core = 0; core < this.cores; core++) this.update(core);
  }

  /** Recomputes a core's outputs after a change of its state. */
  private update(core: number): void {
    const { hypervisorControl, machineControl, list } = this.state;
    let best = NONE;
    let bestPriority = 0x100;
    for (let n = 0; n < LIST_REGISTERS; n++) {
      const lr = list[core * LIST_REGISTERS + n]!;
      // An active and pending interrupt waits for its deactivation.
      if ((lr & LR_STATE) !== LR.PENDING || priorityOf(lr) >= bestPriority) continue;
      best = n;
      bestPriority = priorityOf(lr);
    }
    const control = machineControl[core]!;
    const enabled = (hypervisorControl[core]! & HCR.EN) !== 0;
    let irq = false;
    let fiq = false;
    let urgent = false;
    if (best !== NONE) {
      const group1 = this.isGroup1(core, best);
      const enable = group1 ? VM_CONTROL.ENABLE_GROUP1 : VM_CONTROL.ENABLE_GROUP0;
      const preempts = (bestPriority & this.groupPriorityMask(core, group1)) < this.runningPriority(core);
      urgent = bestPriority < this.priorityMask(core) && preempts;
      if (enabled && urgent && control & enable) {
        fiq = !group1 && (control & VM_CONTROL.FIQ_ENABLE) !== 0;
        irq = !fiq;
      }
    }
    this.best[core] = best;
    this.urgent[core] = urgent ? 1 : 0;
    this.virqLines[core]!.set(irq);
    this.vfiqLines[core]!.set(fiq);
    this.maintenanceLines[core]!.set(enabled && this.maintenanceStatus(core) !== 0);
  }

  private isGroup1(core: number, n: number): boolean {
    return (this.listRegister(core, n) & LR.GROUP1) !== 0;
  }

  /** The part of a priority that decides preemption (IHI 0048B 3.3.3 and tables 3-2, 3-3). */
  private groupPriorityMask(core: number, group1: boolean): number {
    const control = this.state.machineControl[core]!;
    return group1 && !(control & VM_CONTROL.COMMON_BPR)
      ? (0xff << this.aliasedBinaryPoint(core)) & 0xff
      : (0xfe << this.binaryPoint(core)) & 0xff;
  }

  // What a hypervisor sees (IHI 0048B 5.3).

  hypervisorControl(core: number): number {
    return this.state.hypervisorControl[core]!;
  }

  setHypervisorControl(core: number, value: number): void {
    this.state.hypervisorControl[core] = value & HCR_BITS;
    this.update(core);
  }

  machineControl(core: number): number {
    return this.state.machineControl[core]!;
  }

  setMachineControl(core: number, value: number): void {
    const binaryPoint = Math.max((value >>> 21) & 7, LEAST_BPR);
    const aliased = Math.max((value >>> 18) & 7, LEAST_ABPR);
    this.state.machineControl[core] =
      (value & 0xf8000000) | (binaryPoint << 21) | (aliased << 18) | (value & VM_CONTROL_BITS);
    this.update(core);
  }

  /** GICH_MISR. It shows what would interrupt whether or not GICH_HCR.En lets it. */
  maintenanceStatus(core: number): number {
    const hcr = this.state.hypervisorControl[core]!;
    const control = this.state.machineControl[core]!;
    let valid = 0;
    let pending = 0;
    for (let n = 0; n < LIST_REGISTERS; n++) {
      const state = this.listRegister(core, n) & LR_STATE;
      if (state !== 0) valid++;
      if (state === LR.PENDING) pending++;
    }
    let status = 0;
    if (valid <= 1) status |= HCR.UIE;
    if (hcr >>> 27 !== 0) status |= HCR.LRENPIE;
    if (pending === 0) status |= HCR.NPIE;
    status |= control & VM_CONTROL.ENABLE_GROUP0 ? HCR.VGRP0EIE : HCR.VGRP0DIE;
    status |= control & VM_CONTROL.ENABLE_GROUP1 ? HCR.VGRP1EIE : HCR.VGRP1DIE;
    return (status & hcr) | (this.ended(core) !== 0 ? MISR_EOI : 0);
  }

  /** GICH_EISR0: list registers whose interrupt has ended and asked for a maintenance interrupt then. */
  ended(core: number): number {
    let bits = 0;
    for (let n = 0; n < LIST_REGISTERS; n++) {
      if ((this.listRegister(core, n) & (LR_STATE | LR.HW | LR.EOI)) === LR.EOI) bits |= 1 << n;
    }
    return bits;
  }

  /** GICH_ELSR0: list registers that can be used again, with nothing to be told about them. */
  empty(core: number): number {
    let bits = 0;
    for (let n = 0; n < LIST_REGISTERS; n++) {
      if ((this.listRegister(core, n) & LR_STATE) === 0) bits |= 1 << n;
    }
    return bits & ~this.ended(core);
  }

  activePriorities(core: number): number {
    return this.state.activePriorities[core]!;
  }

  setActivePriorities(core: number, value: number): void {
    this.state.activePriorities[core] = value;
    this.update(core);
  }

  listRegister(core: number, n: number): number {
    return this.state.list[core * LIST_REGISTERS + n]!;
  }

  setListRegister(core: number, n: number, value: number): void {
    this.state.list[core * LIST_REGISTERS + n] = value & LR_BITS;
    this.update(core);
  }

  // What a guest sees (IHI 0048B 5.5). Its control, mask and binary points are fields of GICH_VMCR.

  priorityMask(core: number): number {
    return (this.state.machineControl[core]! >>> 24) & 0xf8;
  }

  binaryPoint(core: number): number {
    return (this.state.machineControl[core]! >>> 21) & 7;
  }

  aliasedBinaryPoint(core: number): number {
    return (this.state.machineControl[core]! >>> 18) & 7;
  }

  /** The group priority of the most urgent active interrupt, or 0xff. */
  runningPriority(core: number): number {
    const set = this.state.activePriorities[core]!;
    return set === 0 ? IDLE : (31 - Math.clz32(set & -set)) << 3;
  }

  /** GICV_HPPIR: the highest priority pending interrupt, whether or not it is signalled. */
  highestPending(core: number): number {
    return this.answer(core, this.best[core]!, false);
  }

  /** GICV_AHPPIR: the same among Group 1 interrupts that mask and running priority let through. */
  aliasedHighestPending(core: number): number {
    return this.urgent[core] ? this.answer(core, this.best[core]!, true) : SPURIOUS;
  }

  /** How the interrupt of list register `n` shows: its INTID with the CPUID of an SGI, or a special INTID. */
  private answer(core: number, n: number, aliased: boolean): number {
    if (n === NONE) return SPURIOUS;
    const lr = this.listRegister(core, n);
    if (aliased) {
      if (!(lr & LR.GROUP1)) return SPURIOUS;
    } else if (lr & LR.GROUP1 && !(this.state.machineControl[core]! & VM_CONTROL.ACK_CTL)) return OTHER_GROUP;
    return lr & (lr & LR.HW ? INTID : SGI_FIELDS); // with HW the bits above are of the physical INTID
  }

  /** A read of GICV_IAR, or of GICV_AIAR with `aliased`: activates what it answers. */
  acknowledge(core: number, aliased: boolean): number {
    const { hypervisorControl, machineControl, list, activePriorities } = this.state;
    const n = this.best[core]!;
    if (!this.urgent[core] || !(hypervisorControl[core]! & HCR.EN)) return SPURIOUS;
    const group1 = this.isGroup1(core, n);
    if (!(machineControl[core]! & (group1 ? VM_CONTROL.ENABLE_GROUP1 : VM_CONTROL.ENABLE_GROUP0))) return SPURIOUS;
    const answer = this.answer(core, n, aliased);
    if (answer === SPURIOUS || answer === OTHER_GROUP) return answer;
    const lr = this.listRegister(core, n);
    list[core * LIST_REGISTERS + n] = (lr & ~LR_STATE) | LR.ACTIVE;
    activePriorities[core]! |= 1 << ((priorityOf(lr) & this.groupPriorityMask(core, group1)) >>> 3);
    this.update(core);
    return answer;
  }

  /**
   * A write to GICV_EOIR, or to GICV_AEOIR with `aliased`: drops the running priority and, without EOImode,
   * deactivates. GICH_HCR.EOICount counts those that dropped a priority and are in no list register. An interrupt of the
   * other group (for GICV_EOIR: of Group 1 without AckCtl) is left alone; the architecture leaves that case open.
   */
  endOfInterrupt(core: number, value: number, aliased: boolean): void {
    if ((value & INTID) >= FIRST_SPECIAL) return;
    const { machineControl, activePriorities } = this.state;
    const control = machineControl[core]!;
    const n = this.activeEntry(core, value);
    if (n !== NONE) {
      const group1 = this.isGroup1(core, n);
      if (aliased ? !group1 : group1 && !(control & VM_CONTROL.ACK_CTL)) return;
    }
    const active = activePriorities[core]!;
    activePriorities[core] = active & (active - 1);
    if (!(control & VM_CONTROL.EOI_MODE)) {
      if (n !== NONE) this.finish(core, n);
      else if (active !== 0) this.countEoi(core);
    }
    this.update(core);
  }

  /** A write to GICV_DIR: deactivates, where EOImode has left that to it. */
  deactivate(core: number, value: number): void {
    if ((value & INTID) >= FIRST_SPECIAL || !(this.state.machineControl[core]! & VM_CONTROL.EOI_MODE)) return;
    const n = this.activeEntry(core, value);
    if (n !== NONE) this.finish(core, n);
    else this.countEoi(core);
    this.update(core);
  }

  /** The list register in which the interrupt that a guest names is active. SGIs of different cores are different ones. */
  private activeEntry(core: number, value: number): number {
    const named = value & INTID;
    for (let n = 0; n < LIST_REGISTERS; n++) {
      const lr = this.listRegister(core, n);
      if (!(lr & LR.ACTIVE)) continue;
      const fields = named < 16 && !(lr & LR.HW) ? SGI_FIELDS : INTID;
      if ((lr & fields) === (value & fields)) return n;
    }
    return NONE;
  }

  private finish(core: number, n: number): void {
    const lr = this.listRegister(core, n);
    this.state.list[core * LIST_REGISTERS + n] = lr & ~LR.ACTIVE;
    if (lr & LR.HW) this.ports.deactivate(core, (lr >>> 10) & INTID);
  }

  /** Five bits, which wrap. */
  private countEoi(core: number): void {
    this.state.hypervisorControl[core]! += ONE_EOI;
  }
}
