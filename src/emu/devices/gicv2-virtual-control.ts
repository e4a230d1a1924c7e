// Registers of the GICv2 virtual interface control block (ARM IHI 0048B section 5.3): what a hypervisor uses.
import type { BusTarget, Log, Width } from './device';
import { defineRegisters } from './registers';
import { RegisterWindow } from './register-device';
import type { VirtualInterface } from './gicv2-virtual';
import { LIST_REGISTERS, VTR } from './gicv2-virtual-state';

const REGISTERS = defineRegisters<VirtualControlRegisters>('ignore')({
  GICH_HCR: {
    at: 0x000,
    stored: false,
    bits: {
      En: 0,
      UIE: 1,
      LRENPIE: 2,
      NPIE: 3,
      VGrp0EIE: 4,
      VGrp0DIE: 5,
      VGrp1EIE: 6,
      VGrp1DIE: 7,
      EOICount: [31, 27],
    },
    read: d => d.virtual.hypervisorControl(d.core),
    write: (d, value) => d.virtual.setHypervisorControl(d.core, value),
  },
  GICH_VTR: {
    at: 0x004,
    access: 'const',
    reset: VTR,
    bits: { ListRegs: [5, 0], PREbits: [28, 26], PRIbits: [31, 29] },
  },
  GICH_VMCR: {
    at: 0x008,
    stored: false,
    about: 'control, mask and binary points of the virtual CPU interface',
    bits: {
      VMGrp0En: 0,
      VMGrp1En: 1,
      VMAckCtl: 2,
      VMFIQEn: 3,
      VMCBPR: 4,
      VEM: 9,
      VMABP: [20, 18],
      VMBP: [23, 21],
      VMPriMask: [31, 27],
    },
    read: d => d.virtual.machineControl(d.core),
    write: (d, value) => d.virtual.setMachineControl(d.core, value),
  },
  GICH_MISR: {
    at: 0x010,
    access: 'ro',
    stored: false,
    bits: { EOI: 0, U: 1, LRENP: 2, NP: 3, VGrp0E: 4, VGrp0D: 5, VGrp1E: 6, VGrp1D: 7 },
    read: d => d.virtual.maintenanceStatus(d.core),
  },
  GICH_EISR0: {
    at: 0x020,
    access: 'ro',
    stored: false,
    about: 'list registers whose interrupt has ended, by number',
    read: d => d.virtual.ended(d.core),
  },
  GICH_EISR1: { at: 0x024, access: 'raz', about: 'for more than 32 list registers' },
  GICH_ELSR0: {
    at: 0x030,
    access: 'ro',
    stored: false,
    about: 'empty list registers, by number',
    read: d => d.virtual.empty(d.core),
  },
  GICH_ELSR1: { at: 0x034, access: 'raz', about: 'for more than 32 list registers' },
  GICH_APR: {
    at: 0x0f0,
    stored: false,
    about: 'active group priorities',
    read: d => d.virtual.activePriorities(d.core),
    write: (d, value) => d.virtual.setActivePriorities(d.core, value),
  },
  GICH_LR: {
    at: 0x100,
    count: LIST_REGISTERS,
    stored: false,
    about: 'a virtual interrupt; without HW bit 19 is EOI and bits 12:10 are the CPUID',
    bits: { VirtualID: [9, 0], PhysicalID: [19, 10], Priority: [27, 23], State: [29, 28], Grp1: 30, HW: 31 },
    read: (d, n) => d.virtual.listRegister(d.core, n),
    write: (d, value, n) => d.virtual.setListRegister(d.core, n, value),
  },
  GICH_LR4: { at: 0x110, count: 60, access: 'raz', about: 'list registers 4..63 are not implemented' },
});

/** The registers of one core. Secure and Non-secure accesses see the same. */
class VirtualControlRegisters extends RegisterWindow {
  constructor(
    name: string,
    readonly virtual: VirtualInterface,
    readonly core: number,
    log: Log,
  ) {
    super(name, REGISTERS, log);
  }
}

/** Where the second half of the window begins, and the bytes that each core has there. */
const BY_CORE = 0x1000;
const BYTES_PER_CORE = 0x200;

/**
 * The window of 8 KiB as one core sees it (DDI 0438I section 8.2.2): first the registers of that core, then from 0x1000
 * on those of every core, by number, so that one core can prepare what runs on another.
 */
export class VirtualControlWindow implements BusTarget {
  private readonly banks: readonly VirtualControlRegisters[];

  constructor(
    readonly name: string,
    virtual: VirtualInterface,
    cores: number,
    private readonly core: number,
    private readonly log: Log,
  ) {
    this.banks = Array.from(
      { length: cores },
      (_, n) => new VirtualControlRegisters(`${name} virtual interface control ${n}`, virtual, n, log),
    );
  }

  read(offset: number, width: Width): number {
    if (offset < BY_CORE) return this.banks[this.core]!.read(offset, width);
    const bank = this.banks[(offset - BY_CORE) >>> 9];
    if (bank) return bank.read(offset % BYTES_PER_CORE, width);
    this.absent(offset);
    return 0;
  }

  write(offset: number, width: Width, value: number): void {
    if (offset < BY_CORE) return this.banks[this.core]!.write(offset, width, value);
    const bank = this.banks[(offset - BY_CORE) >>> 9];
    if (bank) bank.write(offset % BYTES_PER_CORE, width, value);
    else this.absent(offset);
  }

  private absent(offset: number): void {
    const core = (offset - BY_CORE) >>> 9;
    this.log(`${this.name}: virtual interface control of core ${core}, which is not there`, `${this.name}:gich${core}`);
  }
}
