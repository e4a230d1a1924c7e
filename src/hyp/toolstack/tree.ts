// The device tree of a guest, as libxl makes it (Xen, tools/libs/light/libxl_arm.c): node for node the same.
import { DeviceTree, type DtNode, setCells, setString, setWide } from '../../dt';
import { addPsci } from '../psci-node';
import { GUEST } from '../domain-create';
import { VERSION } from '../hypercalls/xen-version';
import { VPL011 } from '../vpl011';

export interface GuestTreeFacts {
  readonly vcpus: number;
  /** Bytes. */
  readonly memory: number;
  /** Of the kernel; without one there is no such property. */
  readonly cmdline: string | undefined;
  /** Address and end of the RAM disk. */
  readonly ramdisk: { readonly start: number; readonly end: number } | undefined;
  /** It has a UART. */
  readonly vuart?: boolean;
}

const PHANDLE_GIC = 65000;
/** Level, active low, on all cores. */
const PPI_FLAGS = 0xf08;
const PPI = 1;
const SPI = 0;
const SPI_BASE = 32;
/** Level, active high, on all cores. */
const SPI_FLAGS = 0xf04;
const BAUD = 115200;
const SECURE_TIMER = 13;
const PHYSICAL_TIMER = 14;
const VIRTUAL_TIMER = 11;
const LOCAL_SPI_BASE = 16;
const TWO_32 = 2 ** 32;
const MIB = 2 ** 20;
/** GUEST_RAM1_BASE and the end of what 40 bits of addresses reach. */
const SECOND_BANK = 2 * TWO_32;
const ADDRESS_SPACE = 256 * TWO_32;
/** Smaller pieces of unused addresses are of no use to the guest (libxl, EXT_REGION_MIN_SIZE). */
const SMALLEST_REGION = 64 * MIB;

const wide = (...values: number[]): number[] => values.flatMap(value => [Math.floor(value / TWO_32), value % TWO_32]);

export function guestTree(facts: GuestTreeFacts): DeviceTree {
  const tree = new DeviceTree();
  const { root } = tree;
  const version = `${VERSION.MAJOR}.${VERSION.MINOR}`;
  setString(root, 'model', `XENVM-${version}`);
  setString(root, 'compatible', `xen,xenvm-${version}`, 'xen,xenvm');
  setCells(root, 'interrupt-parent', PHANDLE_GIC);
  setCells(root, '#address-cells', 2);
  setCells(root, '#size-cells', 2);
  chosen(root, facts);
  cpus(root, facts.vcpus);
  addPsci(root);
  memory(root, facts.memory);
  gic(root);
  timer(root);
  hypervisor(root, facts.memory, version);
  if (facts.vuart) sbsaUart(root);
  return tree;
}

function chosen(root: DtNode, { cmdline, ramdisk }: GuestTreeFacts): void {
  const node = root.add('chosen');
  if (cmdline !== undefined) setString(node, 'bootargs', cmdline);
  if (!ramdisk) return;
  setWide(node, 'linux,initrd-start', BigInt(ramdisk.start));
  setWide(node, 'linux,initrd-end', BigInt(ramdisk.end));
}

function cpus(root: DtNode, count: number): void {
  const node = root.add('cpus');
  setCells(node, '#address-cells', 1);
  setCells(node, '#size-cells', 0);
  for (let i = 0; i < count; i++) {
    const cpu = node.add(`cpu@${i.toString(16)}`);
    setString(cpu, 'device_type', 'cpu');
    setString(cpu, 'compatible', 'arm,cortex-a15');
    setString(cpu, 'enable-method', 'psci');
    setCells(cpu, 'reg', i);
  }
}

function memory(root: DtNode, bytes: number): void {
  const node = root.add(`memory@${GUEST.RAM.toString(16)}`);
  setString(node, 'device_type', 'memory');
  setCells(node, 'reg', ...wide(GUEST.RAM, bytes));
}

function gic(root: DtNode): void {
  const node = root.add(`interrupt-controller@${GUEST.GICD.toString(16)}`);
  setString(node, 'compatible', 'arm,cortex-a15-gic', 'arm,cortex-a9-gic');
  setCells(node, '#interrupt-cells', 3);
  setCells(node, '#address-cells', 0);
  node.set('interrupt-controller');
  setCells(node, 'reg', ...wide(GUEST.GICD, 0x1000, GUEST.GICC, GUEST.GICC_SIZE));
  setCells(node, 'linux,phandle', PHANDLE_GIC);
  setCells(node, 'phandle', PHANDLE_GIC);
}

function timer(root: DtNode): void {
  const node = root.add('timer');
  setString(node, 'compatible', 'arm,armv7-timer');
  const ppis = [SECURE_TIMER, PHYSICAL_TIMER, VIRTUAL_TIMER];
  setCells(node, 'interrupts', ...ppis.flatMap(ppi => [PPI, ppi, PPI_FLAGS]));
  setCells(node, 'interrupt-parent', PHANDLE_GIC);
}

/** Where grants can be mapped, and addresses with nothing behind them for pages of others. */
function hypervisor(root: DtNode, bytes: number, version: string): void {
  const node = root.add('hypervisor');
  setString(node, 'compatible', `xen,xen-${version}`, 'xen,xen');
  const unused = [
    { base: GUEST.RAM + Math.ceil(bytes / (2 * MIB)) * 2 * MIB, end: TWO_32 },
    { base: SECOND_BANK, end: ADDRESS_SPACE },
  ].filter(({ base, end }) => end - base >= SMALLEST_REGION);
  const regions = unused.flatMap(({ base, end }) => wide(base, end - base));
  setCells(node, 'reg', ...wide(GUEST.GRANTS, GUEST.GRANTS_SIZE), ...regions);
  setCells(node, 'interrupts', PPI, GUEST.EVENT_IRQ - LOCAL_SPI_BASE, PPI_FLAGS);
  setCells(node, 'interrupt-parent', PHANDLE_GIC);
}

function sbsaUart(root: DtNode): void {
  const node = root.add('sbsa-pl011');
  setString(node, 'compatible', 'arm,sbsa-uart');
  setCells(node, 'reg', ...wide(VPL011.BASE, VPL011.SIZE));
  setCells(node, 'interrupts', SPI, VPL011.IRQ - SPI_BASE, SPI_FLAGS);
  setCells(node, 'interrupt-parent', PHANDLE_GIC);
  setCells(node, 'current-speed', BAUD);
}
