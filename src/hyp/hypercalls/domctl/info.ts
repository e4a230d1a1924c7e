// What tools are told about a domain (Xen, common/domctl.c, getdomaininfo).
import { ERRNO } from '../../abi/errno';
import { HANDLE_FIELDS, handleWords } from '../../abi/handle';
import type { Domain } from '../../domain';
import { PAGE_SHIFT } from '../../memory/physical';
import { domctl, HEADER } from './operation';

/** XEN_DOMINF_*. */
const INFO = { DYING: 1, HVM: 2, SHUTDOWN: 4, PAUSED: 8, BLOCKED: 16, RUNNING: 32, DEBUGGED: 64, HAP: 256 } as const;
const SHUTDOWN_SHIFT = 16;
const NOT_SHUT_DOWN = 0xffff;
const NO_VCPUS = 0xffffffff;
const PHYSICAL_BITS = 40;

/** struct xen_domctl_getdomaininfo; the bits of addresses are a byte with seven of padding, the rest is 0 on ARM. */
export const INFO_FIELDS = {
  ...({ domain: 'u16', pad1: 'u16', flags: 'u32', tot_pages: 'u64', max_pages: 'u64', outstanding_pages: 'u64' } as const),
  ...({ shr_pages: 'u64', paged_pages: 'u64', shared_info_frame: 'u64', cpu_time: 'u64' } as const),
  ...({ nr_online_vcpus: 'u32', max_vcpu_id: 'u32', ssidref: 'u32', ...HANDLE_FIELDS, cpupool: 'u32' } as const),
  ...({ gpaddr_bits: 'u64', gic_version: 'u8', tee_type: 'u16', nr_spis: 'u32', clock_frequency: 'u32' } as const),
}; // prettier-ignore

type Info = Record<keyof typeof INFO_FIELDS, number>;

function flagsOf(domain: Domain): number {
  const online = domain.vcpus.filter(({ down }) => !down);
  const blocked = online.length > 0 && online.every(vcpu => vcpu.blocked || vcpu.polling !== undefined);
  const flags =
    INFO.HVM |
    INFO.HAP |
    (domain.dead ? INFO.DYING : 0) |
    (domain.shutdownCode !== undefined ? INFO.SHUTDOWN : 0) |
    (domain.controllerPauses > 0 ? INFO.PAUSED : 0) |
    (domain.debugged ? INFO.DEBUGGED : 0) |
    (blocked ? INFO.BLOCKED : 0) |
    (online.some(({ running }) => running) ? INFO.RUNNING : 0);
  return (flags | ((domain.shutdownCode ?? NOT_SHUT_DOWN) << SHUTDOWN_SHIFT)) >>> 0;
}

export function domainInfo(domain: Domain): Info {
  const now = domain.host.now();
  return {
    ...{ domain: domain.id, pad1: 0, flags: flagsOf(domain), tot_pages: domain.pages, max_pages: domain.maxPages },
    ...{
      outstanding_pages: domain.claimedPages,
      shr_pages: 0,
      paged_pages: 0,
      shared_info_frame: domain.sharedInfo >>> PAGE_SHIFT,
    },
    cpu_time: Math.floor(domain.vcpus.reduce((sum, vcpu) => sum + vcpu.cpuTime(now), 0)),
    nr_online_vcpus: domain.vcpus.filter(({ down }) => !down).length,
    max_vcpu_id: domain.vcpus.length > 0 ? domain.vcpus.length - 1 : NO_VCPUS,
    ...{ ssidref: 0, ...handleWords(domain.handle), cpupool: 0, gpaddr_bits: PHYSICAL_BITS },
    ...{ gic_version: 0, tee_type: 0, nr_spis: 0, clock_frequency: 0 },
  };
}

export const DOMAIN_INFO = {
  5: domctl(
    'getdomaininfo',
    INFO_FIELDS,
    (call, domain, v) => {
      Object.assign(v, domainInfo(domain));
      return call.guest.updateStruct(HEADER, call.arg(0), { domain: domain.id }) ? 0 : -ERRNO.EFAULT;
    },
    'next',
  ),
};
