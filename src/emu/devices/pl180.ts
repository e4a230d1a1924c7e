// PL180: the MultiMedia Card interface.
import type { Clock, DeviceState, IrqLine, Log, Timer } from './device';
import { RegisterDevice } from './register-device';
import { defineRegisters, primeCell } from './registers';
import type { SdCard } from './sd-card';

export interface Pl180Ports {
  readonly log: Log;
  /** MCIINTR[0] and MCIINTR[1], masked by MCIMask0 and MCIMask1. */
  readonly irqs: readonly [IrqLine, IrqLine];
  readonly clock: Clock;
  /** Frequency of MCLK in hertz. */
  readonly mclk: number;
  /** The socket; {@link SdCard.present} says whether a card is in it. */
  readonly card: SdCard;
}

const FIFO_WORDS = 16;

/** MCIStatus (DDI0172, 3.3.12). Bits 10:0 stay until MCIClear takes them away, the others show the state. */
export const MCI_STATUS = {
  CmdCrcFail: 1 << 0,
  DataCrcFail: 1 << 1,
  CmdTimeOut: 1 << 2,
  DataTimeOut: 1 << 3,
  TxUnderrun: 1 << 4,
  RxOverrun: 1 << 5,
  CmdRespEnd: 1 << 6,
  CmdSent: 1 << 7,
  DataEnd: 1 << 8,
  StartBitErr: 1 << 9,
  DataBlockEnd: 1 << 10,
  CmdActive: 1 << 11,
  TxActive: 1 << 12,
  RxActive: 1 << 13,
  TxFifoHalfEmpty: 1 << 14,
  RxFifoHalfFull: 1 << 15,
  TxFifoFull: 1 << 16,
  RxFifoFull: 1 << 17,
  TxFifoEmpty: 1 << 18,
  RxFifoEmpty: 1 << 19,
  TxDataAvlbl: 1 << 20,
  RxDataAvlbl: 1 << 21,
} as const;

const STATUS_BITS = Object.fromEntries(
  Object.entries(MCI_STATUS).map(([name, mask]) => [name, 31 - Math.clz32(mask)]),
) as { [name in keyof typeof MCI_STATUS]: number };

const CLEARABLE = 0x7ff;
const POWER_ON = 3;
const CLOCK = { Enable: 1 << 8, Bypass: 1 << 10 } as const;
const COMMAND = { Response: 1 << 6, LongRsp: 1 << 7, Enable: 1 << 10 } as const;
const DATA = { Enable: 1 << 0, Direction: 1 << 1, Mode: 1 << 2 } as const;
/** What MCIRespCommand reads after a response that carries no command index. */
const NO_INDEX = 0x3f;

const TABLE = defineRegisters<Pl180>('apb')({
  MCIPower: {
    at: 0x00,
    mask: 0xff,
    bits: { Ctrl: [1, 0], Voltage: [5, 2], OpenDrain: 6, Rod: 7 },
    wrote: d => d.tryCommand(),
  },
  MCIClock: {
    at: 0x04,
    mask: 0xfff,
    bits: { ClkDiv: [7, 0], Enable: 8, PwrSave: 9, Bypass: 10, WideBus: 11 },
    wrote: d => d.tryCommand(),
  },
  MCIArgument: { at: 0x08 },
  MCICommand: {
    at: 0x0c,
    mask: 0x7ff,
    bits: { CmdIndex: [5, 0], Response: 6, LongRsp: 7, Interrupt: 8, Pending: 9, Enable: 10 },
    wrote: d => d.commanded(),
  },
  MCIRespCommand: { at: 0x10, access: 'ro' },
  MCIResponse: { at: 0x14, access: 'ro', count: 4 },
  MCIDataTimer: { at: 0x24 },
  MCIDataLength: { at: 0x28, mask: 0xffff },
  MCIDataCtrl: {
    at: 0x2c,
    mask: 0xff,
    bits: { Enable: 0, Direction: 1, Mode: 2, DMAEnable: 3, BlockSize: [7, 4] },
    wrote: d => d.dataControlled(),
  },
  MCIDataCnt: { at: 0x30, access: 'ro', stored: false, read: d => d.state.count },
  MCIStatus: { at: 0x34, access: 'ro', stored: false, bits: STATUS_BITS, read: d => d.status() },
  MCIClear: { at: 0x38, access: 'wo', stored: false, write: (d, value) => d.clear(value) },
  MCIMask: { at: 0x3c, count: 2, mask: 0x3fffff, bits: STATUS_BITS, wrote: d => d.settleIrq() },
  MCIFifoCnt: {
    at: 0x48,
    access: 'ro',
    stored: false,
    about: 'words still to move between the FIFO and the card',
    read: d => (d.state.count + 3) >>> 2,
  },
  MCIFIFO: {
    at: 0x80,
    count: 16,
    stored: false,
    destructive: true,
    read: d => d.pop(),
    write: (d, value) => d.push(value),
  },
  ...primeCell(0x00041180),
});

const { slot } = TABLE;

/** Direction of the data path: none, from the card, to the card. */
const IDLE = 0;
const RECEIVE = 1;
const SEND = 2;

/**
 * ARM PrimeCell Multimedia Card Interface PL180 (DDI0172). Commands and data take no guest time, except that a card
 * which drives no data is waited for as MCIDataTimer says. The data path stops the card's clock where the hardware
 * would overrun or underrun, so a slow driver loses nothing.
 */
export class Pl180 extends RegisterDevice<{
  /** Bits 10:0 of MCIStatus. */
  flags: number;
  /** A command waits for clock or power. */
  pending: boolean;
  path: number;
  /** MCIDataCnt: bytes that the card has still to move. */
  count: number;
  /** Bytes of the block that have been moved. */
  inBlock: number;
  fifo: Uint32Array;
  head: number;
  level: number;
  /** When waiting for the card ends in a timeout; 0 while there is nothing to wait for. */
  deadline: number;
}> {
  private timer: Timer | undefined;

  constructor(
    name: string,
    private readonly ports: Pl180Ports,
  ) {
    const fifo = new Uint32Array(FIFO_WORDS);
    const state = { flags: 0, pending: false, path: IDLE, count: 0, inBlock: 0, fifo, head: 0, level: 0, deadline: 0 };
    super(name, TABLE, state, ports.log);
  }

  status(): number {
    const { flags, pending, path, level, count } = this.state;
    let status = flags | (pending ? MCI_STATUS.CmdActive : 0);
    // A FIFO shows no flags while its direction is not in use.
    if (path === SEND) {
      status |= MCI_STATUS.TxActive | (level <= FIFO_WORDS / 2 ? MCI_STATUS.TxFifoHalfEmpty : 0);
      status |= level === 0 ? MCI_STATUS.TxFifoEmpty : MCI_STATUS.TxDataAvlbl;
      if (level === FIFO_WORDS) status |= MCI_STATUS.TxFifoFull;
    } else if (path === RECEIVE && (count > 0 || level > 0)) {
      status |= MCI_STATUS.RxActive;
      status |= level === 0 ? MCI_STATUS.RxFifoEmpty : MCI_STATUS.RxDataAvlbl;
      if (level >= FIFO_WORDS / 2) status |= MCI_STATUS.RxFifoHalfFull;
      if (level === FIFO_WORDS) status |= MCI_STATUS.RxFifoFull;
    }
    return status;
  }

  clear(value: number): void {
    this.state.flags &= ~(value & CLEARABLE);
    this.settleIrq();
  }

  /** MCICommand was written: Enable starts the command path, its absence stops it. */
  commanded(): void {
    this.state.pending = (this.values[slot.MCICommand]! & COMMAND.Enable) !== 0;
    this.tryCommand();
  }

  /** Sends the command that waits, once the card has power and clock. */
  tryCommand(): void {
    const powered = (this.values[slot.MCIPower]! & 3) === POWER_ON;
    const clocked = (this.values[slot.MCIClock]! & CLOCK.Enable) !== 0;
    if (this.state.pending && powered && clocked) {
      this.state.pending = false;
      this.send(this.values[slot.MCICommand]!);
      this.pump();
    } else if (this.state.pending) {
      this.note(-1, 'command waits: MCIPower or MCIClock keeps the card off');
    }
    this.settleIrq();
  }

  /** MCIDataCtrl was written: Enable starts a transfer of MCIDataLength bytes, its absence ends the one that runs. */
  dataControlled(): void {
    const { state } = this;
    const control = this.values[slot.MCIDataCtrl]!;
    Object.assign(state, { path: IDLE, count: 0, inBlock: 0, head: 0, level: 0 });
    this.wait(false);
    if (control & DATA.Enable) {
      state.path = control & DATA.Direction ? RECEIVE : SEND;
      state.count = this.values[slot.MCIDataLength]!;
      if (state.count === 0) this.finish();
      else this.pump();
    }
    this.settleIrq();
  }

  /** A read of MCIFIFO. An empty FIFO reads 0. */
  pop(): number {
    const { state } = this;
    if (state.path !== RECEIVE || state.level === 0) {
      this.note(-2, 'read of MCIFIFO while it holds no received data, answered 0');
      return 0;
    }
    const word = state.fifo[state.head]!;
    state.head = (state.head + 1) % FIFO_WORDS;
    state.level--;
    this.pump();
    this.settleIrq();
    return word;
  }

  /** A write to MCIFIFO. A full FIFO, and one that is not in use, lose the word. */
  push(word: number): void {
    const { state } = this;
    if (state.path !== SEND || state.level === FIFO_WORDS) {
      this.note(-3, 'write to MCIFIFO while it takes no data, lost');
      return;
    }
    state.fifo[(state.head + state.level) % FIFO_WORDS] = word;
    state.level++;
    this.pump();
    this.settleIrq();
  }

  settleIrq(): void {
    const status = this.status();
    this.ports.irqs.forEach((irq, n) => irq.set((status & this.values[slot.MCIMask + n]!) !== 0));
  }

  override reset(): void {
    this.ports.card.reset();
    super.reset();
  }

  override save(): DeviceState {
    return { ...super.save(), card: this.ports.card.save() };
  }

  override load(saved: DeviceState): void {
    this.ports.card.load(saved['card']);
    super.load(saved);
  }

  /** DDI0172, 2.2.4: what the command path makes of the card's answer. */
  private send(command: number): void {
    const { state, values } = this;
    const index = command & 0x3f;
    const answer = this.ports.card.command(index, values[slot.MCIArgument]!);
    if (!(command & COMMAND.Response)) {
      state.flags |= MCI_STATUS.CmdSent;
      return;
    }
    if (!answer) {
      state.flags |= MCI_STATUS.CmdTimeOut;
      return;
    }
    const long = (command & COMMAND.LongRsp) !== 0;
    // A response of the other length than the one that is waited for has no CRC where one is expected.
    const good = answer.crc && long === answer.words.length > 1;
    answer.words.forEach((word, n) => (values[slot.MCIResponse + n] = word));
    if (answer.words.length > 1) values[slot.MCIResponse + 3]! &= ~1; // the end bit is not kept
    values[slot.MCIRespCommand] = answer.crc && answer.words.length === 1 ? index : NO_INDEX;
    state.flags |= good ? MCI_STATUS.CmdRespEnd : MCI_STATUS.CmdCrcFail;
  }

  /** Moves data between FIFO and card as far as both allow. */
  private pump(): void {
    const { state } = this;
    if (state.path === RECEIVE) {
      while (state.count > 0 && state.level < FIFO_WORDS) if (!this.receiveWord()) return this.wait(true);
    } else if (state.path === SEND) {
      while (state.count > 0 && state.level > 0) if (!this.sendWord()) return this.wait(true);
    } else return;
    if (state.count > 0) this.wait(false);
  }

  /** One word from the card; the last may have fewer than four bytes. False: the card drives no data. */
  private receiveWord(): boolean {
    const { state } = this;
    const bytes = Math.min(4, state.count);
    let word = 0;
    for (let n = 0; n < bytes; n++) {
      const byte = this.ports.card.readByte();
      // A card stops only between blocks, and blocks of less than a word are not used by any card.
      if (byte < 0) return false;
      word |= byte << (8 * n);
    }
    state.fifo[(state.head + state.level) % FIFO_WORDS] = word;
    state.level++;
    this.moved(bytes);
    return true;
  }

  private sendWord(): boolean {
    const { state } = this;
    const bytes = Math.min(4, state.count);
    const word = state.fifo[state.head]!;
    for (let n = 0; n < bytes; n++) if (!this.ports.card.writeByte((word >>> (8 * n)) & 0xff)) return false;
    state.head = (state.head + 1) % FIFO_WORDS;
    state.level--;
    this.moved(bytes);
    return true;
  }

  /** Counts bytes; the end of a block and of the transfer set their flags. */
  private moved(bytes: number): void {
    const { state } = this;
    const control = this.values[slot.MCIDataCtrl]!;
    const blockSize = 2 ** Math.min((control >>> 4) & 0xf, 11);
    state.count -= bytes;
    state.inBlock += bytes;
    if (!(control & DATA.Mode) && state.inBlock >= blockSize) {
      state.inBlock %= blockSize;
      state.flags |= MCI_STATUS.DataBlockEnd;
    }
    if (state.count === 0) this.finish();
  }

  private finish(): void {
    const { state } = this;
    this.wait(false);
    state.flags |= MCI_STATUS.DataEnd;
    // What was received stays readable; the transmit side goes idle.
    if (state.path === SEND) state.path = IDLE;
  }

  /** Begins or ends the wait for a card that moves no data. */
  private wait(on: boolean): void {
    const { state } = this;
    if (on === state.deadline > 0) return;
    const divider = this.values[slot.MCIClock]! & CLOCK.Bypass ? 1 : 2 * ((this.values[slot.MCIClock]! & 0xff) + 1);
    const nanoseconds = Math.ceil((this.values[slot.MCIDataTimer]! * divider * 1e9) / this.ports.mclk);
    state.deadline = on ? this.ports.clock.now() + Math.max(nanoseconds, 1) : 0;
    this.arm();
  }

  private arm(): void {
    this.timer?.cancel();
    const { deadline } = this.state;
    this.timer = deadline > 0 ? this.ports.clock.schedule(deadline, () => this.timedOut()) : undefined;
  }

  private timedOut(): void {
    Object.assign(this.state, { deadline: 0, path: IDLE });
    this.state.flags |= MCI_STATUS.DataTimeOut;
    this.settleIrq();
  }

  protected override settle(): void {
    this.arm();
    this.settleIrq();
  }
}
