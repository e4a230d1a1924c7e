// memory_op: domains get and give back memory (Xen, common/memory.c).
import { ERRNO } from '../../abi/errno';
import { Layout } from '../../abi/layout';
import type { Domain } from '../../domain';
import { PAGE_SIZE } from '../../memory/physical';
import { P2M } from '../../p2m';
import { AGAIN, type Answer, type Call } from '../hypercall';
import { continued, startOf } from './extents';

/** Extents and pages that one call handles; then it is made again. */
const EXTENTS_AT_ONCE = 64;
const PAGES_AT_ONCE = 1 << 14;
/** Largest extent that a domain may ask for, as orders of pages: 1 GiB for those that control others. */
const MAX_ORDER = { privileged: 18, other: 9 } as const;
/** A call that is made again has room for so many extents. */
const MOST_EXTENTS = 0xffffffff >>> 6;

const RESERVATION = new Layout({
  ...({ extent_start: 'handle', nr_extents: 'u64', extent_order: 'u32', mem_flags: 'u32', domid: 'u16' } as const),
});

/** An action for each extent, as many as one call may handle. @returns how many extents are done in all */
function extents(call: Call, act: (domain: Domain, gfn: number, order: number) => boolean): Answer {
  const start = startOf(call);
  const v = call.guest.readStruct(RESERVATION, call.arg(1));
  if (!v || v.nr_extents > MOST_EXTENTS || start >= v.nr_extents) return start;
  const most = call.domain.options.privileged ? MAX_ORDER.privileged : MAX_ORDER.other;
  const answer = call.about(v.domid, domain => {
    if (v.extent_order > most) return start;
    const atOnce = Math.max(1, Math.min(EXTENTS_AT_ONCE, PAGES_AT_ONCE >>> v.extent_order));
    const end = Math.min(v.nr_extents, start + atOnce);
    for (let i = start; i < end; i++) {
      const gfn = call.guest.read64(v.extent_start + 8 * i);
      if (gfn === undefined || !act(domain, gfn, v.extent_order)) return i;
    }
    return end < v.nr_extents ? continued(call, end) : end;
  });
  // Whom the caller may not ask for gets nothing done.
  return answer !== AGAIN && answer < 0 ? start : answer;
}

export const populate = (call: Call): Answer =>
  extents(call, (domain, gfn, order) => {
    if (domain.options.directMapped) return repopulate(domain, gfn, order);
    return domain.pages + (1 << order) <= domain.maxPages && domain.populate(gfn, order) >= 0;
  });

/** What a domain gave up that is mapped to itself is still set aside for it. */
function repopulate(domain: Domain, gfn: number, order: number): boolean {
  const { heap, memory } = domain.host;
  for (let i = 0; i < 1 << order; i++) if (heap.owner(gfn + i) !== domain.id) return false;
  memory.clear(gfn * PAGE_SIZE, PAGE_SIZE << order);
  return domain.map(gfn, gfn, 1 << order, P2M.RAM_RW);
}

export const decrease = (call: Call): Answer =>
  extents(call, (domain, gfn, order) => {
    for (let i = 0; i < 1 << order; i++) if (!domain.depopulate(gfn + i)) return false;
    return true;
  });

/** Pages without an address are of no use to a guest: it gets none. */
export const increase = (call: Call): Answer => startOf(call);

/** XENMEM_claim_pages: a reservation without a list. */
export function claim(call: Call): Answer {
  const v = call.guest.readStruct(RESERVATION, call.arg(1));
  if (!v) return -ERRNO.EFAULT;
  if (v.extent_start !== 0 || v.extent_order !== 0 || v.mem_flags !== 0) return -ERRNO.EINVAL;
  const domain = call.xen.domain(v.domid);
  if (!domain) return -ERRNO.EINVAL;
  return call.domain.options.privileged ? domain.claim(v.nr_extents) : -ERRNO.EPERM;
}
