// sysctl: processors and memory of the machine (Xen, common/sysctl.c, arch/arm/sysctl.c).
import { ERRNO } from '../../abi/errno';
import { Layout } from '../../abi/layout';
import { PAGE_SIZE } from '../../memory/physical';
import { refused, sysctl } from './operation';

/** XEN_SYSCTL_PHYSCAP_*: guests with virtual hardware, in their own physical memory, a PMU of theirs; grants version 1. */
const CAPABILITIES = (1 << 0) | (1 << 3) | (1 << 7) | (1 << 8);
/** Between a node and itself: ARM knows no other one, nor better. */
const DISTANCE = 20;
const ANY_NODE = -1;

const CPU_TOPOLOGY = new Layout({ core: 'u32', socket: 'u32', node: 'u32' });
const MEMORY_OF_NODE = new Layout({ memsize: 'u64', memfree: 'u64' });
const CPU_INFO = new Layout({ idletime: 'u64' });

function bytesOf<N extends string>(layout: Layout<N>, values: Readonly<Record<N, number>>): Uint8Array {
  const bytes = new Uint8Array(layout.size);
  layout.write(new DataView(bytes.buffer), values);
  return bytes;
}

const physinfo = sysctl(
  'physinfo',
  {
    ...({ threads_per_core: 'u32', cores_per_socket: 'u32', nr_cpus: 'u32', max_cpu_id: 'u32' } as const),
    ...({ nr_nodes: 'u32', max_node_id: 'u32', cpu_khz: 'u32', capabilities: 'u32' } as const),
    ...({ arch_capabilities: 'u32', pad: 'u32', total_pages: 'u64', free_pages: 'u64', scrub_pages: 'u64' } as const),
    ...({ outstanding_pages: 'u64', max_mfn: 'u64', hw0: 'u64', hw1: 'u64', hw2: 'u64', hw3: 'u64' } as const),
  },
  ({ xen }, v) => {
    const cpus = xen.pcpus.length;
    Object.assign(v, {
      ...{ threads_per_core: 1, cores_per_socket: 1, nr_cpus: xen.pcpus.filter(({ up }) => up).length },
      ...{
        max_cpu_id: cpus - 1,
        nr_nodes: 1,
        max_node_id: 0,
        capabilities: CAPABILITIES,
        arch_capabilities: 0,
        pad: 0,
      },
      cpu_khz: Math.round(xen.machine.board.cpu.counterHertz / 1000),
      ...{
        total_pages: xen.heap.frames,
        free_pages: xen.heap.free,
        scrub_pages: 0,
        outstanding_pages: xen.heap.claimed,
      },
      ...{ max_mfn: xen.heap.firstFrame + xen.heap.frames - 1, hw0: 0, hw1: 0, hw2: 0, hw3: 0 },
    });
    return 0;
  },
);

const numainfo = sysctl(
  'numainfo',
  { num_nodes: 'u32', meminfo: 'handle', distance: 'handle' },
  ({ xen, guest }, v) => {
    const wanted = v.meminfo !== 0 || v.distance !== 0;
    const nodes = wanted ? Math.min(1, v.num_nodes) : 1;
    if (nodes > 0 && v.meminfo !== 0) {
      const memory = { memsize: xen.heap.frames * PAGE_SIZE, memfree: xen.heap.free * PAGE_SIZE };
      if (!guest.write(v.meminfo, bytesOf(MEMORY_OF_NODE, memory))) return -ERRNO.EFAULT;
    }
    if (nodes > 0 && v.distance !== 0 && !guest.write32(v.distance, DISTANCE)) return -ERRNO.EFAULT;
    v.num_nodes = nodes;
    return 0;
  },
);

/** All processors are core 0 of socket 0 for Xen on ARM. */
const cputopoinfo = sysctl('cputopoinfo', { num_cpus: 'u32', cputopo: 'handle' }, ({ xen, guest }, v) => {
  const cpus = v.cputopo === 0 ? xen.pcpus.length : Math.min(xen.pcpus.length, v.num_cpus);
  const topology = bytesOf(CPU_TOPOLOGY, { core: 0, socket: 0, node: 0 });
  for (let i = 0; i < cpus && v.cputopo !== 0; i++)
    if (!guest.write(v.cputopo + i * topology.length, topology)) return -ERRNO.EFAULT;
  v.num_cpus = cpus;
  return 0;
});

const getcpuinfo = sysctl('getcpuinfo', { max_cpus: 'u32', info: 'handle', nr_cpus: 'u32' }, ({ xen, guest }, v) => {
  const cpus = xen.pcpus.slice(0, v.max_cpus);
  for (const [i, pcpu] of cpus.entries()) {
    const idletime = Math.floor(pcpu.idleTime(xen.now()));
    if (!guest.write(v.info + i * CPU_INFO.size, bytesOf(CPU_INFO, { idletime }))) return -ERRNO.EFAULT;
  }
  v.nr_cpus = cpus.length;
  return 0;
});

const availheap = sysctl(
  'availheap',
  { min_bitwidth: 'u32', max_bitwidth: 'u32', node: 's32', avail_bytes: 'u64' },
  ({ xen }, v) => {
    v.avail_bytes = v.node === ANY_NODE || v.node === 0 ? xen.heap.free * PAGE_SIZE : 0;
    return 0;
  },
);

export const MACHINE = {
  3: physinfo,
  8: getcpuinfo,
  9: availheap,
  // There is no ACPI, thus no states of power, and processors do not come and go.
  ...{ 10: refused('get_pmstat', ERRNO.ENOSYS), 11: refused('cpu_hotplug', ERRNO.ENOSYS) },
  12: refused('pm_op', ERRNO.ENOSYS),
  16: cputopoinfo,
  17: numainfo,
};
