// The PS/2 devices behind the keyboard and mouse interface: command protocol, and input fed from outside.
import { assignState, cloneState, readState } from './state';

/** Answers of a PS/2 device. */
const ACK = 0xfa;
const RESEND = 0xfe;
const ECHO = 0xee;
const BAT_PASSED = 0xaa;

/** Bytes that a device keeps for the host; the buffer of an AT keyboard. Input that does not fit whole is dropped. */
const QUEUE = 16;
/** Answers come on top of waiting input; a host that asks on and reads nothing loses the oldest bytes. */
const LONGEST_QUEUE = 64;

type Ps2State = {
  /** Bytes for the host, oldest first. */
  queue: number[];
  /** The command that waits for its parameter, or 0. */
  pending: number;
  /** The last byte given to the host, for a resend. */
  last: number;
  enabled: boolean;
  /** Keyboard: set of scan codes. Mouse: id that the device reports. */
  kind: number;
  leds: number;
  rate: number;
  resolution: number;
  /** Mouse: bit 0 remote mode, bit 1 wrap mode, bit 2 scaling 2:1. */
  mode: number;
  buttons: number;
  /** Mouse: the last three rates, which knock for the wheel and five-button protocols. */
  knock: number[];
};

/** A device on a PS/2 port. */
export abstract class Ps2Device {
  protected readonly state: Ps2State;
  private readonly initial: Ps2State;
  private wake: (() => void) | undefined;

  protected constructor(private readonly what: string) {
    this.initial = {
      ...{ queue: [], pending: 0, last: 0, enabled: false, kind: 0, leds: 0, rate: 0, resolution: 0, mode: 0 },
      ...{ buttons: 0, knock: [] },
    };
    this.state = cloneState(this.initial);
    this.defaults();
  }

  /** The port calls this once; `wake` runs whenever bytes come to wait for the host. */
  attach(wake: () => void): void {
    this.wake = wake;
  }

  get waiting(): boolean {
    return this.state.queue.length > 0;
  }

  /** The next byte for the host; the last one again when none waits. */
  next(): number {
    const byte = this.state.queue.shift();
    if (byte !== undefined) this.state.last = byte;
    return this.state.last;
  }

  /** A byte from the host. */
  receive(byte: number): void {
    const { state } = this;
    const command = state.pending;
    state.pending = 0;
    if (byte === RESEND && command === 0) this.answer(state.last);
    else if (command !== 0 && this.parameter(command, byte)) return;
    else this.command(byte);
  }

  /** Power-on. The self-test answer of power-on is sent before software listens, and so is not kept. */
  reset(): void {
    assignState(this.state, this.initial);
    this.defaults();
  }

  save(): Ps2State {
    return cloneState(this.state);
  }

  /** @throws RangeError when the state is not one that `save` gave. */
  load(saved: unknown): void {
    assignState(this.state, readState(this.what, this.initial, saved));
  }

  /** Rates and modes that reset and Set Defaults give. */
  protected abstract defaults(): void;
  protected abstract command(byte: number): void;
  /** @returns false when `byte` is no parameter but the next command. */
  protected abstract parameter(command: number, byte: number): boolean;

  /** Commands that every PS/2 device has. @returns false for another one. */
  protected common(byte: number, id: readonly number[]): boolean {
    const { state } = this;
    switch (byte) {
      case 0xff: // Reset: clears what waits, then the self-test passes
        assignState(this.state, { ...this.initial, last: state.last });
        this.defaults();
        this.answer(ACK, BAT_PASSED, ...this.resetTail());
        return true;
      case 0xf6: // Set Defaults
        this.defaults();
        this.answer(ACK);
        return true;
      case 0xf5: // Disable
      case 0xf4: // Enable
        state.enabled = byte === 0xf4;
        this.answer(ACK);
        return true;
      case 0xf3: // Set Rate
        this.expectParameter(byte);
        return true;
      case 0xf2: // Read Id
        this.answer(ACK, ...id);
        return true;
      default:
        return false;
    }
  }

  protected resetTail(): readonly number[] {
    return [];
  }

  protected expectParameter(command: number): void {
    this.state.pending = command;
    this.answer(ACK);
  }

  protected answer(...bytes: number[]): void {
    const { state } = this;
    state.queue.push(...bytes);
    if (state.queue.length > LONGEST_QUEUE) state.queue.splice(0, state.queue.length - LONGEST_QUEUE);
    this.wake?.();
  }

  /** Bytes of input: all of them or none, so that the host never sees half a code. */
  protected input(bytes: readonly number[]): boolean {
    if (this.state.queue.length + bytes.length > QUEUE) return false;
    this.answer(...bytes);
    return true;
  }
}

/** An AT keyboard with 101 keys. */
export class Ps2Keyboard extends Ps2Device {
  constructor() {
    super('PS/2 keyboard');
  }

  /** Caps Lock, Num Lock and Scroll Lock in bits 2, 1 and 0, as the host set them. */
  get leds(): number {
    return this.state.leds;
  }

  /**
   * A key went down or up.
   * @param codes its whole sequence in the scan code set that is selected (set 2 after reset), for example e0 f0 75.
   * @returns false when the keyboard is disabled or its buffer is full: the key is lost.
   */
  feed(codes: readonly number[]): boolean {
    return this.state.enabled && this.input(codes);
  }

  protected defaults(): void {
    Object.assign(this.state, { enabled: true, kind: 2, leds: 0, rate: 0x2b, pending: 0 });
  }

  protected command(byte: number): void {
    if (byte === 0xf5) this.defaults(); // on a keyboard, Disable also restores the defaults
    if (this.common(byte, [0xab, 0x83])) return;
    if (byte === 0xed || byte === 0xf0) this.expectParameter(byte);
    else if (byte === ECHO) this.answer(ECHO);
    else if (byte >= 0xf7 && byte <= 0xfa) this.answer(ACK);
    else if (byte >= 0xfb && byte <= 0xfd) this.expectParameter(byte);
    else this.answer(RESEND);
  }

  protected parameter(command: number, byte: number): boolean {
    // Key types of set 3 take key codes until a command comes.
    if (command >= 0xfb && command <= 0xfd) {
      if (byte >= 0xed) return false;
      this.expectParameter(command);
      return true;
    }
    if (byte >= 0xed) return false;
    if (command === 0xed) this.state.leds = byte & 7;
    else if (command === 0xf3) this.state.rate = byte & 0x7f;
    else if (byte === 0) {
      this.answer(ACK, this.state.kind);
      return true;
    } else if (byte <= 3) this.state.kind = byte;
    this.answer(byte > 3 && command === 0xf0 ? RESEND : ACK);
    return true;
  }
}

const REMOTE = 1;
const WRAP = 2;
const SCALED = 4;

/** Knocks of three rates that turn a mouse into a wheel mouse (id 3) and that into a five-button mouse (id 4). */
const KNOCKS: Readonly<Record<string, { readonly from: number; readonly to: number }>> = {
  '200,100,80': { from: 0, to: 3 },
  '200,200,80': { from: 3, to: 4 },
};

const clamp = (n: number, low: number, high: number): number => Math.min(Math.max(Math.trunc(n), low), high);

/** A PS/2 mouse with wheel and five buttons. */
export class Ps2Mouse extends Ps2Device {
  constructor() {
    super('PS/2 mouse');
  }

  /**
   * The mouse moved or a button changed.
   * @param dx to the right, @param dy up, both in counts; @param wheel steps towards the user
   * @param buttons left, right, middle, side and extra in bits 0 to 4
   * @returns false when the mouse reports nothing now: the motion is lost.
   */
  move(dx: number, dy: number, wheel: number, buttons: number): boolean {
    this.state.buttons = buttons & 0x1f;
    if (!this.state.enabled || this.state.mode & (REMOTE | WRAP)) return false;
    return this.input(this.packet(dx, dy, wheel));
  }

  protected defaults(): void {
    Object.assign(this.state, { enabled: false, rate: 100, resolution: 2, mode: 0, pending: 0 });
  }

  protected override resetTail(): readonly number[] {
    return [this.state.kind];
  }

  protected command(byte: number): void {
    const { state } = this;
    if (state.mode & WRAP && byte !== 0xff && byte !== 0xec) {
      this.answer(byte);
      return;
    }
    if (this.common(byte, [state.kind])) return;
    switch (byte) {
      case 0xf0: // Set Remote Mode
        state.mode |= REMOTE;
        break;
      case 0xee: // Set Wrap Mode
        state.mode |= WRAP;
        break;
      case 0xec: // Reset Wrap Mode
        state.mode &= ~WRAP;
        break;
      case 0xea: // Set Stream Mode
        state.mode &= ~REMOTE;
        break;
      case 0xe7: // Set Scaling 2:1
        state.mode |= SCALED;
        break;
      case 0xe6: // Set Scaling 1:1
        state.mode &= ~SCALED;
        break;
      case 0xeb: // Read Data
        this.answer(ACK, ...this.packet(0, 0, 0));
        return;
      case 0xe9: // Status Request
        this.answer(ACK, this.status(), state.resolution, state.rate);
        return;
      case 0xe8: // Set Resolution
        this.expectParameter(byte);
        return;
      default:
        this.answer(RESEND);
        return;
    }
    this.answer(ACK);
  }

  protected parameter(command: number, byte: number): boolean {
    const { state } = this;
    if (command === 0xe8) state.resolution = byte & 3;
    else {
      state.rate = byte;
      state.knock = [...state.knock, byte].slice(-3);
      const knock = KNOCKS[state.knock.join()];
      if (knock && state.kind === knock.from) state.kind = knock.to;
    }
    this.answer(ACK);
    return true;
  }

  private status(): number {
    const { mode, enabled, buttons } = this.state;
    const [left, right, middle] = [buttons & 1, (buttons >>> 1) & 1, (buttons >>> 2) & 1];
    const flags = (mode & REMOTE ? 0x40 : 0) | (enabled ? 0x20 : 0) | (mode & SCALED ? 0x10 : 0);
    return flags | (left << 2) | (middle << 1) | right;
  }

  private packet(dx: number, dy: number, wheel: number): number[] {
    const { kind, buttons } = this.state;
    const [x, y] = [clamp(dx, -256, 255), clamp(dy, -256, 255)];
    const bytes = [(buttons & 7) | 8 | (x < 0 ? 0x10 : 0) | (y < 0 ? 0x20 : 0), x & 0xff, y & 0xff];
    if (kind === 3) bytes.push(clamp(wheel, -8, 7) & 0xff);
    if (kind === 4) bytes.push((clamp(wheel, -8, 7) & 0xf) | ((buttons & 0x18) << 1));
    return bytes;
  }
}
