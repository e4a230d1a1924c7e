// HYPERVISOR_sched_op (Xen, public/sched.h).
import { ERRNO } from '../abi/errno';
import { Layout } from '../abi/layout';
import type { Answer, Call, Hypercall } from './hypercall';

const SHUTDOWN = new Layout({ reason: 'u32' });
const POLL = new Layout({ ports: 'handle', nr_ports: 'u32', timeout: 'u64' });
const REMOTE_SHUTDOWN = new Layout({ domain_id: 'u16', reason: 'u32' });
const MOST_PORTS = 128;

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
  },
  handle: call => HANDLERS[call.arg(0)]?.(call) ?? -ERRNO.ENOSYS,
};
