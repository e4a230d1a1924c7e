// A network interface of a guest: frames that it sends, frames for it (Xen, public/io/netif.h).
import { Layout } from '../../abi/layout';
import type { Domain } from '../../domain';
import type { ConsumerEnd } from '../../evtchn/channels';
import { PAGE_SIZE } from '../../memory/physical';
import { RequestRing } from '../request-ring';
import { BACKEND_DOMAIN, type GrantedPage, mapGrant } from '../shared-page';
import type { BackendDriver, FrontendNodes, Nodes } from '../xenbus';
import { type Bridge, type BridgePort, type Frame, LONGEST_FRAME } from './bridge';

const TX_REQUEST = new Layout({ ref: 'u32', offset: 'u16', flags: 'u16', id: 'u16', size: 'u16' });
const TX_RESPONSE = new Layout({ id: 'u16', status: 'u16' });
const RX_REQUEST = new Layout({ id: 'u16', pad: 'u16', ref: 'u32' });
const RX_RESPONSE = new Layout({ id: 'u16', offset: 'u16', flags: 'u16', status: 'u16' });
const TX_FLAG = { CHECKSUM_BLANK: 1, DATA_VALIDATED: 2, MORE: 4, EXTRA: 8 } as const;
const RX_FLAG = { DATA_VALIDATED: 1, CHECKSUM_BLANK: 2 } as const;
const STATUS = { OKAY: 0, ERROR: -1, NULL: 1 } as const;
/** Slots of one frame: a frontend never needs more (XEN_NETIF_NR_SLOTS_MIN). */
const MOST_SLOTS = 18;
/** Frames that wait for room in the guest; what comes beyond is lost. */
const MOST_WAITING = 256;

interface TxRequest {
  readonly ref: number;
  readonly offset: number;
  readonly flags: number;
  readonly id: number;
  readonly size: number;
}

interface Connection {
  readonly tx: RequestRing;
  readonly rx: RequestRing;
  readonly pages: readonly GrantedPage[];
  readonly channel: ConsumerEnd;
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

export class NetBackend implements BackendDriver, BridgePort {
  /** No pieces, no segments to be cut: what a guest sends is one frame of ordinary size. */
  readonly offer: Nodes = { 'feature-rx-copy': 1, 'feature-rx-flip': 0, 'feature-sg': 0, 'feature-gso-tcpv4': 0 };
  private connection: Connection | undefined;
  private readonly waiting: Frame[] = [];
  private working = false;

  constructor(
    private readonly domain: Domain,
    private readonly bridge: Bridge,
    private readonly broken: (why: string) => void,
  ) {}

  connect(frontend: FrontendNodes): Nodes | undefined {
    const [txRef, rxRef] = [frontend.number('tx-ring-ref'), frontend.number('rx-ring-ref')];
    const port = frontend.number('event-channel');
    if (txRef === undefined || rxRef === undefined || port === undefined) return undefined;
    if (frontend.number('request-rx-copy') !== 1) return undefined;
    const tx = mapGrant(this.domain, txRef, true);
    const rx = mapGrant(this.domain, rxRef, true);
    const channel = this.domain.channels.attach(port, BACKEND_DOMAIN, () => this.work());
    const pages = [tx, rx].filter(page => page !== undefined);
    if (!tx || !rx || !channel) {
      for (const page of pages) page.release();
      channel?.close();
      return undefined;
    }
    this.connection = {
      tx: new RequestRing(tx.page, TX_REQUEST.size),
      rx: new RequestRing(rx.page, RX_REQUEST.size),
      ...{ pages, channel },
    };
    this.bridge.add(this);
    return {};
  }

  disconnect(): void {
    this.bridge.remove(this);
    this.waiting.length = 0;
    const { connection } = this;
    this.connection = undefined;
    connection?.channel.close();
    for (const page of connection?.pages ?? []) page.release();
  }

  /** BridgePort. */
  receive(frame: Frame): void {
    if (this.waiting.length >= MOST_WAITING) return;
    this.waiting.push({ ...frame, bytes: frame.bytes.slice() });
    // What it sends itself can lead to an answer at once; that goes out with the rest.
    if (!this.working && this.connection) this.finish(this.connection, this.deliver(this.connection));
  }

  private work(): void {
    const { connection } = this;
    if (!connection || this.working) return;
    this.working = true;
    const sent = this.takeAll(connection);
    this.working = false;
    // A guest that breaks the rules has been disconnected meanwhile.
    if (this.connection === connection) this.finish(connection, sent | this.deliver(connection));
  }

  private finish({ channel }: Connection, wanted: number): void {
    if (wanted) channel.notify();
  }

  /** Sends what the guest has put into its ring. @returns 1 when it wants to be told of the answers */
  private takeAll({ tx }: Connection): number {
    const count = tx.waiting;
    if (count === undefined) return this.fail('the ring of frames to send has more in it than it holds');
    for (let left = count; left > 0;) {
      const taken = this.takeFrame(tx, left);
      if (taken === 0) return this.fail('a frame in pieces does not end');
      left -= taken;
    }
    tx.listen();
    return tx.push() ? 1 : 0;
  }

  private fail(why: string): number {
    this.broken(why);
    return 0;
  }

  /** A frame, in one piece or more. @returns how many slots; 0: it does not end */
  private takeFrame(tx: RequestRing, most: number): number {
    const pieces: TxRequest[] = [];
    let slots = 0;
    let extras = 0;
    for (let more = true; more;) {
      if (slots >= most || pieces.length >= MOST_SLOTS) return 0;
      const request = TX_REQUEST.read(viewOf(tx.take(TX_REQUEST.size)));
      slots++;
      pieces.push(request);
      // Extra information is about what was not offered: it is passed over, and the frame with it.
      for (let extra = (request.flags & TX_FLAG.EXTRA) !== 0; extra;) {
        if (slots >= most || extras >= MOST_SLOTS) return 0;
        extra = (tx.take(TX_REQUEST.size)[1]! & 1) !== 0;
        slots++;
        extras++;
      }
      more = (request.flags & TX_FLAG.MORE) !== 0;
    }
    const frame = extras > 0 ? undefined : this.gather(pieces);
    if (frame) this.bridge.send(this, frame);
    for (const { id } of pieces) put(tx, { id, status: frame ? STATUS.OKAY : STATUS.ERROR });
    for (let i = 0; i < extras; i++) put(tx, { id: 0, status: STATUS.NULL });
    return slots;
  }

  /** @returns undefined when pages or lengths are not what they should be */
  private gather(pieces: readonly TxRequest[]): Frame | undefined {
    const [first, ...rest] = pieces as [TxRequest, ...TxRequest[]];
    // The first one says how long the whole is.
    const head = first.size - rest.reduce((sum, { size }) => sum + size, 0);
    if (head <= 0 || first.size > LONGEST_FRAME) return undefined;
    const bytes = new Uint8Array(first.size);
    let at = 0;
    for (const { ref, offset, size } of [{ ...first, size: head }, ...rest]) {
      if (offset + size > PAGE_SIZE) return undefined;
      const granted = mapGrant(this.domain, ref, false);
      if (!granted) return undefined;
      bytes.set(granted.page.bytes(offset, size), at);
      granted.release();
      at += size;
    }
    return { bytes, checksumBlank: (first.flags & TX_FLAG.CHECKSUM_BLANK) !== 0 };
  }

  /** Gives the guest what waits for it, as far as it has room. @returns 1 when it wants to be told */
  private deliver({ rx }: Connection): number {
    const room = rx.waiting;
    if (room === undefined) return this.fail('the ring of frames to receive has more in it than it holds');
    const count = Math.min(room, this.waiting.length);
    for (const { bytes, checksumBlank } of this.waiting.splice(0, count)) {
      const { id, ref } = RX_REQUEST.read(viewOf(rx.take(RX_REQUEST.size)));
      const granted = mapGrant(this.domain, ref, true);
      granted?.page.write(0, bytes);
      granted?.release();
      const out = new Uint8Array(RX_RESPONSE.size);
      const flags = checksumBlank ? RX_FLAG.CHECKSUM_BLANK | RX_FLAG.DATA_VALIDATED : 0;
      const status = granted ? bytes.length : STATUS.ERROR & 0xffff;
      RX_RESPONSE.write(viewOf(out), { id, offset: 0, flags, status });
      rx.put(out);
    }
    if (this.waiting.length > 0 || room === count) rx.listen();
    return count > 0 && rx.push() ? 1 : 0;
  }
}

function put(tx: RequestRing, { id, status }: { id: number; status: number }): void {
  const out = new Uint8Array(TX_RESPONSE.size);
  TX_RESPONSE.write(viewOf(out), { id, status: status & 0xffff });
  tx.put(out);
}
