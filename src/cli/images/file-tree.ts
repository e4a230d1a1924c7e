// The files of unpacked packages, in memory, with links that stay inside: nothing of the host is ever looked at.
import { ImageError, type TarFile } from '../../image';

type Node = { readonly data: Uint8Array } | { readonly target: string };

/** More links than this in a row are a circle. */
const MOST_LINKS = 40;

export class FileTree {
  private readonly nodes = new Map<string, Node>();

  /** @param name what the tree holds, for messages */
  constructor(readonly name: string) {}

  /** Adds a file or link of a package; the rest (folders, devices) is not needed. */
  add(entry: TarFile): void {
    if (entry.kind === 'link') this.nodes.set(entry.name, { target: resolveFrom(entry.name, entry.target) });
    else if (entry.kind === 'hardlink') this.nodes.set(entry.name, { target: entry.target });
    else if (entry.data) this.nodes.set(entry.name, { data: entry.data });
  }

  /** The content of a file, through links in any part of its path; undefined when there is none. */
  find(path: string): Uint8Array | undefined {
    let current = path;
    for (let links = 0; links < MOST_LINKS; links++) {
      const node = this.nodes.get(current);
      if (node && 'data' in node) return node.data;
      const next = node ? node.target : this.throughFolderLink(current);
      if (next === undefined) return undefined;
      current = next;
    }
    return undefined;
  }

  /** @throws ImageError when there is no such file */
  read(path: string): Uint8Array {
    const data = this.find(path);
    if (data) return data;
    throw new ImageError('image.missing', `there is no ${path} in the packages for ${this.name}`, {
      remedy: 'the packages are of another release than this program knows',
    });
  }

  /** All paths of files and links that match, sorted. */
  paths(pattern: RegExp): string[] {
    return [...this.nodes.keys()].filter(path => pattern.test(path)).sort();
  }

  /** `path` with the first of its folders that is a link replaced. */
  private throughFolderLink(path: string): string | undefined {
    for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      const node = this.nodes.get(path.slice(0, slash));
      if (node && 'target' in node) return `${node.target}${path.slice(slash)}`;
    }
    return undefined;
  }
}

/** The path that a link at `from` leads to, relative to the root of the tree, which nothing leads out of. */
function resolveFrom(from: string, target: string): string {
  const parts = target.startsWith('/') ? [] : from.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
