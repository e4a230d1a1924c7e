// Opens the packages: what each is, and those of its files that are wanted.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ImageError, parseDeb, type Deb } from '../../image';
import { FileTree } from './file-tree';
import type { Io } from './io';
import { packageLabel, PACKAGES, WANTED_FILES, type Tree, type WantedPackage } from './packages';

/** A package that was used. */
export interface UsedPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** The source package that it was built from. */
  readonly source: string;
  /** The name of the .deb file. */
  readonly file: string;
  readonly sha256: string;
}

export interface Unpacked {
  readonly trees: Readonly<Record<Tree, FileTree>>;
  readonly packages: readonly (UsedPackage & { readonly tree: Tree })[];
}

/**
 * Unpacks all wanted packages among `files`; others are passed over.
 * @param title where the files come from, for messages
 * @throws ImageError when one is damaged, missing, or there in two versions
 */
export async function unpackPackages(files: readonly string[], title: string, io: Io): Promise<Unpacked> {
  const trees = emptyTrees();
  const found = new Map<WantedPackage, UsedPackage & { tree: Tree }>();
  for (const file of files) {
    const data = await readFile(file);
    const deb = await parseDeb(data, file);
    const wanted = PACKAGES.find(one => isPackage(one, deb));
    if (!wanted) continue;
    const used = { ...describePackage(deb, file, data), tree: wanted.tree };
    const twin = found.get(wanted);
    // apt and archives give the same file different names.
    if (twin?.sha256 === used.sha256) continue;
    if (twin) {
      throw new ImageError('image.overlap', `the same package as ${twin.file}, ${packageLabel(wanted)}`, {
        file,
        remedy: 'leave only one of them in the folder',
      });
    }
    found.set(wanted, used);
    io.say(`unpacking ${used.name} ${used.version} (${found.size} of ${PACKAGES.length})`);
    const matches = WANTED_FILES[wanted.tree];
    for await (const entry of deb.files(({ name }) => matches.test(name))) {
      if (matches.test(entry.name)) trees[wanted.tree].add(entry);
    }
  }
  const missing = PACKAGES.filter(wanted => !found.has(wanted)).map(packageLabel);
  if (missing.length > 0) {
    throw new ImageError('image.missing', `${missing.length} of ${PACKAGES.length} packages: ${missing.join(', ')}`, {
      file: title,
      remedy: 'put their .deb files of Debian 12 there too',
    });
  }
  return { trees, packages: [...found.values()] };
}

function emptyTrees(): Record<Tree, FileTree> {
  return {
    'kernel-armhf': new FileTree('the kernel (armhf)'),
    'kernel-arm64': new FileTree('the kernel (arm64)'),
    'xen-armhf': new FileTree('Xen (armhf)'),
    'xen-arm64': new FileTree('Xen (arm64)'),
    root: new FileTree('dom0'),
  };
}

function isPackage({ name, architecture }: WantedPackage, { control }: Deb): boolean {
  const actual = control.get('Package') ?? '';
  if (control.get('Architecture') !== architecture) return false;
  return typeof name === 'string' ? actual === name : name.test(actual);
}

function describePackage({ control }: Deb, file: string, data: Uint8Array): UsedPackage {
  const name = control.get('Package') ?? '';
  return {
    name,
    version: control.get('Version') ?? '',
    architecture: control.get('Architecture') ?? '',
    // `Source: xen (4.17-1)` where its version differs.
    source: (control.get('Source') ?? name).replace(/ .*$/, ''),
    file: path.basename(file),
    sha256: createHash('sha256').update(data).digest('hex'),
  };
}
