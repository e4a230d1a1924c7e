// What becomes of each node of the host's tree in dom0's, and what of the board dom0 gets by it (Xen,
// arch/arm/domain_build.c, handle_node and handle_device).
import {
  addressCells, type DeviceTree, DtError, type DtNode, getReg, getString, getStrings, InterruptTree, sizeCells, translate,
} from '../../dt'; // prettier-ignore
import { LOCAL_IRQS, SGIS } from '../gic/vgic';

/** Nodes that dom0 does not see, with all below them: what Xen does itself, or cannot give away. */
const SKIPPED = [
  'xen,xen', 'xen,multiboot-module', 'multiboot,module', 'arm,psci', 'arm,psci-0.2', 'arm,psci-1.0',
  'arm,cortex-a7-pmu', 'arm,cortex-a15-pmu', 'arm,cortex-a53-edac', 'arm,armv8-pmuv3', 'arm,armv7-timer-mem',
]; // prettier-ignore
/** Of the Versatile Express: the interconnect, a display that would overwrite dom0's memory, and what switches the power. */
const VEXPRESS = {
  compatible: 'arm,vexpress',
  skipped: [
    ...['arm,cci-400', 'arm,cci-400-pmu', 'arm,hdlcd'],
    ...['arm,vexpress-reset', 'arm,vexpress-reboot', 'arm,vexpress-shutdown'],
  ],
} as const;
const GIC = ['arm,cortex-a15-gic', 'arm,cortex-a7-gic', 'arm,gic-400'];
const TIMER = ['arm,armv7-timer', 'arm,armv8-timer'];
const IOMMU = ['arm,mmu-400', 'arm,mmu-401', 'arm,mmu-500', 'arm,smmu-v1', 'arm,smmu-v2', 'arm,smmu-v3'];
const RESERVED_MEMORY = '/reserved-memory/';

/** Physical addresses, in bytes. */
export interface Range {
  readonly base: number;
  readonly size: number;
}

/** `gic` and `timer` are replaced by nodes of Xen's own. */
export type Fate = 'keep' | 'skip' | 'gic' | 'timer';

/** A node that describes a device of the board. */
export interface HostDevice {
  readonly path: string;
  readonly windows: readonly Range[];
  /** Shared interrupts, by their numbers at the interrupt controller. */
  readonly interrupts: readonly number[];
  /** `xen,passthrough`: for a guest; dom0 may hand it out and does not have it. */
  readonly passthrough: boolean;
  /** Of /reserved-memory: RAM that nobody else uses, and no registers. */
  readonly isMemory: boolean;
}

export const isCompatible = (node: DtNode, names: readonly string[]): boolean =>
  getStrings(node, 'compatible')?.some(one => names.includes(one)) ?? false;

export class HostNodes {
  private readonly interrupts: InterruptTree;
  /** The interrupt controller of the board. */
  readonly gic: DtNode | undefined;
  private readonly skipped: readonly string[];

  /** @param uart path of the one that Xen has for itself @throws DtError for a malformed tree, here and from the methods */
  constructor(
    private readonly tree: DeviceTree,
    private readonly uart: string | undefined,
  ) {
    this.interrupts = new InterruptTree(tree);
    this.gic = [...tree.nodes()].find(node => isCompatible(node, GIC));
    const vexpress = isCompatible(tree.root, [VEXPRESS.compatible]);
    this.skipped = [...SKIPPED, ...(vexpress ? VEXPRESS.skipped : [])];
  }

  fate(node: DtNode): Fate {
    const { path } = node;
    if (isCompatible(node, this.skipped) || path === '/cpus' || getString(node, 'device_type') === 'memory')
      return 'skip';
    if (isCompatible(node, GIC)) return node === this.gic ? 'gic' : 'skip';
    if (isCompatible(node, TIMER)) return 'timer';
    if (path === this.uart || isCompatible(node, IOMMU)) return 'skip';
    // Private interrupts of a core cannot be handed on.
    return this.lines(node).some(irq => irq >= SGIS && irq < LOCAL_IRQS) ? 'skip' : 'keep';
  }

  /** Every node that dom0 has, in the order of the tree, as a device: most have no registers, and are none. */
  *devices(node: DtNode = this.tree.root): Generator<HostDevice> {
    if (this.fate(node) !== 'keep') return;
    const { path } = node;
    const device = {
      ...{ path, windows: windowsOf(node), interrupts: this.lines(node) },
      ...{ passthrough: node.property('xen,passthrough') !== undefined, isMemory: path.startsWith(RESERVED_MEMORY) },
    };
    if (device.windows.length > 0 || device.interrupts.length > 0) yield device;
    for (const child of node.children.values()) yield* this.devices(child);
  }

  /** Numbers of a node's interrupts at the interrupt controller; those at other controllers mean nothing here. */
  lines(node: DtNode): number[] {
    const lines = this.interrupts.of(node).filter(({ controller }) => controller === this.gic);
    return lines.map(({ specifier }) => {
      if (specifier.length !== 3)
        throw new DtError('tree-value', 'an interrupt of a GIC has three cells; correct the tree', {
          ...({ kind: 'node', path: node.path } as const),
        });
      const [kind = 0, number = 0] = specifier;
      return number + (kind === 0 ? LOCAL_IRQS : SGIS);
    });
  }
}

/** `reg` as physical addresses. A bus without sizes, like I2C, has no registers of the processor behind it. */
function windowsOf(node: DtNode): Range[] {
  const { parent } = node;
  if (!parent || addressCells(parent) === 0 || sizeCells(parent) === 0) return [];
  return getReg(node).map(({ address, size }, i) => {
    const physical = translate(parent, address);
    if (physical === undefined)
      throw new DtError('tree-value', `address ${i} of reg has no place in the buses above; correct their ranges`, {
        ...({ kind: 'node', path: node.path } as const),
      });
    return { base: Number(physical), size: Number(size) };
  });
}
