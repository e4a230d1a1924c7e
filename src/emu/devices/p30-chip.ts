// One 28F256P30T: the command interface of Intel's command set 0x0001 over an array of 16-bit words.
import { blockOf, blockRange, BLOCKS, BUFFER_WORDS, CFI_TABLE, CHIP_WORDS, DEVICE, MANUFACTURER } from './p30-cfi';
import { assignState, cloneState, readState } from './state';

/** The cells behind a chip, and what its pins see. */
export interface P30Ports {
  read(word: number): number;
  /** Clears the bits that are 0 in `value`. */
  program(word: number, value: number): void;
  erase(first: number, words: number): void;
  /** Whether VPP is at its programming voltage. */
  vpp(): boolean;
  note(what: string): void;
}

/** What reads give. */
const MODE = { array: 0, status: 1, id: 2, query: 3 } as const;

/** Status register (P30, table 12). */
const SR = { READY: 1 << 7, ERASE: 1 << 5, PROGRAM: 1 << 4, VPP: 1 << 3, LOCKED: 1 << 1 } as const;
/** Both error bits: the second cycle of a command was not one it can have. */
const SEQUENCE_ERROR = SR.ERASE | SR.PROGRAM;

/** Second cycles that the command interface waits for. */
const WAIT = { command: 0, program: 1, count: 2, data: 3, confirm: 4, erase: 5, lock: 6, otp: 7 } as const;

const CONFIRM = 0xd0;
const LOCKED = 1;
const LOCKED_DOWN = 2;

/** Protection registers: words 0x80..0x109 of the identification space; word 0x80 and 0x89 are their locks. */
const OTP_FIRST = 0x80;
const OTP_WORDS = 0x8a;
const LOCK_0 = 0x00;
const LOCK_1 = 0x09;

const offsetInBlock = (word: number): number => word - blockRange(blockOf(word)).first;

/** The lock word and bit that protect word `at` of the protection registers; the locks themselves have none. */
function otpGuard(at: number): { lock: number; bit: number } | undefined {
  if (at > LOCK_1) return { lock: LOCK_1, bit: (at - LOCK_1 - 1) >>> 3 };
  if (at === LOCK_0 || at === LOCK_1) return undefined;
  return { lock: LOCK_0, bit: at <= 4 ? 0 : 1 };
}

type ChipState = {
  mode: number;
  wait: number;
  status: number;
  /** Read configuration register; bursts have no meaning here, but it reads back. */
  rcr: number;
  /** The buffered program that is being loaded: block, aligned start, words that are still to come. */
  bufferBlock: number;
  bufferStart: number;
  bufferLeft: number;
  /** Data by offset from the start; 0xffff where none came. */
  buffer: Uint16Array;
  locks: Uint8Array;
  otp: Uint16Array;
};

const initialState = (): ChipState => {
  const otp = new Uint16Array(OTP_WORDS).fill(0xffff);
  otp[LOCK_0] = 0xfffe; // the factory part is locked
  return {
    ...{ mode: MODE.array, wait: WAIT.command, status: SR.READY, rcr: 0xbfcf },
    ...{ bufferBlock: 0, bufferStart: 0, bufferLeft: 0, buffer: new Uint16Array(BUFFER_WORDS).fill(0xffff) },
    locks: new Uint8Array(BLOCKS).fill(LOCKED),
    otp,
  };
};

/**
 * A StrataFlash P30 chip (Numonyx 306666). Programming and erasing take no time, so there is nothing to suspend. Every
 * block is locked after power-on. The protection registers are part of the snapshot, the array is not.
 */
export class P30Chip {
  private readonly state = initialState();

  constructor(private readonly ports: P30Ports) {}

  /** Whether reads give the array. */
  get readsArray(): boolean {
    return this.state.mode === MODE.array && this.state.wait === WAIT.command;
  }

  /** @param word address on the chip. @returns 16 bits. */
  read(word: number): number {
    const { state } = this;
    if (this.readsArray) return this.ports.read(word);
    if (state.mode === MODE.id) return this.identification(word);
    if (state.mode === MODE.query) return CFI_TABLE[offsetInBlock(word)] ?? 0;
    return state.status;
  }

  write(word: number, value: number): void {
    const { state } = this;
    const command = value & 0xff;
    const wait = state.wait;
    state.wait = WAIT.command;
    switch (wait) {
      case WAIT.command:
        return this.command(word, command);
      case WAIT.program:
        return this.programWords(word, [value]);
      case WAIT.count:
        return this.beginBuffer(word, value);
      case WAIT.data:
        return this.bufferWord(word, value);
      case WAIT.confirm:
        return command === CONFIRM ? this.programBuffer() : this.raise(SEQUENCE_ERROR);
      case WAIT.erase:
        return command === CONFIRM ? this.erase(blockOf(word)) : this.raise(SEQUENCE_ERROR);
      case WAIT.lock:
        return this.lock(word, command);
      default:
        return this.programOtp(word, value);
    }
  }

  reset(): void {
    const { otp } = this.state; // one-time programmable: it outlives power
    assignState(this.state, { ...initialState(), otp: otp.slice() });
  }

  save(): ChipState {
    return cloneState(this.state);
  }

  /** @throws RangeError when the state is not one that `save` gave. */
  load(owner: string, saved: unknown): void {
    assignState(this.state, readState(owner, initialState(), saved));
  }

  private command(word: number, command: number): void {
    const { state } = this;
    switch (command) {
      case 0xff: // Read Array
        state.mode = MODE.array;
        return;
      case 0x90: // Read Device Identifier
        state.mode = MODE.id;
        return;
      case 0x98: // CFI Query
        state.mode = MODE.query;
        return;
      case 0x50: // Clear Status Register
        state.status = SR.READY;
        return;
      case 0x70: // Read Status Register
      case 0xb0: // Suspend: everything has completed
      case CONFIRM: // Resume: nothing is suspended
        break;
      case 0x40: // Word Program
      case 0x10:
        state.wait = WAIT.program;
        break;
      case 0xe8: // Buffered Program
        state.wait = WAIT.count;
        state.bufferBlock = blockOf(word);
        break;
      case 0x20: // Block Erase
        state.wait = WAIT.erase;
        break;
      case 0x60: // Lock, unlock, lock down; program the read configuration register
        state.wait = WAIT.lock;
        break;
      case 0xc0: // Program Protection Register
        state.wait = WAIT.otp;
        break;
      default:
        this.ports.note(`command 0x${command.toString(16)} is not modelled, ignored`);
        return;
    }
    state.mode = MODE.status;
  }

  private identification(word: number): number {
    const { otp, rcr, locks } = this.state;
    const at = offsetInBlock(word);
    if (at >= OTP_FIRST && at < OTP_FIRST + OTP_WORDS) return otp[at - OTP_FIRST]!;
    return [MANUFACTURER, DEVICE, locks[blockOf(word)]!, 0, 0, rcr][at] ?? 0;
  }

  private raise(errors: number): void {
    this.state.status |= errors;
  }

  /** Whether a block may change; if not, the status register says why. */
  private writable(block: number, failure: number): boolean {
    if (!this.ports.vpp()) this.raise(failure | SR.VPP);
    else if (this.state.locks[block]! & LOCKED) this.raise(failure | SR.LOCKED);
    else return true;
    return false;
  }

  private programWords(first: number, words: ArrayLike<number>): void {
    if (!this.writable(blockOf(first), SR.PROGRAM)) return;
    for (let n = 0; n < words.length; n++) if (words[n] !== 0xffff) this.ports.program(first + n, words[n]!);
  }

  private beginBuffer(word: number, value: number): void {
    const count = value + 1;
    if (count > BUFFER_WORDS || blockOf(word) !== this.state.bufferBlock) return this.raise(SEQUENCE_ERROR);
    this.state.bufferLeft = count;
    this.state.bufferStart = -1;
    this.state.buffer.fill(0xffff);
    this.state.wait = WAIT.data;
  }

  private bufferWord(word: number, value: number): void {
    const { state } = this;
    if (state.bufferStart < 0) state.bufferStart = word - (word % BUFFER_WORDS);
    const offset = word - state.bufferStart;
    if (blockOf(word) !== state.bufferBlock || offset < 0 || offset >= BUFFER_WORDS) return this.raise(SEQUENCE_ERROR);
    state.buffer[offset] = value;
    state.wait = --state.bufferLeft > 0 ? WAIT.data : WAIT.confirm;
  }

  private programBuffer(): void {
    this.programWords(this.state.bufferStart, this.state.buffer);
  }

  private erase(block: number): void {
    if (!this.writable(block, SR.ERASE)) return;
    const { first, words } = blockRange(block);
    this.ports.erase(first, words);
  }

  private lock(word: number, command: number): void {
    const { state } = this;
    const block = blockOf(word);
    if (command === 0x01) state.locks[block]! |= LOCKED;
    else if (command === CONFIRM) state.locks[block]! &= ~LOCKED;
    else if (command === 0x2f) state.locks[block]! |= LOCKED | LOCKED_DOWN;
    else if (command === 0x03) {
      state.rcr = word & 0xffff; // the address lines carry the value
      state.mode = MODE.array;
    } else this.raise(SEQUENCE_ERROR);
  }

  /** A register that its lock protects keeps its bits. */
  private programOtp(word: number, value: number): void {
    const { otp } = this.state;
    const at = offsetInBlock(word) - OTP_FIRST;
    if (at < 0 || at >= OTP_WORDS) return this.raise(SR.PROGRAM);
    const guard = otpGuard(at);
    if (guard && !((otp[guard.lock]! >>> guard.bit) & 1)) this.raise(SR.PROGRAM | SR.LOCKED);
    else otp[at]! &= value;
  }
}

/** Bytes of a chip. */
export const CHIP_BYTES = CHIP_WORDS * 2;
