// Who wants to know of changes, and what they are told (Xen, docs/misc/xenstore.txt).
import { StoreError } from './error';
import { absolutePath, homeOf, isWithin } from './path';
import { mayAccess, type Permissions, PRIVILEGED } from './permissions';
import { QUOTA } from './quota';
import type { Change } from './view';

/** Names that stand for events and not for nodes. */
export const SPECIAL = { INTRODUCE: '@introduceDomain', RELEASE: '@releaseDomain' } as const;
const SPECIALS: readonly string[] = Object.values(SPECIAL);

/** One who watches: a domain's connection, or a backend. */
export interface Watcher {
  readonly domain: number;
  /** @param path as the watcher named its nodes: relative, if the watch was */
  notify(path: string, token: string): void;
}

interface Watch {
  readonly watcher: Watcher;
  /** As given, and what it stands for. */
  readonly given: string;
  readonly path: string;
  readonly token: string;
}

export class Watches {
  private readonly watches: Watch[] = [];

  /** @throws StoreError EINVAL, EEXIST, or E2BIG for too many */
  add(watcher: Watcher, given: string, token: string): void {
    const path = SPECIALS.includes(given) ? given : absolutePath(given, watcher.domain);
    const own = this.watches.filter(one => one.watcher === watcher);
    if (own.some(one => one.path === path && one.token === token)) throw new StoreError('EEXIST');
    if (watcher.domain !== PRIVILEGED && own.length >= QUOTA.WATCHES) throw new StoreError('E2BIG');
    this.watches.push({ watcher, given, path, token });
    // So that it need not ask for what was before.
    watcher.notify(given, token);
  }

  of(watcher: Watcher): readonly { readonly given: string; readonly token: string }[] {
    return this.watches.filter(one => one.watcher === watcher);
  }
  /** One that was there before: nothing is told. @throws StoreError EINVAL */
  restore(watcher: Watcher, given: string, token: string): void {
    const path = SPECIALS.includes(given) ? given : absolutePath(given, watcher.domain);
    this.watches.push({ watcher, given, path, token });
  }

  /** @throws StoreError ENOENT */
  remove(watcher: Watcher, given: string, token: string): void {
    const path = SPECIALS.includes(given) ? given : absolutePath(given, watcher.domain);
    const at = this.watches.findIndex(one => one.watcher === watcher && one.path === path && one.token === token);
    if (at < 0) throw new StoreError('ENOENT');
    this.watches.splice(at, 1);
  }

  removeAll(watcher: Watcher): void {
    for (let i = this.watches.length - 1; i >= 0; i--)
      if (this.watches[i]!.watcher === watcher) this.watches.splice(i, 1);
  }

  /** Tells of a change: those above it, and, of what has gone with it, those who watch just that. */
  changed({ path, permissions, quiet, gone = [] }: Change): void {
    if (quiet) return;
    this.fire(path, path, permissions);
    for (const one of gone) if (one.path !== path) this.fire(one.path, one.path, one.permissions, true);
  }

  /** Tells of what is not a node. */
  special(name: string): void {
    this.fire(name, name, [{ access: 'n', domain: PRIVILEGED }]);
  }

  private fire(at: string, path: string, permissions: Permissions, exact = false): void {
    for (const watch of [...this.watches]) {
      const { watcher, token } = watch;
      if (exact ? watch.path !== at : !isWithin(at, watch.path)) continue;
      if (mayAccess(permissions, watcher.domain, 'r')) watcher.notify(asGiven(watch, path), token);
    }
  }
}

/** The path in the form in which the watcher gave its own. */
function asGiven({ given, watcher }: Watch, path: string): string {
  if (given.startsWith('/') || given.startsWith('@')) return path;
  return path.slice(homeOf(watcher.domain).length + 1);
}
