// HYPERVISOR_memory_op (Xen, public/memory.h; arch/arm/mm.c and common/memory.c).
import { ERRNO } from '../abi/errno';
import { Layout } from '../abi/layout';
import type { Domain } from '../domain';
import { PAGE_SHIFT, PAGE_SIZE } from '../memory/physical';
import { P2M } from '../p2m';
import { AGAIN, type Answer, type Call, type Hypercall } from './hypercall';

const SPACE = { SHARED_INFO: 0, GRANT_TABLE: 1, GMFN: 2, GMFN_RANGE: 3, GMFN_FOREIGN: 4, DEV_MMIO: 5 } as const;
/** Extents that one call handles; then it is made again. */
const BATCH = 64;
/** Bits 31:6 of argument 0 say where a call that is made again goes on. */
const START_SHIFT = 6;
const COMMAND_MASK = (1 << START_SHIFT) - 1;
/** Largest extent that a domain may ask for, as orders of pages: 1 GiB for those that control others. */
const MAX_ORDER = { privileged: 18, other: 9 } as const;

const RESERVATION = new Layout({
  ...({ extent_start: 'handle', nr_extents: 'u64', extent_order: 'u32', mem_flags: 'u32', domid: 'u16' } as const),
});
const ADD_TO_PHYSMAP = new Layout({ domid: 'u16', size: 'u16', space: 'u32', idx: 'u64', gpfn: 'u64' });
const ADD_BATCH = new Layout({
  ...({ domid: 'u16', space: 'u16', size: 'u16', foreign_domid: 'u16', idxs: 'handle', gpfns: 'handle' } as const),
  errs: 'handle',
});
const REMOVE = new Layout({ domid: 'u16', gpfn: 'u64' });
const DOMID_ONLY = new Layout({ domid: 'u16' });

/** Takes whatever is mapped at a frame away; the domain's own memory goes back to the heap. */
function removeFrame(domain: Domain, gfn: number): number {
  const entry = domain.p2m.lookup(gfn);
  if (!entry) return -ERRNO.EINVAL;
  if (!domain.p2m.unmap(gfn, 1)) return -ERRNO.ENOMEM;
  const { heap } = domain.host;
  if (entry.type === P2M.MAP_FOREIGN_RW || entry.type === P2M.MAP_FOREIGN_RO) heap.release(entry.mfn);
  return 0;
}

/** One frame of a space into the domain's memory. @returns 0 or a negative error */
function addFrame(domain: Domain, space: number, idx: number, gpfn: number, foreign?: Domain): number {
  const { heap } = domain.host;
  switch (space) {
    case SPACE.SHARED_INFO:
      return idx === 0 && replace(domain, gpfn, domain.sharedInfo >>> PAGE_SHIFT, P2M.RAM_RW) ? 0 : -ERRNO.EINVAL;
    case SPACE.GRANT_TABLE: {
      if (!domain.grants.grow(idx + 1)) return -ERRNO.EINVAL;
      return replace(domain, gpfn, domain.grants.frames[idx]!, P2M.RAM_RW) ? 0 : -ERRNO.ENOMEM;
    }
    case SPACE.GMFN_FOREIGN: {
      if (!foreign) return -ERRNO.ESRCH;
      const entry = foreign.p2m.lookup(idx);
      if (!entry || (entry.type !== P2M.RAM_RW && entry.type !== P2M.RAM_RO)) return -ERRNO.EINVAL;
      const type = entry.type === P2M.RAM_RW ? P2M.MAP_FOREIGN_RW : P2M.MAP_FOREIGN_RO;
      if (!replace(domain, gpfn, entry.mfn, type)) return -ERRNO.ENOMEM;
      heap.reference(entry.mfn);
      return 0;
    }
    default:
      return -ERRNO.ENOSYS;
  }
}

/** Maps a frame in the place of what was there; what was the domain's own goes back to the heap. */
function replace(domain: Domain, gfn: number, mfn: number, type: number): boolean {
  const before = domain.p2m.lookup(gfn);
  if (!domain.map(gfn, mfn, 1, type as (typeof P2M)['RAM_RW'])) return false;
  if (!before || before.mfn === mfn) return true;
  const { heap } = domain.host;
  if (before.type === P2M.RAM_RW && heap.owner(before.mfn) === domain.id) {
    heap.give(before.mfn, 0);
    domain.pages--;
  } else if (before.type === P2M.MAP_FOREIGN_RW || before.type === P2M.MAP_FOREIGN_RO) heap.release(before.mfn);
  return true;
}

const addToPhysmap = (call: Call): Answer =>
  call.with(ADD_TO_PHYSMAP, 1, v => {
    const domain = call.subject(v.domid);
    if (!domain) return -ERRNO.ESRCH;
    return addFrame(domain, v.space, v.idx, v.gpfn);
  });

function addBatch(call: Call): Answer {
  const v = call.guest.readStruct(ADD_BATCH, call.arg(1));
  if (!v) return -ERRNO.EFAULT;
  const domain = call.subject(v.domid);
  if (!domain) return -ERRNO.ESRCH;
  const foreign = v.space === SPACE.GMFN_FOREIGN ? call.subject(v.foreign_domid) : undefined;
  const start = call.arg(0) >>> START_SHIFT;
  const end = Math.min(v.size, start + BATCH);
  for (let i = start; i < end; i++) {
    const [idx, gpfn] = [call.guest.read64(v.idxs + 8 * i), call.guest.read64(v.gpfns + 8 * i)];
    if (idx === undefined || gpfn === undefined) return -ERRNO.EFAULT;
    const result = addFrame(domain, v.space, idx, gpfn, foreign);
    if (!call.guest.write32(v.errs + 4 * i, result >>> 0)) return -ERRNO.EFAULT;
  }
  if (end >= v.size) return 0;
  call.args[0] = (call.arg(0) & COMMAND_MASK) | (end << START_SHIFT);
  return AGAIN;
}

/** What increase_reservation, decrease_reservation and populate_physmap have in common: an action for each extent. */
function reservation(call: Call, act: (domain: Domain, gfn: number, order: number, list: number) => boolean): Answer {
  const v = call.guest.readStruct(RESERVATION, call.arg(1));
  if (!v) return -ERRNO.EFAULT;
  const domain = call.subject(v.domid);
  const start = call.arg(0) >>> START_SHIFT;
  if (!domain) return start;
  if (v.extent_order > (call.domain.options.privileged ? MAX_ORDER.privileged : MAX_ORDER.other)) return start;
  const end = Math.min(v.nr_extents, start + BATCH);
  for (let i = start; i < end; i++) {
    const list = v.extent_start + 8 * i;
    const gfn = call.guest.read64(list);
    if (gfn === undefined || !act(domain, gfn, v.extent_order, list)) return i;
  }
  if (end >= v.nr_extents) return v.nr_extents;
  call.args[0] = (call.arg(0) & COMMAND_MASK) | (end << START_SHIFT);
  return AGAIN;
}

const populate = (call: Call): Answer =>
  reservation(call, (domain, gfn, order, list) => {
    if (domain.pages + (1 << order) > domain.maxPages) return false;
    // A domain whose memory is mapped to itself gets what is at that address.
    if (domain.options.privileged) return repopulate(domain, gfn, order);
    const mfn = domain.populate(gfn, order);
    return mfn >= 0 && call.guest.write(list, words(gfn));
  });

const words = (value: number): Uint8Array => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
};

/** Pages that dom0 gave up with decrease_reservation are still set aside for it, as Xen does for a direct mapping. */
function repopulate(domain: Domain, gfn: number, order: number): boolean {
  for (let i = 0; i < 1 << order; i++) if (domain.host.heap.owner(gfn + i) !== domain.id) return false;
  domain.host.memory.clear(gfn * PAGE_SIZE, PAGE_SIZE << order);
  return domain.map(gfn, gfn, 1 << order, P2M.RAM_RW);
}

const decrease = (call: Call): Answer =>
  reservation(call, (domain, gfn, order) => {
    for (let i = 0; i < 1 << order; i++) {
      const entry = domain.p2m.lookup(gfn + i);
      if (!entry || entry.type !== P2M.RAM_RW) return false;
      if (!domain.p2m.unmap(gfn + i, 1)) return false;
      if (domain.options.privileged || domain.host.heap.owner(entry.mfn) !== domain.id) continue;
      domain.host.heap.give(entry.mfn, 0);
      domain.pages--;
    }
    return true;
  });

const ofDomain =
  (answer: (domain: Domain) => number) =>
  (call: Call): Answer =>
    call.with(DOMID_ONLY, 1, v => {
      const domain = call.subject(v.domid);
      return domain ? answer(domain) : -ERRNO.ESRCH;
    });

const HANDLERS: Readonly<Record<number, (call: Call) => Answer>> = {
  1: decrease,
  2: call => call.xen.heap.firstFrame + call.xen.heap.frames - 1,
  3: ofDomain(domain => domain.pages),
  4: ofDomain(domain => domain.maxPages),
  6: populate,
  7: addToPhysmap,
  14: ofDomain(domain => [...domain.p2m.entries()].reduce((last, e) => Math.max(last, e.gfn + (1 << e.order) - 1), 0)),
  15: call =>
    call.with(REMOVE, 1, v => {
      const domain = call.subject(v.domid);
      return domain ? removeFrame(domain, v.gpfn) : -ERRNO.ESRCH;
    }),
  18: () => 0,
  19: () => 0,
  23: addBatch,
};

export const memoryOp: Hypercall = {
  number: 12,
  name: 'memory_op',
  operations: {
    0: 'increase_reservation', 1: 'decrease_reservation', 2: 'maximum_ram_page', 3: 'current_reservation',
    4: 'maximum_reservation', 6: 'populate_physmap', 7: 'add_to_physmap', 14: 'maximum_gpfn', 15: 'remove_from_physmap',
    18: 'get_sharing_freed_pages', 19: 'get_sharing_shared_pages', 23: 'add_to_physmap_range', 28: 'acquire_resource',
  },
  handle: call => HANDLERS[call.arg(0) & COMMAND_MASK]?.(call) ?? -ERRNO.ENOSYS,
}; // prettier-ignore
