// What rules of Xen look at: the tree, and what Xen would make of it.
import type { DeviceTree, DtNode } from '../../tree';
import type { Rule } from '../family';
export type { Report } from '../family';
import { cellsOf, insideAny, isCompatible, regOf, stretchesOf, textsOf, widthsOf, type Stretch } from '../values';

export type XenRule = Rule<XenScene>;

/** Strings that make a node a module. */
export const MODULE = ['multiboot,module', 'xen,multiboot-module'] as const;
/** Strings that say what a module is, and what Xen calls it. */
export const MODULE_KINDS: Readonly<Record<string, string>> = {
  'multiboot,kernel': 'kernel',
  'xen,linux-zimage': 'kernel',
  'multiboot,ramdisk': 'ramdisk',
  'xen,linux-initrd': 'ramdisk',
  'multiboot,device-tree': 'device tree',
  'xen,xsm-policy': 'XSM policy',
  'xen,guest-acpi': 'ACPI table',
  'multiboot,microcode': 'microcode',
};
export const DOMAIN = 'xen,domain';
export const SHARED_MEMORY = 'xen,domain-shared-memory-v1';
export const EVENT_CHANNEL = 'xen,evtchn-v1';

/** Interrupt controllers of version 2, all with the same registers. */
export const GICV2 = ['arm,gic-400', 'arm,cortex-a15-gic', 'arm,cortex-a7-gic'] as const;

/** Xen has room for 32 modules, so for fewer domains; of a tree that has more than this, the rest is not looked at. */
const MOST_DOMAINS = 256;

export const PAGE = 4096n;
export const isAligned = (n: bigint, to = PAGE): boolean => n % to === 0n;

/** A module that Xen sees. */
export interface XenModule {
  readonly node: DtNode;
  /** `unknown` when no string says it. */
  readonly kind: string;
  readonly domain: DtNode | undefined;
}

export class XenScene {
  readonly root: DtNode;
  readonly chosen: DtNode | undefined;
  readonly nodes: readonly DtNode[];
  readonly modules: readonly XenModule[];
  readonly domains: readonly DtNode[];
  /** Of memory nodes. */
  readonly ram: readonly Stretch[];
  /** Whether the tree has anything that only Xen reads: rules of host trees are for those. */
  readonly isHost: boolean;
  /** Whether it is the tree of a guest of Xen. */
  readonly isGuest: boolean;
  /** Whether it is the partial tree that hands devices to a guest. */
  readonly isPartial: boolean;
  private readonly byPhandle = new Map<number, DtNode>();

  constructor(readonly tree: DeviceTree) {
    this.root = tree.root;
    this.nodes = [...tree.nodes()];
    this.chosen = this.root.child('chosen');
    const below = [...(this.chosen?.children.values() ?? [])];
    this.domains = below.filter(node => isCompatible(node, DOMAIN)).slice(0, MOST_DOMAINS);
    this.modules = [
      ...below.filter(isModule).map(node => ({ node, kind: kindOf(node), domain: undefined })),
      ...this.domains.flatMap(domain =>
        [...domain.children.values()].filter(isModule).map(node => ({ node, kind: kindOf(node), domain })),
      ),
    ];
    this.ram = [...this.root.children.values()].filter(isMemory).flatMap(regOf);
    const own = [...(this.chosen?.properties.keys() ?? [])].some(name => name.startsWith('xen,'));
    const forXen = (node: DtNode): boolean =>
      textsOf(node, 'compatible').some(name => name.startsWith('xen,') || name.startsWith('multiboot,'));
    this.isHost = own || below.some(forXen);
    this.isGuest = !this.isHost && this.nodes.some(node => isCompatible(node, 'xen,xen') || node.name === 'hypervisor');
    this.isPartial = this.root.child('passthrough') !== undefined;
    for (const node of this.nodes) {
      const phandle = (cellsOf(node, 'phandle') ?? cellsOf(node, 'linux,phandle'))?.[0];
      if (phandle !== undefined && !this.byPhandle.has(phandle)) this.byPhandle.set(phandle, node);
    }
  }

  node(phandle: number | undefined): DtNode | undefined {
    return phandle === undefined ? undefined : this.byPhandle.get(phandle);
  }

  /** Cells of addresses and sizes below /chosen. */
  get chosenWidths(): readonly [number, number] {
    return widthsOf(this.chosen);
  }

  /** Whether a stretch lies in RAM; true when the tree does not say where RAM is. */
  isRam(one: Stretch): boolean {
    return this.ram.length === 0 || insideAny(one, this.ram);
  }

  /** Whether the host's interrupt controller is one of 8 processors at most. */
  get hasGicV2(): boolean {
    return this.nodes.some(node => isCompatible(node, ...GICV2));
  }

  /** Processors of the host. */
  get processors(): number {
    const all = [...(this.root.child('cpus')?.children.values() ?? [])];
    return all.filter(node => textsOf(node, 'device_type')[0] === 'cpu').length;
  }

  /** Pools of processors. */
  get pools(): readonly DtNode[] {
    return [...(this.chosen?.children.values() ?? [])].filter(node => isCompatible(node, 'xen,cpupool'));
  }

  vcpus(domain: DtNode): DtNode[] {
    return [...domain.children.values()].filter(node => isCompatible(node, 'xen,vcpu'));
  }

  /** The node at a path, or of an alias. */
  at(path: string): DtNode | undefined {
    const [first = '', ...rest] = path.split('/');
    if (first !== '') {
      const target = textsOf(this.root.child('aliases'), first)[0];
      return target?.startsWith('/') && rest.length === 0 ? this.at(target) : undefined;
    }
    let node: DtNode | undefined = this.root;
    for (const part of rest) if (part !== '') node = node?.child(part);
    return node;
  }

  /** Nodes below /chosen and its domains that are compatible with `name`, with the domain that they are in. */
  below(name: string): { node: DtNode; domain: DtNode | undefined }[] {
    return [undefined, ...this.domains].flatMap(domain =>
      [...((domain ?? this.chosen)?.children.values() ?? [])]
        .filter(node => isCompatible(node, name))
        .map(node => ({ node, domain })),
    );
  }

  /** Memory that Xen hands to domains where the tree says. */
  staticMemory(domain: DtNode): Stretch[] {
    return stretchesOf(domain, 'xen,static-mem', this.chosenWidths) ?? [];
  }
}

export const isModule = (node: DtNode): boolean => isCompatible(node, ...MODULE);

export const isMemory = (node: DtNode): boolean => textsOf(node, 'device_type')[0] === 'memory';

function kindOf(node: DtNode): string {
  const known = textsOf(node, 'compatible').find(name => Object.hasOwn(MODULE_KINDS, name));
  return known === undefined ? 'unknown' : MODULE_KINDS[known]!;
}

export const hasFlag = (node: DtNode, name: string): boolean => node.property(name) !== undefined;
