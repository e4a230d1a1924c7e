// HYPERVISOR_sysctl: what tools of dom0 ask about the machine (Xen, public/sysctl.h).
import { ERRNO } from '../../abi/errno';
import { Layout } from '../../abi/layout';
import { INFO_FIELDS, domainInfo } from '../domctl/info';
import { pressKey } from '../../keys';
import { INTERFACE_VERSION } from '../domctl/operation';
import type { Answer, Call, Hypercall } from '../hypercall';
import { MACHINE } from './machine';
import { type Sysctl, refused, sysctl } from './operation';
import { SCHEDULING } from './scheduling';

const MOST_KEYS = 32;
const HEADER = new Layout({ cmd: 'u32', version: 'u32' });
/** Bytes of the whole structure. */
const SIZE = 136;
const INFO = new Layout(INFO_FIELDS);

/** The console ring: from a position on, as much as there is room for; what is read can be taken out. */
const readconsole = sysctl(
  'readconsole',
  { clear: 'u8', incremental: 'u8', pad: 'u16', index: 'u32', buffer: 'handle', count: 'u32' },
  ({ xen, guest }, v) => {
    const { bytes, next } = xen.console.read(v.incremental ? v.index : 0, v.count);
    if (!guest.write(v.buffer, bytes)) return -ERRNO.EFAULT;
    if (v.clear) xen.console.clear(next);
    v.count = bytes.length;
    v.index = next;
    return 0;
  },
);

const getdomaininfolist = sysctl(
  'getdomaininfolist',
  { first_domain: 'u16', max_domains: 'u32', buffer: 'handle', num_domains: 'u32' },
  ({ xen, guest }, v) => {
    const all = [...xen.domains.values()].filter(({ id }) => id >= v.first_domain).sort((a, b) => a.id - b.id);
    const shown = all.slice(0, v.max_domains);
    for (const [i, domain] of shown.entries()) {
      const bytes = new Uint8Array(INFO.size);
      INFO.write(new DataView(bytes.buffer), domainInfo(domain));
      if (!guest.write(v.buffer + i * INFO.size, bytes)) return -ERRNO.EFAULT;
    }
    v.num_domains = shown.length;
    return 0;
  },
);

/** Keys as if a person pressed them at Xen's console. */
const debug_keys = sysctl('debug_keys', { keys: 'handle', nr_keys: 'u32' }, ({ guest, xen, core }, v) => {
  for (let i = 0; i < Math.min(v.nr_keys, MOST_KEYS); i++) {
    const key = guest.read(v.keys + i, 1)?.[0];
    if (key === undefined) return -ERRNO.EFAULT;
    pressKey(xen, key, core);
  }
  return 0;
});

const TRACE = { GET_INFO: 0, SET_CPU_MASK: 1, SET_EVENT_MASK: 2, SET_SIZE: 3, ENABLE: 4, DISABLE: 5 } as const;
/** All classes of events. */
const TRACE_ALL = 0x0ffff000;
/** Xen's own trace buffers, for which there is no memory here: the lab has a trace of its own. */
const tbuf_op = sysctl(
  'tbuf_op',
  { cmd: 'u32', pad: 'u32', map: 'handle', bits: 'u32', pad2: 'u32', evt_mask: 'u32', pad3: 'u32', mfn: 'u64', size: 'u32' },
  (_, v) => {
    if (v.cmd > TRACE.DISABLE || v.cmd === TRACE.ENABLE) return -ERRNO.EINVAL;
    if (v.cmd === TRACE.SET_SIZE) return -ERRNO.ENOMEM;
    if (v.cmd === TRACE.GET_INFO) Object.assign(v, { evt_mask: TRACE_ALL, mfn: 0, size: 0 });
    return 0;
  },
); // prettier-ignore

const PAGES_AT_ONCE = 1024;
const INVALID = 1;
/** Pages stay where they are: each is told to be none that could be taken out of use. */
const page_offline_op = sysctl(
  'page_offline_op',
  { cmd: 'u32', start: 'u32', end: 'u32', pad: 'u32', status: 'handle' },
  ({ guest }, v) => {
    if (v.end < v.start) return -ERRNO.EINVAL;
    if (v.end - v.start >= PAGES_AT_ONCE) return -ERRNO.ENOMEM;
    for (let i = 0; i <= v.end - v.start; i++) if (!guest.write32(v.status + 4 * i, INVALID)) return -ERRNO.EFAULT;
    return -ERRNO.EINVAL;
  },
);

/** Sub-operations by number. */
const OPERATIONS: Readonly<Record<number, Sysctl>> = {
  1: readconsole,
  2: tbuf_op,
  ...MACHINE,
  ...SCHEDULING,
  6: getdomaininfolist,
  7: debug_keys,
  14: page_offline_op,
  // Parts of Xen that are not built in by default.
  ...{ 5: refused('perfc_op', ERRNO.ENOSYS), 15: refused('lockprof_op', ERRNO.ENOSYS) },
  ...{ 20: refused('coverage_op', ERRNO.EOPNOTSUPP), 27: refused('livepatch_op', ERRNO.ENOSYS) },
  // Other architectures have these.
  ...{ 21: refused('psr_cmt_op', ERRNO.ENOSYS), 22: refused('pcitopoinfo', ERRNO.ENOSYS) },
  ...{ 23: refused('psr_alloc', ERRNO.ENOSYS), 25: refused('get_cpu_levelling_caps', ERRNO.ENOSYS) },
  ...{ 26: refused('get_cpu_featureset', ERRNO.ENOSYS), 29: refused('get_cpu_policy', ERRNO.ENOSYS) },
};

function handle(call: Call): Answer {
  const bytes = call.guest.read(call.arg(0), SIZE);
  if (!bytes) return -ERRNO.EFAULT;
  const { cmd, version } = HEADER.read(new DataView(bytes.buffer));
  if (version !== INTERFACE_VERSION) return -ERRNO.EACCES;
  return OPERATIONS[cmd]?.run(call) ?? -ERRNO.ENOSYS;
}

export const sysctlHypercall: Hypercall = {
  ...{ number: 35, name: 'sysctl', privileged: true, handle },
  operations: Object.fromEntries(Object.entries(OPERATIONS).map(([cmd, { name }]) => [cmd, name])),
  pointer: 0,
  operation: call => call.guest.read32(call.arg(0)) ?? -1,
};
