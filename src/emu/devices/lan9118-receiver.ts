// The receive side of the LAN9118: frames become words of the data FIFO and a status each.
import type { Lan9118Mac } from './lan9118-mac';
import { frameCheckSequence } from './network';
import { WordFifo } from './word-fifo';

/** Words of the memory that all FIFOs share: more than any of them ever holds. */
const MOST_WORDS = 4096;
/** The longest frame with FCS, and one with a VLAN tag. */
const LONGEST_FRAME = 1518;
const LONGEST_TAGGED = 1522;
const VLAN_TAG = 0x8100;
const SHORTEST_FRAME = 60;
const HEADER = 14;
/** Nothing longer leaves a network; the chip's own length field has 14 bits. */
const LONGEST_INPUT = 2048;
const STATUS = { ERROR: 1 << 15, TOO_LONG: 1 << 7, ETHERTYPE: 1 << 5 } as const;

/** Receive FIFOs of data and status, and the frames in them. */
export class Lan9118Receiver {
  readonly data = new WordFifo(MOST_WORDS);
  readonly status = new WordFifo(MOST_WORDS);
  /** Words of each frame that have not been read yet, oldest first. */
  private frames: number[] = [];

  constructor(private readonly mac: Lan9118Mac) {}

  /** @param bytes of memory for both FIFOs: one sixteenth is for status (LAN9118 data sheet, 5.3.9). */
  resize(bytes: number): void {
    this.status.limit = bytes / 64;
    this.data.limit = (bytes / 4) * (15 / 16);
  }

  clear(): void {
    this.data.clear();
    this.status.clear();
    this.frames = [];
  }

  /** The next word of data; undefined when there is none. */
  take(): number | undefined {
    const word = this.data.shift();
    if (word !== undefined && --this.frames[0]! === 0) this.frames.shift();
    return word;
  }

  /** Throws away what is left of the oldest frame. */
  fastForward(): void {
    this.data.drop(this.frames.shift() ?? 0);
  }

  /**
   * A frame without FCS comes in. @param config RX_CFG: offset and end alignment of the data.
   * @returns false when it was meant for this station and did not fit.
   */
  receive(frame: Uint8Array, config: number): boolean {
    if (!this.mac.receives || frame.length < HEADER || frame.length > LONGEST_INPUT) return true;
    const padded = new Uint8Array(Math.max(frame.length, SHORTEST_FRAME) + 4);
    padded.set(frame);
    const body = padded.subarray(0, -4);
    const { accepted, status } = this.mac.filter(body);
    if (!accepted) return true;
    new DataView(padded.buffer).setUint32(body.length, frameCheckSequence(body), true);
    const type = (body[12]! << 8) | body[13]!;
    const tooLong = padded.length > (type === VLAN_TAG ? LONGEST_TAGGED : LONGEST_FRAME);
    const flags = status | (type > 1500 ? STATUS.ETHERTYPE : 0) | (tooLong ? STATUS.ERROR | STATUS.TOO_LONG : 0);
    return this.store(padded, flags, config);
  }

  save(): { data: number[]; status: number[]; frames: number[] } {
    return { data: this.data.toArray(), status: this.status.toArray(), frames: this.frames.slice() };
  }

  /** @throws RangeError when the state is not one that `save` gave. */
  load(owner: string, saved: unknown): void {
    const { data, status, frames } = (saved ?? {}) as { data?: unknown; status?: unknown; frames?: unknown };
    const numbers = (list: unknown): list is number[] => Array.isArray(list) && list.every(n => Number.isInteger(n));
    if (!numbers(data) || !numbers(status) || !numbers(frames) || frames.reduce((a, b) => a + b, 0) !== data.length) {
      throw new RangeError(`${owner}: the receive FIFOs of the snapshot are malformed`);
    }
    this.data.assign(data);
    this.status.assign(status);
    this.frames = frames.slice();
  }

  private store(frame: Uint8Array, flags: number, config: number): boolean {
    const offset = (config >>> 8) & 0x1f;
    const alignment = [4, 16, 32, 4][config >>> 30]!;
    const bytes = new Uint8Array(Math.ceil((offset + frame.length) / alignment) * alignment);
    if (this.data.free * 4 < bytes.length || this.status.free === 0) return false;
    bytes.set(frame, offset);
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < bytes.length; at += 4) this.data.push(view.getUint32(at, true));
    this.frames.push(bytes.length / 4);
    this.status.push((flags | (frame.length << 16)) >>> 0);
    return true;
  }
}
