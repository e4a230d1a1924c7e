// Registers of the GICv2 virtual CPU interface (ARM IHI 0048B section 5.5): what a guest uses in place of GICC_*.
import type { Log } from './device';
import type { VirtualInterface } from './gicv2-virtual';
import { VM_CONTROL_BITS } from './gicv2-virtual-state';
import { defineRegisters } from './registers';
import { RegisterWindow } from './register-device';

const INTERRUPT = { CPUID: [12, 10], INTID: [9, 0] } as const;

const REGISTERS = defineRegisters<VirtualCpuWindow>('ignore')({
  GICV_CTLR: {
    at: 0x0000,
    stored: false,
    bits: { EnableGrp0: 0, EnableGrp1: 1, AckCtl: 2, FIQEn: 3, CBPR: 4, EOImode: 9 },
    read: d => d.virtual.machineControl(d.core) & VM_CONTROL_BITS,
    write: (d, value) => d.setField(VM_CONTROL_BITS, value),
  },
  GICV_PMR: {
    at: 0x0004,
    stored: false,
    read: d => d.virtual.priorityMask(d.core),
    write: (d, value) => d.setField(0xf8000000, value << 24),
  },
  GICV_BPR: {
    at: 0x0008,
    stored: false,
    read: d => d.virtual.binaryPoint(d.core),
    write: (d, value) => d.setField(7 << 21, value << 21),
  },
  GICV_IAR: {
    at: 0x000c,
    access: 'ro',
    stored: false,
    destructive: true,
    bits: INTERRUPT,
    read: d => d.virtual.acknowledge(d.core, false),
  },
  GICV_EOIR: {
    at: 0x0010,
    access: 'wo',
    stored: false,
    bits: INTERRUPT,
    write: (d, value) => d.virtual.endOfInterrupt(d.core, value, false),
  },
  GICV_RPR: { at: 0x0014, access: 'ro', stored: false, read: d => d.virtual.runningPriority(d.core) },
  GICV_HPPIR: {
    at: 0x0018,
    access: 'ro',
    stored: false,
    bits: INTERRUPT,
    read: d => d.virtual.highestPending(d.core),
  },
  GICV_ABPR: {
    at: 0x001c,
    stored: false,
    about: 'binary point of Group 1',
    read: d => d.virtual.aliasedBinaryPoint(d.core),
    write: (d, value) => d.setField(7 << 18, value << 18),
  },
  GICV_AIAR: {
    at: 0x0020,
    access: 'ro',
    stored: false,
    destructive: true,
    about: 'GICV_IAR for Group 1',
    bits: INTERRUPT,
    read: d => d.virtual.acknowledge(d.core, true),
  },
  GICV_AEOIR: {
    at: 0x0024,
    access: 'wo',
    stored: false,
    bits: INTERRUPT,
    write: (d, value) => d.virtual.endOfInterrupt(d.core, value, true),
  },
  GICV_AHPPIR: {
    at: 0x0028,
    access: 'ro',
    stored: false,
    bits: INTERRUPT,
    read: d => d.virtual.aliasedHighestPending(d.core),
  },
  GICV_APR0: {
    at: 0x00d0,
    stored: false,
    about: 'the same register as GICH_APR',
    read: d => d.virtual.activePriorities(d.core),
    write: (d, value) => d.virtual.setActivePriorities(d.core, value),
  },
  GICV_APR1: { at: 0x00d4, count: 3, access: 'raz', about: 'for more than 32 preemption levels' },
  GICV_IIDR: { at: 0x00fc, access: 'const', reset: 0x0002043b, about: 'GICv2 of ARM, as GICC_IIDR' },
  GICV_DIR: {
    at: 0x1000,
    access: 'wo',
    stored: false,
    bits: INTERRUPT,
    write: (d, value) => d.virtual.deactivate(d.core, value),
  },
});

/** A core's virtual CPU interface. Secure and Non-secure accesses see the same. */
export class VirtualCpuWindow extends RegisterWindow {
  constructor(
    name: string,
    readonly virtual: VirtualInterface,
    readonly core: number,
    log: Log,
  ) {
    super(`${name} virtual cpu interface ${core}`, REGISTERS, log);
  }

  /** Control, mask and binary points are fields of GICH_VMCR. */
  setField(field: number, value: number): void {
    const { virtual, core } = this;
    virtual.setMachineControl(core, (virtual.machineControl(core) & ~field) | (value & field));
  }
}
