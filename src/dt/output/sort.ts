// Trees in the order of names, for comparing them.
import type { DeviceTree, DtNode } from '../tree';

/** Sorts reservations, and properties and children of each node, in place (dtc's -s). */
export function sortTree(tree: DeviceTree): void {
  tree.reservations = [...tree.reservations].sort((a, b) => compare(a.address, b.address) || compare(a.size, b.size));
  sortNode(tree.root);
}

function sortNode(node: DtNode): void {
  const properties = [...node.properties.values()].sort((a, b) => compare(a.name, b.name));
  const children = [...node.children.values()].sort((a, b) => compare(a.name, b.name));
  for (const { name } of properties) node.removeProperty(name);
  for (const property of properties) node.put(property);
  for (const child of children) child.remove();
  for (const child of children) {
    node.attach(child);
    sortNode(child);
  }
}

const compare = <T extends string | bigint>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);
