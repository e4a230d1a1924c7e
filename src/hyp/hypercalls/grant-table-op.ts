// HYPERVISOR_grant_table_op (Xen, public/grant_table.h).
import { ERRNO } from '../abi/errno';
import { Layout } from '../abi/layout';
import { DOMID, type Domain } from '../domain';
import { GNTMAP, GNTST } from '../grant/grant-table';
import { copyGrant } from '../grant/copy';
import { PAGE_SIZE } from '../memory/physical';
import { AGAIN, type Answer, type Call, type Hypercall } from './hypercall';

const MAP = new Layout({
  ...({
    host_addr: 'u64',
    flags: 'u32',
    ref: 'u32',
    dom: 'u16',
    status: 'u16',
    handle: 'u32',
    dev_bus_addr: 'u64',
  } as const),
});
const UNMAP = new Layout({ host_addr: 'u64', dev_bus_addr: 'u64', handle: 'u32', status: 'u16' });
const QUERY_SIZE = new Layout({ dom: 'u16', nr_frames: 'u32', max_nr_frames: 'u32', status: 'u16' });
const SET_VERSION = new Layout({ version: 'u32' });
const GET_VERSION = new Layout({ dom: 'u16', pad: 'u16', version: 'u32' });
const SETUP_TABLE = new Layout({ dom: 'u16', nr_frames: 'u32', status: 'u16', frame_list: 'handle' });
const COPY = new Layout({
  ...({ source_ref: 'u64', source_domid: 'u16', source_offset: 'u16', pad: 'u32' } as const),
  ...({ dest_ref: 'u64', dest_domid: 'u16', dest_offset: 'u16', pad2: 'u32' } as const),
  ...({ len: 'u16', flags: 'u16', status: 'u16' } as const),
});
const SWAP = new Layout({ ref_a: 'u32', ref_b: 'u32', status: 'u16' });
const REPLACE = new Layout({ host_addr: 'u64', new_addr: 'u64', handle: 'u32', status: 'u16' });
const CACHE_FLUSH = new Layout({ address: 'u64', offset: 'u16', length: 'u16', op: 'u32' });
/** GNTTAB_CACHE_*; a source that is a reference. */
const CACHE_OPS = 3;
const BATCH = 32;

const status = (value: number): number => value & 0xffff;

/** An operation on each element of an array; a long one is made in several calls. */
function each<N extends string>(call: Call, layout: Layout<N>, act: (v: Record<N, number>) => void): Answer {
  const count = call.arg(2);
  const most = Math.min(count, BATCH);
  for (let i = 0; i < most; i++) {
    const at = call.arg(1) + i * layout.size;
    const v = call.guest.readStruct(layout, at);
    if (!v) return -ERRNO.EFAULT;
    act(v);
    if (!call.guest.updateStruct(layout, at, v)) return -ERRNO.EFAULT;
  }
  if (most === count) return 0;
  call.args[1] = call.arg(1) + most * layout.size;
  call.args[2] = count - most;
  return AGAIN;
}

/** Domains that control nobody share memory with those only that do (Xen, xsm/silo.c). */
const mayShare = (a: Domain, b: Domain): boolean => a === b || a.options.privileged || b.options.privileged;

const map = (call: Call): Answer =>
  each(call, MAP, v => {
    // The granter decides who may: any domain may ask.
    const granter = call.xen.domain(v.dom);
    if (!granter) return void (v.status = status(GNTST.BAD_DOMAIN));
    if (!mayShare(call.domain, granter)) return void (v.status = status(GNTST.PERMISSION_DENIED));
    if (!(v.flags & GNTMAP.HOST)) return void (v.status = status(GNTST.GENERAL_ERROR));
    const result = call.domain.grants.map(
      granter,
      v.ref,
      Math.floor(v.host_addr / PAGE_SIZE),
      (v.flags & GNTMAP.READONLY) !== 0,
    );
    v.status = status(Math.min(result, 0));
    if (result < 0) return;
    v.handle = result;
    v.dev_bus_addr = call.domain.grants.mapped.get(result)!.mfn * PAGE_SIZE;
  });

const unmap = (call: Call): Answer =>
  each(call, UNMAP, v => {
    v.status = status(call.domain.grants.unmap(v.handle));
  });

/** GNTTABOP answers of one structure about a domain: whom the caller may not ask about is told in its status. */
function statusOf(call: Call, id: number, act: (domain: Domain) => number): number {
  let result: number = GNTST.BAD_DOMAIN;
  const answer = call.about(id, domain => ((result = act(domain)), 0));
  return status(answer === -ERRNO.EPERM ? GNTST.PERMISSION_DENIED : result);
}

/** Mappings are not moved: that is for guests that write their own tables. */
const replace = (call: Call): Answer =>
  each(call, REPLACE, v => {
    v.status = status(GNTST.GENERAL_ERROR);
  });

const querySize = (call: Call): Answer =>
  call.with(QUERY_SIZE, 1, v => {
    v.status = statusOf(call, v.dom, domain => {
      v.nr_frames = domain.grants.frames.length;
      v.max_nr_frames = domain.grants.maxFrames;
      return GNTST.OKAY;
    });
    return 0;
  });

const setupTable = (call: Call): Answer =>
  call.with(SETUP_TABLE, 1, v => {
    v.status = statusOf(call, v.dom, domain => (domain.grants.grow(v.nr_frames) ? GNTST.OKAY : GNTST.GENERAL_ERROR));
    return 0;
  });

const copy = (call: Call): Answer =>
  each(call, COPY, v => {
    v.status = status(
      copyGrant(call.domain, v, id => (id === DOMID.SELF ? call.domain : call.xen.domain(id)), mayShare),
    );
  });

/** The caller is told which version it has, whether it could be changed or not. */
const setVersion = (call: Call): Answer => {
  const v = call.guest.readStruct(SET_VERSION, call.arg(1));
  if (!v) return -ERRNO.EFAULT;
  const result = call.domain.grants.setVersion(v.version);
  return call.guest.write32(call.arg(1), call.domain.grants.version) ? result : -ERRNO.EFAULT;
};

const cacheFlush = (call: Call): Answer => (each(call, CACHE_FLUSH, () => {}) === 0 ? checkFlush(call) : -ERRNO.EFAULT);

function checkFlush(call: Call): Answer {
  const v = call.guest.readStruct(CACHE_FLUSH, call.arg(1));
  if (!v) return -ERRNO.EFAULT;
  // Caches are not modelled: there is nothing to clean, but the arguments are looked at.
  if (v.length + v.offset > PAGE_SIZE || (v.op & ~CACHE_OPS & 0x7fffffff) !== 0) return -ERRNO.EINVAL;
  return 0;
}

/** For operations that are made once: the count says so, or it is an error. */
const once =
  (act: (call: Call) => Answer) =>
  (call: Call): Answer =>
    call.arg(2) === 1 ? act(call) : -ERRNO.EINVAL;

const swap = (call: Call): Answer =>
  each(call, SWAP, v => {
    v.status = status(call.domain.grants.swap(v.ref_a, v.ref_b));
  });

const HANDLERS: Readonly<Record<number, (call: Call) => Answer>> = {
  0: map,
  1: unmap,
  2: once(setupTable),
  // Pages are not given away.
  4: () => -ERRNO.EOPNOTSUPP,
  5: copy,
  6: once(querySize),
  7: replace,
  8: setVersion,
  // Of version 2.
  9: once(() => -ERRNO.ENOSYS),
  10: call =>
    call.with(GET_VERSION, 1, v =>
      call.about(v.dom, domain => {
        v.version = domain.grants.version;
        return 0;
      }),
    ),
  11: swap,
  12: cacheFlush,
};

export const grantTableOp: Hypercall = {
  number: 20,
  name: 'grant_table_op',
  operations: {
    0: 'map_grant_ref', 1: 'unmap_grant_ref', 2: 'setup_table', 4: 'transfer', 5: 'copy', 6: 'query_size',
    7: 'unmap_and_replace', 8: 'set_version', 9: 'get_status_frames', 10: 'get_version', 11: 'swap_grant_ref', 12: 'cache_flush',
  },
  handle: call => HANDLERS[call.arg(0)]?.(call) ?? -ERRNO.ENOSYS,
}; // prettier-ignore
