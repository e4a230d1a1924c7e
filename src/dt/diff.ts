// What differs between two trees, node by node and in meaning: neither the order of things nor the numbers of phandles.
import { phandleOf } from './access';
import { viewOf } from './bytes';
import type { DeviceTree, DtNode, DtProperty } from './tree';

/** One difference. */
export interface Difference {
  /** Of the node. */
  readonly path: string;
  /** Absent when the whole node is on one side only. */
  readonly property?: string;
  readonly kind: 'only in first' | 'only in second' | 'differs';
}

/** Names of the properties that are the phandle itself. */
const PHANDLES: ReadonlySet<string> = new Set(['phandle', 'linux,phandle']);

/** @returns the differences in the order of the first tree, then what only the second has. */
export function diffTrees(first: DeviceTree, second: DeviceTree): Difference[] {
  const comparison = new Comparison(paths(first), paths(second));
  comparison.nodes(first.root, second.root);
  if (reservations(first) !== reservations(second))
    comparison.found.push({ path: '/', property: '/memreserve/', kind: 'differs' });
  return comparison.found;
}

const reservations = (tree: DeviceTree): string =>
  tree.reservations.map(({ address, size }) => `${address}+${size}`).join();

/** The path of each phandle. */
function paths(tree: DeviceTree): Map<number, string> {
  const result = new Map<number, string>();
  for (const node of tree.nodes()) {
    const phandle = phandleOf(node);
    if (phandle !== undefined) result.set(phandle, node.path);
  }
  return result;
}

class Comparison {
  readonly found: Difference[] = [];

  constructor(
    private readonly firstPaths: ReadonlyMap<number, string>,
    private readonly secondPaths: ReadonlyMap<number, string>,
  ) {}

  nodes(first: DtNode, second: DtNode): void {
    const { path } = first;
    for (const [name, property] of first.properties) {
      const other = second.property(name);
      if (PHANDLES.has(name)) continue;
      if (!other) this.found.push({ path, property: name, kind: 'only in first' });
      else if (!this.same(property, other)) this.found.push({ path, property: name, kind: 'differs' });
    }
    for (const name of second.properties.keys())
      if (!PHANDLES.has(name) && !first.property(name))
        this.found.push({ path, property: name, kind: 'only in second' });
    for (const [name, child] of first.children) {
      const other = second.child(name);
      if (other) this.nodes(child, other);
      else this.found.push({ path: child.path, kind: 'only in first' });
    }
    for (const [name, child] of second.children)
      if (!first.child(name)) this.found.push({ path: child.path, kind: 'only in second' });
  }

  private same(first: DtProperty, second: DtProperty): boolean {
    const { length } = first.value;
    if (length !== second.value.length) return false;
    const references = referencesOf(first) ?? referencesOf(second);
    const a = viewOf(first.value);
    const b = viewOf(second.value);
    for (let at = 0; at < length;) {
      const isCell = references ? references.has(at) : at % 4 === 0 && length % 4 === 0;
      if (isCell && this.sameNode(a.getUint32(at), b.getUint32(at))) at += 4;
      // A cell that the source wrote as a reference is one: an equal number is not enough.
      else if (references?.has(at) || a.getUint8(at) !== b.getUint8(at)) return false;
      else at++;
    }
    return true;
  }

  private sameNode(first: number, second: number): boolean {
    const path = this.firstPaths.get(first);
    return path !== undefined && path === this.secondPaths.get(second);
  }
}

/** Where a property has phandles, when its source says; without one any cell may be. */
function referencesOf({ layout }: DtProperty): Set<number> | undefined {
  return layout && new Set(layout.phandles.map(({ offset }) => offset));
}
