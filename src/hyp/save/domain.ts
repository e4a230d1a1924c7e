// A domain as it lies in a file: memory, virtual CPUs, interrupts, event channels, grants. Nobody of it runs meanwhile.
import type { Domain } from '../domain';
import { FifoEvents } from '../evtchn/fifo';
import { STATE } from '../evtchn/channels';
import { PAGE_SHIFT, PAGE_SIZE } from '../memory/physical';
import { FRAMES, P2M, type P2mEntry } from '../p2m';
import { placeVpl011 } from '../vpl011';
import { type Archive, SaveError } from './archive';

const MOST_RUNS = 1 << 20;
const MOST_PARAMS = 64;
const SUPERPAGE_ORDER = 9;
const TWO_32 = 2 ** 32;

/** Frames that are somebody's memory: the guest's own, and what Xen keeps for it and it has mapped. */
interface Run {
  readonly gfn: number;
  readonly count: number;
}
const KIND = { SHARED_INFO: 0, GRANT_TABLE: 1 } as const;
interface XenFrame {
  readonly gfn: number;
  readonly kind: number;
  readonly index: number;
}

/** @throws SaveError when a domain has something that is not in itself */
export function checkSavable(domain: Domain): void {
  const no = (why: string): never => {
    throw new SaveError(`${why}: it cannot be frozen`);
  };
  if (domain.shutdownCode !== undefined || domain.dying) no('the domain has ended');
  if (domain.vgic.shared.some(({ hardware }) => hardware >= 0)) no('the domain has devices of the board');
  if (domain.grants.mapped.size > 0) no('the domain has mapped pages of another one');
  for (const { state, consumer, upcall, remoteDomain } of domain.channels.all)
    if (state === STATE.INTERDOMAIN && !consumer && !upcall)
      no(`the domain has an event channel to domain ${remoteDomain}`);
}

/** @throws SaveError */
export function transferDomain(io: Archive, domain: Domain): void {
  domain.maxPages = io.u32(domain.maxPages);
  domain.weight = io.u32(domain.weight, 0xffff);
  domain.cap = io.u32(domain.cap, 0xffff);
  domain.timeOffset = io.f64(domain.timeOffset);
  domain.vmAssist = io.u32(domain.vmAssist);
  const announced = io.u32((domain.announcedCode ?? -1) + 1, 0x100) - 1;
  domain.announcedCode = announced < 0 ? undefined : announced;
  domain.watchdogs.transfer(io);
  transferParams(io, domain);
  domain.grants.transfer(io);
  transferMemory(io, domain);
  const frameOf = io.loading ? loadedFrame(domain) : savedFrame(domain);
  transferChannels(io, domain, frameOf);
  domain.vgic.transfer(io);
  for (const vcpu of domain.vcpus) vcpu.transfer(io, frameOf);
  if (!io.bool(domain.vpl011 !== undefined)) return;
  const port = io.u32(domain.vpl011?.port ?? 0);
  const ring = io.f64(domain.vpl011 ? frameOf(domain.vpl011.ring) : 0);
  if (io.loading) {
    if (!domain.channels.isXens(port)) throw new SaveError('the UART has no event channel');
    placeVpl011(domain, frameOf(ring), port);
  }
  domain.vpl011!.transfer(io);
}

function transferParams(io: Archive, { params }: Domain): void {
  const saved = io.list([...params], MOST_PARAMS, entry => {
    const [index, value] = entry ?? [0, 0n];
    const [low, high] = [Number(BigInt.asUintN(32, value)), Number(value >> 32n)];
    const [i, l, h] = [io.u32(index), io.u32(low), io.u32(high)];
    return [i, BigInt(l) | (BigInt(h) << 32n)] as [number, bigint];
  });
  for (const [index, value] of saved) params.set(index, value);
}

function transferChannels(io: Archive, domain: Domain, frameOf: (address: number) => number): void {
  const { channels } = domain;
  // Bits and words of pending events are memory, and come with it.
  channels.transfer(io, () => domain.vpl011?.notified());
  const abi = channels.abi instanceof FifoEvents ? channels.abi : undefined;
  if (!io.bool(abi !== undefined)) return;
  const fifo = abi ?? new FifoEvents(domain.memory, n => domain.vcpus[n], holding(domain));
  fifo.transfer(io, frameOf);
  channels.abi = fifo;
}

const holding = ({ host: { heap } }: Domain) => ({
  hold: (at: number) => heap.reference(at >>> PAGE_SHIFT),
  letGo: (at: number) => heap.release(at >>> PAGE_SHIFT),
});

function transferMemory(io: Archive, domain: Domain): void {
  const { memory, own, xens } = io.loading ? { memory: 0, own: [], xens: [] } : ownFrames(domain);
  const runs = io.list<Run>(own, MOST_RUNS, run => ({ gfn: frame(io, run?.gfn), count: frame(io, run?.count) }));
  if (io.loading) populate(domain, runs);
  for (const { gfn, count } of runs) for (let i = 0; i < count; i++) transferPage(io, domain, domain.frame(gfn + i));
  // Pages that are its own at no address count as well.
  const hidden = io.u32(Math.max(0, domain.pages - memory));
  if (io.loading) hide(domain, hidden);
  const frames = io.list<XenFrame>(xens, MOST_RUNS, one => ({
    ...{ gfn: frame(io, one?.gfn), kind: io.u32(one?.kind ?? 0, 1), index: io.u32(one?.index ?? 0) },
  }));
  if (io.loading) for (const one of frames) mapXens(domain, one);
  transferPage(io, domain, domain.sharedInfo);
  for (const mfn of domain.grants.frames) transferPage(io, domain, mfn * PAGE_SIZE);
}

const frame = (io: Archive, value = 0): number => io.u32(value, FRAMES);

/** Pages of zeros are not written. */
function transferPage(io: Archive, { memory }: Domain, at: number): void {
  const page = memory.bytes(at, PAGE_SIZE);
  const saved = io.bytes(!io.loading && isZero(page) ? page.subarray(0, 0) : page, PAGE_SIZE);
  if (!io.loading) return;
  if (saved.length === PAGE_SIZE) memory.copyIn(at, saved);
  else if (saved.length > 0) throw new SaveError('a page is not whole');
}

function isZero(page: Uint8Array): boolean {
  const words = new Uint32Array(page.buffer, page.byteOffset, page.length / 4);
  return words.every(word => word === 0);
}

/** All that is mapped, and what it is. @throws SaveError for what is another domain's, or a device's */
function ownFrames(domain: Domain): { memory: number; own: Run[]; xens: XenFrame[] } {
  const own: { gfn: number; count: number }[] = [];
  const xens: XenFrame[] = [];
  let memory = 0;
  for (const entry of domain.p2m.entries()) {
    if (entry.type === P2M.MMIO_DIRECT) continue; // its CPU interface, which every domain has
    if (entry.type !== P2M.RAM_RW)
      throw new SaveError('the domain has mapped pages of another one: it cannot be frozen');
    const mine = xenFrame(domain, entry);
    if (mine) xens.push(mine);
    else {
      const last = own.at(-1);
      const count = 1 << entry.order;
      if (last && last.gfn + last.count === entry.gfn) last.count += count;
      else own.push({ gfn: entry.gfn, count });
      memory += count;
    }
  }
  return { memory, own, xens };
}

function xenFrame(
  { sharedInfo, grants }: Domain,
  { gfn, mfn }: P2mEntry & { readonly gfn: number },
): XenFrame | undefined {
  // prettier-ignore
  if (mfn === sharedInfo >>> PAGE_SHIFT) return { gfn, kind: KIND.SHARED_INFO, index: 0 };
  const index = grants.frames.indexOf(mfn);
  return index < 0 ? undefined : { gfn, kind: KIND.GRANT_TABLE, index };
}

function populate(domain: Domain, runs: readonly Run[]): void {
  for (const { gfn, count } of runs)
    for (let done = 0; done < count;) {
      const aligned = ((gfn + done) & ((1 << SUPERPAGE_ORDER) - 1)) === 0 && count - done >= 1 << SUPERPAGE_ORDER;
      let order = aligned ? SUPERPAGE_ORDER : 0;
      if (domain.p2m.lookup(gfn + done)) throw new SaveError('two pages have one address');
      if (domain.populate(gfn + done, order) < 0 && domain.populate(gfn + done, (order = 0)) < 0)
        throw new SaveError('there is not so much memory free');
      done += 1 << order;
    }
}

function hide(domain: Domain, count: number): void {
  for (let i = 0; i < count; i++) {
    if (domain.host.heap.take(0, domain.id) < 0) throw new SaveError('there is not so much memory free');
    domain.pages++;
  }
}

function mapXens(domain: Domain, { gfn, kind, index }: XenFrame): void {
  const mfn = kind === KIND.SHARED_INFO ? domain.sharedInfo >>> PAGE_SHIFT : domain.grants.frames[index];
  if (mfn === undefined || gfn >= FRAMES || domain.p2m.lookup(gfn) || !domain.map(gfn, mfn, 1, P2M.RAM_RW))
    throw new SaveError('a page of Xen’s is at no place for one');
}

/** Guest addresses of physical ones. */
function savedFrame(domain: Domain): (address: number) => number {
  const frames = new Map<number, number>();
  for (const { gfn, mfn, type, order } of domain.p2m.entries())
    if (type === P2M.RAM_RW) for (let i = 0; i < 1 << order; i++) frames.set(mfn + i, gfn + i);
  return address => {
    const gfn = frames.get(address >>> PAGE_SHIFT);
    if (gfn === undefined)
      throw new SaveError('the domain has taken away a page that Xen writes to: it cannot be frozen');
    return gfn * PAGE_SIZE + (address % PAGE_SIZE);
  };
}
/** And the other way round. */
const loadedFrame =
  (domain: Domain) =>
  (address: number): number => {
    const at = Number.isSafeInteger(address) && address >= 0 && address < TWO_32 * 256 ? domain.address(address) : -1;
    if (at < 0) throw new SaveError('a page that Xen writes to is none of its memory');
    return at;
  };
