// HYPERVISOR_sched_op (Xen, public/sched.h).
import { ERRNO } from '../abi/errno';
import { Layout } from '../abi/layout';
import type { Answer, Call, Hypercall } from './hypercall';

const SHUTDOWN = new Layout({ reason: 'u32' });
const POLL = new Layout({ ports: 'handle', nr_ports: 'u32', timeout: 'u64' });
const REMOTE_SHUTDOWN = new Layout({ domain_id: 'u16', reason: 'u32' });
const WATCHDOG = new Layout({ id: 'u32', timeout: 'u32' });
const PIN = new Layout({ pcpu: 's32' });
const MOST_REASON = 5;
const MOST_PORTS = 128;

/** Dom0 pins the virtual CPU that calls to a core for a while; a negative one ends that. */
const pinOverride = (call: Call): Answer => {
  const { vcpu, xen, domain } = call;
  if (!domain.options.privileged) return -ERRNO.EPERM;
  return call.with(PIN, 1, v => {
    if (v.pcpu >= xen.pcpus.length) return -ERRNO.EINVAL;
    if (v.pcpu < 0) {
      if (vcpu.affinityBefore === undefined) return -ERRNO.ENOENT;
      xen.pin(vcpu, vcpu.affinityBefore);
      vcpu.affinityBefore = undefined;
      return 0;
    }
    if (vcpu.affinityBefore !== undefined) return -ERRNO.EBUSY;
    vcpu.affinityBefore = vcpu.hardAffinity;
    xen.pin(vcpu, 1 << v.pcpu);
    return 0;
  });
};

function poll(call: Call): Answer {
  const v = call.guest.readStruct(POLL, call.arg(1));
  if (!v) return -ERRNO.EFAULT;
  if (v.nr_ports > MOST_PORTS) return -ERRNO.EINVAL;
  const ports: number[] = [];
  for (let i = 0; i < v.nr_ports; i++) {
    const port = call.guest.read32(v.ports + 4 * i);
    if (port === undefined) return -ERRNO.EFAULT;
    const channel = call.domain.channels.get(port);
    if (!channel) return -ERRNO.EINVAL;
    if (call.domain.channels.abi.isPending(channel)) return 0;
    ports.push(port);
  }
  call.vcpu.polling = ports;
  call.xen.pollUntil(call.vcpu, v.timeout);
  return 0;
}

const HANDLERS: Readonly<Record<number, (call: Call) => Answer>> = {
  0: call => (call.xen.yield(call.vcpu), 0),
  1: call => {
    call.xen.block(call.vcpu);
    return 0;
  },
  2: call =>
    call.with(SHUTDOWN, 1, v => {
      call.domain.shutdown(v.reason & 0xff);
      return 0;
    }),
  3: poll,
  4: call =>
    call.with(REMOTE_SHUTDOWN, 1, v =>
      call.about(v.domain_id, domain => {
        domain.shutdown(v.reason & 0xff);
        return 0;
      }),
    ),
  5: call =>
    call.with(SHUTDOWN, 1, v => {
      if (v.reason > MOST_REASON) return -ERRNO.EINVAL;
      call.domain.announcedCode = v.reason;
      return 0;
    }),
  6: call => call.with(WATCHDOG, 1, v => call.domain.watchdogs.set(v.id, v.timeout)),
  7: pinOverride,
};

export const schedOp: Hypercall = {
  ...{ number: 29, name: 'sched_op' },
  operations: {
    0: 'yield',
    1: 'block',
    2: 'shutdown',
    3: 'poll',
    4: 'remote_shutdown',
    5: 'shutdown_code',
    6: 'watchdog',
    7: 'pin_override',
  },
  handle: call => HANDLERS[call.arg(0)]?.(call) ?? -ERRNO.ENOSYS,
};
