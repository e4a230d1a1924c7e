// The PL011 that Xen has for itself (ARM DDI 0183; Xen, drivers/char/pl011.c).
import type { PhysicalGic } from './gic/gicv2';
import type { PhysicalMemory } from './memory/physical';

const UARTDR = 0x00;
const UARTFR = 0x18;
const UARTLCR_H = 0x2c;
const UARTCR = 0x30;
const UARTIMSC = 0x38;
const RXFE = 0x10;

export class XenUart {
  constructor(
    private readonly memory: PhysicalMemory,
    private readonly at: { readonly base: number; readonly irq: number },
  ) {}

  private write(offset: number, value: number): void {
    this.memory.writeDevice(this.at.base + offset, value, 0);
  }
  private read(offset: number): number {
    return this.memory.readDevice(this.at.base + offset, 0);
  }

  initialize(gic: PhysicalGic): void {
    const { irq } = this.at;
    this.write(UARTLCR_H, 0x70); // 8 bits, FIFOs
    this.write(UARTCR, 0x301); // on, both directions
    this.write(UARTIMSC, 0x50); // receive, receive timeout
    gic.setEdge(irq, false, 0);
    gic.setTarget(irq, 0);
    gic.enable(irq, 0);
  }

  readonly send = (byte: number): void => this.write(UARTDR, byte);
  /** @returns −1: there is nothing */
  readonly receive = (): number => (this.read(UARTFR) & RXFE ? -1 : this.read(UARTDR) & 0xff);
}
