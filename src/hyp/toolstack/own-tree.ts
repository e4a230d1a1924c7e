// A guest that brings its own tree behind its kernel, as those of Xen 4.2 did (Linux, arch/arm/boot/dts/xenvm-4.2.dts): it
// finds memory, interrupt controller and grants where that tree says.
import {
  addressCells, DtError, type DeviceTree, type DtNode, findByCompatible, getCells, getReg, getStrings, parseBlob, setCells, setString, setWide, sizeCells,
} from '../../dt'; // prettier-ignore
import { GUEST, type GuestLayout } from '../domain-create';
import { BuildError } from './build-error';

/** What every tree for a guest of Xen is compatible with. */
export const XEN_GUEST = 'xen,xenvm';
const GIC = 'arm,cortex-a15-gic';
const XEN = 'xen,xen';
/** Kernels find the start of memory by rounding their own address down (Linux, Documentation/arm/booting.rst). */
const RAM_ALIGNMENT = 16 * 2 ** 20;
const TWO_32 = 2 ** 32;
const GICD_SIZE = 0x1000;
const PPI = 1;

export interface OwnTreeFacts {
  readonly vcpus: number;
  /** Bytes. */
  readonly memory: number;
  /** Undefined: as in the tree. */
  readonly cmdline: string | undefined;
  readonly ramdisk: { readonly start: number; readonly end: number } | undefined;
}

/** Whether a blob is a tree for a guest of Xen. What is no tree at all is none either. */
export function isGuestTree(blob: Uint8Array): boolean {
  try {
    return getStrings(parseBlob(blob).root, 'compatible')?.includes(XEN_GUEST) ?? false;
  } catch (error) {
    if (error instanceof DtError) return false;
    throw error;
  }
}

/** Where the guest expects things. @throws BuildError when they cannot be there */
export function layoutOf(blob: Uint8Array, memory: number): GuestLayout {
  return attempt(() => {
    const tree = parseBlob(blob, 'the tree behind the kernel');
    const ram = at(memoryNode(tree), 0, 'address of memory');
    const gic = one(tree, GIC);
    const layout = {
      ...{ ram, gicd: at(gic, 0, 'distributor'), gicc: at(gic, 1, 'CPU interface') },
      eventIrq: eventIrq(one(tree, XEN)),
    };
    if (layout.gicd % GICD_SIZE !== 0 || layout.gicc % GICD_SIZE !== 0)
      refuse('the interrupt controller is at no page of its own');
    if (ram % RAM_ALIGNMENT !== 0) refuse(`memory begins at 0x${ram.toString(16)}, no multiple of 16 MiB`);
    const taken = [
      { from: layout.gicd, to: layout.gicd + GICD_SIZE },
      { from: layout.gicc, to: layout.gicc + GUEST.GICC_SIZE },
      { from: GUEST.MAGIC, to: GUEST.MAGIC + GUEST.MAGIC_PAGES * 4096 },
    ];
    const ranges = [...taken, { from: ram, to: ram + memory }];
    const clash = ranges.some(
      (a, i) => a.to > TWO_32 || ranges.some((b, j) => i < j && a.from < b.to && b.from < a.to),
    );
    if (clash) refuse('memory, interrupt controller and the pages of Xen (0x39000000) overlap');
    return layout;
  });
}

/** The tree with what only the configuration knows: how much memory, what command line, where the RAM disk is. */
export function completedTree(blob: Uint8Array, { vcpus, memory, cmdline, ramdisk }: OwnTreeFacts): DeviceTree {
  return attempt(() => {
    const tree = parseBlob(blob, 'the tree behind the kernel');
    const node = memoryNode(tree);
    const [bank] = getReg(node);
    setCells(
      node,
      'reg',
      ...cells(Number(bank!.address), addressCells(tree.root)),
      ...cells(memory, sizeCells(tree.root)),
    );
    const cpus = [...(tree.root.child('cpus')?.children.values() ?? [])];
    const cores = cpus.filter(cpu => getStrings(cpu, 'device_type')?.[0] === 'cpu');
    for (const extra of cores.slice(vcpus)) extra.remove();
    const chosen = tree.root.ensure('chosen');
    if (cmdline !== undefined) setString(chosen, 'bootargs', cmdline);
    if (ramdisk) {
      setWide(chosen, 'linux,initrd-start', BigInt(ramdisk.start));
      setWide(chosen, 'linux,initrd-end', BigInt(ramdisk.end));
    }
    return tree;
  });
}

function attempt<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof DtError) throw new BuildError('kernel', error.message);
    throw error;
  }
}
function refuse(why: string): never {
  throw new BuildError('kernel', `the tree behind the kernel: ${why}; correct it, or append none`);
}

function memoryNode(tree: DeviceTree): DtNode {
  const nodes = [...tree.root.children.values()];
  return nodes.find(node => getStrings(node, 'device_type')?.[0] === 'memory') ?? refuse('it has no memory node');
}
const one = (tree: DeviceTree, compatible: string): DtNode =>
  findByCompatible(tree, compatible)[0] ?? refuse(`it has no node compatible with "${compatible}"`);

function at(node: DtNode, entry: number, what: string): number {
  const region = getReg(node)[entry];
  return region === undefined ? refuse(`${node.path}: reg has no ${what}`) : Number(region.address);
}
/** A private interrupt of the first kind of cells that a GIC has. */
function eventIrq(node: DtNode): number {
  const [kind, number = -1] = getCells(node, 'interrupts') ?? [];
  return kind === PPI && number >= 0 && number < 16
    ? number + 16
    : refuse(`${node.path}: interrupts names no private one`);
}
const cells = (value: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => (count - i > 1 ? Math.floor(value / TWO_32) : value >>> 0));
