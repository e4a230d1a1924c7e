// HYPERVISOR_memory_op (Xen, public/memory.h).
import { ERRNO } from '../../abi/errno';
import { Layout } from '../../abi/layout';
import type { Domain } from '../../domain';
import type { Answer, Call, Hypercall } from '../hypercall';
import { commandOf } from './extents';
import { acquireResource, addBatch, addToPhysmap, removeFromPhysmap } from './physmap';
import { claim, decrease, increase, populate } from './reservation';

/** Lists of what is given and what is wanted; only their lengths are looked at. */
const EXCHANGE = new Layout({
  ...({
    in_start: 'handle',
    in_extents: 'u64',
    in_order: 'u32',
    in_flags: 'u32',
    in_domid: 'u16',
    pad: 'u32',
  } as const),
  ...({ out_start: 'handle', out_extents: 'u64' } as const),
});
const DEVICE_MEMORY = new Layout({ flags: 'u32', nr_entries: 'u32' });
const DOMID_ONLY = new Layout({ domid: 'u16' });

const ofDomain =
  (answer: (domain: Domain) => number) =>
  (call: Call): Answer =>
    call.with(DOMID_ONLY, 1, v => call.about(v.domid, answer));

const highestFrame = (domain: Domain): number => Math.max(0, domain.p2m.highest());

const HANDLERS: Readonly<Record<number, (call: Call) => Answer>> = {
  0: increase,
  1: decrease,
  2: ({ xen: { heap } }) => heap.firstFrame + heap.frames,
  3: ofDomain(domain => domain.pages),
  4: ofDomain(domain => domain.maxPages),
  6: populate,
  7: addToPhysmap,
  14: ofDomain(highestFrame),
  // Pages are not exchanged: there is nothing to choose where addresses are translated.
  11: call => call.with(EXCHANGE, 1, v => (v.in_extents === 0 && v.out_extents === 0 ? 0 : -ERRNO.EINVAL)),
  15: removeFromPhysmap,
  // Pages are not shared.
  18: () => 0,
  19: () => 0,
  23: addBatch,
  24: claim,
  // No virtual NUMA, and no memory that devices reserve.
  26: call => call.with(DOMID_ONLY, 1, v => call.about(v.domid, () => -ERRNO.EOPNOTSUPP)),
  27: call =>
    call.with(DEVICE_MEMORY, 1, v => {
      if (v.flags > 1) return -ERRNO.EINVAL;
      v.nr_entries = 0;
      return 0;
    }),
  28: acquireResource,
};

export const memoryOp: Hypercall = {
  number: 12,
  name: 'memory_op',
  operations: {
    0: 'increase_reservation', 1: 'decrease_reservation', 2: 'maximum_ram_page', 3: 'current_reservation',
    4: 'maximum_reservation', 11: 'exchange', 6: 'populate_physmap', 7: 'add_to_physmap', 14: 'maximum_gpfn', 15: 'remove_from_physmap',
    18: 'get_sharing_freed_pages', 19: 'get_sharing_shared_pages', 23: 'add_to_physmap_range', 24: 'claim_pages', 26: 'get_vnumainfo', 27: 'reserved_device_memory_map', 28: 'acquire_resource',
  },
  operation: commandOf,
  handle: call => HANDLERS[commandOf(call)]?.(call) ?? -ERRNO.ENOSYS,
}; // prettier-ignore
