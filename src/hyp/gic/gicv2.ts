// The physical interrupt controller as the hypervisor drives it, through its registers (ARM IHI 0048B; Xen,
// arch/arm/gic-v2.c). It keeps for itself the right to end interrupts: what a guest is to handle is only dropped here.
import type { PhysicalMemory } from '../memory/physical';

const GICD = {
  CTLR: 0x000,
  TYPER: 0x004,
  ISENABLER: 0x100,
  ICENABLER: 0x180,
  ICPENDR: 0x280,
  ICACTIVER: 0x380,
  IPRIORITYR: 0x400,
  ITARGETSR: 0x800,
  ICFGR: 0xc00,
  SGIR: 0xf00,
} as const;
const GICC = { CTLR: 0x00, PMR: 0x04, IAR: 0x0c, EOIR: 0x10, DIR: 0x1000 } as const;
const GICH = { HCR: 0x00, VMCR: 0x08, MISR: 0x10, APR: 0xf0, LR: 0x100 } as const;

/** GICC_CTLR as Non-secure software sees it: EnableGrp1, EOImodeNS. */
const CPU_CONTROL = 1 | (1 << 9);
const PRIORITY = 0xa0;
const SPURIOUS = 1020;

export interface GicAddresses {
  readonly distributor: number;
  readonly cpuInterface: number;
  readonly hypervisor: number;
  readonly virtualCpu: number;
}

/** What a virtual CPU interface holds while its virtual CPU does not run. */
export interface VirtualInterfaceState {
  apr: number;
  vmcr: number;
}

export class PhysicalGic {
  /** Interrupts there are, a multiple of 32. */
  readonly lines: number;

  constructor(
    private readonly memory: PhysicalMemory,
    readonly at: GicAddresses,
  ) {
    this.lines = 32 * ((this.read('distributor', GICD.TYPER, 0) & 0x1f) + 1);
  }

  private read(part: keyof GicAddresses, offset: number, core: number): number {
    return this.memory.readDevice(this.at[part] + offset, core);
  }
  private write(part: keyof GicAddresses, offset: number, value: number, core: number, width: 1 | 4 = 4): void {
    this.memory.writeDevice(this.at[part] + offset, value, core, width);
  }

  /** Everything off, of the same priority, to the first core. */
  initialize(): void {
    this.write('distributor', GICD.CTLR, 0, 0);
    for (let irq = 32; irq < this.lines; irq++) {
      this.write('distributor', GICD.ITARGETSR + irq, 1, 0, 1);
      this.write('distributor', GICD.IPRIORITYR + irq, PRIORITY, 0, 1);
    }
    for (let n = 1; n < this.lines / 32; n++) this.write('distributor', GICD.ICENABLER + 4 * n, 0xffffffff, 0);
    this.write('distributor', GICD.CTLR, 1, 0);
  }

  /** The interfaces of one core, and its private interrupts. */
  initializeCore(core: number): void {
    this.write('distributor', GICD.ICENABLER, 0xffff0000, core);
    this.write('distributor', GICD.ISENABLER, 0x0000ffff, core);
    for (let irq = 0; irq < 32; irq++) this.write('distributor', GICD.IPRIORITYR + irq, PRIORITY, core, 1);
    this.write('cpuInterface', GICC.PMR, 0xff, core);
    this.write('cpuInterface', GICC.CTLR, CPU_CONTROL, core);
    this.write('hypervisor', GICH.HCR, 1, core);
  }

  enable(irq: number, core: number): void {
    this.write('distributor', GICD.ISENABLER + 4 * (irq >>> 5), 2 ** (irq & 31), core);
  }
  disable(irq: number, core: number): void {
    this.write('distributor', GICD.ICENABLER + 4 * (irq >>> 5), 2 ** (irq & 31), core);
  }
  setEdge(irq: number, edge: boolean, core: number): void {
    const at = GICD.ICFGR + 4 * (irq >>> 4);
    const bit = 2 << (2 * (irq & 15));
    const old = this.read('distributor', at, core);
    this.write('distributor', at, (edge ? old | bit : old & ~bit) >>> 0, core);
  }
  setTarget(irq: number, core: number): void {
    this.write('distributor', GICD.ITARGETSR + irq, 1 << core, core, 1);
  }

  /** @returns the interrupt that is acknowledged now, as IAR has it; −1: none */
  acknowledge(core: number): number {
    const iar = this.read('cpuInterface', GICC.IAR, core);
    return (iar & 0x3ff) >= SPURIOUS ? -1 : iar;
  }
  /** Drops the running priority; the interrupt stays active. */
  drop(iar: number, core: number): void {
    this.write('cpuInterface', GICC.EOIR, iar, core);
  }
  deactivate(iar: number, core: number): void {
    this.write('cpuInterface', GICC.DIR, iar, core);
  }
  /** Deactivates an interrupt that a guest will not end any more. */
  clearActive(irq: number, core: number): void {
    this.write('distributor', GICD.ICACTIVER + 4 * (irq >>> 5), 2 ** (irq & 31), core);
  }
  /** Interrupts another core. */
  sendSgi(sgi: number, to: number, from: number): void {
    this.write('distributor', GICD.SGIR, ((1 << (16 + to)) | sgi) >>> 0, from);
  }

  listRegister(n: number, core: number): number {
    return this.read('hypervisor', GICH.LR + 4 * n, core);
  }
  setListRegister(n: number, value: number, core: number): void {
    this.write('hypervisor', GICH.LR + 4 * n, value >>> 0, core);
  }
  /** Whether the core is told when its list registers run empty. */
  setUnderflow(on: boolean, core: number): void {
    this.write('hypervisor', GICH.HCR, on ? 3 : 1, core);
  }
  saveInterface(state: VirtualInterfaceState, core: number): void {
    state.apr = this.read('hypervisor', GICH.APR, core);
    state.vmcr = this.read('hypervisor', GICH.VMCR, core);
  }
  restoreInterface(state: VirtualInterfaceState, core: number): void {
    this.write('hypervisor', GICH.APR, state.apr, core);
    this.write('hypervisor', GICH.VMCR, state.vmcr, core);
  }
}
