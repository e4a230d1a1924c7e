// Trees in the order of names, for comparing them.
import type { DeviceTree } from '../tree';

/** Sorts reservations, and properties and children of each node, in place (dtc's -s). */
export function sortTree(tree: DeviceTree): void {
  tree.reservations = [...tree.reservations].sort((a, b) => compare(a.address, b.address) || compare(a.size, b.size));
  for (const node of tree.nodes()) node.sort((a, b) => compare(a.name, b.name));
}

const compare = <T extends string | bigint>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);
