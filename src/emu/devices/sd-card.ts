// An SD memory card: the state machine behind the CMD and DAT lines, over a block store.
import type { BlockStore, Clock, Log, Timer } from './device';
import {
  APPLICATION_COMMANDS,
  COMMANDS,
  NOT_MODELLED,
  STATE,
  STATUS,
  type SdCommand,
  type SdResponse,
} from './sd-commands';
import { cid, csd, geometry, type Geometry } from './sd-registers';
import { assignState, cloneState, readState } from './state';

/** What an MMC/SD host finds on its CMD and DAT lines. */
export interface SdBus {
  /** @returns what answers, or undefined when nothing does and a host that waits runs into its timeout. */
  command(index: number, argument: number): SdResponse | undefined;
  /** The next byte that the card drives on DAT, or -1 when it drives none. */
  readByte(): number;
  /** Gives the card a byte on DAT. @returns false when it takes none. */
  writeByte(byte: number): boolean;
}

export interface SdCardPorts {
  readonly log: Log;
  readonly clock: Clock;
  /** The contents; no store, no card in the socket. Bytes beyond its end, up to the card's capacity, read 0. */
  readonly store?: BlockStore;
  /** Serial number in the CID, 32 bits. */
  readonly serial?: number;
}

type SdState = {
  /** One of {@link STATE}. */
  current: number;
  /** The state in which the command that is running was received: the one a response reports. */
  received: number;
  rca: number;
  /** Error bits of the card status that no response has reported yet. */
  errors: number;
  /** The next command is an application command. */
  application: boolean;
  interfaceAsked: boolean;
  blockLength: number;
  /** Blocks that SET_BLOCK_COUNT ordered; 0 none. */
  blockCount: number;
  /** Blocks of the transfer that are still to be read into, or stored from, the buffer. */
  blocksLeft: number;
  /** Byte address of the next block. */
  address: number;
  buffer: Uint8Array;
  /** Bytes of `buffer` that the transfer moves, and those that it has moved. */
  length: number;
  position: number;
  blocksWritten: number;
  wide: boolean;
  accessMode: number;
  /** First and last byte address of the erase, or -1. */
  eraseStart: number;
  eraseEnd: number;
  /** While erasing: the next byte to erase, and when. */
  eraseAt: number;
  eraseDeadline: number;
};

const SECTOR = 512;
const LONGEST_BLOCK = 2048;
/** Blocks of a transfer that only STOP_TRANSMISSION ends. */
const UNTIL_STOPPED = 2 ** 52;
const ERASE_STEP = 1 << 20;
/** Guest time that erasing one step takes, in nanoseconds. */
const ERASE_TIME = 1_000_000;

const initialState = (): SdState => ({
  ...{ current: STATE.idle, received: STATE.idle, rca: 0, errors: 0, application: false, interfaceAsked: false },
  ...{ blockLength: SECTOR, blockCount: 0, blocksLeft: 0, address: 0 },
  ...{ buffer: new Uint8Array(LONGEST_BLOCK), length: 0, position: 0, blocksWritten: 0, wide: false, accessMode: 0 },
  ...{ eraseStart: -1, eraseEnd: -1, eraseAt: 0, eraseDeadline: 0 },
});

const byIndex = (commands: readonly SdCommand[]): ReadonlyMap<number, SdCommand> =>
  new Map(commands.map(command => [command.index, command]));
const GENERAL = byIndex(COMMANDS);
const APPLICATION = byIndex(APPLICATION_COMMANDS);

/**
 * An SDSC, SDHC or SDXC card, by the size of its store, of version 3.0 of the Physical Layer specification. Commands,
 * reads and writes take no guest time; an erase takes 1 ms per MiB, during which the card is in its programming state.
 * The contents are the store's affair: a snapshot of the card is without them.
 */
export class SdCard implements SdBus {
  readonly state = initialState();
  readonly cid: Uint8Array;
  readonly csd: Uint8Array;
  private readonly geometry: Geometry;
  private readonly log: Log;
  private timer: Timer | undefined;

  constructor(
    readonly name: string,
    private readonly ports: SdCardPorts,
  ) {
    this.log = ports.log;
    this.geometry = geometry(ports.store?.size ?? 0);
    this.cid = cid(ports.serial ?? 1);
    this.csd = csd(this.geometry, this.writeProtected);
  }

  /** Whether a card is in the socket. */
  get present(): boolean {
    return this.ports.store !== undefined;
  }

  /** The position of the write-protect switch; a read-only store is a protected card. */
  get writeProtected(): boolean {
    return this.ports.store?.readOnly ?? false;
  }

  get highCapacity(): boolean {
    return this.geometry.highCapacity;
  }

  /** Bytes, as the CSD gives them. */
  get capacity(): number {
    return this.present ? this.geometry.capacity : 0;
  }

  command(index: number, argument: number): SdResponse | undefined {
    const { state } = this;
    if (!this.present || state.current === STATE.ina) return undefined;
    const application = state.application;
    state.application = false;
    const command = (application ? APPLICATION.get(index) : undefined) ?? GENERAL.get(index);
    if (command?.addressed && argument >>> 16 !== state.rca) return undefined;
    if (!command?.states.includes(state.current)) {
      const name = command ? undefined : NOT_MODELLED[index];
      if (name) this.log(`${this.name}: CMD${index} ${name} is not modelled, not answered`, `${this.name}:${name}`);
      return this.illegal();
    }
    state.received = state.current;
    if (!command.inErase && (state.eraseStart >= 0 || state.eraseEnd >= 0)) {
      this.forgetErase();
      this.raise(STATUS.ERASE_RESET);
    }
    if (APPLICATION.get(index) === command) this.raise(STATUS.APP_CMD); // R1 of an application command carries it as well
    const answer = command.run(this, argument >>> 0);
    state.errors &= ~STATUS.APP_CMD;
    return answer;
  }

  readByte(): number {
    const { state } = this;
    if (state.current !== STATE.data) return -1;
    if (state.position === state.length && !this.loadBlock()) return -1;
    const byte = state.buffer[state.position++]!;
    if (state.position === state.length && state.blocksLeft === 0) this.enter(STATE.tran);
    return byte;
  }

  writeByte(byte: number): boolean {
    const { state } = this;
    if (state.current !== STATE.rcv) return false;
    state.buffer[state.position++] = byte;
    return state.position < state.length || this.storeBlock();
  }

  // What the command table does.

  /** Changes the state; leaving a transfer drops the rest of it. */
  enter(state: number): void {
    this.state.current = state;
  }

  raise(errors: number): void {
    this.state.errors |= errors;
  }

  /** Not answered; the next response reports it. */
  illegal(): undefined {
    this.raise(STATUS.ILLEGAL_COMMAND);
  }

  /** R1: the card status, whose errors are cleared by being reported. */
  r1(): SdResponse {
    const { state } = this;
    const ready = state.received === STATE.prg || state.received === STATE.dis ? 0 : STATUS.READY_FOR_DATA;
    const app = state.application ? STATUS.APP_CMD : 0;
    const status = (state.errors | (state.received << 9) | ready | app) >>> 0;
    state.errors = 0;
    return { words: [status], crc: true };
  }

  /** R2: a register of 16 bytes; the host keeps no end bit. */
  r2(register: Uint8Array): SdResponse {
    const view = new DataView(register.buffer, register.byteOffset, 16);
    return { words: [0, 4, 8, 12].map(at => view.getUint32(at)), crc: true };
  }

  /** CMD0: everything but the contents is as after power-on. */
  goIdle(): void {
    this.reset();
  }

  setBlockLength(length: number): SdResponse {
    if (length === 0 || length > (this.highCapacity ? SECTOR : 2 ** this.geometry.readBlLen)) {
      this.raise(STATUS.BLOCK_LEN_ERROR);
    } else if (!this.highCapacity) this.state.blockLength = length; // SDHC blocks have 512 bytes whatever is set
    return this.r1();
  }

  sendRegister(register: Uint8Array): SdResponse {
    this.state.buffer.set(register);
    Object.assign(this.state, { blocksLeft: 0, length: register.length, position: 0 });
    const answer = this.r1();
    this.enter(STATE.data);
    return answer;
  }

  startRead(argument: number, multiple: boolean): SdResponse {
    return this.startTransfer(argument, multiple, STATE.data);
  }

  startWrite(argument: number, multiple: boolean): SdResponse {
    this.state.blocksWritten = 0;
    const length = this.state.blockLength === SECTOR ? 0 : STATUS.BLOCK_LEN_ERROR; // WRITE_BL_PARTIAL is 0
    return this.startTransfer(argument, multiple, STATE.rcv, this.writeProtected ? STATUS.WP_VIOLATION : length);
  }

  eraseFrom(argument: number): SdResponse {
    return this.eraseAddress(argument, 'eraseStart');
  }

  eraseTo(argument: number): SdResponse {
    if (this.state.eraseStart < 0) this.raise(STATUS.ERASE_SEQ_ERROR);
    else return this.eraseAddress(argument, 'eraseEnd');
    return this.r1();
  }

  erase(): SdResponse {
    const { state } = this;
    const [from, to] = [state.eraseStart, state.eraseEnd];
    this.forgetErase();
    if (from < 0 || to < 0) this.raise(STATUS.ERASE_SEQ_ERROR);
    else if (to < from) this.raise(STATUS.ERASE_PARAM);
    else if (this.writeProtected) this.raise(STATUS.WP_VIOLATION);
    else {
      Object.assign(state, { eraseStart: -1, eraseEnd: to, eraseAt: from });
      const answer = this.r1();
      this.enter(STATE.prg);
      state.eraseDeadline = this.ports.clock.now() + ERASE_TIME;
      this.armErase();
      return answer;
    }
    return this.r1();
  }

  /** Power-on. */
  reset(): void {
    assignState(this.state, initialState());
    this.armErase();
  }

  save(): SdState {
    return cloneState(this.state);
  }

  /** @throws RangeError when the state is not one that `save` gave. */
  load(saved: unknown): void {
    const state = readState(this.name, initialState(), saved);
    const { position, length, blockLength } = state;
    if (!(position >= 0 && position <= length && length <= LONGEST_BLOCK && blockLength <= LONGEST_BLOCK)) {
      throw new RangeError(`${this.name}: the transfer of the snapshot does not fit its buffer`);
    }
    assignState(this.state, state);
    this.armErase();
  }

  /** @param refusal an error bit for which the transfer does not begin, or 0. */
  private startTransfer(argument: number, multiple: boolean, next: number, refusal = 0): SdResponse {
    const { state } = this;
    const address = this.byteAddress(argument);
    const straddles = (address % SECTOR) + state.blockLength > SECTOR && address % SECTOR !== 0;
    const misplaced = address >= this.geometry.capacity ? STATUS.OUT_OF_RANGE : straddles ? STATUS.ADDRESS_ERROR : 0;
    const blocksLeft = multiple ? state.blockCount || UNTIL_STOPPED : 1;
    state.blockCount = 0;
    this.raise(refusal || misplaced);
    const answer = this.r1();
    if (refusal || misplaced) return answer;
    // A read loads each block when the host takes its first byte.
    const length = next === STATE.data ? 0 : state.blockLength;
    Object.assign(state, { blocksLeft, address, position: 0, length });
    this.enter(next);
    return answer;
  }

  private byteAddress(argument: number): number {
    return this.highCapacity ? argument * SECTOR : argument;
  }

  /** The next block of a read comes into the buffer. False: there is none, and the card drives nothing. */
  private loadBlock(): boolean {
    const { state } = this;
    if (state.blocksLeft === 0) return false;
    if (state.address + state.blockLength > this.geometry.capacity) {
      this.raise(STATUS.OUT_OF_RANGE);
      return false;
    }
    if (!this.fetch(state.address, state.buffer.subarray(0, state.blockLength))) {
      this.raise(STATUS.CARD_ECC_FAILED);
      return false;
    }
    state.address += state.blockLength;
    state.blocksLeft--;
    state.length = state.blockLength;
    state.position = 0;
    return true;
  }

  /** A block of a write is complete. False: the card refuses it. */
  private storeBlock(): boolean {
    const { state } = this;
    const store = this.ports.store!;
    state.position = 0;
    let stored = false;
    if (state.address + state.length > this.geometry.capacity) this.raise(STATUS.OUT_OF_RANGE);
    else if (state.address + state.length > store.size) this.raise(STATUS.ERROR);
    else if (!store.write(state.address, state.buffer.slice(0, state.length))) this.raise(STATUS.ERROR);
    else stored = true;
    if (stored) state.blocksWritten++;
    state.address += state.length;
    if (--state.blocksLeft === 0) this.enter(STATE.tran);
    return stored;
  }

  /** Bytes of the card; what the store does not hold is 0. The store sees whole sectors. */
  private fetch(address: number, into: Uint8Array): boolean {
    const store = this.ports.store!;
    into.fill(0);
    const first = address - (address % SECTOR);
    const last = Math.min(Math.ceil((address + into.length) / SECTOR) * SECTOR, store.size);
    if (last <= first) return true;
    const sectors = new Uint8Array(last - first);
    if (!store.read(first, sectors)) return false;
    into.set(sectors.subarray(address - first, address - first + into.length));
    return true;
  }

  private eraseAddress(argument: number, which: 'eraseStart' | 'eraseEnd'): SdResponse {
    const address = this.byteAddress(argument);
    if (address >= this.geometry.capacity) this.raise(STATUS.OUT_OF_RANGE);
    else this.state[which] = address - (address % SECTOR);
    return this.r1();
  }

  private forgetErase(): void {
    this.state.eraseStart = -1;
    this.state.eraseEnd = -1;
  }

  private armErase(): void {
    const { eraseDeadline } = this.state;
    this.timer?.cancel();
    this.timer = eraseDeadline > 0 ? this.ports.clock.schedule(eraseDeadline, () => this.eraseStep()) : undefined;
  }

  private eraseStep(): void {
    const { state } = this;
    const store = this.ports.store!;
    const end = Math.min(state.eraseEnd + SECTOR, store.size);
    const size = Math.min(ERASE_STEP, end - state.eraseAt);
    if (size > 0 && !store.write(state.eraseAt, new Uint8Array(size))) {
      this.raise(STATUS.ERROR);
      state.eraseAt = end;
    } else state.eraseAt += Math.max(size, 0);
    const done = state.eraseAt >= end;
    state.eraseDeadline = done ? 0 : state.eraseDeadline + ERASE_TIME;
    if (done) {
      this.forgetErase();
      this.enter(state.current === STATE.dis ? STATE.stby : STATE.tran);
    }
    this.armErase();
  }
}
