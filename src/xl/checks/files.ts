// Files that a configuration names, and what can be wrong with them. What is in the files is looked at elsewhere, by whoever
// has a file system: here comes what was found.
import { readXlDisk } from '../disk';
import { XL_KEYS } from '../keys';
import type { XlRange } from '../problem';
import { rangeWithin, type XlSettings, type XlText } from '../settings';

/** What is at a path. */
export type FileFacts =
  | { readonly kind: 'missing' }
  | { readonly kind: 'folder' }
  | {
      readonly kind: 'file';
      readonly size: number;
      /** Of a kernel: what it is by its first bytes. */
      readonly image?: 'zimage' | 'arm64-image' | 'uimage' | 'gzip' | 'other';
      /** The same in words, as `this is an ELF file`. */
      readonly description?: string;
      /** Of a zImage: whether a device tree is behind it. */
      readonly appendedTree?: 'none' | 'of a guest' | 'other';
    };

/** A path in a configuration. */
export interface NamedFile {
  readonly key: string;
  readonly path: string;
  readonly range: XlRange;
}

/** Paths that a configuration names: kernels, RAM disks, trees, and the targets of disks. For links, and to look at them. */
export function filesOf(settings: XlSettings): NamedFile[] {
  const files: NamedFile[] = [];
  for (const key of settings.keys()) {
    const value = settings.valueOf(key);
    if (XL_KEYS.get(key)?.file && value?.kind === 'text' && value.text !== '')
      files.push({ key, path: value.text, range: rangeWithin(value, 0, value.text.length) });
    if (key !== 'disk' || value?.kind !== 'list') continue;
    for (const one of value.values) {
      const target = one.kind === 'text' ? targetOf(one) : undefined;
      if (target) files.push({ key, ...target });
    }
  }
  return files;
}

function targetOf(text: XlText): Omit<NamedFile, 'key'> | undefined {
  const { disk, problems } = readXlDisk(text.text);
  const path = disk.target;
  // With a script of its own a target need not be a path.
  if (!path || disk.script !== undefined || problems.length > 0) return undefined;
  const at = text.text.indexOf(path);
  return { path, range: rangeWithin(text, at, at + path.length) };
}

/** Paths of dom0's own file system that need not be where the configuration is edited. */
export const isElsewhere = (path: string): boolean => path.startsWith('/');
/** Devices of dom0, of which nothing is known here. */
export const isDevice = (path: string): boolean => path.startsWith('/dev/');
