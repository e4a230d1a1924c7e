// domctl: virtual CPUs, where they run and how much (Xen, common/domctl.c, common/sched/core.c, credit2.c).
import { readBitmap, writeBitmap } from '../../abi/bitmap';
import { ERRNO } from '../../abi/errno';
import type { Domain } from '../../domain';
import { CREDIT2_ID } from '../../sched/credit2';
import type { Vcpu } from '../../vcpu';
import type { Answer, Call } from '../hypercall';
import { domctl } from './operation';
import { CONTEXT, getContext, setContext } from './vcpu-context';

const CONTEXT_FIELDS = { vcpu: 'u32', ctxt: 'handle' } as const;
const AFFINITY_FIELDS = {
  ...({ vcpu: 'u32', flags: 'u32', hard: 'handle', hardBits: 'u32', hardPad: 'u32' } as const),
  ...({ soft: 'handle', softBits: 'u32' } as const),
};
type Affinity = Readonly<Record<keyof typeof AFFINITY_FIELDS, number>>;
const AFFINITY = { HARD: 1, SOFT: 2 } as const;

function setvcpucontext(call: Call, domain: Domain, v: Record<keyof typeof CONTEXT_FIELDS, number>): Answer {
  const vcpu = domain.vcpus[v.vcpu];
  if (domain === call.domain || !vcpu) return -ERRNO.EINVAL;
  if (v.ctxt === 0)
    return call.paused(domain, () => {
      vcpu.down = true;
      vcpu.initialized = false;
      return 0;
    });
  const values = call.guest.readStruct(CONTEXT, v.ctxt);
  return values ? call.paused(domain, () => setContext(vcpu, values)) : -ERRNO.EFAULT;
}

function getvcpucontext(call: Call, domain: Domain, v: Record<keyof typeof CONTEXT_FIELDS, number>): Answer {
  const vcpu = domain.vcpus[v.vcpu];
  if (!vcpu || vcpu === call.vcpu) return -ERRNO.EINVAL;
  if (!vcpu.initialized) return -ERRNO.ENODATA;
  const copy = (): Answer => {
    const bytes = new Uint8Array(CONTEXT.size);
    CONTEXT.write(new DataView(bytes.buffer), getContext(vcpu));
    return call.guest.write(v.ctxt, bytes) ? 0 : -ERRNO.EFAULT;
  };
  // The caller's own domain cannot be paused; another of its virtual CPUs is read as it was when it left its core.
  return domain === call.domain ? copy() : call.paused(domain, copy);
}

/** @returns the virtual CPU that affinities are about, or a negative error */
function affineVcpu(domain: Domain, v: Affinity): Vcpu | number {
  if (v.vcpu >= domain.options.vcpus) return -ERRNO.EINVAL;
  const vcpu = domain.vcpus[v.vcpu];
  if (!vcpu) return -ERRNO.ESRCH;
  const none = (v.flags & (AFFINITY.HARD | AFFINITY.SOFT)) === 0;
  const lost = (v.flags & AFFINITY.HARD && v.hard === 0) || (v.flags & AFFINITY.SOFT && v.soft === 0);
  return none || lost ? -ERRNO.EINVAL : vcpu;
}

/** Sets what is asked for, and answers with what of it is effective. */
function setvcpuaffinity(call: Call, domain: Domain, v: Affinity): Answer {
  const vcpu = affineVcpu(domain, v);
  if (typeof vcpu === 'number') return vcpu;
  const { length: cpus } = call.xen.pcpus;
  const online = 2 ** cpus - 1;
  const before = vcpu.hardAffinity;
  if (v.flags & AFFINITY.HARD) {
    const wanted = readBitmap(call, { map: v.hard, bits: v.hardBits }, cpus);
    if (wanted === undefined) return -ERRNO.EFAULT;
    if ((wanted & online) === 0) return -ERRNO.EINVAL;
    call.xen.pin(vcpu, wanted);
    if (!writeBitmap(call, { map: v.hard, bits: v.hardBits }, wanted & online)) return -ERRNO.EFAULT;
  }
  if (v.flags & AFFINITY.SOFT) {
    const wanted = readBitmap(call, { map: v.soft, bits: v.softBits }, cpus);
    if (wanted === undefined) {
      call.xen.pin(vcpu, before);
      return -ERRNO.EFAULT;
    }
    vcpu.softAffinity = wanted;
    const effective = wanted & online & vcpu.hardAffinity;
    if (!writeBitmap(call, { map: v.soft, bits: v.softBits }, effective)) return -ERRNO.EFAULT;
  }
  return 0;
}

function getvcpuaffinity(call: Call, domain: Domain, v: Affinity): Answer {
  const vcpu = affineVcpu(domain, v);
  if (typeof vcpu === 'number') return vcpu;
  const all = 2 ** call.xen.pcpus.length - 1;
  const hard = { map: v.hard, bits: v.hardBits };
  const soft = { map: v.soft, bits: v.softBits };
  if (v.flags & AFFINITY.HARD && !writeBitmap(call, hard, vcpu.hardAffinity & all)) return -ERRNO.EFAULT;
  if (v.flags & AFFINITY.SOFT && !writeBitmap(call, soft, vcpu.softAffinity & all)) return -ERRNO.EFAULT;
  return 0;
}

const SCHED = { PUT: 0, GET: 1 } as const;

export const VCPUS = {
  9: domctl('setvcpuaffinity', AFFINITY_FIELDS, setvcpuaffinity),
  12: domctl('setvcpucontext', CONTEXT_FIELDS, setvcpucontext),
  13: domctl('getvcpucontext', CONTEXT_FIELDS, getvcpucontext),
  14: domctl(
    'getvcpuinfo',
    { vcpu: 'u32', online: 'u8', blocked: 'u8', running: 'u8', cpu_time: 'u64', cpu: 'u32' },
    (call, domain, v) => {
      if (v.vcpu >= domain.options.vcpus) return -ERRNO.EINVAL;
      const vcpu = domain.vcpus[v.vcpu];
      if (!vcpu) return -ERRNO.ESRCH;
      v.online = vcpu.down ? 0 : 1;
      v.blocked = vcpu.blocked || vcpu.polling ? 1 : 0;
      v.running = vcpu.running ? 1 : 0;
      v.cpu_time = Math.floor(vcpu.cpuTime(call.xen.now()));
      v.cpu = vcpu.processor;
      return 0;
    },
  ),
  // The parameters of Credit2 are those of the whole domain. They stand where its union is: aligned to 8.
  16: domctl('scheduler_op', { sched_id: 'u32', cmd: 'u32', weight: 'u16', cap: 'u16' }, (call, domain, v) => {
    if (v.sched_id !== CREDIT2_ID || v.cmd > SCHED.GET) return -ERRNO.EINVAL;
    if (v.cmd === SCHED.GET) {
      v.weight = domain.weight;
      v.cap = domain.cap;
      return 0;
    }
    if (v.weight !== 0) domain.weight = v.weight;
    if (v.cap > 100 * domain.vcpus.length) return -ERRNO.EINVAL;
    domain.cap = v.cap;
    for (const vcpu of domain.vcpus) if (vcpu.running) call.xen.deschedule(vcpu);
    return 0;
  }),
  25: domctl('getvcpuaffinity', AFFINITY_FIELDS, getvcpuaffinity),
  // There is one node of memory.
  68: domctl('setnodeaffinity', { map: 'handle', bits: 'u32' }, (call, _, v) => {
    const nodes = readBitmap(call, v, 1);
    return nodes === undefined ? -ERRNO.EFAULT : nodes === 0 ? -ERRNO.EINVAL : 0;
  }),
  69: domctl('getnodeaffinity', { map: 'handle', bits: 'u32' }, (call, _, v) =>
    writeBitmap(call, v, 1) ? 0 : -ERRNO.EFAULT,
  ),
};
