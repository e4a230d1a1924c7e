// PrimeCell UART PL011 r1p5 (ARM DDI 0183G). Bytes leave at once; bytes that arrive wait in the FIFO.
import type { ByteSink, Clock, IrqLine, Log, Timer } from './device';
import { RegisterDevice } from './register-device';
import { defineRegisters, primeCell } from './registers';

/** Of both FIFOs, since r1p5; one entry when they are disabled. */
const DEPTH = 32;

/** Bits of UARTFR. */
const FLAG = { CTS: 1, DSR: 2, DCD: 4, RXFE: 1 << 4, TXFF: 1 << 5, RXFF: 1 << 6, TXFE: 1 << 7, RI: 1 << 8 } as const;
/** Bits of UARTCR. */
const CONTROL = {
  UARTEN: 1,
  LBE: 1 << 7,
  TXE: 1 << 8,
  RXE: 1 << 9,
  DTR: 1 << 10,
  RTS: 1 << 11,
  OUT1: 1 << 12,
  OUT2: 1 << 13,
};
/** Interrupts, as in UARTRIS. */
const INT = { RI: 1, CTS: 2, DCD: 4, DSR: 8, RX: 1 << 4, TX: 1 << 5, RT: 1 << 6, OE: 1 << 10 } as const;
const INTERRUPTS = 0x7ff;
/** UARTLCR_H */
const FIFO_ENABLE = 1 << 4;

/** Trigger levels of UARTIFLS by field value; reserved values act as the highest. */
const TRIGGER = [DEPTH / 8, DEPTH / 4, DEPTH / 2, (DEPTH * 3) / 4, (DEPTH * 7) / 8];

const INTERRUPT_BITS = {
  ...{ RI: 0, CTS: 1, DCD: 2, DSR: 3, RX: 4, TX: 5, RT: 6, FE: 7, PE: 8, BE: 9, OE: 10 },
};

export interface Pl011Ports {
  readonly clock: Clock;
  readonly log: Log;
  /** UARTINTR, the OR of all. */
  readonly irq: IrqLine;
  readonly output: ByteSink;
  /** There is room again after {@link Pl011.receive} has refused a byte. */
  readonly room?: () => void;
}

const REGISTERS = defineRegisters<Pl011>('apb')({
  UARTDR: {
    at: 0x000,
    stored: false,
    destructive: true,
    bits: { DATA: [7, 0], FE: 8, PE: 9, BE: 10, OE: 11 },
    peek: d => d.front(),
    read: d => d.take(),
    write: (d, value) => d.transmit(value & 0xff),
  },
  UARTRSR: { at: 0x004, mask: 0, bits: { FE: 0, PE: 1, BE: 2, OE: 3 }, wrote: d => d.clearErrors() },
  UARTFR: {
    at: 0x018,
    access: 'ro',
    stored: false,
    bits: { CTS: 0, DSR: 1, DCD: 2, BUSY: 3, RXFE: 4, TXFF: 5, RXFF: 6, TXFE: 7, RI: 8 },
    read: d => d.flags(),
  },
  UARTILPR: { at: 0x020, mask: 0xff, about: 'IrDA low power divisor; there is no infrared' },
  UARTIBRD: { at: 0x024, mask: 0xffff },
  UARTFBRD: { at: 0x028, mask: 0x3f },
  UARTLCR_H: {
    at: 0x02c,
    bits: { BRK: 0, PEN: 1, EPS: 2, STP2: 3, FEN: 4, WLEN: [6, 5], SPS: 7 },
    write: (d, value) => d.setLine(value & 0xff),
  },
  UARTCR: {
    at: 0x030,
    reset: 0x300,
    bits: {
      ...{ UARTEN: 0, SIREN: 1, SIRLP: 2, LBE: 7, TXE: 8, RXE: 9 },
      ...{ DTR: 10, RTS: 11, Out1: 12, Out2: 13, RTSEn: 14, CTSEn: 15 },
    },
    write: (d, value) => d.setControl(value & 0xff87),
  },
  UARTIFLS: { at: 0x034, reset: 0x12, mask: 0x3f, bits: { TXIFLSEL: [2, 0], RXIFLSEL: [5, 3] } },
  UARTIMSC: { at: 0x038, mask: INTERRUPTS, bits: INTERRUPT_BITS, wrote: d => d.settle() },
  UARTRIS: { at: 0x03c, access: 'ro', bits: INTERRUPT_BITS },
  UARTMIS: { at: 0x040, access: 'ro', stored: false, bits: INTERRUPT_BITS, read: d => d.masked() },
  UARTICR: { at: 0x044, access: 'wo', stored: false, bits: INTERRUPT_BITS, write: (d, value) => d.lower(value) },
  UARTDMACR: { at: 0x048, mask: 0x7, bits: { RXDMAE: 0, TXDMAE: 1, DMAONERR: 2 }, about: 'no DMA is connected' },
  UARTTCR: { at: 0x080, access: 'none', about: 'integration test' },
  UARTITIP: { at: 0x084, access: 'none', about: 'integration test' },
  UARTITOP: { at: 0x088, access: 'none', about: 'integration test' },
  UARTTDR: { at: 0x08c, access: 'none', about: 'integration test' },
  ...primeCell(0x00341011),
});
const R = REGISTERS.slot;

const INITIAL = {
  /** A ring of characters with their error bits. */
  rx: new Uint16Array(DEPTH),
  rxHead: 0,
  rxCount: 0,
  /** Written while the transmitter was off. */
  tx: new Uint8Array(DEPTH),
  txCount: 0,
  /** Guest time of the receive timeout, 0 for none. */
  timeoutAt: 0,
  /** A byte was refused, its sender waits. */
  refused: false,
};

export class Pl011 extends RegisterDevice<typeof INITIAL> {
  private timeout: Timer | undefined;

  /** @param hertz of UARTCLK. */
  constructor(
    name: string,
    private readonly ports: Pl011Ports,
    private readonly hertz: number,
  ) {
    super(name, REGISTERS, INITIAL, ports.log);
  }

  /**
   * A byte from outside.
   * @returns false when the guest cannot take it now; `room` is called when it can.
   */
  receive(byte: number): boolean {
    const listening = CONTROL.UARTEN | CONTROL.RXE;
    const open = (this.values[R.UARTCR]! & (listening | CONTROL.LBE)) === listening;
    if (!open || this.state.rxCount >= this.depth) {
      this.state.refused = true;
      return false;
    }
    this.push(byte & 0xff);
    return true;
  }

  private get depth(): number {
    return this.values[R.UARTLCR_H]! & FIFO_ENABLE ? DEPTH : 1;
  }

  private get trigger(): number {
    return this.depth === 1 ? 1 : TRIGGER[Math.min((this.values[R.UARTIFLS]! >>> 3) & 7, 4)]!;
  }

  private push(character: number): void {
    const { state } = this;
    if (state.rxCount >= this.depth) {
      this.values[R.UARTRSR]! |= 8;
      this.raise(INT.OE);
      return;
    }
    state.rx[(state.rxHead + state.rxCount) % DEPTH] = character;
    state.rxCount++;
    this.armTimeout();
    this.raise(state.rxCount >= this.trigger ? INT.RX : 0);
  }

  front(): number {
    return this.state.rxCount > 0 ? this.state.rx[this.state.rxHead]! : 0;
  }

  /** A read of UARTDR. */
  take(): number {
    const { state } = this;
    if (state.rxCount === 0) return 0;
    const character = this.front();
    state.rxHead = (state.rxHead + 1) % DEPTH;
    state.rxCount--;
    this.values[R.UARTRSR] = (character >>> 8) & 0xf;
    this.armTimeout();
    this.lower((state.rxCount < this.trigger ? INT.RX : 0) | (state.rxCount === 0 ? INT.RT : 0));
    this.offerRoom();
    return character;
  }

  private offerRoom(): void {
    if (!this.state.refused) return;
    this.state.refused = false;
    this.ports.room?.();
  }

  /** The receive timeout: 32 bit periods without a character while the FIFO is not empty (2.8.1). */
  private armTimeout(): void {
    const divisor = (this.values[R.UARTIBRD]! + this.values[R.UARTFBRD]! / 64) * 16 || 16;
    this.state.timeoutAt =
      this.state.rxCount > 0 ? this.ports.clock.now() + Math.ceil((32 * divisor * 1e9) / this.hertz) : 0;
    this.scheduleTimeout();
  }

  private scheduleTimeout(): void {
    this.timeout?.cancel();
    this.timeout = undefined;
    if (this.state.timeoutAt === 0) return;
    this.timeout = this.ports.clock.schedule(this.state.timeoutAt, () => {
      this.state.timeoutAt = 0;
      this.raise(INT.RT);
    });
  }

  /** A write to UARTDR. With the transmitter off, bytes wait, and are lost when the FIFO is full. */
  transmit(byte: number): void {
    if (this.transmitting) return this.emit(byte);
    if (this.state.txCount < this.depth) this.state.tx[this.state.txCount++] = byte;
    this.note(-1, 'written to while UARTCR.UARTEN or TXE is 0: nothing is sent until both are 1');
  }

  /** Bytes that wait for the transmitter to be switched on. */
  get unsent(): number {
    return this.state.txCount;
  }

  /** Whether a byte from outside raises an interrupt. */
  get listens(): boolean {
    const listening = CONTROL.UARTEN | CONTROL.RXE;
    return (this.values[R.UARTCR]! & listening) === listening && (this.values[R.UARTIMSC]! & (INT.RX | INT.RT)) !== 0;
  }

  get transmitting(): boolean {
    const on = CONTROL.UARTEN | CONTROL.TXE;
    return (this.values[R.UARTCR]! & on) === on;
  }

  private emit(byte: number): void {
    const bits = 5 + ((this.values[R.UARTLCR_H]! >>> 5) & 3);
    if (bits < 7) this.note(-2, `transmits characters of ${bits} bits: UARTLCR_H.WLEN is ${bits - 5}`);
    const character = byte & ((1 << bits) - 1);
    if (this.values[R.UARTCR]! & CONTROL.LBE) this.push(character);
    else this.ports.output.write(character);
    // Every character drains the FIFO past its trigger level at once.
    this.raise(INT.TX);
  }

  flags(): number {
    const { rxCount, txCount } = this.state;
    return (
      this.modem(this.values[R.UARTCR]!) |
      (rxCount === 0 ? FLAG.RXFE : 0) |
      (rxCount >= this.depth ? FLAG.RXFF : 0) |
      (txCount === 0 ? FLAG.TXFE : 0) |
      (txCount >= this.depth ? FLAG.TXFF : 0)
    );
  }

  /** Modem lines: an attached terminal holds CTS, DSR and DCD; in loopback they follow the outputs (2.4.4). */
  private modem(control: number): number {
    if (!(control & CONTROL.LBE)) return FLAG.CTS | FLAG.DSR | FLAG.DCD;
    return (
      (control & CONTROL.RTS ? FLAG.CTS : 0) |
      (control & CONTROL.DTR ? FLAG.DSR : 0) |
      (control & CONTROL.OUT1 ? FLAG.DCD : 0) |
      (control & CONTROL.OUT2 ? FLAG.RI : 0)
    );
  }

  setControl(value: number): void {
    const changed = this.modem(this.values[R.UARTCR]!) ^ this.modem(value);
    this.values[R.UARTCR] = value;
    if (this.transmitting) {
      const waiting = this.state.tx.slice(0, this.state.txCount);
      this.state.txCount = 0;
      for (const byte of waiting) this.emit(byte);
    }
    this.raise(
      (changed & FLAG.CTS ? INT.CTS : 0) |
        (changed & FLAG.DSR ? INT.DSR : 0) |
        (changed & FLAG.DCD ? INT.DCD : 0) |
        (changed & FLAG.RI ? INT.RI : 0),
    );
    this.offerRoom();
  }

  /** Enabling or disabling the FIFOs empties them. */
  setLine(value: number): void {
    const before = this.values[R.UARTLCR_H]!;
    this.values[R.UARTLCR_H] = value;
    if (((before ^ value) & FIFO_ENABLE) === 0) return;
    this.state.rxCount = 0;
    this.state.txCount = 0;
    this.armTimeout();
    this.lower(INT.RX | INT.RT);
    this.offerRoom();
  }

  clearErrors(): void {
    this.values[R.UARTRSR] = 0;
  }

  masked(): number {
    return this.values[R.UARTRIS]! & this.values[R.UARTIMSC]!;
  }

  private raise(interrupts: number): void {
    this.values[R.UARTRIS]! |= interrupts;
    this.ports.irq.set(this.masked() !== 0);
  }

  lower(interrupts: number): void {
    this.values[R.UARTRIS]! &= ~interrupts;
    this.ports.irq.set(this.masked() !== 0);
  }

  override settle(): void {
    this.ports.irq.set(this.masked() !== 0);
    this.scheduleTimeout();
  }
}
