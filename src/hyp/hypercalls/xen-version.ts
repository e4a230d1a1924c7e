// HYPERVISOR_xen_version (Xen, public/version.h, public/features.h).
import { ERRNO } from '../abi/errno';
import { Layout } from '../abi/layout';
import { PAGE_SIZE } from '../memory/physical';
import type { Answer, Call, Hypercall } from './hypercall';

export const VERSION = { MAJOR: 4, MINOR: 17 } as const;

const OPERATIONS = {
  0: 'version',
  1: 'extraversion',
  2: 'compile_info',
  3: 'capabilities',
  4: 'changeset',
  5: 'platform_parameters',
  6: 'get_features',
  7: 'pagesize',
  8: 'guest_handle',
  9: 'commandline',
  10: 'build_id',
} as const;

const FEATURE = {
  WRITABLE_PAGE_TABLES: 0,
  AUTO_TRANSLATED_PHYSMAP: 2,
  DOM0: 11,
  MEMORY_OP_VNODE: 13,
  ARM_SMCCC: 14,
  NOT_DIRECT_MAPPED: 16,
  DIRECT_MAPPED: 17,
} as const;

const FEATURES = new Layout({ submap_idx: 'u32', submap: 'u32' });

/** Text in a field of so many bytes. */
function text(call: Call, value: string, bytes: number): Answer {
  const out = new Uint8Array(bytes);
  out.set(new TextEncoder().encode(value).subarray(0, bytes - 1));
  return call.guest.write(call.arg(1), out) ? 0 : -ERRNO.EFAULT;
}

function features(call: Call): Answer {
  return call.with(FEATURES, 1, values => {
    if (values.submap_idx !== 0) return values.submap_idx > 1 ? -ERRNO.EINVAL : ((values.submap = 0), 0);
    const { privileged } = call.domain.options;
    const on = [
      FEATURE.MEMORY_OP_VNODE,
      FEATURE.WRITABLE_PAGE_TABLES,
      FEATURE.AUTO_TRANSLATED_PHYSMAP,
      FEATURE.ARM_SMCCC,
    ];
    const all = [...on, ...(privileged ? [FEATURE.DOM0, FEATURE.DIRECT_MAPPED] : [FEATURE.NOT_DIRECT_MAPPED])];
    values.submap = all.reduce((sum: number, bit) => sum + 2 ** bit, 0);
    return 0;
  });
}

/** struct xen_compile_info. */
function compileInfo(call: Call): Answer {
  const { compiler, by, domain, date } = call.xen.identity;
  const out = new Uint8Array(64 + 16 + 32 + 32);
  const put = (value: string, at: number, size: number): void =>
    out.set(new TextEncoder().encode(value).subarray(0, size - 1), at);
  put(compiler, 0, 64);
  put(by, 64, 16);
  put(domain, 80, 32);
  put(date, 112, 32);
  return call.guest.write(call.arg(1), out) ? 0 : -ERRNO.EFAULT;
}

function handle(call: Call): Answer {
  const { identity } = call.xen;
  switch (OPERATIONS[call.arg(0) as keyof typeof OPERATIONS]) {
    case 'version':
      return (VERSION.MAJOR << 16) | VERSION.MINOR;
    case 'extraversion':
      return text(call, identity.extraVersion, 16);
    case 'compile_info':
      return compileInfo(call);
    case 'capabilities':
      return text(call, 'xen-3.0-armv7l ', 1024);
    case 'changeset':
      return text(call, identity.changeset, 64);
    case 'platform_parameters':
      // Where Xen's own addresses begin.
      return call.guest.write(call.arg(1), Uint8Array.of(0, 0, 0x20, 0, 0, 0, 0, 0)) ? 0 : -ERRNO.EFAULT;
    case 'get_features':
      return features(call);
    case 'pagesize':
      return PAGE_SIZE;
    case 'guest_handle':
      return call.guest.write(call.arg(1), call.domain.handle) ? 0 : -ERRNO.EFAULT;
    case 'commandline':
      return text(call, call.xen.commandLine, 1024);
    case 'build_id':
      return -ERRNO.ENODATA;
    default:
      return -ERRNO.ENOSYS;
  }
}

export const xenVersion: Hypercall = { number: 17, name: 'xen_version', operations: OPERATIONS, handle };
