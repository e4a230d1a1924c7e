// Virtual interrupts of a domain: what is pending for whom, and how it gets into the list registers of a core (Xen,
// arch/arm/vgic.c, gic-vgic.c; ARM IHI 0048B chapter 5).
import { LIST_REGISTERS, LR, LR_STATE } from '../../emu/devices/gicv2-virtual-state';
import { type Archive, SaveError } from '../save/archive';
import type { PhysicalGic, VirtualInterfaceState } from './gicv2';

/** Software and private interrupts. */
export const LOCAL_IRQS = 32;
export const SGIS = 16;
const INITIAL_PRIORITY = 0xa0;
const MOST_INTERRUPTS = 1020;
/** VirtualID and PhysicalID of a list register. */
const LR_IDS = 0xfffff;
/** VMPriMask: nothing is masked; set by guests through GICV_PMR. */
const INITIAL_VMCR = 0;

export class VirtualIrq {
  enabled = false;
  priority = INITIAL_PRIORITY;
  edge = false;
  /** Raised, and not in a list register yet. */
  pending = false;
  /** The list register that holds it, or −1. */
  lr = -1;
  /** Whose list register that is, or who is to get it. */
  target: number;

  constructor(
    readonly irq: number,
    target: number,
    /** The physical interrupt behind it, which the guest's end of interrupt deactivates; −1: none. */
    public hardware = -1,
  ) {
    this.target = target;
    this.enabled = irq < SGIS;
    this.edge = irq < SGIS;
  }
}

const transferIrq = (io: Archive, one: VirtualIrq, vcpus: number): void => {
  one.enabled = io.bool(one.enabled);
  one.priority = io.u32(one.priority, 0xff);
  one.edge = io.bool(one.edge);
  one.pending = io.bool(one.pending);
  one.target = io.u32(one.target, vcpus - 1);
};

/** The virtual CPU interface of one virtual CPU. */
export class VirtualCpuInterface implements VirtualInterfaceState {
  apr = 0;
  vmcr = INITIAL_VMCR;
  readonly local: readonly VirtualIrq[];
  /** Pending and not in a list register. */
  readonly queue = new Set<VirtualIrq>();
  /** What the list registers hold, and their values while the virtual CPU does not run. */
  readonly listed: (VirtualIrq | undefined)[] = new Array<undefined>(LIST_REGISTERS).fill(undefined);
  readonly saved = new Uint32Array(LIST_REGISTERS);
  /** The physical core whose registers hold all this; −1 while it does not run. */
  core = -1;
  /** The maintenance interrupt for free list registers is on. */
  private asked = false;

  constructor(readonly id: number) {
    this.local = Array.from({ length: LOCAL_IRQS }, (_, irq) => new VirtualIrq(irq, id));
  }

  /** Takes the state of the interrupts from the list registers: which have ended, which are active. */
  sync(gic: PhysicalGic): void {
    // What asked for this may last until the registers are filled again; it would be taken over and over until then.
    this.wantRoom(false, gic);
    for (let n = 0; n < LIST_REGISTERS; n++) {
      const one = this.listed[n];
      if (!one) continue;
      const value = this.core >= 0 ? gic.listRegister(n, this.core) : this.saved[n]!;
      if (value & LR_STATE) continue;
      this.listed[n] = undefined;
      one.lr = -1;
      if (one.pending) this.queue.add(one);
    }
  }

  /** Puts what is pending into free list registers, the most urgent first. @param core that it runs on */
  fill(gic: PhysicalGic): void {
    const { core } = this;
    if (this.queue.size === 0) return this.wantRoom(false, gic);
    const waiting = [...this.queue].filter(one => one.enabled).sort((a, b) => a.priority - b.priority || a.irq - b.irq);
    for (let n = 0; n < LIST_REGISTERS && waiting.length > 0; n++) {
      if (this.listed[n]) continue;
      const one = waiting.shift()!;
      this.queue.delete(one);
      one.pending = false;
      one.lr = n;
      this.listed[n] = one;
      gic.setListRegister(n, listValue(one), core);
    }
    this.wantRoom(waiting.length > 0, gic);
  }

  /** Asks to be told when list registers are free, or not: who waited may have been withdrawn, and then nobody ends it. */
  private wantRoom(on: boolean, gic: PhysicalGic): void {
    if (this.asked === on || this.core < 0) return;
    this.asked = on;
    gic.setUnderflow(on, this.core);
  }

  /** Of a virtual CPU that does not run. @param irq finds an interrupt by its number */
  transfer(io: Archive, irq: (n: number) => VirtualIrq | undefined, vcpus: number): void {
    const known = (n: number): VirtualIrq => {
      const one = irq(n);
      if (!one) throw new SaveError(`there is no interrupt ${n}`);
      return one;
    };
    this.apr = io.u32(this.apr);
    this.vmcr = io.u32(this.vmcr);
    for (const one of this.local) transferIrq(io, one, vcpus);
    const queue = io.list([...this.queue], MOST_INTERRUPTS, one => known(io.u32(one?.irq ?? 0)));
    for (const one of queue) this.queue.add(one);
    for (let n = 0; n < LIST_REGISTERS; n++) {
      const used = io.bool(this.listed[n] !== undefined);
      const one = used ? known(io.u32(this.listed[n]?.irq ?? 0)) : undefined;
      this.listed[n] = one;
      if (one) one.lr = n;
    }
    io.words(this.saved);
    if (!io.loading) return;
    // What a list register holds is the interrupt that is noted for it, and none of the machine's.
    this.listed.forEach((one, n) => {
      const value = one ? (this.saved[n]! & ~(LR.HW | LR_IDS)) | one.irq : 0;
      this.saved[n] = value >>> 0;
    });
  }

  /** The virtual CPU leaves its core. */
  save(gic: PhysicalGic): void {
    const { core } = this;
    gic.saveInterface(this, core);
    for (let n = 0; n < LIST_REGISTERS; n++) {
      this.saved[n] = this.listed[n] ? gic.listRegister(n, core) : 0;
      gic.setListRegister(n, 0, core);
    }
    this.wantRoom(false, gic);
    this.core = -1;
  }

  restore(gic: PhysicalGic, core: number): void {
    this.core = core;
    gic.restoreInterface(this, core);
    for (let n = 0; n < LIST_REGISTERS; n++) gic.setListRegister(n, this.saved[n]!, core);
  }

  /** An interrupt that a list register holds is raised again: while it is active, it is to come once more afterwards. */
  raisedAgain(one: VirtualIrq, gic: PhysicalGic): void {
    const value = this.core >= 0 ? gic.listRegister(one.lr, this.core) : this.saved[one.lr]!;
    // One that has ended meanwhile is queued when that is seen; a physical one comes again by itself.
    if ((value & LR_STATE) === 0 || one.hardware >= 0 || !one.enabled) return;
    one.pending = false;
    if (value & LR.PENDING) return;
    if (this.core >= 0) gic.setListRegister(one.lr, value | LR.PENDING, this.core);
    else this.saved[one.lr] = (value | LR.PENDING) >>> 0;
  }

  /** Whether there is something that would interrupt the guest if it were not masked. */
  get hasPending(): boolean {
    for (const one of this.queue) if (one.enabled) return true;
    return false;
  }

  /** Whether a list register holds an interrupt that is still to be taken. */
  isDeliverable(gic: PhysicalGic): boolean {
    for (let n = 0; n < LIST_REGISTERS; n++) {
      if (!this.listed[n]) continue;
      const value = this.core >= 0 ? gic.listRegister(n, this.core) : this.saved[n]!;
      if (value & LR.PENDING) return true;
    }
    return this.hasPending;
  }

  /** Takes an interrupt that is not active out of the list registers: it was disabled. */
  withdraw(one: VirtualIrq, gic: PhysicalGic): void {
    if (one.lr < 0) return;
    const n = one.lr;
    const value = this.core >= 0 ? gic.listRegister(n, this.core) : this.saved[n]!;
    if (value & LR.ACTIVE || !(value & LR.PENDING)) return;
    if (this.core >= 0) gic.setListRegister(n, 0, this.core);
    this.saved[n] = 0;
    this.listed[n] = undefined;
    one.lr = -1;
    one.pending = true;
    this.queue.add(one);
  }
}

function listValue({ irq, priority, hardware }: VirtualIrq): number {
  const base = LR.PENDING | ((priority >>> 3) << 23) | irq;
  return hardware < 0 ? base : base | LR.HW | (hardware << 10);
}

export interface VgicPorts {
  readonly gic: PhysicalGic;
  /** Lets a virtual CPU look at its interrupts: it wakes, or its core is interrupted. */
  readonly kick: (vcpu: number) => void;
  /** The guest has enabled or disabled an interrupt that is a physical one. */
  readonly physical: (irq: VirtualIrq, enabled: boolean) => void;
}

export class Vgic {
  /** GICD_CTLR. */
  enabled = false;
  readonly interfaces: VirtualCpuInterface[] = [];
  readonly shared: readonly VirtualIrq[];

  /** @param lines interrupts of the distributor, a multiple of 32 */
  constructor(
    readonly lines: number,
    readonly ports: VgicPorts,
  ) {
    this.shared = Array.from({ length: lines - LOCAL_IRQS }, (_, i) => new VirtualIrq(LOCAL_IRQS + i, 0));
  }

  /** @param vcpu whose private one, for those */
  irq(irq: number, vcpu: number): VirtualIrq | undefined {
    return irq < LOCAL_IRQS ? this.interfaces[vcpu]?.local[irq] : this.shared[irq - LOCAL_IRQS];
  }

  /** The distributor and all interfaces; nobody of the domain runs. */
  transfer(io: Archive): void {
    this.enabled = io.bool(this.enabled);
    for (const one of this.shared) transferIrq(io, one, this.interfaces.length);
    for (const one of this.interfaces) one.transfer(io, n => this.irq(n, one.id), this.interfaces.length);
  }

  /** An interrupt is raised. @param vcpu whose, of private ones */
  inject(irq: number, vcpu = 0): void {
    const one = this.irq(irq, vcpu);
    if (!one) return;
    const owner = this.interfaces[irq < LOCAL_IRQS ? vcpu : one.target];
    if (!owner) return;
    one.pending = true;
    if (one.lr < 0) owner.queue.add(one);
    else owner.raisedAgain(one, this.ports.gic);
    if (one.enabled) this.ports.kick(owner.id);
  }

  /** An interrupt that is not active any more as far as the guest is concerned. */
  clear(irq: number, vcpu: number): void {
    const one = this.irq(irq, vcpu);
    if (!one) return;
    const owner = this.interfaces[irq < LOCAL_IRQS ? vcpu : one.target]!;
    owner.withdraw(one, this.ports.gic);
    one.pending = false;
    owner.queue.delete(one);
  }

  setEnabled(one: VirtualIrq, vcpu: number, on: boolean): void {
    if (one.enabled === on) return;
    one.enabled = on;
    const owner = this.interfaces[one.irq < LOCAL_IRQS ? vcpu : one.target]!;
    if (one.hardware >= 0) this.ports.physical(one, on);
    if (!on) owner.withdraw(one, this.ports.gic);
    else if (one.pending) this.ports.kick(owner.id);
  }

  /** Moves a shared interrupt to another virtual CPU; one that is in a list register ends where it is. */
  setTarget(one: VirtualIrq, vcpu: number): void {
    if (one.target === vcpu || !this.interfaces[vcpu]) return;
    const from = this.interfaces[one.target]!;
    from.withdraw(one, this.ports.gic);
    if (one.lr >= 0) return;
    const queued = from.queue.delete(one);
    one.target = vcpu;
    if (!queued) return;
    this.interfaces[vcpu]!.queue.add(one);
    this.ports.kick(vcpu);
  }
}
