// HYPERVISOR_domctl: what tools of dom0 do with domains (Xen, public/domctl.h).
import { ERRNO } from '../../abi/errno';
import { FIRST_RESERVED_ID } from '../../domain-create';
import type { Domain } from '../../domain';
import { VIRQS, isGlobalVirq } from '../../evtchn/channels';
import { addVpl011 } from '../../vpl011';
import type { Answer, Call, Hypercall } from '../hypercall';
import { DEVICES } from './devices';
import { DOMAIN_INFO } from './info';
import { LIFECYCLE } from './lifecycle';
import { MEMORY } from './memory';
import { type Domctl, domctl, HEADER, INTERFACE_VERSION, refused } from './operation';
import { VCPUS } from './vcpus';

/** Bytes of the whole structure. */
const SIZE = 144;

const set_virq_handler = domctl('set_virq_handler', { virq: 'u32' }, (call, domain, v) => {
  if (v.virq >= VIRQS || !isGlobalVirq(v.virq)) return -ERRNO.EINVAL;
  call.xen.virqHandlers.set(v.virq, domain);
  return 0;
});

const GET_VERSION = 3;
/** Nobody watches the memory of guests here. */
const vm_event_op = domctl('vm_event_op', { op: 'u32', mode: 'u32', version: 'u32' }, (call, domain, v) => {
  if (v.op === GET_VERSION) {
    v.version = 7;
    return 0;
  }
  if (domain === call.domain || (domain.vcpus.length === 0 && !domain.dying)) return -ERRNO.EINVAL;
  return domain.dying ? 0 : -ERRNO.ENOSYS;
});
const MONITOR = { ENABLE: 0, DISABLE: 1, GET_CAPABILITIES: 2 } as const;
const monitor_op = domctl('monitor_op', { op: 'u32', event: 'u32' }, (call, domain, v) => {
  if (domain === call.domain) return -ERRNO.EPERM;
  if (v.op === MONITOR.GET_CAPABILITIES) return (v.event = 0);
  return v.op <= MONITOR.DISABLE && v.event > 31 ? -ERRNO.EINVAL : -ERRNO.EOPNOTSUPP;
});
/** Virtual NUMA is not offered; but who asks wrongly hears that first. */
const setvnumainfo = domctl(
  'setvnumainfo',
  { nodes: 'u32', ranges: 'u32', vcpus: 'u32', pad: 'u32' },
  (_, domain, v) =>
    v.vcpus !== domain.options.vcpus || v.pad !== 0 || v.nodes === 0 ? -ERRNO.EINVAL : -ERRNO.EOPNOTSUPP,
);
const VUART = { cmd: 'u32', type: 'u32', gfn: 'u64', console: 'u16', port: 'u32' } as const;
/** A UART for the domain is made with it; its ring is a page of the domain's. */
const vuart_op = domctl('vuart_op', VUART, (_, domain, v) => {
  if (v.cmd !== 0) return -ERRNO.EINVAL;
  if (domain.creationFinished) return -ERRNO.EPERM;
  if (v.type !== 0) return -ERRNO.EOPNOTSUPP;
  const port = addVpl011(domain, v.gfn, v.console);
  if (port < 0) return port;
  v.port = port;
  return 0;
});

/** Sub-operations by number. */
const OPERATIONS: Readonly<Record<number, Domctl>> = {
  ...LIFECYCLE,
  ...DOMAIN_INFO,
  ...VCPUS,
  ...MEMORY,
  ...DEVICES,
  56: vm_event_op,
  66: set_virq_handler,
  74: setvnumainfo,
  77: monitor_op,
  81: vuart_op,
  // There is no IOMMU.
  ...{ 37: refused('assign_device', ERRNO.EOPNOTSUPP), 45: refused('test_assign_device', ERRNO.EOPNOTSUPP) },
  ...{ 47: refused('deassign_device', ERRNO.EOPNOTSUPP), 50: refused('get_device_group', ERRNO.EOPNOTSUPP) },
  // Other architectures have these.
  ...{ 10: refused('shadow_op', ERRNO.ENOSYS), 21: refused('ioport_permission', ERRNO.ENOSYS) },
  ...{ 22: refused('hypercall_init', ERRNO.ENOSYS), 28: refused('sendtrigger', ERRNO.ENOSYS) },
  ...{ 33: refused('gethvmcontext', ERRNO.ENOSYS), 34: refused('sethvmcontext', ERRNO.ENOSYS) },
  ...{ 36: refused('get_address_size', ERRNO.ENOSYS), 40: refused('ioport_mapping', ERRNO.ENOSYS) },
  ...{ 42: refused('set_ext_vcpucontext', ERRNO.ENOSYS), 43: refused('get_ext_vcpucontext', ERRNO.ENOSYS) },
  ...{ 54: refused('debug_op', ERRNO.ENOSYS), 55: refused('gethvmcontext_partial', ERRNO.ENOSYS) },
  ...{ 57: refused('mem_sharing_op', ERRNO.ENOSYS), 59: refused('gettscinfo', ERRNO.ENOSYS) },
  ...{ 60: refused('settscinfo', ERRNO.ENOSYS), 61: refused('getpageframeinfo3', ERRNO.ENOSYS) },
  ...{ 62: refused('setvcpuextstate', ERRNO.ENOSYS), 63: refused('getvcpuextstate', ERRNO.ENOSYS) },
  ...{ 65: refused('audit_p2m', ERRNO.ENOSYS), 67: refused('set_broken_page_p2m', ERRNO.ENOSYS) },
  ...{ 72: refused('get_vcpu_msrs', ERRNO.ENOSYS), 73: refused('set_vcpu_msrs', ERRNO.ENOSYS) },
  ...{ 75: refused('psr_cmt_op', ERRNO.ENOSYS), 78: refused('psr_alloc', ERRNO.ENOSYS) },
  ...{ 82: refused('get_cpu_policy', ERRNO.ENOSYS), 83: refused('set_cpu_policy', ERRNO.ENOSYS) },
  ...{ 84: refused('vmtrace_op', ERRNO.ENOSYS) },
};

/** The domain that a call is about, or a negative error. */
function subject(call: Call, { subject: which }: Domctl, id: number): Domain | number {
  if (which === 'none') return call.domain;
  const found = call.xen.domain(id);
  if (found) return found;
  if (which !== 'next') return -ERRNO.ESRCH;
  if (id >= FIRST_RESERVED_ID) return -ERRNO.EINVAL;
  const next = [...call.xen.domains.keys()].filter(one => one >= id);
  return next.length > 0 ? call.xen.domain(Math.min(...next))! : -ERRNO.ESRCH;
}

function handle(call: Call): Answer {
  const bytes = call.guest.read(call.arg(0), SIZE);
  if (!bytes) return -ERRNO.EFAULT;
  const { cmd, version, domain: id } = HEADER.read(new DataView(bytes.buffer));
  if (version !== INTERFACE_VERSION) return -ERRNO.EACCES;
  const operation = OPERATIONS[cmd] ?? refused('', ERRNO.ENOSYS);
  const domain = subject(call, operation, id);
  return typeof domain === 'number' ? domain : operation.run(call, domain);
}

export const domctlHypercall: Hypercall = {
  ...{ number: 36, name: 'domctl', privileged: true, handle },
  operations: Object.fromEntries(Object.entries(OPERATIONS).map(([cmd, { name }]) => [cmd, name])),
  pointer: 0,
  operation: call => call.guest.read32(call.arg(0)) ?? -1,
};
