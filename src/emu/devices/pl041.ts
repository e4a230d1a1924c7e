// PL041: the advanced audio CODEC interface. The link to the codec's registers works; no sample is played or recorded.
import type { IrqLine, Log } from './device';
import { codecReset, codecWrite } from './lm4549';
import { RegisterDevice } from './register-device';
import { defineRegisters, primeCell, type Row } from './registers';

export interface Pl041Ports {
  readonly log: Log;
  readonly irq: IrqLine;
}

const CHANNELS = 4;
/** Words of each FIFO in its uncompacted form; the motherboard's FPGA has deep ones, and says so in PeriphID3. */
const FIFO_WORDS = 512;
const COMPACT = 1 << 15;
const FEN = 1 << 16;
const ENABLE = 1 << 0;
/** Slots that a channel is assigned to. */
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

const perChannel = (at: number, row: Partial<Row<Pl041>>): Row<Pl041> => ({
  at,
  count: CHANNELS,
  stride: 0x14,
  ...row,
});
const fifo = (at: number, channel: number): Row<Pl041> => ({
  at,
  count: 8,
  stored: false,
  destructive: true,
  read: () => 0, // the receive FIFOs stay empty
  write: d => d.push(channel),
});

const TABLE = defineRegisters<Pl041>('apb')({
  AACIRXCR: perChannel(0x00, { mask: 0x1fffffff }),
  AACITXCR: perChannel(0x04, { mask: 0x1ffff, wrote: (d, channel) => d.controlled(channel) }),
  AACISR: perChannel(0x08, { access: 'ro', stored: false, read: (d, channel) => d.status(channel) }),
  AACIISR: perChannel(0x0c, { access: 'ro', stored: false, read: (d, channel) => d.interrupts(channel) }),
  AACIIE: perChannel(0x10, { mask: 0x7f, wrote: d => d.settleIrq() }),
  AACISL1RX: { at: 0x50, access: 'ro', destructive: true, read: d => d.slotRead(1) },
  AACISL1TX: { at: 0x54, mask: 0xfffff, wrote: d => d.slotWritten(1) },
  AACISL2RX: { at: 0x58, access: 'ro', destructive: true, read: d => d.slotRead(2) },
  AACISL2TX: { at: 0x5c, mask: 0xfffff, wrote: d => d.slotWritten(2) },
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
  AACIALLINTS: { at: 0x84, access: 'ro', stored: false, read: d => d.allInterrupts() },
  AACIMAINFR: { at: 0x88, access: 'const' },
  AACIDR1: fifo(0x90, 0),
  AACIDR2: fifo(0xb0, 1),
  AACIDR3: fifo(0xd0, 2),
  AACIDR4: fifo(0xf0, 3),
  ...primeCell(0x30041041),
});

/**
 * ARM PrimeCell AACI PL041 (DDI0173) with a National LM4549. A FIFO fills as on hardware, so that drivers can measure
 * its depth, but it never empties onto the link: playback starts and makes no progress.
 */
export class Pl041 extends RegisterDevice<{ levels: Uint16Array; codec: Uint16Array }> {
  constructor(
    name: string,
    private readonly ports: Pl041Ports,
  ) {
    super(name, TABLE, { levels: new Uint16Array(CHANNELS), codec: codecReset() }, ports.log);
  }

  /** A write to a transmit FIFO; a full FIFO ignores it. */
  push(channel: number): void {
    const level = this.state.levels[channel]!;
    if (this.transmitControl(channel) & FEN && level < this.depth(channel)) this.state.levels[channel] = level + 1;
    this.settleIrq();
  }

  status(channel: number): number {
    const level = this.state.levels[channel]!;
    const depth = this.depth(channel);
    return SR.RXFE | (level === 0 ? SR.TXFE : 0) | (level <= depth / 2 ? SR.TXHE : 0) | (level === depth ? SR.TXFF : 0);
  }

  interrupts(channel: number): number {
    const half = this.transmitControl(channel) & FEN && this.status(channel) & SR.TXHE ? ISR_TX : 0;
    return half & this.values[TABLE.slot.AACIIE + channel]!;
  }

  /** DDI0173, 3.3.17: seven bits per channel. */
  allInterrupts(): number {
    let all = 0;
    for (let channel = 0; channel < CHANNELS; channel++) all |= this.interrupts(channel) << (7 * channel);
    return all;
  }

  /** Valid and empty flags of the slot registers that are enabled as interrupts. */
  slotInterrupts(): number {
    return (this.values[TABLE.slot.AACISLFR]! >>> 6) & this.values[TABLE.slot.AACISLIEN]!;
  }

  controlled(channel: number): void {
    const control = this.transmitControl(channel);
    if (!(control & FEN)) this.state.levels[channel] = 0;
    if (control & ENABLE && control & SLOTS) {
      this.note(-1, 'playback started, but samples are not played: the FIFO stays as it is');
    }
    this.settleIrq();
  }

  /** A command for the codec in slot 1, or its data in slot 2. A write takes both; a read answers in both. */
  slotWritten(slot: 1 | 2): void {
    const main = this.values[TABLE.slot.AACIMAINCR]!;
    if (slot !== 1 || !(main & IE) || !(main & SL1TXEN) || !(this.values[TABLE.slot.AACIRESET]! & 1)) return;
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
    this.ports.irq.set(on !== 0 && (this.slotInterrupts() | this.allInterrupts()) !== 0);
  }

  private transmitControl(channel: number): number {
    return this.values[TABLE.slot.AACITXCR + channel]!;
  }

  private depth(channel: number): number {
    return this.transmitControl(channel) & COMPACT ? 2 * FIFO_WORDS : FIFO_WORDS;
  }

  protected override settle(): void {
    this.settleIrq();
  }
}
