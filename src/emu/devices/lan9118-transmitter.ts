// The transmit side of the LAN9118: command words and buffers of its data FIFO become frames.
import { assignState, cloneState, readState } from './state';

/** What happens to a frame. */
export interface TransmitEvents {
  /** Sends a frame of at least 60 bytes without FCS. @returns error bits for its status, 0 when it went well. */
  send(frame: Uint8Array): number;
  /** A frame was dealt with; `status` is for the transmit status FIFO. */
  done(status: number): void;
  /** A buffer that asked for an interrupt on completion is done. */
  completed(): void;
  /** The host did not keep to the format. */
  failed(why: string): void;
}

/** TX command A (LAN9118 data sheet, 3.12.2.1). */
const A = { ON_COMPLETION: 2 ** 31, FIRST: 1 << 13, LAST: 1 << 12, SIZE: 0x7ff } as const;
/** TX command B. */
const B = { NO_CRC: 1 << 13, NO_PADDING: 1 << 12, LENGTH: 0x7ff } as const;
const STATUS_ERROR = 1 << 15;

const WANT = { commandA: 0, commandB: 1, data: 2 } as const;
const BUFFER_END = [4, 16, 32, 4] as const;
const SHORTEST_FRAME = 60;

const initialState = () => ({
  want: WANT.commandA as number,
  commandA: 0,
  commandB: 0,
  /** Words of the buffer that are still to come, bytes at its start to skip, bytes of data left in it. */
  words: 0,
  skip: 0,
  bytes: 0,
  frame: new Uint8Array(2048),
  length: 0,
});

/** Takes the words that the host wrote, in order. */
export class Lan9118Transmitter {
  /** Status of a frame that met no carrier: no carrier, loss of carrier, error. */
  static readonly NO_CARRIER = (1 << 10) | (1 << 11);
  private readonly state = initialState();

  constructor(private readonly events: TransmitEvents) {}

  take(word: number): void {
    const { state } = this;
    switch (state.want) {
      case WANT.commandA:
        state.commandA = word;
        state.want = WANT.commandB;
        return;
      case WANT.commandB:
        return this.beginBuffer(word);
      default:
        return this.data(word);
    }
  }

  reset(): void {
    assignState(this.state, initialState());
  }

  save(): ReturnType<typeof initialState> {
    return cloneState(this.state);
  }

  /** @throws RangeError when the state is not one that `save` gave. */
  load(owner: string, saved: unknown): void {
    assignState(this.state, readState(`${owner} transmitter`, initialState(), saved));
  }

  private beginBuffer(commandB: number): void {
    const { state } = this;
    const { commandA } = state;
    state.commandB = commandB;
    state.skip = (commandA >>> 16) & 0x1f;
    state.bytes = commandA & A.SIZE;
    if (commandA & A.FIRST) state.length = 0;
    const end = BUFFER_END[(commandA >>> 24) & 3]!;
    state.words = (Math.ceil((state.skip + state.bytes) / end) * end) / 4;
    state.want = WANT.data;
    if (state.words === 0) this.endBuffer();
  }

  private data(word: number): void {
    const { state } = this;
    for (let n = 0; n < 4; n++) {
      if (state.skip > 0) state.skip--;
      else if (state.bytes > 0) {
        state.bytes--;
        if (state.length < state.frame.length) state.frame[state.length++] = (word >>> (8 * n)) & 0xff;
      }
    }
    if (--state.words === 0) this.endBuffer();
  }

  private endBuffer(): void {
    const { state } = this;
    state.want = WANT.commandA;
    if (state.commandA & A.LAST) this.endFrame();
    if (state.commandA >>> 31) this.events.completed();
  }

  private endFrame(): void {
    const { state } = this;
    const length = state.length;
    state.length = 0;
    if (length !== (state.commandB & B.LENGTH)) {
      return this.events.failed('TX command B gives another length than the buffers have');
    }
    // A host that adds the FCS itself has put it into the buffer.
    const data = state.frame.subarray(0, state.commandB & B.NO_CRC ? Math.max(length - 4, 0) : length);
    const frame = new Uint8Array(state.commandB & B.NO_PADDING ? data.length : Math.max(data.length, SHORTEST_FRAME));
    frame.set(data);
    const errors = this.events.send(frame);
    this.events.done(((state.commandB & 0xffff0000) | errors | (errors ? STATUS_ERROR : 0)) >>> 0);
  }
}
