// domctl: the life of a domain (Xen, common/domctl.c, common/domain.c, arch/arm/domain.c).
import { ERRNO } from '../../abi/errno';
import { HANDLE_FIELDS, handleBytes } from '../../abi/handle';
import {
  createGuest, FIRST_RESERVED_ID, MOST_SHARED_INTERRUPTS, MOST_VCPUS, nextDomainId,
} from '../../domain-create'; // prettier-ignore
import { AGAIN, type Answer, type Call } from '../hypercall';
import { domctl, HEADER } from './operation';

/** XEN_DOMCTL_CDF_*. */
const FLAG = { HVM: 1, HAP: 2, VPMU: 0x80 } as const;
const GIC = { NATIVE: 0, V2: 1 } as const;
const TEE_NONE = 0;
const GRANT_VERSION = 1;
/** Frames of the table of what a domain has mapped of others, at most. */
const MAPTRACK_FRAMES = 1024;
const TWO_32 = 2 ** 32;

const CREATE = {
  ...({ ssidref: 'u32', ...HANDLE_FIELDS, flags: 'u32', iommu_opts: 'u32', max_vcpus: 'u32' } as const),
  ...({ max_evtchn_port: 'u32', max_grant_frames: 's32', max_maptrack_frames: 's32', grant_opts: 'u32' } as const),
  ...({ vmtrace_size: 'u32', cpupool_id: 'u32' } as const),
  ...({ gic_version: 'u8', tee_type: 'u16', nr_spis: 'u32', clock_frequency: 'u32' } as const),
};

/** What Xen refuses before it makes anything. There is no IOMMU, no TEE, no tracing of virtual machines. */
function isAcceptable(v: Readonly<Record<keyof typeof CREATE, number>>, grantFrames: number): boolean {
  return (
    (v.flags & ~FLAG.VPMU) === (FLAG.HVM | FLAG.HAP) &&
    v.iommu_opts === 0 &&
    v.vmtrace_size === 0 &&
    (v.gic_version === GIC.NATIVE || v.gic_version === GIC.V2) &&
    v.max_vcpus >= 1 &&
    v.max_vcpus <= MOST_VCPUS &&
    v.tee_type === TEE_NONE &&
    v.grant_opts === GRANT_VERSION &&
    v.nr_spis <= MOST_SHARED_INTERRUPTS &&
    (v.max_grant_frames < 0 || (v.max_grant_frames >= 1 && v.max_grant_frames <= grantFrames)) &&
    v.max_maptrack_frames <= MAPTRACK_FRAMES
  );
}

/** @returns an id for the new domain, or a negative error */
function chooseId(call: Call, wanted: number): number {
  const { xen } = call;
  if (wanted > 0 && wanted < FIRST_RESERVED_ID) return xen.domains.has(wanted) ? -ERRNO.EEXIST : wanted;
  const id = nextDomainId(xen);
  return id < 0 ? -ERRNO.ENOMEM : id;
}

const createdomain = domctl(
  'createdomain',
  CREATE,
  (call, _caller, v) => {
    const header = call.guest.readStruct(HEADER, call.arg(0));
    if (!header) return -ERRNO.EFAULT;
    const id = chooseId(call, header.domain);
    if (id < 0) return id;
    if (!isAcceptable(v, call.xen.xenOptions.grantFrames)) return -ERRNO.EINVAL;
    if (v.cpupool_id !== 0) return -ERRNO.ESRCH;
    try {
      createGuest(call.xen, {
        ...{ id, vcpus: v.max_vcpus, handle: handleBytes(v), sharedInterrupts: v.nr_spis },
        grantFrames: v.max_grant_frames < 0 ? call.xen.xenOptions.grantFrames : v.max_grant_frames,
        ports: v.max_evtchn_port & 0x7fffffff,
      });
    } catch (error) {
      if (error instanceof RangeError) return -ERRNO.ENOMEM;
      throw error;
    }
    v.gic_version = GIC.V2;
    v.clock_frequency = 0;
    return call.guest.updateStruct(HEADER, call.arg(0), { domain: id }) ? 0 : -ERRNO.EFAULT;
  },
  'none',
);

function pause(call: Call, domain: Call['domain']): Answer {
  if (domain === call.domain) return -ERRNO.EINVAL;
  if (call.vcpu.holding !== domain) domain.pauseByController();
  call.vcpu.holding = domain.isRunning ? domain : undefined;
  return domain.isRunning ? AGAIN : 0;
}

/** Virtual CPUs are made at once here; Xen makes them one by one, as far as memory reaches. */
const max_vcpus = domctl('max_vcpus', { max: 'u32' }, (call, domain, v) => {
  if (domain === call.domain || v.max !== domain.options.vcpus) return -ERRNO.EINVAL;
  domain.createVcpus();
  return 0;
});

/** Of a domain that has shut down. Its event channels are closed; nothing more of the architecture is ready for it. */
const soft_reset = domctl('soft_reset', {}, (call, domain) => {
  const ready = domain.vcpus.length === 0 || domain.shutdownCode !== undefined;
  if (domain === call.domain || !ready) return -ERRNO.EINVAL;
  domain.channels.closeAll();
  return -ERRNO.ENOSYS;
});

const set_target = domctl('set_target', { target: 'u16' }, (call, domain, v) => {
  const target = call.xen.domain(v.target);
  if (!target) return -ERRNO.ESRCH;
  if (target === domain || domain.target) return -ERRNO.EINVAL;
  domain.target = target;
  return 0;
});

export const LIFECYCLE = {
  1: createdomain,
  2: domctl('destroydomain', {}, (call, domain) =>
    domain === call.domain ? -ERRNO.EINVAL : call.xen.endDomain(domain) ? 0 : AGAIN,
  ),
  3: domctl('pausedomain', {}, pause),
  4: domctl('unpausedomain', {}, (_, domain) => domain.unpauseByController()),
  15: max_vcpus,
  17: domctl('setdomainhandle', HANDLE_FIELDS, (_, domain, v) => (domain.handle.set(handleBytes(v)), 0)),
  18: domctl('setdebugging', { enable: 'u8' }, (call, domain, v) => {
    if (domain === call.domain) return -ERRNO.EINVAL;
    domain.debugged = v.enable !== 0;
    return 0;
  }),
  // What goes on with a reset that took too long; none does here.
  23: domctl('soft_reset_cont', {}, (call, domain) => (domain === call.domain ? -ERRNO.EINVAL : -ERRNO.EBUSY)),
  24: domctl('settimeoffset', { low: 'u32', high: 's32' }, (call, domain, v) => {
    call.xen.setTimeOffset(domain, v.high * TWO_32 + v.low);
    return 0;
  }),
  27: domctl('resumedomain', {}, (call, domain) => {
    if (domain === call.domain) return -ERRNO.EINVAL;
    domain.resume();
    return 0;
  }),
  29: domctl('subscribe', { port: 'u32' }, (_, domain, v) => {
    domain.suspendPort = v.port;
    return 0;
  }),
  46: set_target,
  79: soft_reset,
};
