// Makes dom0: memory mapped to itself, the board's devices, kernel, RAM disk and tree in their places (Xen,
// arch/arm/domain_build.c, kernel.c).
import { type DeviceTree, writeBlob } from '../../dt';
import { type HostDevice, HostNodes, type Range } from './host-nodes';
import { Domain, type DomainImage } from '../domain';
import type { Hypervisor } from '../hypervisor';
import { MAX_ORDER, OWNER } from '../memory/heap';
import { PAGE_SHIFT, PAGE_SIZE } from '../memory/physical';
import { P2M } from '../p2m';
import { makeDom0Tree } from './tree';

const MIB = 1 << 20;
/** Where the tree goes, from the start of dom0's memory, if there is so much; the RAM disk follows. */
const TREE_OFFSET = 128 * MIB;
const INITRD_ALIGNMENT = 2 * MIB;
/** PPI 16, which no device of the board has. */
const EVENT_IRQ = 16;
const GRANT_FRAMES = 64;
const GICC_SIZE = 0x2000;
const GICD_SIZE = 0x1000;

export interface Dom0Plan {
  /** The kernel as it lies in memory, and where it wants to, from the start of memory. */
  readonly kernel: { readonly bytes: Uint8Array; readonly offset: number; readonly name: string };
  readonly initrd?: { readonly bytes: Uint8Array; readonly name: string };
  readonly args: string;
  readonly cpus: number;
  /** Bytes. */
  readonly memory: number;
  /** The host's tree: dom0 gets the devices in it. */
  readonly tree: DeviceTree;
  /** Path of the UART that Xen has for itself. */
  readonly uart: string | undefined;
}

/** What of the board dom0 gets. @throws DtError when the host's tree is malformed */
export const hostDevices = (tree: DeviceTree, uart: string | undefined): HostDevice[] => [
  ...new HostNodes(tree, uart).devices(),
];

/** As Xen shows addresses: with 16 digits, those of banks with 14. */
const hex = (value: number, digits = 16): string => `0x${value.toString(16).padStart(digits, '0')}`;

/** @throws RangeError when memory does not suffice, in words for the console */
export function buildDom0(xen: Hypervisor, plan: Dom0Plan): Domain {
  const { console: out, memory, gic } = xen;
  out.print('*** LOADING DOMAIN 0 ***');
  const frames = plan.memory >>> PAGE_SHIFT;
  const domain = new Domain(xen, {
    ...{ id: 0, vcpus: plan.cpus, interrupts: gic.lines, eventIrq: EVENT_IRQ, privileged: true, directMapped: true },
    ...{ gicd: gic.at.distributor, gicc: gic.at.cpuInterface, grantFrames: xen.xenOptions.grantFrames },
  });
  domain.maxPages = frames;
  domain.createVcpus();
  out.print(`Loading d0 kernel from ${plan.kernel.name}`);
  if (plan.initrd) out.print(`Loading ramdisk from ${plan.initrd.name}`);
  out.print(`Allocating 1:1 mappings totalling ${plan.memory / MIB}MB for dom0:`);
  const banks = allocate(xen, domain, frames);
  banks.forEach(({ base, size }, i) =>
    out.print(`BANK[${i}] ${hex(base, 14)}-${hex(base + size, 14)} (${size / MIB}MB)`),
  );
  const grants = grantRegion(xen);
  out.print(`Grant table range: ${hex(grants.base, 14)}-${hex(grants.base + grants.size, 14)}`);
  passDevices(xen, domain, hostDevices(plan.tree, plan.uart));
  out.print(`Allocating PPI ${EVENT_IRQ} for event channel interrupt`);
  // The guest finds its CPU interface where the host's is: it is the virtual one.
  domain.map(
    gic.at.cpuInterface >>> PAGE_SHIFT,
    gic.at.virtualCpu >>> PAGE_SHIFT,
    GICC_SIZE / PAGE_SIZE,
    P2M.MMIO_DIRECT,
  );
  const places = place(banks[0]!, plan);
  const tree = makeDom0Tree(plan.tree, {
    ...{ cpus: plan.cpus, memory: banks, args: plan.args, grants, eventIrq: EVENT_IRQ, uart: plan.uart },
    ...(plan.initrd && { initrd: { base: places.initrd, size: plan.initrd.bytes.length } }),
    gicd: { base: gic.at.distributor, size: GICD_SIZE },
    gicc: { base: gic.at.cpuInterface, size: GICC_SIZE },
  });
  const blob = writeBlob(tree);
  const put = (what: string, role: DomainImage['role'], at: number, bytes: Uint8Array): void => {
    out.print(`Loading ${what} to ${hex(at)}-${hex(at + bytes.length)}`);
    memory.copyIn(at, bytes);
    domain.images.push({ role, base: at, size: bytes.length });
  };
  put('zImage', 'kernel', places.kernel, plan.kernel.bytes);
  if (plan.initrd) put('d0 initrd', 'RAM disk', places.initrd, plan.initrd.bytes);
  put('d0 DTB', 'device tree', places.tree, blob);
  domain.tree = blob;
  xen.addDomain(domain);
  domain.vcpus[0]!.start(places.kernel, [0, 0xffffffff, places.tree]);
  out.print('Scrubbing Free RAM in background');
  out.giveInput();
  return domain;

  function place(bank: Range, { kernel, initrd }: Dom0Plan): { kernel: number; tree: number; initrd: number } {
    const kernelAt = bank.base + kernel.offset;
    const end = kernelAt + kernel.bytes.length;
    const modules = INITRD_ALIGNMENT + Math.ceil((initrd?.bytes.length ?? 0) / INITRD_ALIGNMENT) * INITRD_ALIGNMENT;
    const behind = Math.max(
      bank.base + Math.min(TREE_OFFSET, bank.size / 2),
      Math.ceil(end / INITRD_ALIGNMENT) * INITRD_ALIGNMENT,
    );
    // A kernel at the end of little memory has them before it.
    const fits = behind + INITRD_ALIGNMENT + (initrd?.bytes.length ?? 0) <= bank.base + bank.size;
    const tree = fits ? behind : Math.floor(kernelAt / INITRD_ALIGNMENT) * INITRD_ALIGNMENT - modules;
    const initrdAt = tree + INITRD_ALIGNMENT;
    if (tree < bank.base) throw new RangeError(`dom0_mem=${plan.memory / MIB}M does not hold its kernel and RAM disk`);
    return { kernel: kernelAt, tree, initrd: initrdAt };
  }
}

/** Dom0's memory at its own addresses, in as few banks as the heap has them. */
function allocate({ heap, memory }: Hypervisor, domain: Domain, frames: number): Range[] {
  const banks: { base: number; size: number }[] = [];
  for (let left = frames; left > 0;) {
    let order = Math.min(MAX_ORDER, 31 - Math.clz32(left));
    let mfn = heap.take(order, domain.id);
    while (mfn < 0 && order > 0) mfn = heap.take(--order, domain.id);
    if (mfn < 0) throw new RangeError('there is not so much memory for dom0; set dom0_mem lower');
    heap.scrub(mfn, order, memory.clearFrames);
    if (!domain.map(mfn, mfn, 1 << order, P2M.RAM_RW)) throw new RangeError('no memory for the tables of dom0');
    banks.push({ base: mfn * PAGE_SIZE, size: PAGE_SIZE * 2 ** order });
    domain.pages += 1 << order;
    left -= 1 << order;
  }
  banks.sort((a, b) => a.base - b.base);
  const merged: { base: number; size: number }[] = [];
  for (const bank of banks) {
    const last = merged.at(-1);
    if (last && last.base + last.size === bank.base) last.size += bank.size;
    else merged.push(bank);
  }
  // The kernel goes into the largest.
  return merged.sort((a, b) => b.size - a.size);
}

/** Addresses without memory of dom0's behind them, for the pages that others grant. */
function grantRegion({ heap }: Hypervisor): Range {
  const order = Math.log2(GRANT_FRAMES);
  const mfn = heap.take(order, OWNER.XEN);
  if (mfn < 0) throw new RangeError('no addresses for the grant tables of dom0');
  return { base: mfn * PAGE_SIZE, size: GRANT_FRAMES * PAGE_SIZE };
}

function passDevices(xen: Hypervisor, domain: Domain, devices: readonly HostDevice[]): void {
  for (const { path, windows, interrupts, passthrough, isMemory } of devices) {
    if (passthrough) continue;
    for (const { base, size } of windows) {
      const first = Math.floor(base / PAGE_SIZE);
      const count = Math.ceil(size / PAGE_SIZE);
      // A tree may say that a device is where Xen's own are, or in memory.
      if (isMemory || xen.devices.arePassable(first, first + count - 1))
        domain.map(first, first, count, P2M.MMIO_DIRECT);
      else xen.console.print(`Unable to map ${hex(base)} - ${hex(base + size - 1)} of ${path} in domain 0`);
    }
    for (const irq of interrupts) if (xen.devices.isPassable(irq)) xen.devices.give(irq, domain);
  }
}
