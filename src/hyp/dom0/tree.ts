// The device tree of dom0, made from the host's node by node: what Xen keeps for itself is left out, what it gives is put
// in (Xen, arch/arm/domain_build.c, write_properties and the make_ functions).
import {
  addressCells, DeviceTree, type DtNode, getCell, getStrings, physicalReg, setCells, setString, setWide, sizeCells,
} from '../../dt'; // prettier-ignore
import { addPsci } from '../psci-node';
import { HostNodes, type Range } from './host-nodes';

export type { Range } from './host-nodes';

export interface Dom0Facts {
  readonly cpus: number;
  readonly memory: readonly Range[];
  readonly args: string;
  readonly initrd?: Range;
  /** Where it may map grants, and the PPI of its event channels. */
  readonly grants: Range;
  readonly eventIrq: number;
  /** Path of the UART that Xen has for itself. */
  readonly uart: string | undefined;
  readonly gicd: Range;
  readonly gicc: Range;
}

/** Of the timer in the host's tree: secure, not secure, virtual; the fourth is the hypervisor's. */
const GUEST_TIMERS = 3;
/** Level, active low, on all cores. */
const PPI_FLAGS = 0xf08;
const CELLS_PER_INTERRUPT = 3;

/** Properties of /chosen that are about the boot of Xen, and not of dom0. */
const CHOSEN_DROPPED = [
  'bootargs', 'xen,dom0-bootargs', 'xen,xen-bootargs', 'linux,initrd-start', 'linux,initrd-end', 'stdout-path',
  'linux,uefi-system-table', 'linux,uefi-mmap-start', 'linux,uefi-mmap-size', 'linux,uefi-mmap-desc-size', 'linux,uefi-mmap-desc-ver',
]; // prettier-ignore

/** @throws DtError for a host's tree that is malformed */
export function makeDom0Tree(host: DeviceTree, facts: Dom0Facts): DeviceTree {
  const tree = new DeviceTree();
  new Dom0Tree(host, facts).fill(tree.root);
  return tree;
}

class Dom0Tree {
  private readonly nodes: HostNodes;
  private readonly phandle: number | undefined;

  constructor(
    private readonly host: DeviceTree,
    private readonly facts: Dom0Facts,
  ) {
    this.nodes = new HostNodes(host, facts.uart);
    const { gic } = this.nodes;
    this.phandle = gic && (getCell(gic, 'phandle') ?? getCell(gic, 'linux,phandle'));
  }

  fill(root: DtNode): void {
    const { facts, host } = this;
    this.copy(host.root, root);
    // Dom0's command line has its node even if the host's tree has none.
    if (!root.child('chosen')) this.chosen(root.add('chosen'), undefined);
    this.hypervisor(root);
    root.child('psci')?.remove();
    addPsci(root);
    this.cpus(root);
    memory(root, facts.memory);
    memory(root, reservedMemory(host));
  }

  private copy(from: DtNode, to: DtNode): void {
    const { path } = from;
    if (path === '/chosen') this.chosen(to, from);
    else properties(from, to, []);
    for (const child of from.children.values()) {
      const fate = this.nodes.fate(child);
      if (fate === 'gic') this.gic(to, child);
      else if (fate === 'timer') this.timer(to);
      else if (fate === 'keep') this.copy(child, to.add(child.name));
    }
  }

  private chosen(node: DtNode, from: DtNode | undefined): void {
    const { args, initrd } = this.facts;
    if (from) properties(from, node, CHOSEN_DROPPED);
    setString(node, 'bootargs', args);
    if (!initrd) return;
    setWide(node, 'linux,initrd-start', BigInt(initrd.base));
    setWide(node, 'linux,initrd-end', BigInt(initrd.base + initrd.size));
  }

  /** It looks like a GIC without virtualization, at the same addresses. */
  private gic(bus: DtNode, old: DtNode): void {
    const node = bus.add('interrupt-controller');
    if (this.phandle !== undefined) setCells(node, 'phandle', this.phandle);
    for (const name of ['#address-cells', '#size-cells']) {
      const property = old.property(name);
      if (property) node.put(property);
    }
    setCells(node, '#interrupt-cells', CELLS_PER_INTERRUPT);
    node.set('interrupt-controller');
    setString(node, 'compatible', ...(getStrings(old, 'compatible') ?? []));
    reg(node, [this.facts.gicd, this.facts.gicc]);
  }

  /** Those of the virtual timers: always level, active low. */
  private timer(bus: DtNode): void {
    const old = [...this.host.nodes()].find(node => this.nodes.fate(node) === 'timer')!;
    const irqs = this.nodes.lines(old).slice(0, GUEST_TIMERS);
    const node = bus.add('timer');
    setString(node, 'compatible', 'arm,armv7-timer');
    setCells(node, 'interrupts', ...irqs.flatMap(irq => [1, irq - 16, PPI_FLAGS]));
    this.atGic(node);
    const clock = getCell(old, 'clock-frequency');
    if (clock !== undefined) setCells(node, 'clock-frequency', clock);
  }

  private hypervisor(root: DtNode): void {
    const { grants, eventIrq } = this.facts;
    root.child('hypervisor')?.remove();
    const node = root.add('hypervisor');
    setString(node, 'compatible', 'xen,xen-4.17', 'xen,xen');
    reg(node, [grants]);
    setCells(node, 'interrupts', 1, eventIrq - 16, PPI_FLAGS);
    this.atGic(node);
  }

  private atGic(node: DtNode): void {
    if (this.phandle !== undefined) setCells(node, 'interrupt-parent', this.phandle);
  }

  /** Each as the first one of the host. A 32-bit kernel finds out by itself that they are started by PSCI. */
  private cpus(root: DtNode): void {
    const [first] = [...(this.host.root.child('cpus')?.children.values() ?? [])].filter(
      child => getStrings(child, 'device_type')?.[0] === 'cpu',
    );
    const compatible = (first && getStrings(first, 'compatible')) ?? ['arm,cortex-a15'];
    const clock = first && getCell(first, 'clock-frequency');
    const node = root.add('cpus');
    setCells(node, '#address-cells', 1);
    setCells(node, '#size-cells', 0);
    for (let i = 0; i < this.facts.cpus; i++) {
      const cpu = node.add(`cpu@${i.toString(16)}`);
      setString(cpu, 'compatible', ...compatible);
      setString(cpu, 'device_type', 'cpu');
      setCells(cpu, 'reg', i);
      if (clock !== undefined) setCells(cpu, 'clock-frequency', clock);
    }
  }
}

/** Copies properties; `status` comes last, and says of what is for a guest that dom0 shall leave it alone. */
function properties(from: DtNode, to: DtNode, dropped: readonly string[]): void {
  for (const [name, property] of from.properties)
    if (name !== 'status' && name !== 'xen,passthrough' && !dropped.includes(name)) to.put(property);
  const status = from.property('status');
  if (from.property('xen,passthrough')) setString(to, 'status', 'disabled');
  else if (status) to.put(status);
}

/** What /reserved-memory and the like set aside is memory, too. */
const reservedMemory = (host: DeviceTree): Range[] =>
  [...(host.root.child('reserved-memory')?.children.values() ?? [])]
    .flatMap(physicalReg)
    .map(({ address, size }) => ({ base: Number(address), size: Number(size) }));

/** One node with all banks, named by the first. */
function memory(root: DtNode, banks: readonly Range[]): void {
  const sorted = [...banks].sort((a, b) => a.base - b.base);
  const [first] = sorted;
  const name = first && `memory@${first.base.toString(16)}`;
  if (name === undefined || root.child(name)) return;
  const node = root.add(name);
  setString(node, 'device_type', 'memory');
  reg(node, sorted);
}

function reg(node: DtNode, ranges: readonly Range[]): void {
  const bus = node.parent!;
  const cells = (value: number, count: number): number[] =>
    Array.from({ length: count }, (_, i) => (count - i > 1 ? Math.floor(value / 2 ** 32) : value >>> 0));
  setCells(
    node,
    'reg',
    ...ranges.flatMap(r => [...cells(r.base, addressCells(bus)), ...cells(r.size, sizeCells(bus))]),
  );
}
