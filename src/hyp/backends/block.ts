// A disk of a guest: requests of its frontend, done on a file or whatever else stores blocks (Xen, public/io/blkif.h).
import type { BlockStore } from '../../emu/devices/device';
import { Layout } from '../abi/layout';
import type { Domain } from '../domain';
import type { ConsumerEnd } from '../evtchn/channels';
import { PAGE_SIZE } from '../memory/physical';
import { RequestRing } from './request-ring';
import { BACKEND_DOMAIN, type GrantedPage, mapGrant } from './shared-page';
import type { BackendDriver, FrontendNodes, Nodes } from './xenbus';

const SECTOR = 512;
const OPERATION = { READ: 0, WRITE: 1, WRITE_BARRIER: 2, FLUSH: 3 } as const;
const STATUS = { OKAY: 0, ERROR: -1, NOT_SUPPORTED: -2 } as const;
const MOST_SEGMENTS = 11;
const REQUEST = new Layout({ operation: 'u8', segments: 'u8', handle: 'u16', id: 'u64', sector: 'u64' });
const SEGMENT = new Layout({ ref: 'u32', first: 'u8', last: 'u8' });
const REQUEST_SIZE = REQUEST.size + MOST_SEGMENTS * SEGMENT.size;
const RESPONSE = new Layout({ id: 'u64', operation: 'u8', status: 'u16' });
/** The identifier of a request is the guest's own: it goes back as it came. */
const ID = { at: REQUEST.fields.id.offset, length: 8 } as const;
/** What `info` says of a disk. */
const INFO = { CDROM: 1, REMOVABLE: 2, READ_ONLY: 4 } as const;
/** The layout of a ring that an ARM guest has, and one whose 64-bit numbers are aligned the same way. */
const PROTOCOLS = ['arm-abi', 'x86_64-abi'];
const LAST_SECTOR = PAGE_SIZE / SECTOR - 1;

export interface BlockOptions {
  readonly store: BlockStore;
  readonly readOnly: boolean;
  readonly removable: boolean;
}

interface Segment {
  readonly ref: number;
  readonly first: number;
  readonly last: number;
}

export class BlockBackend implements BackendDriver {
  readonly offer: Nodes = { 'feature-flush-cache': 1 };
  private ring: RequestRing | undefined;
  private page: GrantedPage | undefined;
  private channel: ConsumerEnd | undefined;

  /** @param broken the guest does not keep to the protocol */
  constructor(
    private readonly domain: Domain,
    private readonly options: BlockOptions,
    private readonly broken: (why: string) => void,
  ) {}

  connect(frontend: FrontendNodes): Nodes | undefined {
    const [ref, port] = [frontend.number('ring-ref'), frontend.number('event-channel')];
    if (ref === undefined || port === undefined) return undefined;
    if (!PROTOCOLS.includes(frontend.text('protocol') ?? PROTOCOLS[0]!)) return undefined;
    this.page = mapGrant(this.domain, ref, true);
    this.channel = this.domain.channels.attach(port, BACKEND_DOMAIN, () => this.work());
    if (!this.page || !this.channel) {
      this.disconnect();
      return undefined;
    }
    this.ring = new RequestRing(this.page.page, REQUEST_SIZE);
    const { store, readOnly, removable } = this.options;
    return {
      sectors: Math.floor(store.size / SECTOR),
      info: (readOnly ? INFO.READ_ONLY : 0) | (removable ? INFO.REMOVABLE | INFO.CDROM : 0),
      ...{ 'sector-size': SECTOR, 'physical-sector-size': SECTOR },
    };
  }

  disconnect(): void {
    this.channel?.close();
    this.page?.release();
    this.channel = undefined;
    this.page = undefined;
    this.ring = undefined;
  }

  /** At most as many requests as the ring has slots: the guest stands still meanwhile. */
  private work(): void {
    const { ring } = this;
    if (!ring) return;
    const waiting = ring.waiting;
    if (waiting === undefined) return this.broken('the ring of requests has more in it than it holds');
    for (let i = 0; i < waiting; i++) ring.put(this.answer(ring.take(REQUEST_SIZE)));
    ring.listen();
    if (ring.push()) this.channel!.notify();
  }

  private answer(bytes: Uint8Array): Uint8Array {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const { operation, segments: count, sector } = REQUEST.read(view);
    const segments = Array.from({ length: Math.min(count, MOST_SEGMENTS) }, (_, i) =>
      SEGMENT.read(view, REQUEST.size + i * SEGMENT.size),
    );
    const status = count > MOST_SEGMENTS ? STATUS.ERROR : this.perform(operation, sector, segments);
    const out = new Uint8Array(RESPONSE.size);
    RESPONSE.write(new DataView(out.buffer), { operation, status: status & 0xffff });
    out.set(bytes.subarray(ID.at, ID.at + ID.length));
    return out;
  }

  private perform(operation: number, sector: number, segments: readonly Segment[]): number {
    const { store, readOnly } = this.options;
    switch (operation) {
      case OPERATION.READ:
        return this.transfer(sector, segments, false);
      case OPERATION.WRITE:
        return readOnly ? STATUS.ERROR : this.transfer(sector, segments, true);
      case OPERATION.FLUSH:
      case OPERATION.WRITE_BARRIER: {
        // What was written before is durable before this is written; it may bring data of its own.
        if (readOnly && segments.length > 0) return STATUS.ERROR;
        if (!store.flush()) return STATUS.ERROR;
        const status = this.transfer(sector, segments, true);
        if (status !== STATUS.OKAY || operation === OPERATION.FLUSH) return status;
        return store.flush() ? STATUS.OKAY : STATUS.ERROR;
      }
      default:
        return STATUS.NOT_SUPPORTED;
    }
  }

  private transfer(sector: number, segments: readonly Segment[], write: boolean): number {
    const { store } = this.options;
    // A flush alone names no place.
    if (segments.length === 0) return STATUS.OKAY;
    const sectors = segments.reduce((sum, { first, last }) => sum + last - first + 1, 0);
    const sensible = segments.every(({ first, last }) => first <= last && last <= LAST_SECTOR);
    if (!sensible || sector + sectors > Math.floor(store.size / SECTOR)) return STATUS.ERROR;
    let at = sector * SECTOR;
    for (const { ref, first, last } of segments) {
      const length = (last - first + 1) * SECTOR;
      const granted = mapGrant(this.domain, ref, !write);
      if (!granted) return STATUS.ERROR;
      const bytes = granted.page.bytes(first * SECTOR, length);
      const ok = write ? store.write(at, bytes) : store.read(at, bytes);
      if (!write) granted.page.written(first * SECTOR, length);
      granted.release();
      if (!ok) return STATUS.ERROR;
      at += length;
    }
    return STATUS.OKAY;
  }
}
