// PL050: the keyboard and mouse interface.
import type { DeviceState, IrqLine, Log } from './device';
import type { Ps2Device } from './ps2';
import { RegisterDevice } from './register-device';
import { defineRegisters, primeCell } from './registers';

export interface Pl050Ports {
  readonly log: Log;
  readonly irq: IrqLine;
  /** What is plugged in. */
  readonly device: Ps2Device;
}

const CR = { FKMIC: 1 << 0, FKMID: 1 << 1, En: 1 << 2, TXINTREn: 1 << 3, RXINTREn: 1 << 4 } as const;
const STAT = { KMID: 1 << 0, KMIC: 1 << 1, RXPARITY: 1 << 2, RXFULL: 1 << 4, TXEMPTY: 1 << 6 } as const;

const TABLE = defineRegisters<Pl050>('apb')({
  KMICR: {
    at: 0x00,
    mask: 0x3f,
    bits: { FKMIC: 0, FKMID: 1, KMIEn: 2, KMITXINTREn: 3, KMIRXINTREn: 4, KMIType: 5 },
    wrote: d => d.refresh(),
  },
  KMISTAT: {
    at: 0x04,
    access: 'ro',
    stored: false,
    bits: { KMID: 0, KMIC: 1, RXPARITY: 2, RXBUSY: 3, RXFULL: 4, TXBUSY: 5, TXEMPTY: 6 },
    read: d => d.status(),
  },
  KMIDATA: {
    at: 0x08,
    mask: 0xff,
    stored: false,
    destructive: true,
    read: d => d.receive(),
    peek: d => d.state.data,
    write: (d, value) => d.transmit(value & 0xff),
  },
  KMICLKDIV: { at: 0x0c, mask: 0xf },
  KMIIR: { at: 0x10, access: 'ro', stored: false, bits: { RXINTR: 0, TXINTR: 1 }, read: d => d.interrupts() },
  ...primeCell(0x00041050),
});

const odd = (byte: number): boolean => {
  let ones = 0;
  for (let rest = byte; rest; rest &= rest - 1) ones++;
  return ones % 2 === 1;
};

/**
 * ARM PrimeCell PS/2 Keyboard/Mouse Interface PL050 (DDI0143). Bytes take no time on the wire; while the interface is
 * disabled, or its clock line is forced low, the device keeps its bytes.
 */
export class Pl050 extends RegisterDevice<{ full: boolean; data: number; parity: boolean }> {
  constructor(
    name: string,
    private readonly ports: Pl050Ports,
  ) {
    super(name, TABLE, { full: false, data: 0, parity: false }, ports.log);
    ports.device.attach(() => this.refresh());
  }

  status(): number {
    const cr = this.values[TABLE.slot.KMICR]!;
    const lines = (cr & CR.FKMIC ? 0 : STAT.KMIC) | (cr & CR.FKMID ? 0 : STAT.KMID);
    const { full, parity } = this.state;
    return lines | STAT.TXEMPTY | (full ? STAT.RXFULL : 0) | (parity ? STAT.RXPARITY : 0);
  }

  interrupts(): number {
    const cr = this.values[TABLE.slot.KMICR]!;
    if (!(cr & CR.En)) return 0;
    return (cr & CR.RXINTREn && this.state.full ? 1 : 0) | (cr & CR.TXINTREn ? 2 : 0);
  }

  /** Reading KMIDATA frees the receive register for the device's next byte. */
  receive(): number {
    this.state.full = false;
    const { data } = this.state;
    this.refresh();
    return data;
  }

  transmit(byte: number): void {
    if (this.listening()) this.ports.device.receive(byte);
    else this.note(-1, 'byte written to KMIDATA while the interface is disabled, lost');
    this.refresh();
  }

  /** Takes the device's next byte when there is room for it, and drives the interrupt. */
  refresh(): void {
    if (!this.state.full && this.listening() && this.ports.device.waiting) {
      this.state.data = this.ports.device.next();
      this.state.parity = !odd(this.state.data); // the device sends odd parity
      this.state.full = true;
    }
    this.ports.irq.set(this.interrupts() !== 0);
  }

  override reset(): void {
    this.ports.device.reset();
    super.reset();
  }

  override save(): DeviceState {
    return { ...super.save(), device: this.ports.device.save() };
  }

  override load(saved: DeviceState): void {
    this.ports.device.load(saved['device']);
    super.load(saved);
  }

  private listening(): boolean {
    return (this.values[TABLE.slot.KMICR]! & (CR.En | CR.FKMIC)) === CR.En;
  }

  protected override settle(): void {
    this.refresh();
  }
}
