// A guest's connection to the store: a ring of bytes in each direction in its magic page, messages in them.
import { type ByteRingLayout, giveBytes, takeBytes } from '../backends/byte-ring';
import { BACKEND_DOMAIN, pageAt, type SharedPage } from '../backends/shared-page';
import type { Domain } from '../domain';
import type { ConsumerEnd } from '../evtchn/channels';
import { type Archive, SaveError } from '../save/archive';
import { StoreError } from './error';
import { REQUESTS, watchEvent } from './requests';
import type { Store } from './store';
import type { Watcher } from './watches';
import { decode, encode, errorPayload, HEADER_SIZE, LONGEST_PAYLOAD, type Message, payloadLength, XS } from './wire';

/** struct xenstore_domain_interface. */
const REQUESTS_RING: ByteRingLayout = { data: 0, size: 1024, consumer: 2048, producer: 2052 };
const ANSWERS_RING: ByteRingLayout = { data: 1024, size: 1024, consumer: 2056, producer: 2060 };
const FIELD = { FEATURES: 2064, ERROR: 2072 } as const;
/** The field `error` means something. */
const FEATURE_ERROR = 2;
const ERROR = { RING_INDEX: 2, PROTOCOL: 3 } as const;
/** Events that wait for a guest that does not read; it has lost the rest. */
const MOST_WAITING = 1024;

export class StoreConnection implements Watcher {
  readonly domain: number;
  /** Bytes of a request that is not whole yet. */
  private readonly input: number[] = [];
  /** Messages on their way out, and how much of the first one is gone. */
  private readonly output: Uint8Array[] = [];
  private sent = 0;
  private broken = false;
  private working = false;
  private readonly channel: ConsumerEnd | undefined;

  /** @param address of the ring's page in the guest's memory @param port of the guest */
  constructor(
    private readonly guest: Domain,
    private readonly address: number,
    port: number,
    private readonly store: Store,
    private readonly isIntroduced: (domain: number) => boolean,
  ) {
    this.domain = guest.id;
    pageAt(guest, address)?.setU32(FIELD.FEATURES, FEATURE_ERROR);
    this.channel = guest.channels.attach(port, BACKEND_DOMAIN, () => this.work());
  }

  /** Of a watch. */
  notify(path: string, token: string): void {
    const event = encode({ type: XS.WATCH_EVENT, request: 0, transaction: 0, payload: watchEvent(path, token) });
    if (this.output.length >= MOST_WAITING) return;
    this.output.push(event);
    // In the middle of a request its answer goes first.
    if (!this.working) this.work();
  }

  private work(): void {
    const page = pageAt(this.guest, this.address);
    if (!page || this.broken || this.working) return;
    this.working = true;
    let any = this.send(page);
    // A guest that does not read its answers gets no further.
    while (!this.broken && this.output.length === 0 && this.receive(page)) {
      this.send(page);
      any = true; // room for requests is news to the guest, also without an answer
    }
    this.working = false;
    if (any) this.channel?.notify();
  }

  /** @returns whether something went out */
  private send(page: SharedPage): boolean {
    let any = false;
    while (this.output.length > 0) {
      const message = this.output[0]!;
      const n = giveBytes(page, ANSWERS_RING, message.subarray(this.sent));
      if (n === undefined) return this.fail(page, ERROR.RING_INDEX);
      any ||= n > 0;
      this.sent += n;
      if (this.sent < message.length) break;
      this.sent = 0;
      this.output.shift();
    }
    return any;
  }

  /** Takes one piece of a message, and answers when that makes it whole. @returns whether there was one */
  private receive(page: SharedPage): boolean {
    const wanted = this.input.length < HEADER_SIZE ? HEADER_SIZE : HEADER_SIZE + this.announced();
    const bytes = takeBytes(page, REQUESTS_RING, wanted - this.input.length);
    if (!bytes) return this.fail(page, ERROR.RING_INDEX);
    for (const byte of bytes) this.input.push(byte);
    if (this.input.length >= HEADER_SIZE) {
      const length = this.announced();
      if (length > LONGEST_PAYLOAD) return this.fail(page, ERROR.PROTOCOL);
      if (this.input.length === HEADER_SIZE + length) this.answer(decode(Uint8Array.from(this.input.splice(0))));
    }
    return bytes.length > 0;
  }
  private announced(): number {
    return payloadLength(Uint8Array.from(this.input.slice(0, HEADER_SIZE)));
  }

  private answer(message: Message): void {
    const { store } = this;
    // Events that this leads to come behind the answer.
    const at = this.output.length;
    const reply = store.hold(() => this.reply(message));
    this.output.splice(at, 0, encode({ ...message, ...reply }));
  }

  private reply(message: Message): Pick<Message, 'type' | 'payload'> {
    try {
      const handler = REQUESTS[message.type];
      if (!handler) throw new StoreError('ENOSYS');
      const { store, isIntroduced } = this;
      return { type: message.type, payload: handler({ store, watcher: this, message, isIntroduced }) };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return { type: XS.ERROR, payload: errorPayload(error.code) };
    }
  }

  /** The guest does not keep to the protocol: it is not heard any more. @returns false */
  private fail(page: SharedPage, error: number): false {
    this.broken = true;
    page.setU32(FIELD.ERROR, error);
    return false;
  }

  /** What is on its way in either direction, and the watches. @throws SaveError in the middle of a transaction */
  transfer(io: Archive): void {
    if (this.store.hasTransactions(this))
      throw new SaveError(
        'it is in the middle of a transaction of the store; let it run for a moment and save it then',
      );
    const input = io.bytes(Uint8Array.from(this.input), HEADER_SIZE + LONGEST_PAYLOAD);
    const output = io.list(this.output, 2 * MOST_WAITING, message =>
      io.bytes(message ?? new Uint8Array(), HEADER_SIZE + LONGEST_PAYLOAD).slice(),
    );
    this.sent = io.u32(this.sent, HEADER_SIZE + LONGEST_PAYLOAD);
    this.broken = io.bool(this.broken);
    this.store.transferWatches(io, this);
    if (!io.loading) return;
    this.input.push(...input);
    this.output.push(...output);
  }

  close(): void {
    this.store.forget(this);
    this.channel?.close();
  }
}
