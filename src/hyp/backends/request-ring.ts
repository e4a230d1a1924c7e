// A ring of requests that are answered in the same place (Xen, public/io/ring.h), as the side that answers sees it. Its own
// indices are its own: what the guest writes over them is not read.
import type { SharedPage } from './shared-page';

const FIELD = { REQ_PROD: 0, REQ_EVENT: 4, RSP_PROD: 8, RSP_EVENT: 12 } as const;
const HEADER = 64;
const PAGE = 4096;

export class RequestRing {
  /** Slots, a power of two. */
  readonly size: number;
  private consumer: number;
  private producer: number;

  /** @param slot bytes of the larger one of request and answer */
  constructor(
    readonly page: SharedPage,
    private readonly slot: number,
  ) {
    this.size = 1 << (31 - Math.clz32(Math.floor((PAGE - HEADER) / slot)));
    // A frontend that connects again begins anew; one that has written already is heard from the beginning.
    this.producer = page.u32(FIELD.RSP_PROD);
    this.consumer = this.producer;
  }

  private at(index: number): number {
    return HEADER + (index & (this.size - 1)) * this.slot;
  }

  /** Requests that wait; undefined when the guest's index makes no sense. */
  get waiting(): number | undefined {
    const there = (this.page.u32(FIELD.REQ_PROD) - this.consumer) >>> 0;
    const unanswered = (this.page.u32(FIELD.REQ_PROD) - this.producer) >>> 0;
    return there > this.size || unanswered > this.size ? undefined : there;
  }

  /** Takes a request. */
  take(length: number): Uint8Array {
    return this.page.read(this.at(this.consumer++), length);
  }

  /** Puts an answer where a request was; `push` shows it. */
  put(answer: Uint8Array): void {
    this.page.write(this.at(this.producer++), answer);
  }

  /** Shows the answers. @returns whether the guest wants to be told */
  push(): boolean {
    const before = this.page.u32(FIELD.RSP_PROD);
    this.page.setU32(FIELD.RSP_PROD, this.producer);
    const wanted = this.page.u32(FIELD.RSP_EVENT);
    return (this.producer - wanted) >>> 0 < (this.producer - before) >>> 0;
  }

  /** Asks to be told of the next request. */
  listen(): void {
    this.page.setU32(FIELD.REQ_EVENT, this.consumer + 1);
  }
}
