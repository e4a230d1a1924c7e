// sysctl: the scheduler and its pool of processors (Xen, common/sched/cpupool.c, credit2.c). There is one pool.
import { writeBitmap } from '../../abi/bitmap';
import { ERRNO } from '../../abi/errno';
import { CREDIT2_ID } from '../../sched/credit2';
import type { Answer, Call } from '../hypercall';
import { sysctl } from './operation';

const POOL = 0;
const ANY = 0xffffffff;
const FIELDS = {
  ...({ op: 'u32', cpupool_id: 'u32', sched_id: 'u32', domid: 'u32', cpu: 'u32', n_dom: 'u32' } as const),
  ...({ map: 'handle', bits: 'u32' } as const),
};
type Values = Record<keyof typeof FIELDS, number>;

/** XEN_SYSCTL_CPUPOOL_OP_* by number. */
const ACTIONS: Readonly<Record<number, (call: Call, v: Values) => Answer>> = {
  // CREATE: another pool would have no processor.
  1: () => -ERRNO.ENOMEM,
  // DESTROY
  2: (_, v) => (v.cpupool_id === POOL ? -ERRNO.EBUSY : -ERRNO.ENOENT),
  // INFO, of the first pool from an id on
  3: (call, v) => {
    if (v.cpupool_id > POOL) return -ERRNO.ENOENT;
    v.sched_id = CREDIT2_ID;
    v.n_dom = call.xen.domains.size;
    return writeBitmap(call, v, 2 ** call.xen.pcpus.length - 1) ? 0 : -ERRNO.EFAULT;
  },
  // ADDCPU: none is free
  4: (call, v) => {
    if (v.cpupool_id !== POOL) return -ERRNO.ENOENT;
    return v.cpu !== ANY && v.cpu >= call.xen.pcpus.length ? -ERRNO.EINVAL : -ERRNO.ENODEV;
  },
  // RMCPU: they stay
  5: (call, v) => {
    if (v.cpupool_id !== POOL) return -ERRNO.ENOENT;
    const cpu = v.cpu === ANY ? call.xen.pcpus.length - 1 : v.cpu;
    return cpu === 0 || cpu >= call.xen.pcpus.length ? -ERRNO.EINVAL : -ERRNO.EBUSY;
  },
  // MOVEDOMAIN
  6: (call, v) => {
    if (!call.xen.domain(v.domid)) return -ERRNO.ESRCH;
    return v.cpupool_id === POOL ? 0 : -ERRNO.ENOENT;
  },
  // FREEINFO
  7: (call, v) => (writeBitmap(call, v, 0) ? 0 : -ERRNO.EFAULT),
};

const SCHED = { PUT: 0, GET: 1 } as const;
/** Microseconds that somebody runs at least, if that is not switched off. */
const RATELIMIT = { LEAST: 100, MOST: 500_000 } as const;

export const SCHEDULING = {
  4: sysctl('sched_id', { sched_id: 'u32' }, (_, v) => {
    v.sched_id = CREDIT2_ID;
    return 0;
  }),
  18: sysctl('cpupool_op', FIELDS, (call, v) => ACTIONS[v.op]?.(call, v) ?? -ERRNO.ENOSYS),
  // The parameters stand where the union is: aligned to 8.
  19: sysctl(
    'scheduler_op',
    { cpupool_id: 'u32', sched_id: 'u32', cmd: 'u32', pad: 'u32', ratelimit_us: 'u32' },
    ({ xen }, v) => {
      if (v.cmd > SCHED.GET) return -ERRNO.EINVAL;
      if (v.cpupool_id !== POOL) return -ERRNO.ESRCH;
      if (v.sched_id !== CREDIT2_ID) return -ERRNO.EINVAL;
      if (v.cmd === SCHED.PUT) {
        if (v.ratelimit_us !== 0 && (v.ratelimit_us < RATELIMIT.LEAST || v.ratelimit_us > RATELIMIT.MOST))
          return -ERRNO.EINVAL;
        xen.scheduler.ratelimit = v.ratelimit_us * 1000;
      }
      v.ratelimit_us = xen.scheduler.ratelimit / 1000;
      return 0;
    },
  ),
};
