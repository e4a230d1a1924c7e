// The file system of the hypervisor (Xen, docs/misc/hypfs-paths.pandoc): what dom0 can read of it, and options that it can set.
import { ERRNO } from './abi/errno';
import { VERSION } from './hypercalls/xen-version';
import type { Hypervisor } from './hypervisor';
import { parseThresholds, thresholdsText } from './log-level';

/** XEN_HYPFS_TYPE_*. */
export const HYPFS = { DIRECTORY: 0, STRING: 2, UINT: 3 } as const;

export interface HypfsLeaf {
  readonly type: typeof HYPFS.STRING | typeof HYPFS.UINT;
  readonly read: () => Uint8Array;
  /** Bytes that can be written, the NUL included; 0: none. */
  readonly most: number;
  /** @returns 0 or a negative error */
  readonly write?: (text: string) => number;
}
export type HypfsDirectory = ReadonlyMap<string, HypfsNode>;
export type HypfsNode = HypfsLeaf | HypfsDirectory;

const utf8 = new TextEncoder();
const text = (value: () => string): HypfsLeaf => ({ type: HYPFS.STRING, most: 0, read: () => utf8.encode(`${value()}\0`) }); // prettier-ignore
const uint = (value: number): HypfsLeaf => ({
  ...{ type: HYPFS.UINT, most: 0 },
  read: () => new Uint8Array(Uint32Array.of(value).buffer),
});
const writable = (value: () => string, most: number, write: (text: string) => boolean): HypfsLeaf => ({
  ...text(value),
  most,
  write: given => (write(given) ? 0 : -ERRNO.EINVAL),
});
/** Names in the order of their letters. */
const directory = (nodes: Readonly<Record<string, HypfsNode>>): HypfsDirectory =>
  new Map(Object.entries(nodes).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Rooms that options have for their values (LOGLVL_VAL_SZ, GRANT_CUSTOM_VAL_SZ, opt_conswitch). */
const ROOM = { LEVEL: 16, GRANT: 12, SWITCH: 3 } as const;
const MAPTRACK_FRAMES = 1024;

export function hypfsOf({ identity, xenOptions }: Hypervisor): HypfsDirectory {
  const level = (which: 'xen' | 'guest'): HypfsLeaf =>
    writable(
      () => thresholdsText(xenOptions[which]),
      ROOM.LEVEL,
      given => {
        const found = parseThresholds(given);
        if (found) xenOptions[which] = found;
        return found !== undefined;
      },
    );
  return directory({
    buildinfo: directory({
      changeset: text(() => identity.changeset),
      compileinfo: directory({
        compile_by: text(() => identity.by),
        compile_date: text(() => identity.date),
        compile_domain: text(() => identity.domain),
        compiler: text(() => identity.compiler),
      }),
      version: directory({
        extra: text(() => identity.extraVersion),
        major: uint(VERSION.MAJOR),
        minor: uint(VERSION.MINOR),
      }),
    }),
    // There is one pool, scheduled by processors.
    cpupool: directory({ 0: directory({ 'sched-gran': text(() => 'cpu') }) }),
    params: directory({
      conswitch: text(() => xenOptions.switchKey + (xenOptions.inputToXen ? 'x' : '')),
      gnttab_max_frames: writable(
        () => String(xenOptions.grantFrames),
        ROOM.GRANT,
        given => setGrantFrames(xenOptions, given),
      ),
      gnttab_max_maptrack_frames: text(() => String(MAPTRACK_FRAMES)),
      guest_loglvl: level('guest'),
      loglvl: level('xen'),
    }),
  });
}

function setGrantFrames(options: { grantFrames: number }, given: string): boolean {
  const frames = /^\d{1,5}$/.test(given) ? Number(given) : 0;
  if (frames < 1 || frames > 64) return false;
  options.grantFrames = frames;
  return true;
}

/** @param path absolute @returns the node, or a negative error */
export function findHypfs(root: HypfsDirectory, path: string): HypfsNode | number {
  if (!path.startsWith('/')) return -ERRNO.EINVAL;
  let node: HypfsNode = root;
  for (const part of path.split('/').filter(one => one !== '')) {
    const child: HypfsNode | undefined = node instanceof Map ? node.get(part) : undefined;
    if (!child) return -ERRNO.ENOENT;
    node = child;
  }
  return node;
}
