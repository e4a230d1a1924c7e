// HYPERVISOR_memory_op (Xen, public/memory.h).
import { ERRNO } from '../../abi/errno';
import { Layout } from '../../abi/layout';
import type { Domain } from '../../domain';
import type { Answer, Call, Hypercall } from '../hypercall';
import { commandOf } from './extents';
import { acquireResource, addBatch, addToPhysmap, removeFromPhysmap } from './physmap';
import { decrease, increase, populate } from './reservation';

const DOMID_ONLY = new Layout({ domid: 'u16' });

const ofDomain =
  (answer: (domain: Domain) => number) =>
  (call: Call): Answer =>
    call.with(DOMID_ONLY, 1, v => call.about(v.domid, answer));

const highestFrame = (domain: Domain): number =>
  [...domain.p2m.entries()].reduce((last, { gfn, order }) => Math.max(last, gfn + (1 << order) - 1), 0);

const HANDLERS: Readonly<Record<number, (call: Call) => Answer>> = {
  0: increase,
  1: decrease,
  2: ({ xen: { heap } }) => heap.firstFrame + heap.frames,
  3: ofDomain(domain => domain.pages),
  4: ofDomain(domain => domain.maxPages),
  6: populate,
  7: addToPhysmap,
  14: ofDomain(highestFrame),
  15: removeFromPhysmap,
  // Pages are not shared.
  18: () => 0,
  19: () => 0,
  23: addBatch,
  28: acquireResource,
};

export const memoryOp: Hypercall = {
  number: 12,
  name: 'memory_op',
  operations: {
    0: 'increase_reservation', 1: 'decrease_reservation', 2: 'maximum_ram_page', 3: 'current_reservation',
    4: 'maximum_reservation', 6: 'populate_physmap', 7: 'add_to_physmap', 14: 'maximum_gpfn', 15: 'remove_from_physmap',
    18: 'get_sharing_freed_pages', 19: 'get_sharing_shared_pages', 23: 'add_to_physmap_range', 28: 'acquire_resource',
  },
  operation: commandOf,
  handle: call => HANDLERS[commandOf(call)]?.(call) ?? -ERRNO.ENOSYS,
}; // prettier-ignore
