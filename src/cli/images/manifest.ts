// images.json: what is in a folder of images, where it comes from, and how to see that it is intact.
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { ImageError } from '../../image';
import type { UsedPackage } from './unpack';

export const MANIFEST = 'images.json';
const FORMAT = 1;

/** A file of the folder. */
export interface ManifestFile {
  /** Path in the folder, with slashes. */
  readonly name: string;
  /** Of the package that it comes from; of the kernel's for what is built of many. */
  readonly version: string;
  readonly sha256: string;
  readonly size: number;
  /** The source package. */
  readonly source: string;
  /** Binary packages whose files are in it. */
  readonly packages: readonly string[];
}

export interface Manifest {
  readonly format: number;
  readonly files: readonly ManifestFile[];
  readonly packages: readonly UsedPackage[];
}

export function newManifest(files: readonly ManifestFile[], packages: readonly UsedPackage[]): Manifest {
  const plain = packages.map(({ name, version, architecture, source, file, sha256 }) => {
    return { name, version, architecture, source, file, sha256 };
  });
  return { format: FORMAT, files, packages: plain };
}

export function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** @returns undefined when the folder has none; @throws ImageError when it is not what this program wrote */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const file = path.join(folder, MANIFEST);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (isManifest(value)) return value;
  throw new ImageError('image.corrupt', 'this is no list of images that this release can read', {
    file,
    remedy: 'get the images again: xenlab images get',
  });
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false;
  const { format, files } = value as { format?: unknown; files?: unknown };
  return format === FORMAT && Array.isArray(files) && files.every(isManifestFile);
}

function isManifestFile(value: unknown): value is ManifestFile {
  if (typeof value !== 'object' || value === null) return false;
  const { name, version, source, ...rest } = value as Record<string, unknown>;
  const texts = [name, version, source, rest['sha256']];
  // Names stay in the folder: this program follows them.
  const inside = typeof name === 'string' && !path.isAbsolute(name) && !name.split(/[\\/]/).includes('..');
  return inside && texts.every(text => typeof text === 'string') && typeof rest['size'] === 'number';
}

export type FileState = 'intact' | 'changed' | 'missing';

/** Compares a file with what the manifest says of it. */
export async function stateOf(folder: string, file: ManifestFile): Promise<FileState> {
  const place = path.join(folder, file.name);
  const found = await stat(place).catch(() => undefined);
  if (!found?.isFile()) return 'missing';
  if (found.size !== file.size) return 'changed';
  return sha256(await readFile(place)) === file.sha256 ? 'intact' : 'changed';
}
