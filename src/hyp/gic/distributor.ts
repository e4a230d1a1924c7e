// The distributor that guests see, GICv2 without security extensions (ARM IHI 0048B, 4.3; Xen, arch/arm/vgic-v2.c).
import { LOCAL_IRQS, SGIS, type Vgic, type VirtualIrq } from './vgic';

/** Registers by offset; of those with a bit or a byte per interrupt the first. */
const GICD = {
  CTLR: 0x000,
  TYPER: 0x004,
  IIDR: 0x008,
  IGROUPR: 0x080,
  ISENABLER: 0x100,
  ICENABLER: 0x180,
  ISPENDR: 0x200,
  ICPENDR: 0x280,
  ISACTIVER: 0x300,
  ICACTIVER: 0x380,
  IPRIORITYR: 0x400,
  ITARGETSR: 0x800,
  ICFGR: 0xc00,
  NSACR: 0xe00,
  SGIR: 0xf00,
  CPENDSGIR: 0xf10,
  ICPIDR2: 0xfe8,
} as const;

/** Implementer ARM. */
const IIDR = 0x0000043b;
/** Architecture version 2. */
const PIDR2 = 0x20;
/** Priorities have five bits. */
const PRIORITY_MASK = 0xf8;

/** Something that guests may not do, or that is not modelled; told to the console. */
export type Complain = (vcpu: number, message: string) => void;

export class VirtualDistributor {
  constructor(
    private readonly vgic: Vgic,
    private readonly complain: Complain,
  ) {}

  private get cpus(): number {
    return this.vgic.interfaces.length;
  }

  /** The interrupts that a register of `bits` bits each is about, from the byte at `offset` of its range on. */
  private *covered(offset: number, bits: number, vcpu: number, width: number): Generator<[VirtualIrq, number]> {
    const first = (offset * 8) / bits;
    const count = (width * 8) / bits;
    for (let i = 0; i < count; i++) {
      const one = this.vgic.irq(first + i, vcpu);
      if (one) yield [one, i * bits];
    }
  }

  private gather(offset: number, bits: number, vcpu: number, width: number, of: (one: VirtualIrq) => number): number {
    let value = 0;
    for (const [one, shift] of this.covered(offset, bits, vcpu, width)) value |= of(one) << shift;
    return value >>> 0;
  }

  read(offset: number, width: 1 | 2 | 4, vcpu: number): number {
    const { vgic } = this;
    const word = offset & ~3;
    if (word === GICD.CTLR) return vgic.enabled ? 1 : 0;
    if (word === GICD.TYPER) return (vgic.lines / 32 - 1) | ((this.cpus - 1) << 5);
    if (word === GICD.IIDR) return IIDR;
    if (word === GICD.ICPIDR2) return PIDR2;
    if (offset < GICD.IGROUPR || (offset >= GICD.IGROUPR && offset < GICD.ISENABLER)) return 0;
    if (offset < GICD.ICENABLER)
      return this.gather(offset - GICD.ISENABLER, 1, vcpu, width, one => (one.enabled ? 1 : 0));
    if (offset < GICD.ISPENDR)
      return this.gather(offset - GICD.ICENABLER, 1, vcpu, width, one => (one.enabled ? 1 : 0));
    if (offset < GICD.IPRIORITYR) return 0;
    if (offset < GICD.ITARGETSR) return this.gather(offset - GICD.IPRIORITYR, 8, vcpu, width, one => one.priority);
    if (offset < GICD.ICFGR)
      return this.gather(
        offset - GICD.ITARGETSR,
        8,
        vcpu,
        width,
        one => 1 << (one.irq < LOCAL_IRQS ? vcpu : one.target),
      );
    if (offset < GICD.NSACR) return this.gather(offset - GICD.ICFGR, 2, vcpu, width, one => (one.edge ? 2 : 0));
    return 0;
  }

  write(offset: number, width: 1 | 2 | 4, value: number, vcpu: number): void {
    const { vgic } = this;
    const word = offset & ~3;
    if (word === GICD.CTLR) return void (vgic.enabled = (value & 1) !== 0);
    if (word === GICD.SGIR) return this.sendSgi(value, vcpu);
    if (offset < GICD.ISENABLER) return;
    if (offset < GICD.ICENABLER) return this.setBits(offset - GICD.ISENABLER, width, value, vcpu, true);
    if (offset < GICD.ISPENDR) return this.setBits(offset - GICD.ICENABLER, width, value, vcpu, false);
    if (offset < GICD.IPRIORITYR) return this.state(offset, value, vcpu, width);
    if (offset < GICD.ITARGETSR) {
      for (const [one, shift] of this.covered(offset - GICD.IPRIORITYR, 8, vcpu, width))
        one.priority = (value >>> shift) & PRIORITY_MASK;
      return;
    }
    if (offset < GICD.ICFGR) {
      for (const [one, shift] of this.covered(offset - GICD.ITARGETSR, 8, vcpu, width)) {
        const targets = (value >>> shift) & 0xff & ((1 << this.cpus) - 1);
        // The first of them gets it: a virtual interrupt has one target.
        if (one.irq >= LOCAL_IRQS && targets !== 0) vgic.setTarget(one, 31 - Math.clz32(targets & -targets));
      }
      return;
    }
    if (offset < GICD.NSACR)
      for (const [one, shift] of this.covered(offset - GICD.ICFGR, 2, vcpu, width))
        if (one.irq >= SGIS) one.edge = ((value >>> shift) & 2) !== 0;
  }

  private setBits(offset: number, width: number, value: number, vcpu: number, on: boolean): void {
    for (const [one, shift] of this.covered(offset, 1, vcpu, width))
      // Software interrupts are always enabled here.
      if ((value >>> shift) & 1 && one.irq >= SGIS) this.vgic.setEnabled(one, vcpu, on);
  }

  /** Registers that set and clear what is pending or active. */
  private state(offset: number, value: number, vcpu: number, width: number): void {
    if (offset < GICD.ICPENDR) {
      for (const [one, shift] of this.covered(offset - GICD.ISPENDR, 1, vcpu, width))
        if ((value >>> shift) & 1) this.vgic.inject(one.irq, vcpu);
      return;
    }
    if (offset < GICD.ISACTIVER) {
      for (const [one, shift] of this.covered(offset - GICD.ICPENDR, 1, vcpu, width))
        if ((value >>> shift) & 1) this.vgic.clear(one.irq, vcpu);
      return;
    }
    if (value === 0) return;
    const [name, at] = offset < GICD.ICACTIVER ? ['ISACTIVER', GICD.ISACTIVER] : ['ICACTIVER', GICD.ICACTIVER];
    this.complain(vcpu, `vGICD: unhandled word write 0x${value.toString(16)} to ${name}${offset - at}`);
  }

  /** GICD_SGIR: a software interrupt to those in a list, to all others, or to oneself. */
  private sendSgi(value: number, vcpu: number): void {
    const filter = (value >>> 24) & 3;
    const irq = value & 15;
    const everyone = (1 << this.cpus) - 1;
    const targets = [(value >>> 16) & 0xff, everyone & ~(1 << vcpu), 1 << vcpu, 0][filter]! & everyone;
    for (let n = 0; n < this.cpus; n++) if (targets & (1 << n)) this.vgic.inject(irq, n);
  }
}
