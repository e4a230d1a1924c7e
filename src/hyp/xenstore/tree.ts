// The nodes of the store, as trees that never change: a change makes a new root, with the nodes on the way to the change.
// So a transaction has all of the store as it was when it began, for nothing.
import { parentOf, partsOf } from './path';
import { type Permissions, PRIVILEGED } from './permissions';

export interface StoreNode {
  readonly value: Uint8Array;
  readonly permissions: Permissions;
  /** In the order in which they came. */
  readonly children: ReadonlyMap<string, StoreNode>;
  /** Changes with value, permissions and names of children, not with what is below those. */
  readonly generation: number;
}

const EMPTY = new Uint8Array();

export const emptyRoot = (): StoreNode => ({
  value: EMPTY,
  permissions: [{ access: 'n', domain: PRIVILEGED }],
  children: new Map(),
  generation: 0,
});

export function find(root: StoreNode, path: string): StoreNode | undefined {
  let node: StoreNode | undefined = root;
  for (const part of partsOf(path)) node = node?.children.get(part);
  return node;
}

/** The node itself, or the nearest one above it. */
export function nearest(root: StoreNode, path: string): { node: StoreNode; path: string } {
  for (let at = path; ; at = parentOf(at)) {
    const node = find(root, at);
    if (node) return { node, path: at };
  }
}

/** @returns a root in which `change` has replaced a node that is there */
function replaced(root: StoreNode, parts: readonly string[], change: (node: StoreNode) => StoreNode): StoreNode {
  const [first, ...rest] = parts;
  if (first === undefined) return change(root);
  const children = new Map(root.children);
  children.set(first, replaced(root.children.get(first)!, rest, change));
  return { ...root, children };
}

/** Changes a node that is there. */
export const changed = (
  root: StoreNode,
  path: string,
  change: Partial<Pick<StoreNode, 'value' | 'permissions'>>,
  generation: number,
): StoreNode => replaced(root, partsOf(path), node => ({ ...node, ...change, generation }));

/** Adds an empty child to a node that is there. */
export const added = (root: StoreNode, path: string, permissions: Permissions, generation: number): StoreNode =>
  replaced(root, partsOf(parentOf(path)), parent => {
    const children = new Map(parent.children);
    children.set(path.slice(path.lastIndexOf('/') + 1), { value: EMPTY, permissions, children: new Map(), generation });
    return { ...parent, children, generation };
  });

/** Takes away a node that is there, with all below it. */
export const removed = (root: StoreNode, path: string, generation: number): StoreNode =>
  replaced(root, partsOf(parentOf(path)), parent => {
    const children = new Map(parent.children);
    children.delete(path.slice(path.lastIndexOf('/') + 1));
    return { ...parent, children, generation };
  });

/** A node and all below it, with their paths. */
export function* walk(node: StoreNode, path: string): Generator<{ node: StoreNode; path: string }> {
  yield { node, path };
  for (const [name, child] of node.children) yield* walk(child, path === '/' ? `/${name}` : `${path}/${name}`);
}
