// The store as one request sees it: the real one, or that of a transaction. Rights and quotas are checked here.
import { StoreError } from './error';
import { parentOf } from './path';
import { formatPermission, mayAccess, type Permissions, PRIVILEGED } from './permissions';
import { QUOTA } from './quota';
import { added, changed, find, nearest, removed, type StoreNode, walk } from './tree';

/** Something that was done, for those who watch, and to be done again when a transaction ends. */
export interface Change {
  readonly path: string;
  readonly redo: (root: StoreNode, generation: number) => StoreNode;
  /** Who may know of it: permissions of the node, of one that is gone the last ones. */
  readonly permissions: Permissions;
  /** Nobody is told: what it makes is part of something that is told of. */
  readonly quiet?: boolean;
  /** Nodes below that have gone with it. */
  readonly gone?: readonly { readonly path: string; readonly permissions: Permissions }[];
}

export interface ViewPorts {
  /** A number that was never used. */
  readonly generation: () => number;
  readonly changed: (change: Change) => void;
  /** A node was looked at; `node` is what was there. */
  readonly looked: (path: string, node: StoreNode | undefined) => void;
}

export class StoreView {
  /** Nodes by owner. */
  private readonly owned: Map<number, number>;

  constructor(
    public root: StoreNode,
    private readonly ports: ViewPorts,
    owned: ReadonlyMap<number, number> = new Map(),
  ) {
    this.owned = new Map(owned);
  }

  get owners(): ReadonlyMap<number, number> {
    return this.owned;
  }

  /** Does again, here, what was done in a view that began with `before` and now has `after` as its owners. */
  merge(changes: readonly Change[], before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>): void {
    for (const owner of new Set([...before.keys(), ...after.keys()])) {
      const now = (this.owned.get(owner) ?? 0) + (after.get(owner) ?? 0) - (before.get(owner) ?? 0);
      if (now > 0) this.owned.set(owner, now);
      else this.owned.delete(owner);
    }
    for (const change of changes) this.apply(change);
  }

  private look(path: string): StoreNode | undefined {
    const node = find(this.root, path);
    this.ports.looked(path, node);
    return node;
  }

  /** @throws StoreError ENOENT, or EACCES when the domain may not even know that */
  private get(domain: number, path: string, wanted: 'r' | 'w'): StoreNode {
    const node = this.look(path);
    if (node && mayAccess(node.permissions, domain, wanted)) return node;
    const { node: known } = node ? { node } : nearest(this.root, path);
    throw new StoreError(!node && mayAccess(known.permissions, domain, wanted) ? 'ENOENT' : 'EACCES');
  }

  read(domain: number, path: string): Uint8Array {
    return this.get(domain, path, 'r').value;
  }
  directory(domain: number, path: string): { names: readonly string[]; generation: number } {
    const { children, generation } = this.get(domain, path, 'r');
    return { names: [...children.keys()], generation };
  }
  permissions(domain: number, path: string): Permissions {
    return this.get(domain, path, 'r').permissions;
  }
  /** Whether there is such a node; nobody is asked. */
  exists(path: string): boolean {
    return find(this.root, path) !== undefined;
  }

  /** A node and all below it, those above first; nothing when it is not there. */
  below(path: string): (Pick<StoreNode, 'value' | 'permissions'> & { readonly path: string })[] {
    const node = find(this.root, path);
    return node ? [...walk(node, path)].map(one => ({ path: one.path, ...one.node })) : [];
  }

  write(domain: number, path: string, value: Uint8Array): void {
    const there = this.look(path);
    if (there) {
      if (!mayAccess(there.permissions, domain, 'w')) throw new StoreError('EACCES');
    }
    this.checkSize(domain, {
      ...(there ?? nearest(this.root, path).node),
      ...(!there && { children: new Map() }),
      value,
    });
    if (!there) this.create(domain, path, true);
    const { permissions } = find(this.root, path)!;
    this.apply({ path, permissions, redo: (root, generation) => changed(root, path, { value }, generation) });
  }

  mkdir(domain: number, path: string): void {
    const there = this.look(path);
    if (!there) return this.create(domain, path, false);
    if (!mayAccess(there.permissions, domain, 'w')) throw new StoreError('EACCES');
  }

  /** A new node, with what is missing above it. They are their creator's; others have what the node above gives them. */
  private create(domain: number, path: string, quiet: boolean): void {
    const { node, path: from } = nearest(this.root, path);
    if (!mayAccess(node.permissions, domain, 'w')) throw new StoreError('EACCES');
    this.ports.looked(from, node);
    const owner = domain === PRIVILEGED ? node.permissions[0]!.domain : domain;
    const permissions = node.permissions.map((one, i) => (i === 0 ? { ...one, domain: owner } : one));
    const missing: string[] = [];
    for (let at = path; at !== from; at = parentOf(at)) missing.unshift(at);
    const name = missing[0]!.slice(missing[0]!.lastIndexOf('/') + 1);
    this.checkSize(domain, { ...node, children: new Map([...node.children, [name, node]]) });
    this.account(owner, missing.length);
    for (const at of missing) {
      this.ports.looked(at, undefined);
      const redo = (root: StoreNode, generation: number): StoreNode =>
        find(root, at) ? root : added(root, at, permissions, generation);
      this.apply({ path: at, permissions, redo, quiet: quiet || at !== path });
    }
  }

  remove(domain: number, path: string): void {
    if (path === '/') throw new StoreError('EINVAL');
    const node = this.look(path);
    if (!node) {
      // What is not there need not be removed, if it could be there.
      if (this.exists(parentOf(path))) return;
      throw new StoreError('ENOENT');
    }
    if (!mayAccess(node.permissions, domain, 'w')) throw new StoreError('EACCES');
    this.look(parentOf(path));
    const gone = [...walk(node, path)];
    for (const one of gone) this.account(one.node.permissions[0]!.domain, -1);
    this.apply({
      path,
      permissions: node.permissions,
      gone: gone.map(one => ({ path: one.path, permissions: one.node.permissions })),
      redo: (root, generation) => (find(root, path) ? removed(root, path, generation) : root),
    });
  }

  setPermissions(domain: number, path: string, permissions: Permissions): void {
    const node = this.look(path);
    if (!node) throw new StoreError('ENOENT');
    const before = node.permissions[0]!.domain;
    const after = permissions[0]!.domain;
    if (domain !== PRIVILEGED && (before !== domain || after !== domain)) throw new StoreError('EACCES');
    if (domain !== PRIVILEGED && permissions.length > QUOTA.PERMISSIONS) throw new StoreError('ENOSPC');
    this.checkSize(domain, { ...node, permissions });
    if (before !== after) {
      this.account(after, 1);
      this.account(before, -1);
    }
    this.apply({ path, permissions, redo: (root, generation) => changed(root, path, { permissions }, generation) });
  }

  private apply(change: Change): void {
    this.root = change.redo(this.root, this.ports.generation());
    this.ports.changed(change);
  }

  /** @throws StoreError ENOSPC when that are too many */
  private account(owner: number, nodes: number): void {
    const now = (this.owned.get(owner) ?? 0) + nodes;
    if (nodes > 0 && owner !== PRIVILEGED && now > QUOTA.NODES) throw new StoreError('ENOSPC');
    if (now > 0) this.owned.set(owner, now);
    else this.owned.delete(owner);
  }

  private checkSize(domain: number, { value, children, permissions }: StoreNode): void {
    if (domain === PRIVILEGED) return;
    let bytes = value.length + permissions.reduce((sum, one) => sum + formatPermission(one).length + 1, 0);
    for (const name of children.keys()) bytes += name.length + 1;
    if (bytes > QUOTA.NODE_BYTES) throw new StoreError('ENOSPC');
  }
}
