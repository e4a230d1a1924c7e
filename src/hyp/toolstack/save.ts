// Saved domains: a file of its own format. Xen on ARM has nothing like it; this is a domain frozen between two instructions,
// which goes on as if nothing had been.
import { BACKEND_DOMAIN } from '../backends/shared-page';
import type { Domain } from '../domain';
import { createGuest, type GuestLayout, MOST_SHARED_INTERRUPTS, MOST_VCPUS } from '../domain-create';
import { LOCAL_IRQS } from '../gic/vgic';
import type { Hypervisor } from '../hypervisor';
import { type Archive, Loader, SaveError, Saver } from '../save/archive';
import { checkSavable, transferDomain } from '../save/domain';
import { homeOf, type Store } from '../xenstore';
import { formatUuid, removeDomainNodes } from './nodes';

/** `XLABDOM` and a line feed. */
const MAGIC = Uint32Array.of(0x42414c58, 0x0a4d4f44);
/** Raised with every change of what a part writes. */
export const SAVE_VERSION = 1;
const MOST_NAME = 256;
const MOST_ORIGIN = 1 << 20;
const MOST_POOL = 1 << 16;
const MOST_GRANT_FRAMES = 64;
const LAST_DOMAIN = 0x7fef;

/** What has to be known before anything is made. */
export interface SaveHeader {
  readonly id: number;
  readonly name: string;
  /** Where it comes from, for the one who reads configurations again. */
  readonly origin: string;
}

/** How a domain was made. */
interface Frame {
  readonly vcpus: number;
  readonly sharedInterrupts: number;
  readonly grantFrames: number;
  readonly pool: number;
  readonly layout: GuestLayout;
}

function transferHeader(io: Archive, header: SaveHeader): SaveHeader {
  const magic = MAGIC.slice();
  io.words(magic);
  if (magic.some((word, i) => word !== MAGIC[i])) throw new SaveError('this is no saved domain');
  const version = io.u32(SAVE_VERSION);
  if (version !== SAVE_VERSION)
    throw new SaveError(`it was saved in version ${version} of the format, and this program reads version ${SAVE_VERSION}; save it anew with this one`); // prettier-ignore
  return {
    id: io.u32(header.id, LAST_DOMAIN),
    name: io.text(header.name, MOST_NAME),
    origin: io.text(header.origin, MOST_ORIGIN),
  };
}

const transferFrame = (io: Archive, { layout, ...frame }: Frame): Frame => ({
  vcpus: io.u32(frame.vcpus, MOST_VCPUS),
  sharedInterrupts: io.u32(frame.sharedInterrupts, MOST_SHARED_INTERRUPTS),
  grantFrames: io.u32(frame.grantFrames, MOST_GRANT_FRAMES),
  pool: io.u32(frame.pool, MOST_POOL),
  layout: {
    ...{ ram: io.u32(layout.ram), gicd: io.u32(layout.gicd), gicc: io.u32(layout.gicc) },
    eventIrq: io.u32(layout.eventIrq, LOCAL_IRQS - 1),
  },
});

const NO_FRAME: Frame = {
  ...{ vcpus: 0, sharedInterrupts: 0, grantFrames: 0, pool: 0 },
  layout: { ram: 0, gicd: 0, gicc: 0, eventIrq: 0 },
};

/** @throws SaveError for what is no saved domain */
export const readSaveHeader = (bytes: Uint8Array): SaveHeader =>
  transferHeader(new Loader(bytes), { id: 0, name: '', origin: '' });

function transferTime(io: Archive, { host }: Domain): void {
  const ticks = host.timersOf(0).now;
  const [before, ns] = [io.f64(ticks), io.f64(host.now())];
  if (!io.loading) return;
  io.shift.ticks = ticks - before;
  io.shift.ns = host.now() - ns;
}

const uuidOf = (domain: Domain): string => `/vm/${formatUuid(domain.handle)}`;

function transferNodes(io: Archive, store: Store, domain: Domain): void {
  store.transfer(io, homeOf(domain.id));
  store.transfer(io, uuidOf(domain));
  const backends = `${homeOf(BACKEND_DOMAIN)}/backend`;
  const kinds = io.loading ? [] : store.list(backends).filter(kind => store.list(`${backends}/${kind}/${domain.id}`).length > 0); // prettier-ignore
  for (const kind of io.list(kinds, MOST_NAME, one => io.text(one ?? '', MOST_NAME)))
    store.transfer(io, `${backends}/${kind}/${domain.id}`);
}

/**
 * @param domain paused, and no core is in it
 * @param rest what the toolstack has beside it, behind everything else
 * @throws SaveError for one that cannot be frozen
 */
export function saveDomain(domain: Domain, store: Store, header: SaveHeader, rest: (io: Archive) => void): Uint8Array {
  checkSavable(domain);
  const io = new Saver();
  transferHeader(io, header);
  const { gicd, gicc, eventIrq, grantFrames } = domain.options;
  transferFrame(io, {
    ...{ vcpus: domain.vcpus.length, sharedInterrupts: domain.vgic.lines - LOCAL_IRQS, grantFrames },
    ...{ pool: domain.pool.total, layout: { ram: 0, gicd, gicc, eventIrq } },
  });
  io.bytes(domain.handle);
  transferTime(io, domain);
  transferDomain(io, domain);
  transferNodes(io, store, domain);
  rest(io);
  return io.done();
}

/** @returns the domain, paused; the archive stands at what the toolstack has beside it @throws SaveError; nothing is left */
export function loadDomain(xen: Hypervisor, store: Store, bytes: Uint8Array): { domain: Domain; io: Loader } {
  const io = new Loader(bytes);
  const { id } = transferHeader(io, { id: 0, name: '', origin: '' });
  const { vcpus, sharedInterrupts, grantFrames, pool, layout } = transferFrame(io, NO_FRAME);
  const handle = io.bytes(new Uint8Array(16), 16).slice();
  if (vcpus === 0 || handle.length !== 16) throw new SaveError('it has no virtual CPU');
  let domain: Domain | undefined;
  try {
    // Nothing of it is there before: what is removed when it fails is its own.
    domain = createGuest(xen, { id, vcpus, handle, grantFrames, sharedInterrupts, layout });
    domain.createVcpus();
    if (domain.pool.resize(pool) < 0) throw new RangeError('there is no memory for its tables');
    transferTime(io, domain);
    transferDomain(io, domain);
    transferNodes(io, store, domain);
    return { domain, io };
  } catch (error) {
    if (domain) xen.destroyDomain(domain);
    removeDomainNodes(store, id, { uuid: handle });
    if (!(error instanceof RangeError)) throw error;
    throw new SaveError(error.message);
  }
}
