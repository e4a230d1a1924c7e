// memory_op: pages that are not a domain's own in its physical memory: Xen's, and other domains' (Xen, arch/arm/mm.c and
// common/memory.c).
import { ERRNO } from '../../abi/errno';
import { Layout } from '../../abi/layout';
import type { Domain } from '../../domain';
import { PAGE_SHIFT } from '../../memory/physical';
import { FRAMES, P2M, type P2mType } from '../../p2m';
import type { Answer, Call } from '../hypercall';
import { continued, startOf } from './extents';

const SPACE = { SHARED_INFO: 0, GRANT_TABLE: 1, GMFN: 2, GMFN_RANGE: 3, GMFN_FOREIGN: 4, DEV_MMIO: 5 } as const;
const PAGES_AT_ONCE = 64;

const ADD_TO_PHYSMAP = new Layout({ domid: 'u16', size: 'u16', space: 'u32', idx: 'u64', gpfn: 'u64' });
const ADD_BATCH = new Layout({
  ...({ domid: 'u16', space: 'u16', size: 'u16', foreign_domid: 'u16', idxs: 'handle', gpfns: 'handle' } as const),
  errs: 'handle',
});
const REMOVE = new Layout({ domid: 'u16', gpfn: 'u64' });
const RESOURCE = new Layout({
  ...({ domid: 'u16', type: 'u16', id: 'u32', nr_frames: 'u32', pad: 'u32', frame: 'u64', frame_list: 'handle' } as const),
}); // prettier-ignore
const RESOURCE_TYPE = { IOREQ_SERVER: 0, GRANT_TABLE: 1, VMTRACE: 2 } as const;
const GRANT_TABLE_SHARED = 0;
const MOST_FRAMES = 0xffffffff >>> 6;
const TWO_32 = 2 ** 32;

const isForeign = (type: P2mType): boolean => type === P2M.MAP_FOREIGN_RW || type === P2M.MAP_FOREIGN_RO;
const isRam = (type: P2mType): boolean => type === P2M.RAM_RW || type === P2M.RAM_RO;

/** Maps a frame in the place of what was there. What was the domain's own stays its own, with no address. */
function place(domain: Domain, gfn: number, mfn: number, type: P2mType): number {
  if (gfn >= FRAMES) return -ERRNO.EINVAL;
  const before = domain.p2m.lookup(gfn);
  const { heap } = domain.host;
  if (isForeign(type)) heap.reference(mfn);
  if (!domain.map(gfn, mfn, 1, type)) {
    if (isForeign(type)) heap.release(mfn);
    return -ERRNO.ENOMEM;
  }
  if (before && isForeign(before.type)) heap.release(before.mfn);
  return 0;
}

/** One frame of a space into a domain's memory. @returns 0 or a negative error */
function addFrame(call: Call, domain: Domain, space: number, idx: number, gpfn: number, foreignId: number): number {
  switch (space) {
    case SPACE.SHARED_INFO:
      return idx === 0 ? place(domain, gpfn, domain.sharedInfo >>> PAGE_SHIFT, P2M.RAM_RW) : -ERRNO.EINVAL;
    case SPACE.GRANT_TABLE:
      if (!domain.grants.grow(idx + 1)) return -ERRNO.EINVAL;
      return place(domain, gpfn, domain.grants.frames[idx]!, P2M.RAM_RW);
    case SPACE.GMFN_FOREIGN: {
      const foreign = call.xen.domain(foreignId);
      if (!foreign) return -ERRNO.ESRCH;
      if (foreign === domain) return -ERRNO.EINVAL;
      if (!domain.options.privileged && domain.target !== foreign) return -ERRNO.EPERM;
      const entry = foreign.p2m.lookup(idx);
      if (!entry || !isRam(entry.type)) return -ERRNO.EINVAL;
      return place(domain, gpfn, entry.mfn, entry.type === P2M.RAM_RW ? P2M.MAP_FOREIGN_RW : P2M.MAP_FOREIGN_RO);
    }
    default:
      return -ERRNO.ENOSYS;
  }
}

export const addToPhysmap = (call: Call): Answer =>
  call.with(ADD_TO_PHYSMAP, 1, v => {
    if (v.space === SPACE.GMFN_FOREIGN) return -ERRNO.ENOSYS;
    return call.about(v.domid, domain => addFrame(call, domain, v.space, v.idx, v.gpfn, domain.id));
  });

export function addBatch(call: Call): Answer {
  const v = call.guest.readStruct(ADD_BATCH, call.arg(1));
  if (!v) return -ERRNO.EFAULT;
  if (v.space === SPACE.GMFN_RANGE) return -ERRNO.EOPNOTSUPP;
  return call.about(v.domid, domain => {
    const start = startOf(call);
    if (v.size < start || (v.size === start && start > 0)) return -ERRNO.EILSEQ;
    const end = Math.min(v.size, start + PAGES_AT_ONCE);
    for (let i = start; i < end; i++) {
      const [idx, gpfn] = [call.guest.read64(v.idxs + 8 * i), call.guest.read64(v.gpfns + 8 * i)];
      if (idx === undefined || gpfn === undefined) return -ERRNO.EFAULT;
      const result = addFrame(call, domain, v.space, idx, gpfn, v.foreign_domid);
      if (!call.guest.write32(v.errs + 4 * i, result >>> 0)) return -ERRNO.EFAULT;
    }
    return end < v.size ? continued(call, end) : 0;
  });
}

/** Takes whatever is mapped at a frame away. What is the domain's own stays so, with no address. */
export const removeFromPhysmap = (call: Call): Answer =>
  call.with(REMOVE, 1, v =>
    call.about(v.domid, domain => {
      const entry = domain.p2m.lookup(v.gpfn);
      if (!entry || !(isRam(entry.type) || isForeign(entry.type))) return -ERRNO.ENOENT;
      if (!domain.unmap(v.gpfn, 1)) return -ERRNO.ENOMEM;
      if (isForeign(entry.type)) domain.host.heap.release(entry.mfn);
      return 0;
    }),
  );

/** How large a resource of a domain can become, in frames, or a negative error. */
function sizeOf(domain: Domain, type: number, id: number): number {
  // Without a device model, and tracing of virtual machines, those are empty.
  if (type === RESOURCE_TYPE.IOREQ_SERVER || type === RESOURCE_TYPE.VMTRACE) return 0;
  if (type !== RESOURCE_TYPE.GRANT_TABLE) return -ERRNO.EOPNOTSUPP;
  return id === GRANT_TABLE_SHARED ? domain.grants.maxFrames : 0;
}

/** Pages that Xen keeps for another domain, its grant table, into the caller's memory. */
export const acquireResource = (call: Call): Answer =>
  call.with(RESOURCE, 1, v => {
    if (v.pad !== 0 || v.frame + v.nr_frames >= TWO_32) return -ERRNO.EINVAL;
    const domain = call.xen.domain(v.domid);
    if (!domain) return -ERRNO.ESRCH;
    if (domain === call.domain || !call.mayControl(domain)) return -ERRNO.EPERM;
    const size = sizeOf(domain, v.type, v.id);
    if (size <= 0) return size === 0 ? -ERRNO.EINVAL : size;
    const start = startOf(call);
    if (v.frame_list === 0) {
      if (v.nr_frames > 0 || start > 0) return -ERRNO.EINVAL;
      v.nr_frames = size;
      return 0;
    }
    if (start >= v.nr_frames || v.nr_frames > MOST_FRAMES) return -ERRNO.EINVAL;
    const end = Math.min(v.nr_frames, start + PAGES_AT_ONCE);
    if (!domain.grants.grow(v.frame + end)) return -ERRNO.EINVAL;
    for (let i = start; i < end; i++) {
      const gfn = call.guest.read64(v.frame_list + 8 * i);
      if (gfn === undefined) return -ERRNO.EFAULT;
      const result = place(call.domain, gfn, domain.grants.frames[v.frame + i]!, P2M.MAP_FOREIGN_RW);
      if (result < 0) return i === 0 ? result : -ERRNO.EIO;
    }
    return end < v.nr_frames ? continued(call, end) : 0;
  });
