// LAN9118: the Ethernet controller of the V2M-P1 motherboard.
import type { Clock, DeviceState, IrqLine, Log, Timer } from './device';
import { Lan9118Mac } from './lan9118-mac';
import { Lan9118Receiver } from './lan9118-receiver';
import { Lan9118Transmitter } from './lan9118-transmitter';
import type { NetworkPort } from './network';
import { RegisterDevice } from './register-device';
import { defineRegisters } from './registers';
import { readState } from './state';
import { WordFifo } from './word-fifo';

export interface Lan9118Ports {
  readonly log: Log;
  /** The IRQ pin as it arrives: which level means an interrupt is the driver's choice (INT_CFG.IRQ_POL). */
  readonly irq: IrqLine;
  readonly clock: Clock;
  /** What the cable leads to; without one the link is down. */
  readonly network?: NetworkPort;
}

/** INT_STS and INT_EN. */
const INT = {
  SW: 2 ** 31,
  TXSTOP: 1 << 25,
  RXSTOP: 1 << 24,
  TX_IOC: 1 << 21,
  GPT: 1 << 19,
  PHY: 1 << 18,
  TXSO: 1 << 16,
  RXE: 1 << 14,
  TXE: 1 << 13,
  TDFO: 1 << 10,
  TDFA: 1 << 9,
  TSFF: 1 << 8,
  TSFL: 1 << 7,
  RXDF: 1 << 6,
  RSFF: 1 << 4,
  RSFL: 1 << 3,
} as const;

const INTERRUPTS = {
  ...{ SW_INT: 31, TXSTOP_INT: 25, RXSTOP_INT: 24, RXDFH_INT: 23, TX_IOC: 21, RXD_INT: 20, GPT_INT: 19, PHY_INT: 18 },
  ...{ PME_INT: 17, TXSO: 16, RWT: 15, RXE: 14, TXE: 13, TDFO: 10, TDFA: 9, TSFF: 8, TSFL: 7, RXDF_INT: 6 },
  ...{ RSFF: 4, RSFL: 3, GPIO2_INT: 2, GPIO1_INT: 1, GPIO0_INT: 0 },
} as const;

const INT_CFG = { IRQ_INT: 1 << 12, IRQ_EN: 1 << 8, IRQ_POL: 1 << 4, IRQ_TYPE: 1 << 0 } as const;
const RX_CFG_DUMP = 1 << 15;
const TX_CFG = { TXS_DUMP: 1 << 15, TXD_DUMP: 1 << 14, TXSAO: 1 << 2, TX_ON: 1 << 1, STOP_TX: 1 << 0 } as const;
const HW_CFG = { TX_FIF_SZ: 0xf << 16, MODE_32: 1 << 2, SRST: 1 << 0 } as const;
const PMT = { PM_MODE: 3 << 12, PHY_RST: 1 << 10, WUPS: 3 << 4, READY: 1 << 0 } as const;
const GPT_EN = 1 << 29;
const CSR_READ = 1 << 30;
const E2P = { TIMEOUT: 1 << 9, ADDRESS: 0xff } as const;

/** Bytes of the memory that all FIFOs share. */
const MEMORY = 16 * 1024;
const WORDS = MEMORY / 4;
const TX_STATUS_WORDS = 128;
/** The general purpose timer counts in 100 microseconds. */
const GPT_TICK = 100_000;
const FREE_RUN_TICK = 40;
/** Frames that leave; a frame that the host did not let the chip pad may be shorter than 60 bytes. */
const SHORTEST_SENT = 14;
const LONGEST_SENT = 1518;

const TABLE = defineRegisters<Lan9118>('ignore')({
  RX_DATA_FIFO: { at: 0x00, count: 8, access: 'ro', stored: false, destructive: true, read: d => d.receiveWord() },
  TX_DATA_FIFO: { at: 0x20, count: 8, access: 'wo', stored: false, write: (d, value) => d.transmitWord(value) },
  RX_STATUS_FIFO: { at: 0x40, access: 'ro', stored: false, destructive: true, read: d => d.receiveStatus() },
  RX_STATUS_PEEK: { at: 0x44, access: 'ro', stored: false, read: d => d.receiver.status.peek() ?? 0 },
  TX_STATUS_FIFO: { at: 0x48, access: 'ro', stored: false, destructive: true, read: d => d.transmitStatus() },
  TX_STATUS_PEEK: { at: 0x4c, access: 'ro', stored: false, read: d => d.txStatus.peek() ?? 0 },
  ID_REV: { at: 0x50, access: 'const', reset: 0x01180001 },
  INT_CFG: {
    at: 0x54,
    mask: 0xff000111,
    bits: { INT_DEAS: [31, 24], IRQ_INT: 12, IRQ_EN: 8, IRQ_POL: 4, IRQ_TYPE: 0 },
    about: 'the deassertion interval has no effect',
    read: d => d.interruptConfiguration(),
    wrote: d => d.update(),
  },
  INT_STS: { at: 0x58, access: 'w1c', mask: ~INT.PHY >>> 0, bits: INTERRUPTS, wrote: d => d.update() },
  INT_EN: { at: 0x5c, bits: INTERRUPTS, write: (d, value) => d.enableInterrupts(value) },
  BYTE_TEST: { at: 0x64, stored: false, read: () => 0x87654321, write: d => d.wake() },
  FIFO_INT: {
    at: 0x68,
    reset: 0x48000000,
    mask: 0xffff00ff,
    bits: { TX_AVAIL_LEVEL: [31, 24], TX_STS_LEVEL: [23, 16], RX_STS_LEVEL: [7, 0] },
    wrote: d => d.update(),
  },
  RX_CFG: {
    at: 0x6c,
    mask: 0xcfff9f00,
    bits: { RX_END_ALIGN: [31, 30], RX_DMA_CNT: [27, 16], RX_DUMP: 15, RXDOFF: [12, 8] },
    wrote: d => d.receiveConfigured(),
  },
  TX_CFG: {
    at: 0x70,
    mask: 0xc007,
    bits: { TXS_DUMP: 15, TXD_DUMP: 14, TXSAO: 2, TX_ON: 1, STOP_TX: 0 },
    wrote: d => d.transmitConfigured(),
  },
  HW_CFG: {
    at: 0x74,
    reset: 0x00050000 | HW_CFG.MODE_32,
    bits: { MBO: 20, TX_FIF_SZ: [19, 16], TR: [13, 12], MODE_32: 2, SRST: 0 },
    write: (d, value) => d.configure(value),
  },
  RX_DP_CTRL: { at: 0x78, stored: false, read: () => 0, write: (d, value) => d.fastForward(value) },
  RX_FIFO_INF: {
    at: 0x7c,
    access: 'ro',
    stored: false,
    bits: { RXSUSED: [23, 16], RXDUSED: [15, 0] },
    read: d => (d.receiver.status.length << 16) | (d.receiver.data.length * 4),
  },
  TX_FIFO_INF: {
    at: 0x80,
    access: 'ro',
    stored: false,
    bits: { TXSUSED: [23, 16], TDFREE: [15, 0] },
    read: d => (d.txStatus.length << 16) | (d.txData.free * 4),
  },
  PMT_CTRL: {
    at: 0x84,
    reset: PMT.READY,
    bits: { PM_MODE: [13, 12], PHY_RST: 10, WOL_EN: 9, ED_EN: 8, PME_TYPE: 6, WUPS: [5, 4], READY: 0 },
    write: (d, value) => d.managePower(value),
  },
  GPIO_CFG: { at: 0x88, mask: 0x7777071f },
  GPT_CFG: {
    at: 0x8c,
    reset: 0xffff,
    mask: 0x2000ffff,
    bits: { TIMER_EN: 29, GPT_LOAD: [15, 0] },
    wrote: d => d.timerConfigured(),
  },
  GPT_CNT: { at: 0x90, access: 'ro', stored: false, read: d => d.timerCount() },
  WORD_SWAP: { at: 0x98, about: 'has no effect on a 32-bit bus' },
  FREE_RUN: { at: 0x9c, access: 'ro', stored: false, read: d => d.freeRun() },
  RX_DROP: { at: 0xa0, access: 'ro', destructive: true, read: d => d.takeDropped() },
  MAC_CSR_CMD: {
    at: 0xa4,
    bits: { CSR_BUSY: 31, R_nW: 30, CSR_ADDR: [7, 0] },
    write: (d, value) => d.macAccess(value),
  },
  MAC_CSR_DATA: { at: 0xa8 },
  AFC_CFG: { at: 0xac, mask: 0x00ffffff, about: 'flow control has no effect: nothing here is too fast' },
  E2P_CMD: {
    at: 0xb0,
    bits: { EPC_BUSY: 31, EPC_CMD: [30, 28], EPC_TIMEOUT: 9, MAC_ADDR_LOADED: 8, EPC_ADDR: [7, 0] },
    write: (d, value) => d.eepromCommand(value),
  },
  E2P_DATA: { at: 0xb4, mask: 0xff },
});

const { slot } = TABLE;

/**
 * SMSC LAN9118 with its internal PHY and no EEPROM: after reset the MAC address is all ones and drivers choose their
 * own. Frames take no time on the wire. The chip decodes 256 bytes.
 */
export class Lan9118 extends RegisterDevice<{
  /** When the general purpose timer last held GPT_LOAD, and when it next wraps (0: off). */
  gptStart: number;
  gptDeadline: number;
}> {
  readonly txData = new WordFifo(WORDS);
  readonly txStatus = new WordFifo(TX_STATUS_WORDS);
  readonly receiver: Lan9118Receiver;
  private readonly mac: Lan9118Mac;
  private readonly transmitter: Lan9118Transmitter;
  private timer: Timer | undefined;

  constructor(
    name: string,
    private readonly ports: Lan9118Ports,
  ) {
    super(name, TABLE, { gptStart: 0, gptDeadline: 0 }, ports.log);
    this.mac = new Lan9118Mac(ports.network !== undefined, {
      receiverStopped: () => this.raise(INT.RXSTOP),
      log: what => this.log(`${name}: ${what}`, `${name}:${what}`),
    });
    this.receiver = new Lan9118Receiver(this.mac);
    this.transmitter = new Lan9118Transmitter({
      send: frame => this.send(frame),
      done: status => {
        if (!this.txStatus.push(status)) this.raise(INT.TXSO);
      },
      completed: () => this.raise(INT.TX_IOC),
      failed: why => {
        this.raise(INT.TXE);
        this.log(`${name}: ${why}, frame lost`, `${name}:${why}`);
      },
    });
    this.sizeFifos();
    ports.network?.onReceive(frame => {
      if (this.mac.phy.link && !this.mac.loopback) this.receive(frame);
      this.update();
    });
  }

  // Data path.

  receiveWord(): number {
    return this.received(this.receiver.take());
  }

  receiveStatus(): number {
    return this.received(this.receiver.status.shift());
  }

  transmitWord(word: number): void {
    if (!this.txData.push(word)) this.raise(INT.TDFO);
    this.pump();
    this.update();
  }

  transmitStatus(): number {
    const status = this.txStatus.shift() ?? 0;
    this.pump();
    this.update();
    return status;
  }

  /** RX_DP_CTRL.RX_FFWD: the rest of the frame whose status was read is thrown away. */
  fastForward(value: number): void {
    if (value >>> 31) this.receiver.fastForward();
  }

  receiveConfigured(): void {
    if (this.values[slot.RX_CFG]! & RX_CFG_DUMP) this.receiver.clear();
    this.values[slot.RX_CFG]! &= ~RX_CFG_DUMP;
    this.update();
  }

  transmitConfigured(): void {
    const value = this.values[slot.TX_CFG]!;
    if (value & TX_CFG.TXS_DUMP) this.txStatus.clear();
    if (value & TX_CFG.TXD_DUMP) this.dumpTransmit();
    this.values[slot.TX_CFG] = value & (TX_CFG.TXSAO | TX_CFG.TX_ON);
    if (value & TX_CFG.STOP_TX) {
      this.values[slot.TX_CFG]! &= ~TX_CFG.TX_ON;
      this.raise(INT.TXSTOP);
    }
    this.pump();
    this.update();
  }

  takeDropped(): number {
    const dropped = this.values[slot.RX_DROP]!;
    this.values[slot.RX_DROP] = 0;
    return dropped;
  }

  // Interrupts.

  interruptConfiguration(): number {
    return this.values[slot.INT_CFG]! | (this.pending() ? INT_CFG.IRQ_INT : 0);
  }

  /** A software interrupt is the enable bit going from 0 to 1. */
  enableInterrupts(value: number): void {
    if (value >>> 31 && !(this.values[slot.INT_EN]! >>> 31)) this.raise(INT.SW);
    this.values[slot.INT_EN] = value;
    this.update();
  }

  /** Conditions of the FIFOs and the PHY as they are now; then the pin. */
  update(): void {
    const { values } = this;
    const levels = values[slot.FIFO_INT]!;
    let sources = 0;
    if (this.receiver.status.length > (levels & 0xff)) sources |= INT.RSFL;
    if (this.receiver.status.free === 0) sources |= INT.RSFF;
    if (this.txStatus.length > ((levels >>> 16) & 0xff)) sources |= INT.TSFL;
    if (this.txStatus.free === 0) sources |= INT.TSFF;
    if (this.txData.free * 4 > (levels >>> 24) * 64) sources |= INT.TDFA;
    values[slot.INT_STS]! &= ~INT.PHY;
    this.raise(sources | (this.mac.phy.interrupt ? INT.PHY : 0));
    this.ports.irq.set(this.pin());
  }

  // Control.

  configure(value: number): void {
    if (value & HW_CFG.SRST) return this.softReset();
    const size = (value & HW_CFG.TX_FIF_SZ) >>> 16;
    const kept = value & ~(HW_CFG.TX_FIF_SZ | HW_CFG.MODE_32 | HW_CFG.SRST);
    const possible = size >= 2 && size <= 14;
    if (!possible) this.note(-2, `HW_CFG.TX_FIF_SZ ${size} is not in 2..14, ignored`);
    const used = possible ? size << 16 : this.values[slot.HW_CFG]! & HW_CFG.TX_FIF_SZ;
    this.values[slot.HW_CFG] = (kept & 0x00103000) | used | HW_CFG.MODE_32;
    this.sizeFifos();
    this.update();
  }

  managePower(value: number): void {
    if (value & PMT.PHY_RST) this.mac.phy.reset();
    const ready = value & PMT.PM_MODE ? 0 : PMT.READY;
    this.values[slot.PMT_CTRL] = (value & 0x334e & ~PMT.WUPS) | ready;
    this.update();
  }

  /** Any write to BYTE_TEST brings the chip back to full power. */
  wake(): void {
    this.values[slot.PMT_CTRL] = (this.values[slot.PMT_CTRL]! & ~PMT.PM_MODE) | PMT.READY;
  }

  /** An access to a MAC register takes no time: CSR_BUSY is never seen. */
  macAccess(value: number): void {
    if (!(value >>> 31)) return;
    const index = value & 0xff;
    this.values[slot.MAC_CSR_CMD] = value & (CSR_READ | 0xff);
    if (value & CSR_READ) this.values[slot.MAC_CSR_DATA] = this.mac.read(index);
    else this.mac.write(index, this.values[slot.MAC_CSR_DATA]!);
    this.pump();
    this.update();
  }

  /** There is no EEPROM: reads find ones, and what waits for it to become ready times out. */
  eepromCommand(value: number): void {
    const command = (value >>> 28) & 7;
    this.values[slot.E2P_CMD] = (value & (7 * 2 ** 28)) | (value & E2P.ADDRESS);
    if (!(value >>> 31)) return;
    if (command === 0) this.values[slot.E2P_DATA] = 0xff;
    else if (command >= 3 && command <= 6) this.values[slot.E2P_CMD]! |= E2P.TIMEOUT;
  }

  timerConfigured(): void {
    const on = (this.values[slot.GPT_CFG]! & GPT_EN) !== 0;
    if (!on) this.values[slot.GPT_CFG] = 0xffff;
    this.state.gptStart = this.ports.clock.now();
    const load = this.values[slot.GPT_CFG]! & 0xffff;
    this.state.gptDeadline = on ? this.state.gptStart + (load + 1) * GPT_TICK : 0;
    this.arm();
  }

  timerCount(): number {
    const config = this.values[slot.GPT_CFG]!;
    if (!(config & GPT_EN)) return 0xffff;
    const ticks = Math.floor((this.ports.clock.now() - this.state.gptStart) / GPT_TICK);
    return ((config & 0xffff) - (ticks % 0x10000)) & 0xffff;
  }

  freeRun(): number {
    return Math.floor(this.ports.clock.now() / FREE_RUN_TICK) % 2 ** 32;
  }

  override reset(): void {
    this.mac.reset();
    this.mac.phy.reset();
    this.emptyFifos();
    super.reset();
  }

  override save(): DeviceState {
    return {
      ...super.save(),
      mac: this.mac.save(),
      receiver: this.receiver.save(),
      transmitter: this.transmitter.save(),
      txData: this.txData.toArray(),
      txStatus: this.txStatus.toArray(),
    };
  }

  override load(saved: DeviceState): void {
    const { txData, txStatus } = readState(this.name, { txData: [] as number[], txStatus: [] as number[] }, saved);
    this.mac.load(this.name, saved['mac']);
    this.receiver.load(this.name, saved['receiver']);
    this.transmitter.load(this.name, saved['transmitter']);
    this.txData.assign(txData);
    this.txStatus.assign(txStatus);
    super.load(saved);
  }

  protected override settle(): void {
    this.sizeFifos();
    this.arm();
    this.update();
  }

  private raise(sources: number): void {
    this.values[slot.INT_STS]! |= sources;
  }

  private pending(): boolean {
    return (this.values[slot.INT_STS]! & this.values[slot.INT_EN]!) !== 0;
  }

  /** The IRQ pin: push-pull of either polarity, or open drain (low is active, and a resistor pulls it up). */
  private pin(): boolean {
    const config = this.values[slot.INT_CFG]!;
    const active = this.pending() && (config & INT_CFG.IRQ_EN) !== 0;
    const activeHigh = (config & INT_CFG.IRQ_TYPE) !== 0 && (config & INT_CFG.IRQ_POL) !== 0;
    return active === activeHigh;
  }

  private emptyFifos(): void {
    this.receiver.clear();
    this.dumpTransmit();
    this.txStatus.clear();
  }

  private dumpTransmit(): void {
    this.txData.clear();
    this.transmitter.reset();
  }

  /** The transmitter gets TX_FIF_SZ KiB, 512 bytes of it for status; the rest is the receiver's. */
  private sizeFifos(): void {
    const transmit = ((this.values[slot.HW_CFG]! & HW_CFG.TX_FIF_SZ) >>> 16) * 1024;
    this.txData.limit = transmit / 4 - TX_STATUS_WORDS;
    this.receiver.resize(MEMORY - transmit);
  }

  /** HW_CFG.SRST: everything but the PHY and the kind of the IRQ pin. */
  private softReset(): void {
    const kind = this.values[slot.INT_CFG]! & (INT_CFG.IRQ_POL | INT_CFG.IRQ_TYPE);
    this.mac.reset();
    this.emptyFifos();
    super.reset();
    this.values[slot.INT_CFG]! |= kind;
    this.update();
  }

  /** Transmits what is complete in the FIFO, while transmission is on and its status fits. */
  private pump(): void {
    while (this.values[slot.TX_CFG]! & TX_CFG.TX_ON && this.mac.transmits) {
      if (this.txStatus.free === 0 && !(this.values[slot.TX_CFG]! & TX_CFG.TXSAO)) return;
      const word = this.txData.shift();
      if (word === undefined) return;
      this.transmitter.take(word);
    }
  }

  /** @returns bits for the transmit status: errors that the wire caused. */
  private send(frame: Uint8Array): number {
    if (this.mac.loopback) {
      this.receive(frame);
      return 0;
    }
    if (this.mac.phy.link) {
      if (frame.length >= SHORTEST_SENT && frame.length <= LONGEST_SENT) this.ports.network?.send(frame);
      return 0;
    }
    // Carrier is not looked at in full duplex: the frame goes nowhere and nobody notices.
    return this.mac.fullDuplex ? 0 : Lan9118Transmitter.NO_CARRIER;
  }

  private receive(frame: Uint8Array): void {
    if (this.receiver.receive(frame, this.values[slot.RX_CFG]!)) return;
    this.values[slot.RX_DROP]!++;
    this.raise(INT.RXDF);
  }

  /** What a receive FIFO gave; reading an empty one is an error. */
  private received(word: number | undefined): number {
    if (word === undefined) this.raise(INT.RXE);
    this.update();
    return word ?? 0;
  }

  private arm(): void {
    this.timer?.cancel();
    const { gptDeadline } = this.state;
    this.timer = gptDeadline > 0 ? this.ports.clock.schedule(gptDeadline, () => this.timerWrapped()) : undefined;
  }

  /** The count goes from 0 to 0xffff. */
  private timerWrapped(): void {
    this.state.gptDeadline += 0x10000 * GPT_TICK;
    this.arm();
    this.raise(INT.GPT);
    this.update();
  }
}
