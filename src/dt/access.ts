// Values with types: what loaders and checks read from a tree and write into it.
import { viewOf } from './bytes';
import { DtError } from './error';
import type { DeviceTree, DtNode, DtProperty } from './tree';

/** The first string of a property; undefined when there is no such property. @throws DtError when it is no string. */
export function getString(node: DtNode, name: string): string | undefined {
  return getStrings(node, name)?.[0];
}

/** All strings of a property. @throws DtError when the value does not end with NUL. */
export function getStrings(node: DtNode, name: string): string[] | undefined {
  const property = node.property(name);
  if (!property) return undefined;
  if (property.value.at(-1) !== 0) throw badValue(node, name, 'is no string: it does not end with NUL');
  return new TextDecoder().decode(property.value.subarray(0, -1)).split('\0');
}

/** A property as 32-bit cells. @throws DtError when its length is no multiple of four. */
export function getCells(node: DtNode, name: string): number[] | undefined {
  const property = node.property(name);
  if (!property) return undefined;
  if (property.value.length % 4 !== 0)
    throw badValue(node, name, `has ${property.value.length} bytes, which is no number of cells`);
  return cellsOf(property);
}

/** A property of exactly one cell. @throws DtError when it has any other length. */
export function getCell(node: DtNode, name: string): number | undefined {
  const cells = getCells(node, name);
  if (cells && cells.length !== 1) throw badValue(node, name, `has ${cells.length} cells, not one`);
  return cells?.[0];
}

/** Sets a property to 32-bit cells. */
export function setCells(node: DtNode, name: string, ...cells: number[]): DtProperty {
  const value = new Uint8Array(cells.length * 4);
  const view = viewOf(value);
  cells.forEach((cell, i) => view.setUint32(i * 4, cell));
  return node.set(name, value);
}

/** Sets a property to 64-bit numbers: addresses and sizes of two cells each. */
export function setWide(node: DtNode, name: string, ...numbers: bigint[]): DtProperty {
  const value = new Uint8Array(numbers.length * 8);
  const view = viewOf(value);
  numbers.forEach((number, i) => view.setBigUint64(i * 8, number));
  return node.set(name, value);
}

/** Sets a property to a list of strings. */
export function setString(node: DtNode, name: string, ...strings: string[]): DtProperty {
  return node.set(name, new TextEncoder().encode(strings.map(string => `${string}\0`).join('')));
}

/** Whether a node is in use: `status` is absent or okay (specification v0.4, section 2.3.4). */
export function isEnabled(node: DtNode): boolean {
  const status = getString(node, 'status');
  return status === undefined || status === 'okay' || status === 'ok';
}

/**
 * The node at a path. As in libfdt, a path that does not begin with a slash begins with an alias, and a part without a
 * unit address finds the first node of that name with one.
 */
export function findNode(tree: DeviceTree, path: string): DtNode | undefined {
  if (path === '') return undefined;
  const [first = '', ...rest] = path.split('/');
  let node: DtNode | undefined = tree.root;
  if (first !== '') {
    const target = alias(tree, first);
    node = target === undefined || !target.startsWith('/') ? undefined : findNode(tree, target);
  }
  for (const part of rest) if (part !== '') node = node && childOf(node, part);
  return node;
}

function childOf(node: DtNode, name: string): DtNode | undefined {
  const exact = node.child(name);
  if (exact || name.includes('@')) return exact;
  for (const child of node.children.values()) if (child.name.startsWith(`${name}@`)) return child;
  return undefined;
}

/** The path that an alias stands for. */
export function alias(tree: DeviceTree, name: string): string | undefined {
  const aliases = tree.root.child('aliases');
  return aliases && getString(aliases, name);
}

/** All nodes whose `compatible` lists a string, in the order of the tree. */
export function findByCompatible(tree: DeviceTree, compatible: string): DtNode[] {
  return [...tree.nodes()].filter(node => getStrings(node, 'compatible')?.includes(compatible));
}

/** The node of a phandle. */
export function findByPhandle(tree: DeviceTree, phandle: number): DtNode | undefined {
  for (const node of tree.nodes()) if (phandleOf(node) === phandle) return node;
  return undefined;
}

/** The phandle of a node, if it has one. */
export function phandleOf(node: DtNode): number | undefined {
  const property = node.property('phandle') ?? node.property('linux,phandle');
  return property?.value.length === 4 ? cellsOf(property)[0] : undefined;
}

/** An error about the value of a property. `what` continues "reg ...". */
export function badValue(node: DtNode, name: string, what: string): DtError {
  return new DtError('tree-value', `${name} ${what}; correct the tree`, { kind: 'node', path: node.path });
}

function cellsOf({ value }: DtProperty): number[] {
  const view = viewOf(value);
  return Array.from({ length: value.length >> 2 }, (_, i) => view.getUint32(i * 4));
}
