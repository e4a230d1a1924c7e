// HYPERVISOR_event_channel_op (Xen, public/event_channel.h).
import { ERRNO } from '../abi/errno';
import { Layout } from '../abi/layout';
import { DOMID, type Domain } from '../domain';
import { STATE } from '../evtchn/channels';
import { FifoEvents, PRIORITIES } from '../evtchn/fifo';
import { TwoLevelEvents } from '../evtchn/two-level';
import { PAGE_SHIFT, PAGE_SIZE } from '../memory/physical';
import type { Answer, Call, Hypercall } from './hypercall';

const ALLOC_UNBOUND = new Layout({ dom: 'u16', remote_dom: 'u16', port: 'u32' });
const BIND_INTERDOMAIN = new Layout({ remote_dom: 'u16', remote_port: 'u32', local_port: 'u32' });
const BIND_VIRQ = new Layout({ virq: 'u32', vcpu: 'u32', port: 'u32' });
const BIND_IPI = new Layout({ vcpu: 'u32', port: 'u32' });
const BIND_VCPU = new Layout({ port: 'u32', vcpu: 'u32' });
const PIRQ = new Layout({ pirq: 'u32', flags: 'u32', port: 'u32' });
const PORT = new Layout({ port: 'u32' });
const RESET = new Layout({ dom: 'u16' });
const STATUS = new Layout({ dom: 'u16', port: 'u32', status: 'u32', vcpu: 'u32', u0: 'u32', u1: 'u32' });
const INIT_CONTROL = new Layout({ control_gfn: 'u64', offset: 'u32', vcpu: 'u32', link_bits: 'u8' });
const EXPAND_ARRAY = new Layout({ array_gfn: 'u64' });
const SET_PRIORITY = new Layout({ port: 'u32', priority: 'u32' });

/** Takes a port out of an answer. */
const settle = (result: number, set: (port: number) => void): number => {
  if (result < 0) return result;
  set(result);
  return 0;
};

const remote = (call: Call, id: number): number => (id === DOMID.SELF ? call.domain.id : id);

function status(call: Call): Answer {
  return call.with(STATUS, 1, values =>
    call.about(values.dom, domain => {
      if (values.port >= domain.channels.known) return -ERRNO.EINVAL;
      if (domain.channels.isXens(values.port)) return -ERRNO.EACCES;
      const channel = domain.channels.get(values.port);
      // EVTCHNSTAT_* has the order of the states.
      values.status = channel?.state ?? STATE.FREE;
      values.vcpu = channel?.vcpu ?? 0;
      if (channel?.state === STATE.UNBOUND) values.u0 = channel.remoteDomain;
      else if (channel?.state === STATE.INTERDOMAIN) {
        values.u0 = channel.remoteDomain;
        values.u1 = channel.remotePort;
      } else if (channel?.state === STATE.VIRQ) values.u0 = channel.virq;
      return 0;
    }),
  );
}

/** Domains that control nobody have channels to those only that do (Xen, xsm/silo.c). */
function mayTalk({ domain, xen }: Call, a: Domain, remoteId: number): number {
  const b = remoteId === DOMID.SELF ? domain : xen.domain(remoteId);
  if (!b) return xen.stoodFor.has(remoteId) ? 0 : -ERRNO.ESRCH;
  return a === b || [domain, a, b].some(one => one.options.privileged) ? 0 : -ERRNO.EPERM;
}

function initControl(call: Call): Answer {
  const { domain } = call;
  return call.with(INIT_CONTROL, 1, values => {
    values.link_bits = FifoEvents.linkBits;
    if (!domain.vcpus[values.vcpu]) return -ERRNO.ENOENT;
    const frame = domain.frame(values.control_gfn);
    if (frame < 0 || values.offset >= PAGE_SIZE) return -ERRNO.EINVAL;
    const { abi } = domain.channels;
    const held = {
      hold: (at: number) => call.xen.heap.reference(at >>> PAGE_SHIFT),
      letGo: (at: number) => call.xen.heap.release(at >>> PAGE_SHIFT),
    };
    const fifo = abi instanceof FifoEvents ? abi : new FifoEvents(domain.memory, vcpu => domain.vcpus[vcpu], held);
    const result = fifo.addControlBlock(values.vcpu, frame + values.offset);
    if (result === 0 && fifo !== abi) domain.channels.changeAbi(fifo);
    return result;
  });
}

function expandArray(call: Call): Answer {
  const { domain } = call;
  return call.with(EXPAND_ARRAY, 1, values => {
    const { abi } = domain.channels;
    if (!(abi instanceof FifoEvents)) return -ERRNO.EOPNOTSUPP;
    const frame = domain.frame(values.array_gfn);
    return frame < 0 ? -ERRNO.EINVAL : abi.addPage(frame);
  });
}

/** What a guest does to a port of its own; some are the hypervisor's. */
const own = (call: Call, port: number, act: (port: number) => number): Answer =>
  call.domain.channels.isXens(port) ? -ERRNO.EINVAL : act(port);

const HANDLERS: Readonly<Record<number, (call: Call) => Answer>> = {
  0: call =>
    call.with(BIND_INTERDOMAIN, 1, v => {
      const error = mayTalk(call, call.domain, v.remote_dom);
      if (error) return error;
      const result = call.domain.channels.bindInterdomain(remote(call, v.remote_dom), v.remote_port);
      return settle(result, p => (v.local_port = p));
    }),
  1: call => call.with(BIND_VIRQ, 1, v => settle(call.domain.channels.bindVirq(v.virq, v.vcpu), p => (v.port = p))),
  // On ARM interrupts of devices do not become events.
  2: call => call.with(PIRQ, 1, v => (v.pirq < call.domain.vgic.lines ? -ERRNO.ENOMEM : -ERRNO.EINVAL)),
  3: call => call.with(PORT, 1, v => own(call, v.port, port => call.domain.channels.close(port))),
  4: call => call.with(PORT, 1, v => own(call, v.port, port => call.domain.channels.send(port))),
  5: status,
  6: call =>
    call.with(ALLOC_UNBOUND, 1, v =>
      call.about(v.dom, domain => {
        if (domain.dying) return -ERRNO.EINVAL;
        const error = mayTalk(call, domain, v.remote_dom);
        return error || settle(domain.channels.allocateUnbound(remote(call, v.remote_dom)), p => (v.port = p));
      }),
    ),
  7: call => call.with(BIND_IPI, 1, v => settle(call.domain.channels.bindIpi(v.vcpu), p => (v.port = p))),
  8: call => call.with(BIND_VCPU, 1, v => own(call, v.port, port => call.domain.channels.bindVcpu(port, v.vcpu))),
  9: call =>
    call.with(PORT, 1, v => {
      // Also one that is not bound, and port 0.
      const channel = call.domain.channels.at(v.port);
      if (!channel) return -ERRNO.EINVAL;
      call.domain.channels.abi.unmask(channel);
      return 0;
    }),
  10: call =>
    call.with(RESET, 1, v =>
      call.about(v.dom, domain => {
        domain.channels.closeAll();
        domain.channels.changeAbi(new TwoLevelEvents(domain));
        return 0;
      }),
    ),
  11: initControl,
  12: expandArray,
  13: call =>
    call.with(SET_PRIORITY, 1, v => {
      const { channels } = call.domain;
      if (v.port >= channels.known) return -ERRNO.EINVAL;
      if (!(channels.abi instanceof FifoEvents)) return -ERRNO.ENOSYS;
      if (v.priority >= PRIORITIES) return -ERRNO.EINVAL;
      const channel = channels.get(v.port);
      if (!channel) return -ERRNO.EACCES;
      channel.priority = v.priority;
      return 0;
    }),
  // What goes on with a reset that took too long; none does here.
  14: call => call.with(RESET, 1, v => call.about(v.dom, () => -ERRNO.EBUSY)),
};

export const eventChannelOp: Hypercall = {
  number: 32,
  name: 'event_channel_op',
  operations: {
    0: 'bind_interdomain', 1: 'bind_virq', 2: 'bind_pirq', 3: 'close', 4: 'send', 5: 'status', 6: 'alloc_unbound',
    7: 'bind_ipi', 8: 'bind_vcpu', 9: 'unmask', 10: 'reset', 11: 'init_control', 12: 'expand_array', 13: 'set_priority', 14: 'reset_cont',
  },
  handle: call => HANDLERS[call.arg(0)]?.(call) ?? -ERRNO.ENOSYS,
}; // prettier-ignore
