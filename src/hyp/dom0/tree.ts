// The device tree of dom0, made from the host's: what Xen keeps for itself is taken out, what it gives is put in (Xen,
// arch/arm/domain_build.c).
import {
  addressCells, type DeviceTree, type DtNode, findByCompatible, getCell, getStrings, setCells, setString, setWide, sizeCells,
} from '../../dt'; // prettier-ignore
import { addPsci } from '../psci-node';

/** Nodes that Xen drops by what they are compatible with: what it does itself, and what would reset the board. */
const DROPPED = [
  'xen,xen', 'arm,psci', 'arm,psci-0.2', 'arm,psci-1.0', 'arm,cortex-a15-pmu',
  'arm,vexpress-reset', 'arm,vexpress-reboot', 'arm,vexpress-shutdown',
  'xen,multiboot-module', 'multiboot,module', 'xen,domain',
]; // prettier-ignore
const GIC = ['arm,cortex-a15-gic', 'arm,cortex-a7-gic', 'arm,gic-400'];
const TIMER = ['arm,armv7-timer', 'arm,armv8-timer'];

export interface Range {
  readonly base: number;
  readonly size: number;
}

export interface Dom0Facts {
  readonly cpus: number;
  readonly memory: readonly Range[];
  readonly args: string;
  readonly initrd?: Range;
  /** Where it may map grants, and the PPI of its event channels. */
  readonly grants: Range;
  readonly eventIrq: number;
  /** Path of the UART that Xen has for itself. */
  readonly uart: string;
  readonly gicd: Range;
  readonly gicc: Range;
}

const SECURE_PPI = 13;
const PHYSICAL_PPI = 14;
const VIRTUAL_PPI = 11;
/** Level, active low, on all cores. */
const PPI_FLAGS = 0xf08;

const isCompatible = (node: DtNode, names: readonly string[]): boolean =>
  getStrings(node, 'compatible')?.some(one => names.includes(one)) ?? false;

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

function prune(node: DtNode, uart: string): void {
  for (const child of [...node.children.values()]) {
    const memory = getStrings(child, 'device_type')?.[0] === 'memory';
    if (memory || child.path === uart || isCompatible(child, DROPPED) || child.path === '/cpus') child.remove();
    else prune(child, uart);
  }
}

/** Changes a host's tree into dom0's. */
export function makeDom0Tree(tree: DeviceTree, facts: Dom0Facts): void {
  const { root } = tree;
  prune(root, facts.uart);
  const gic = GIC.flatMap(name => findByCompatible(tree, name))[0];
  const phandle = gic && (getCell(gic, 'phandle') ?? getCell(gic, 'linux,phandle'));
  if (gic) replaceGic(gic, phandle, facts);
  for (const timer of TIMER.flatMap(name => findByCompatible(tree, name))) {
    setCells(timer, 'interrupts', ...[SECURE_PPI, PHYSICAL_PPI, VIRTUAL_PPI].flatMap(ppi => [1, ppi, PPI_FLAGS]));
    if (phandle !== undefined) setCells(timer, 'interrupt-parent', phandle);
  }
  chosen(root, facts);
  hypervisor(root, facts, phandle);
  addPsci(root);
  cpus(root, facts.cpus);
  for (const bank of facts.memory) {
    const node = root.add(`memory@${bank.base.toString(16)}`);
    setString(node, 'device_type', 'memory');
    reg(node, [bank]);
  }
}

/** It looks like a GIC without virtualization, at the same addresses. */
function replaceGic(old: DtNode, phandle: number | undefined, { gicd, gicc }: Dom0Facts): void {
  const compatible = getStrings(old, 'compatible')!;
  const bus = old.parent!;
  old.remove();
  const node = bus.add('interrupt-controller');
  if (phandle !== undefined) setCells(node, 'phandle', phandle);
  setCells(node, '#address-cells', 0);
  setCells(node, '#interrupt-cells', 3);
  node.set('interrupt-controller', new Uint8Array());
  setString(node, 'compatible', ...compatible);
  reg(node, [gicd, gicc]);
}

function chosen(root: DtNode, { args, initrd }: Dom0Facts): void {
  const node = root.ensure('chosen');
  for (const name of ['xen,xen-bootargs', 'xen,dom0-bootargs', 'linux,initrd-start', 'linux,initrd-end'])
    node.removeProperty(name);
  setString(node, 'bootargs', args);
  if (!initrd) return;
  setWide(node, 'linux,initrd-start', BigInt(initrd.base));
  setWide(node, 'linux,initrd-end', BigInt(initrd.base + initrd.size));
}

function hypervisor(root: DtNode, { grants, eventIrq }: Dom0Facts, phandle: number | undefined): void {
  const node = root.add('hypervisor');
  setString(node, 'compatible', 'xen,xen-4.17', 'xen,xen');
  reg(node, [grants]);
  setCells(node, 'interrupts', 1, eventIrq - 16, PPI_FLAGS);
  if (phandle !== undefined) setCells(node, 'interrupt-parent', phandle);
}

function cpus(root: DtNode, count: number): void {
  const node = root.add('cpus');
  setCells(node, '#address-cells', 1);
  setCells(node, '#size-cells', 0);
  for (let i = 0; i < count; i++) {
    const cpu = node.add(`cpu@${i}`);
    setString(cpu, 'compatible', 'arm,cortex-a15');
    setString(cpu, 'device_type', 'cpu');
    if (count > 1) setString(cpu, 'enable-method', 'psci');
    setCells(cpu, 'reg', i);
  }
}
