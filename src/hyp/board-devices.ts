// Devices of the board and their interrupts: what is Xen's own, what a domain may have, and who has it.
import type { Domain } from './domain';
import type { PhysicalGic } from './gic/gicv2';
import type { VirtualIrq } from './gic/vgic';
import type { Heap } from './memory/heap';
import { PAGE_SHIFT } from './memory/physical';

const GICD_SIZE = 0x1000;
/** Of each of the other parts of the interrupt controller. */
const GIC_PART_SIZE = 0x2000;
const UART_SIZE = 0x1000;

export class BoardDevices {
  private readonly owners = new Map<number, Domain>();

  constructor(
    private readonly gic: PhysicalGic,
    private readonly heap: Heap,
    /** Xen's own. */
    private readonly uart: { readonly base: number; readonly irq: number },
  ) {}

  /** Who gets a physical interrupt. */
  owner(irq: number): Domain | undefined {
    return this.owners.get(irq);
  }
  /** Gives a physical interrupt to a domain, by the same number. */
  give(irq: number, domain: Domain): void {
    this.owners.set(irq, domain);
    domain.vgic.irq(irq, 0)!.hardware = irq;
  }
  /** Takes a physical interrupt away from its domain; nobody hears of it any more. */
  take(irq: number): void {
    const one = this.owners.get(irq)?.vgic.irq(irq, 0);
    this.owners.delete(irq);
    this.gic.disable(irq, 0);
    this.gic.clearActive(irq, 0);
    if (!one) return;
    one.hardware = -1;
    one.enabled = false;
  }
  takeAll(domain: Domain): void {
    for (const [irq, owner] of [...this.owners]) if (owner === domain) this.take(irq);
  }

  /** A guest has enabled the interrupt of a device that is its own. */
  route({ hardware, edge }: VirtualIrq, enabled: boolean): void {
    if (!enabled) return this.gic.disable(hardware, 0);
    this.gic.setEdge(hardware, edge, 0);
    this.gic.enable(hardware, 0);
  }

  /** Whether all of a range of page frames, its end included, may be a domain's: no memory, nothing of Xen's. */
  arePassable(from: number, to: number): boolean {
    const { firstFrame, frames } = this.heap;
    const { distributor, cpuInterface, hypervisor, virtualCpu } = this.gic.at;
    const parts = [cpuInterface, hypervisor, virtualCpu].map(base => ({ base, size: GIC_PART_SIZE }));
    const own = [...parts, { base: distributor, size: GICD_SIZE }, { base: this.uart.base, size: UART_SIZE }];
    const apart = ({ base, size }: { base: number; size: number }): boolean =>
      from > (base + size - 1) >>> PAGE_SHIFT || to < base >>> PAGE_SHIFT;
    return (to < firstFrame || from >= firstFrame + frames) && own.every(apart);
  }
  isPassable(irq: number): boolean {
    return irq >= 32 && irq < this.gic.lines && irq !== this.uart.irq;
  }
}
