// PL041: the advanced audio CODEC interface. The link to the codec's registers works; no sample is played or recorded.
import type { IrqLine, Log } from './device';
import { codecReset, codecWrite } from './lm4549';
import { RegisterDevice } from './register-device';
import { defineRegisters, primeCell } from './registers';

export interface Pl041Ports {
  readonly log: Log;
  readonly irq: IrqLine;
}

/** Words of the transmit FIFO in its uncompacted form. The motherboard's FPGA has one channel with deep FIFOs. */
const FIFO_WORDS = 512;
const COMPACT = 1 << 15;
const FEN = 1 << 16;
const ENABLE = 1 << 0;
/** Slots that the channel is assigned to. */
const SLOTS = 0x1ffe;

const SR = { RXFE: 1 << 0, TXFE: 1 << 1, TXHE: 1 << 3, TXFF: 1 << 5 } as const;
const ISR_TX = 1 << 2;

/** AACIMAINCR. */
const IE = 1 << 0;
const SL1RXEN = 1 << 3;
const SL1TXEN = 1 << 4;
const SL2RXEN = 1 << 5;
const SL2TXEN = 1 << 6;

/** AACISLFR. */
const SLFR = { '1RXV': 1 << 6, '1TXE': 1 << 7, '2RXV': 1 << 8, '2TXE': 1 << 9, '12TXE': 1 << 11 } as const;

/** Slot 1: the register's number in bits 18:12, bit 19 set for a read. */
const READ_COMMAND = 1 << 19;

const TABLE = defineRegisters<Pl041>('apb')({
  AACIRXCR: { at: 0x00, mask: 0x1fffffff },
  AACITXCR: { at: 0x04, mask: 0x1ffff, wrote: d => d.controlled() },
  AACISR: { at: 0x08, access: 'ro', stored: false, read: d => d.status() },
  AACIISR: { at: 0x0c, access: 'ro', stored: false, read: d => d.interrupts() },
  AACIIE: { at: 0x10, mask: 0x7f, wrote: d => d.settleIrq() },
  ABSENT: { at: 0x14, count: 15, access: 'raz', about: 'channels 2 to 4 are not fitted' },
  AACISL1RX: { at: 0x50, access: 'ro', destructive: true, read: d => d.slotRead(1) },
  AACISL1TX: { at: 0x54, mask: 0xfffff, wrote: d => d.commanded() },
  AACISL2RX: { at: 0x58, access: 'ro', destructive: true, read: d => d.slotRead(2) },
  AACISL2TX: { at: 0x5c, mask: 0xfffff },
  AACISL12RX: { at: 0x60, access: 'const' },
  AACISL12TX: { at: 0x64, mask: 0xfffff },
  AACISLFR: { at: 0x68, access: 'ro', reset: SLFR['1TXE'] | SLFR['2TXE'] | SLFR['12TXE'] },
  AACISLISTAT: { at: 0x6c, access: 'ro', stored: false, read: d => d.slotInterrupts() },
  AACISLIEN: { at: 0x70, mask: 0xff, wrote: d => d.settleIrq() },
  AACIINTCLR: {
    at: 0x74,
    access: 'wo',
    stored: false,
    mask: 0x1fff,
    about: 'no interrupt that it clears is ever raised',
  },
  AACIMAINCR: { at: 0x78, mask: 0xfff, wrote: d => d.settleIrq() },
  AACIRESET: { at: 0x7c, mask: 1, about: 'AC-link reset, low', wrote: d => d.linkReset() },
  AACISYNC: { at: 0x80, mask: 1 },
  AACIALLINTS: { at: 0x84, access: 'ro', stored: false, read: d => d.interrupts() },
  AACIMAINFR: { at: 0x88, access: 'const' },
  AACIDR1: {
    at: 0x90,
    count: 8,
    stored: false,
    destructive: true,
    read: () => 0, // the receive FIFO stays empty
    write: d => d.push(),
  },
  ABSENT_DR: { at: 0xb0, count: 24, access: 'raz', about: 'FIFOs of channels 2 to 4' },
  ...primeCell(0x29041041),
});

/**
 * ARM PrimeCell AACI PL041 (DDI0173), one channel, with a National LM4549. The FIFO fills as on hardware, so that
 * drivers can measure its depth, but it never empties onto the link: playback starts and makes no progress.
 */
export class Pl041 extends RegisterDevice<{ level: number; codec: Uint16Array }> {
  constructor(
    name: string,
    private readonly ports: Pl041Ports,
  ) {
    super(name, TABLE, { level: 0, codec: codecReset() }, ports.log);
  }

  /** A write to the transmit FIFO; a full one ignores it. */
  push(): void {
    if (this.transmitControl() & FEN && this.state.level < this.depth()) this.state.level++;
    this.settleIrq();
  }

  status(): number {
    const { level } = this.state;
    const depth = this.depth();
    return SR.RXFE | (level === 0 ? SR.TXFE : 0) | (level <= depth / 2 ? SR.TXHE : 0) | (level >= depth ? SR.TXFF : 0);
  }

  interrupts(): number {
    const half = this.transmitControl() & FEN && this.status() & SR.TXHE ? ISR_TX : 0;
    return half & this.values[TABLE.slot.AACIIE]!;
  }

  /** Valid and empty flags of the slot registers that are enabled as interrupts. */
  slotInterrupts(): number {
    return (this.values[TABLE.slot.AACISLFR]! >>> 6) & this.values[TABLE.slot.AACISLIEN]!;
  }

  controlled(): void {
    const control = this.transmitControl();
    if (!(control & FEN)) this.state.level = 0;
    if (control & ENABLE && control & SLOTS) {
      this.note(-1, 'playback started, but samples are not played: the FIFO stays as it is');
    }
    this.settleIrq();
  }

  /** Slot 1 was written: a command for the codec. A write takes its data from slot 2; a read answers in both. */
  commanded(): void {
    const main = this.values[TABLE.slot.AACIMAINCR]!;
    if (!(main & IE) || !(main & SL1TXEN) || !(this.values[TABLE.slot.AACIRESET]! & 1)) return;
    const command = this.values[TABLE.slot.AACISL1TX]!;
    const register = (command >>> 12) & 0x7e;
    if (command & READ_COMMAND) {
      if (!(main & SL1RXEN) || !(main & SL2RXEN)) return;
      this.values[TABLE.slot.AACISL1RX] = register << 12;
      this.values[TABLE.slot.AACISL2RX] = this.state.codec[register >>> 1]! << 4;
      this.values[TABLE.slot.AACISLFR]! |= SLFR['1RXV'] | SLFR['2RXV'];
    } else if (main & SL2TXEN) {
      codecWrite(this.state.codec, register, (this.values[TABLE.slot.AACISL2TX]! >>> 4) & 0xffff);
    }
    this.settleIrq();
  }

  /** Reading a received slot takes its valid flag away. */
  slotRead(slot: 1 | 2): number {
    this.values[TABLE.slot.AACISLFR]! &= slot === 1 ? ~SLFR['1RXV'] : ~SLFR['2RXV'];
    this.settleIrq();
    return this.values[slot === 1 ? TABLE.slot.AACISL1RX : TABLE.slot.AACISL2RX]!;
  }

  linkReset(): void {
    if (!(this.values[TABLE.slot.AACIRESET]! & 1)) this.state.codec.set(codecReset());
  }

  settleIrq(): void {
    const on = this.values[TABLE.slot.AACIMAINCR]! & IE;
    this.ports.irq.set(on !== 0 && (this.slotInterrupts() | this.interrupts()) !== 0);
  }

  private transmitControl(): number {
    return this.values[TABLE.slot.AACITXCR]!;
  }

  private depth(): number {
    return this.transmitControl() & COMPACT ? 2 * FIFO_WORDS : FIFO_WORDS;
  }

  protected override settle(): void {
    this.settleIrq();
  }
}
