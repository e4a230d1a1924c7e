// The store: nodes with owners, transactions, watches. What a connection of a guest asks for ends here, and so does what
// the toolstack and the backends do, as the domain that may do everything.
import { StoreError } from './error';
import { type Archive, SaveError } from '../save/archive';
import { absolutePath, homeOf, isWithin } from './path';
import { type Access, type Permissions, PRIVILEGED } from './permissions';
import { QUOTA } from './quota';
import { Transaction } from './transaction';
import { emptyRoot } from './tree';
import { StoreView } from './view';
import { SPECIAL, Watches, type Watcher } from './watches';

/** Limits of what a file can bring. */
const MOST_NODES = 10_000;
const LONGEST_PATH = 3072;
const LONGEST_VALUE = 4096;
const MOST_PERMISSIONS = 64;
const LAST_DOMAIN = 0x7ff0;
const ACCESSES: readonly Access[] = ['n', 'r', 'w', 'b'];

export class Store {
  private generations = 0;
  private readonly watches = new Watches();
  private readonly main: StoreView;
  private readonly transactions = new Map<Watcher, Map<number, Transaction>>();
  private nextTransaction = 1;
  /** Events that wait: what one leads to comes after it. */
  private readonly events: (() => void)[] = [];
  private delivering = false;

  constructor() {
    const generation = (): number => ++this.generations;
    this.main = new StoreView(emptyRoot(), {
      generation,
      changed: change => this.watches.changed(change),
      looked: () => {},
    });
  }

  /** What a request works on. @throws StoreError ENOENT when there is no such transaction */
  view(watcher: Watcher, transaction: number): StoreView {
    if (transaction === 0) return this.main;
    const found = this.transactions.get(watcher)?.get(transaction);
    if (!found) throw new StoreError('ENOENT');
    return found.view;
  }

  /** @throws StoreError ENOSPC for too many at a time */
  begin(watcher: Watcher): number {
    const own = this.transactions.get(watcher) ?? new Map<number, Transaction>();
    if (watcher.domain !== PRIVILEGED && own.size >= QUOTA.TRANSACTIONS) throw new StoreError('ENOSPC');
    const id = this.nextTransaction;
    this.nextTransaction = (this.nextTransaction + 1) >>> 0 || 1;
    own.set(id, new Transaction(this.main, watcher.domain, () => ++this.generations));
    this.transactions.set(watcher, own);
    return id;
  }

  /** @throws StoreError EAGAIN when what it saw has changed; ENOENT when there is none */
  end(watcher: Watcher, id: number, commit: boolean): void {
    const own = this.transactions.get(watcher);
    const found = own?.get(id);
    if (!found) throw new StoreError('ENOENT');
    own!.delete(id);
    if (commit) found.commit();
  }

  watch(watcher: Watcher, path: string, token: string): void {
    this.watches.add(watcher, path, token);
  }
  unwatch(watcher: Watcher, path: string, token: string): void {
    this.watches.remove(watcher, path, token);
  }

  /** Forgets watches and transactions of one who has gone, or begins anew. */
  forget(watcher: Watcher): void {
    this.watches.removeAll(watcher);
    this.transactions.delete(watcher);
  }

  introduced(): void {
    this.watches.special(SPECIAL.INTRODUCE);
  }
  released(): void {
    this.watches.special(SPECIAL.RELEASE);
  }

  /** Puts off what an event leads to until what caused it is done. */
  later(event: () => void): void {
    this.events.push(event);
    this.deliver();
  }
  /** Lets events wait until `act` is done. */
  hold<T>(act: () => T): T {
    const outer = this.delivering;
    this.delivering = true;
    const result = act();
    this.delivering = outer;
    this.deliver();
    return result;
  }
  private deliver(): void {
    if (this.delivering) return;
    this.delivering = true;
    for (let next = this.events.shift(); next; next = this.events.shift()) next();
    this.delivering = false;
  }

  /** A node and all below it, with who may do what; in place of what is there, when it is loaded. */
  transfer(io: Archive, root: string): void {
    const nodes = io.loading ? [] : this.main.below(root);
    const saved = io.list(nodes, MOST_NODES, node => ({
      path: io.text(node?.path ?? '', LONGEST_PATH),
      value: io.bytes(node?.value ?? new Uint8Array(), LONGEST_VALUE).slice(),
      permissions: io.list(node?.permissions ?? [], MOST_PERMISSIONS, one => ({
        access: ACCESSES[io.u32(one ? ACCESSES.indexOf(one.access) : 0, ACCESSES.length - 1)]!,
        domain: io.u32(one?.domain ?? 0, LAST_DOMAIN),
      })),
    }));
    if (!io.loading) return;
    for (const { path, value, permissions } of saved) {
      const sensible = permissions.length > 0 && isWithin(path, root) && absolutePath(path, PRIVILEGED) === path;
      if (!sensible) throw new SaveError(`a node of the store cannot be "${path.slice(0, 40)}"`);
      this.main.write(PRIVILEGED, path, value);
      this.main.setPermissions(PRIVILEGED, path, permissions);
    }
  }

  /** The watches of one connection. */
  transferWatches(io: Archive, watcher: Watcher): void {
    const saved = io.list(this.watches.of(watcher), QUOTA.WATCHES, watch => ({
      given: io.text(watch?.given ?? '', LONGEST_PATH),
      token: io.text(watch?.token ?? '', LONGEST_VALUE),
    }));
    if (io.loading) for (const { given, token } of saved) this.watches.restore(watcher, given, token);
  }
  hasTransactions(watcher: Watcher): boolean {
    return (this.transactions.get(watcher)?.size ?? 0) > 0;
  }

  // As the domain that may do everything.

  read(path: string): string | undefined {
    const at = absolutePath(path, PRIVILEGED);
    return this.main.exists(at) ? new TextDecoder().decode(this.main.read(PRIVILEGED, at)) : undefined;
  }
  list(path: string): readonly string[] {
    return this.main.exists(path) ? this.main.directory(PRIVILEGED, path).names : [];
  }
  write(path: string, value: string | number, permissions?: Permissions): void {
    this.main.write(PRIVILEGED, path, new TextEncoder().encode(String(value)));
    if (permissions) this.main.setPermissions(PRIVILEGED, path, permissions);
  }
  mkdir(path: string, permissions: Permissions): void {
    this.main.mkdir(PRIVILEGED, path);
    this.main.setPermissions(PRIVILEGED, path, permissions);
  }
  remove(path: string): void {
    if (this.main.exists(path)) this.main.remove(PRIVILEGED, path);
  }
  /** Calls `act` at once, and whenever something at or below a path has changed. @returns ends that */
  observe(path: string, act: (path: string) => void): () => void {
    const watcher: Watcher = {
      domain: PRIVILEGED,
      notify: changed => this.later(() => alive && act(changed)),
    };
    let alive = true;
    this.watch(watcher, path, '');
    return () => {
      alive = false;
      this.forget(watcher);
    };
  }
}

/** The owner, and what one other domain may do. */
export const permissions = (owner: number, domain: number, access: Access): Permissions => [
  { access: 'n', domain: owner },
  { access, domain },
];
/** The owner alone. */
export const own = (owner: number): Permissions => [{ access: 'n', domain: owner }];
export { homeOf };
