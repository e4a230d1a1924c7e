// What a boot loader tells Xen in /chosen (Xen, docs/misc/arm/device-tree/booting.txt): where the modules are, and the
// command lines. Reading what a tree says already, and writing what is missing.
import { getCell, getString, getStrings, setCells, setString } from '../../dt/access';
import { addressCells, getReg, sizeCells } from '../../dt/address';
import type { DtNode } from '../../dt/tree';
import { fail } from '../problems';

export type ModuleKind = 'kernel' | 'ramdisk' | 'other';

/** Generic names, the current one and that of Xen 4.4. */
const MODULE = ['multiboot,module', 'xen,multiboot-module'] as const;
/** Specific names by kind, likewise. */
const KINDS: Readonly<Record<Exclude<ModuleKind, 'other'>, readonly [string, string]>> = {
  kernel: ['multiboot,kernel', 'xen,linux-zimage'],
  ramdisk: ['multiboot,ramdisk', 'xen,linux-initrd'],
};
/** Kinds that dom0 and domains do not boot from. */
const OTHERS = ['xen,xsm-policy', 'multiboot,device-tree', 'xen,guest-acpi', 'multiboot,microcode'];
export const DOMAIN = 'xen,domain';

/** A module that a tree names. */
export interface TreeModule {
  readonly node: DtNode;
  readonly kind: ModuleKind;
  /** Physical address and bytes. */
  readonly address: number;
  readonly size: number;
}

const compatible = (node: DtNode, ...names: readonly string[]): boolean =>
  getStrings(node, 'compatible')?.some(one => names.includes(one)) ?? false;

/** The domains that a tree has Xen create, besides dom0. */
export const domainNodes = (chosen: DtNode): DtNode[] =>
  [...chosen.children.values()].filter(node => compatible(node, DOMAIN));

/**
 * The modules right below a node: /chosen for those of dom0, a domain for its own.
 * @throws LabFailure `xen.tree` for a module without a whole reg, at which Xen panics
 */
export function modulesBelow(parent: DtNode): TreeModule[] {
  let unnamed = 0;
  const nodes = [...parent.children.values()].filter(node => compatible(node, ...MODULE));
  return nodes.map(node => {
    const named = (Object.keys(KINDS) as (keyof typeof KINDS)[]).find(kind => compatible(node, ...KINDS[kind]));
    const isOther = compatible(node, ...OTHERS);
    // Xen takes the first module without a specific name for the kernel, and the second for the RAM disk.
    const guess = (['kernel', 'ramdisk'] as const)[named || isOther ? 2 : unnamed++];
    const [reg] = getReg(node);
    if (!reg || reg.size === 0n)
      fail('xen.tree', `${node.path}: a module needs reg with its address and size; Xen panics without it`);
    return { node, kind: named ?? guess ?? 'other', address: Number(reg.address), size: Number(reg.size) };
  });
}

/**
 * Makes reg of modules below `parent` possible, where the tree does not say it: two cells each, or what every reader has
 * taken for granted if there are nodes already, two and one.
 * @throws LabFailure `xen.tree` when the tree says something else than one or two
 */
export function ensureCells(parent: DtNode): void {
  const unsaid = { '#address-cells': 2, '#size-cells': parent.children.size > 0 ? 1 : 2 };
  for (const [name, standard] of Object.entries(unsaid)) {
    const cells = getCell(parent, name);
    if (cells === undefined) setCells(parent, name, standard);
    else if (cells !== 1 && cells !== 2)
      fail('xen.tree', `${parent.path}: ${name} is ${cells}, but Xen takes modules with 1 or 2; correct the tree`);
  }
}

/** Adds a module that is in memory. @throws LabFailure when the node cannot have its address or name */
export function addModule(parent: DtNode, kind: keyof typeof KINDS, address: number, size: number): DtNode {
  const name = `module@${address.toString(16)}`;
  if (parent.child(name))
    fail('xen.tree', `${parent.path}: there is a node ${name} already, and a ${kind} is placed there`);
  const node = parent.add(name);
  const [current, legacy] = KINDS[kind];
  setString(node, 'compatible', current, MODULE[0], legacy, MODULE[1]);
  setReg(node, address, size);
  return node;
}

/** Sets reg in the cells of the bus above. */
export function setReg(node: DtNode, address: number, size: number): void {
  const bus = node.parent!;
  const cells = [...wide(BigInt(address), addressCells(bus)), ...wide(BigInt(size), sizeCells(bus))];
  setCells(node, 'reg', ...cells);
}

function wide(value: bigint, cells: number): number[] {
  return Array.from({ length: cells }, (_, i) => Number((value >> BigInt(32 * (cells - 1 - i))) & 0xffff_ffffn));
}

/** How Xen finds the two command lines (docs/misc/arm/device-tree/booting.txt, "Command lines"). */
export interface CommandLines {
  /** Undefined: Xen gets none. */
  readonly xen: string | undefined;
  readonly dom0: string | undefined;
}

export function commandLines(chosen: DtNode, kernel: DtNode | undefined): CommandLines {
  const [plain, xen, dom0] = ['bootargs', 'xen,xen-bootargs', 'xen,dom0-bootargs'].map(name => getString(chosen, name));
  const module = kernel && getString(kernel, 'bootargs');
  return {
    xen: xen ?? (dom0 !== undefined || module !== undefined ? plain : undefined),
    dom0: module ?? dom0 ?? plain,
  };
}
