// `xenlab images get`: packages in, images out.
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ImageError } from '../../image';
import { buildInitramfs } from './initramfs';
import type { Io } from './io';
import { MANIFEST, newManifest, sha256, type ManifestFile } from './manifest';
import { BUSYBOX, COPIES, DTB_TREES, type Tree } from './packages';
import type { PackageSource } from './source';
import { unpackPackages, type Unpacked } from './unpack';

/** Where downloads are kept, in the folder of images: `--from` this folder makes the images again. */
export const DOWNLOADS = '.packages';

/** A file to be written, and the packages that are in it. */
interface Output {
  readonly name: string;
  readonly data: Uint8Array;
  /** The first tree gives version and source. */
  readonly trees: readonly Tree[];
  /** Of the packages of these trees, those whose files are in it; all when left out. */
  readonly holds?: (packageName: string) => boolean;
}

/** Makes all images in `folder`. @throws UsageError or ImageError, in one line; then no image has been replaced */
export async function getImages(folder: string, source: PackageSource, io: Io): Promise<void> {
  io.say(`packages from ${source.title}`);
  const files = await source.collect(path.join(folder, DOWNLOADS), io);
  const unpacked = await unpackPackages(files, source.title, io);
  const outputs = [...copies(unpacked), ...deviceTrees(unpacked), ...initialRamDisks(unpacked, io)];
  const manifest = newManifest(
    outputs.map(output => describeOutput(output, unpacked)),
    unpacked.packages,
  );
  await mkdir(path.join(folder, 'dtb'), { recursive: true });
  for (const { name, data } of outputs) await replace(path.join(folder, name), data);
  await replace(path.join(folder, MANIFEST), Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`));
  io.say(`${outputs.length} files in ${folder}; ${MANIFEST} has their checksums`);
}

function copies({ trees }: Unpacked): Output[] {
  return COPIES.map(({ name, tree, pattern }) => {
    const [place, ...others] = trees[tree].paths(pattern);
    if (place === undefined || others.length > 0) {
      throw new ImageError(
        'image.missing',
        `the package for ${trees[tree].name} has ${others.length + 1} files for ${name}`,
        {
          remedy: 'the package is of another release than this program knows',
        },
      );
    }
    return { name, data: trees[tree].read(place), trees: [tree] };
  });
}

function deviceTrees({ trees }: Unpacked): Output[] {
  const byName = new Map<string, Output>();
  for (const tree of DTB_TREES) {
    for (const place of trees[tree].paths(/\.dtb$/)) {
      const name = `dtb/${path.posix.basename(place)}`;
      byName.set(name, { name, data: trees[tree].read(place), trees: [tree] });
    }
  }
  return [...byName.values()];
}

function initialRamDisks({ trees }: Unpacked, io: Io): Output[] {
  io.say('building busybox.cpio.gz and dom0.cpio');
  const kernel = trees['kernel-armhf'];
  const zImage = kernel.read(kernel.paths(/^boot\/vmlinuz-/)[0] ?? 'boot/vmlinuz');
  const { small, dom0, missingModules } = buildInitramfs({ root: trees.root, kernel, zImage });
  for (const name of missingModules) io.say(`the kernel has no module ${name}; it is left out`);
  return [
    {
      name: 'busybox.cpio.gz',
      data: small,
      trees: ['kernel-armhf', 'root'],
      holds: name => name === BUSYBOX || name.startsWith('linux-image-'),
    },
    { name: 'dom0.cpio', data: dom0, trees: ['kernel-armhf', 'root'] },
  ];
}

function describeOutput({ name, data, trees, holds = () => true }: Output, { packages }: Unpacked): ManifestFile {
  const parts = packages.filter(part => trees.includes(part.tree) && holds(part.name));
  const main = parts.find(({ tree }) => tree === trees[0]);
  return {
    name,
    version: main?.version ?? '',
    sha256: sha256(data),
    size: data.length,
    source: main?.source ?? '',
    packages: parts.map(part => part.name),
  };
}

/** Whole or not at all: a program that reads the file meanwhile sees the old one. */
async function replace(place: string, data: Uint8Array): Promise<void> {
  const temporary = `${place}.new`;
  try {
    await writeFile(temporary, data);
    await rename(temporary, place);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new ImageError('image.missing', `cannot be written: ${(error as Error).message}`, { file: place });
  }
}
