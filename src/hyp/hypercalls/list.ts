// All hypercalls, by number (Xen, public/xen.h).
import { consoleIo } from './console-io';
import { domctlHypercall } from './domctl/domctl';
import { eventChannelOp } from './event-channel-op';
import { grantTableOp } from './grant-table-op';
import type { Hypercall } from './hypercall';
import { hvmOp } from './hvm-op';
import { hypfsOp } from './hypfs-op';
import { memoryOp } from './memory/memory-op';
import { schedOp } from './sched-op';
import { multicall, platformOp, REFUSED, vmAssist } from './small';
import { sysctlHypercall } from './sysctl/sysctl';
import { vcpuOp } from './vcpu-op';
import { xenVersion } from './xen-version';

const ALL: readonly Hypercall[] = [
  platformOp,
  memoryOp,
  multicall,
  xenVersion,
  consoleIo,
  grantTableOp,
  vmAssist,
  vcpuOp,
  schedOp,
  eventChannelOp,
  hvmOp,
  domctlHypercall,
  sysctlHypercall,
  hypfsOp,
  ...REFUSED,
];

export const HYPERCALLS: ReadonlyMap<number, Hypercall> = new Map(ALL.map(one => [one.number, one]));
