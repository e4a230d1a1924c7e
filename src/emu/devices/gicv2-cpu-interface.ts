// Registers of a GICv2 CPU interface (ARM IHI 0048B section 4.4) as seen from one security state.
import { CONTROL, type Gicv2 } from './gicv2';
import { defineRegisters } from './registers';
import { RegisterWindow } from './register-device';

/** Least values of GICC_BPR and GICC_ABPR with 32 preemption levels (DDI 0438I table 8-10). */
const LEAST_BPR = 2;
const LEAST_ABPR = 3;
/** Implemented bits of GICC_CTLR, and where Non-secure software finds those that are its own: bit, Non-secure bit. */
const CONTROL_BITS = 0x7ff;
const NON_SECURE_CONTROL = [
  [1, 0], // EnableGrp1
  [7, 5], // FIQBypDisGrp1
  [8, 6], // IRQBypDisGrp1
  [10, 9], // EOImodeNS
] as const;

const REGISTERS = defineRegisters<CpuInterfaceWindow>('ignore')({
  GICC_CTLR: {
    at: 0x0000,
    stored: false,
    bits: {
      EnableGrp0: 0,
      EnableGrp1: 1,
      AckCtl: 2,
      FIQEn: 3,
      CBPR: 4,
      FIQBypDisGrp0: 5,
      IRQBypDisGrp0: 6,
      FIQBypDisGrp1: 7,
      IRQBypDisGrp1: 8,
      EOImodeS: 9,
      EOImodeNS: 10,
    },
    read: d => d.control(),
    write: (d, value) => d.setControl(value),
  },
  GICC_PMR: { at: 0x0004, stored: false, read: d => d.mask(), write: (d, value) => d.setMask(value) },
  GICC_BPR: { at: 0x0008, stored: false, read: d => d.binaryPoint(), write: (d, value) => d.setBinaryPoint(value) },
  GICC_IAR: {
    at: 0x000c,
    access: 'ro',
    stored: false,
    destructive: true,
    bits: { CPUID: [12, 10], INTID: [9, 0] },
    read: d => d.gic.acknowledge(d.core, !d.secure),
  },
  GICC_EOIR: {
    at: 0x0010,
    access: 'wo',
    stored: false,
    bits: { CPUID: [12, 10], INTID: [9, 0] },
    write: (d, value) => d.gic.endOfInterrupt(d.core, value, d.secure, !d.secure),
  },
  GICC_RPR: { at: 0x0014, access: 'ro', stored: false, read: d => d.runningPriority() },
  GICC_HPPIR: {
    at: 0x0018,
    access: 'ro',
    stored: false,
    bits: { CPUID: [12, 10], INTID: [9, 0] },
    read: d => d.gic.highestPending(d.core, !d.secure),
  },
  GICC_ABPR: {
    at: 0x001c,
    stored: false,
    about: 'the Non-secure GICC_BPR, Secure accesses only',
    read: d => (d.secure ? d.gic.state.aliasedBinaryPoint[d.core]! : 0),
    write: (d, value) => d.setAliasedBinaryPoint(value),
  },
  GICC_AIAR: {
    at: 0x0020,
    access: 'ro',
    stored: false,
    destructive: true,
    about: 'the Non-secure GICC_IAR, Secure accesses only',
    read: d => (d.secure ? d.gic.acknowledge(d.core, true) : 0),
  },
  GICC_AEOIR: {
    at: 0x0024,
    access: 'wo',
    stored: false,
    write: (d, value) => {
      if (d.secure) d.gic.endOfInterrupt(d.core, value, true, true);
    },
  },
  GICC_AHPPIR: {
    at: 0x0028,
    access: 'ro',
    stored: false,
    read: d => (d.secure ? d.gic.highestPending(d.core, true) : 0),
  },
  GICC_APR0: {
    at: 0x00d0,
    stored: false,
    about: 'active group priorities; Non-secure software sees the upper half of GICC_NSAPR0',
    read: d => d.activePriorities(),
    write: (d, value) => d.setActivePriorities(value),
  },
  GICC_APR1: { at: 0x00d4, count: 3, access: 'raz', about: 'for more than 32 preemption levels' },
  GICC_NSAPR0: {
    at: 0x00e0,
    stored: false,
    about: 'active group priorities of Group 1, Secure accesses only',
    read: d => (d.secure ? d.gic.state.activePriorities1[d.core]! : 0),
    write: (d, value) => d.setActivePriorities1(value),
  },
  GICC_NSAPR1: { at: 0x00e4, count: 3, access: 'raz', about: 'for more than 32 preemption levels' },
  GICC_IIDR: { at: 0x00fc, access: 'const', reset: 0x0002043b, about: 'GICv2 of ARM' },
  GICC_DIR: {
    at: 0x1000,
    access: 'wo',
    stored: false,
    bits: { CPUID: [12, 10], INTID: [9, 0] },
    write: (d, value) => d.gic.deactivate(d.core, value, d.secure),
  },
});

export class CpuInterfaceWindow extends RegisterWindow {
  constructor(
    readonly gic: Gicv2,
    readonly core: number,
    readonly secure: boolean,
  ) {
    super(`${gic.name} cpu interface ${core}`, REGISTERS, gic.log);
  }

  control(): number {
    const control = this.gic.state.control[this.core]!;
    if (this.secure) return control;
    let view = 0;
    for (const [bit, at] of NON_SECURE_CONTROL) view |= ((control >>> bit) & 1) << at;
    return view;
  }

  setControl(value: number): void {
    const { control } = this.gic.state;
    if (this.secure)
      control[this.core] = value & CONTROL_BITS & (this.gic.security ? -1 : ~CONTROL.EOI_MODE_NON_SECURE);
    else {
      for (const [bit, at] of NON_SECURE_CONTROL) {
        control[this.core] = (control[this.core]! & ~(1 << bit)) | (((value >>> at) & 1) << bit);
      }
    }
    this.gic.update();
  }

  /** Non-secure software sees masks of the lower half only, shifted up. */
  mask(): number {
    const mask = this.gic.state.priorityMask[this.core]!;
    if (this.secure) return mask;
    return mask & 0x80 ? (mask << 1) & 0xff : 0;
  }

  setMask(value: number): void {
    const { priorityMask } = this.gic.state;
    if (this.secure) priorityMask[this.core] = value & 0xf8;
    else if (priorityMask[this.core]! & 0x80) priorityMask[this.core] = 0x80 | ((value >>> 1) & 0x78);
    this.gic.update();
  }

  private get common(): boolean {
    return (this.gic.state.control[this.core]! & CONTROL.COMMON_BPR) !== 0;
  }

  /** With GICC_CTLR.CBPR Non-secure reads give the Secure value plus one, and writes are ignored. */
  binaryPoint(): number {
    const { binaryPoint, aliasedBinaryPoint } = this.gic.state;
    if (this.secure) return binaryPoint[this.core]!;
    return this.common ? Math.min(binaryPoint[this.core]! + 1, 7) : aliasedBinaryPoint[this.core]!;
  }

  setBinaryPoint(value: number): void {
    const { binaryPoint, aliasedBinaryPoint } = this.gic.state;
    if (this.secure) binaryPoint[this.core] = Math.max(value & 7, LEAST_BPR);
    else if (!this.common) aliasedBinaryPoint[this.core] = Math.max(value & 7, LEAST_ABPR);
    this.gic.update();
  }

  setAliasedBinaryPoint(value: number): void {
    if (!this.secure) return;
    this.gic.state.aliasedBinaryPoint[this.core] = Math.max(value & 7, LEAST_ABPR);
    this.gic.update();
  }

  /** A running priority of the upper half reads as zero from Non-secure state. */
  runningPriority(): number {
    const priority = this.gic.runningPriority(this.core);
    if (this.secure || priority === 0xff) return priority;
    return priority & 0x80 ? (priority << 1) & 0xff : 0;
  }

  activePriorities(): number {
    const { activePriorities, activePriorities1 } = this.gic.state;
    return this.secure ? activePriorities[this.core]! : activePriorities1[this.core]! >>> 16;
  }

  setActivePriorities(value: number): void {
    const { activePriorities, activePriorities1 } = this.gic.state;
    if (this.secure) activePriorities[this.core] = value;
    else activePriorities1[this.core] = (activePriorities1[this.core]! & 0xffff) | (value << 16);
    this.gic.update();
  }

  setActivePriorities1(value: number): void {
    if (!this.secure) return;
    this.gic.state.activePriorities1[this.core] = value;
    this.gic.update();
  }
}
