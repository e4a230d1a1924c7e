// `xenlab images list`: what is there, and whether it is as it was made.
import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { describe, size } from '../../image';
import { Status } from '../process';
import type { Io } from './io';
import { MANIFEST, readManifest, stateOf } from './manifest';

/** How much of a file tells its kind. */
const HEAD = 4096;

/** @returns Ok when all files are intact, NotMet when one is not or there are none */
export async function listImages(folder: string, io: Io): Promise<Status> {
  const manifest = await readManifest(folder);
  if (!manifest) return listUnknown(folder, io);
  let status = Status.Ok;
  const width = Math.max(...manifest.files.map(({ name }) => name.length));
  for (const file of manifest.files) {
    const state = await stateOf(folder, file);
    if (state !== 'intact') status = Status.NotMet;
    const bytes = size(file.size).padStart(11);
    io.out(`${file.name.padEnd(width)}  ${state.padEnd(7)} ${bytes}  ${file.source} ${file.version}\n`);
  }
  if (status !== Status.Ok)
    io.say(`some files of ${folder} are not as they were made: xenlab images get makes them again`);
  return status;
}

/** A folder that was filled in another way: kinds instead of checksums. */
async function listUnknown(folder: string, io: Io): Promise<Status> {
  const names = await readdir(folder).catch(() => []);
  const files: { name: string; bytes: number }[] = [];
  for (const name of names.sort()) {
    const found = await stat(path.join(folder, name)).catch(() => undefined);
    if (found?.isFile()) files.push({ name, bytes: found.size });
  }
  if (files.length === 0) {
    io.say(`no images in ${folder}: xenlab images get fetches them`);
    return Status.NotMet;
  }
  io.say(`${folder} has no ${MANIFEST}: whether the files are intact cannot be said`);
  const width = Math.max(...files.map(({ name }) => name.length));
  for (const { name, bytes } of files) {
    io.out(`${name.padEnd(width)}  ${size(bytes).padStart(11)}  ${describe(await head(path.join(folder, name)))}\n`);
  }
  return Status.Ok;
}

async function head(file: string): Promise<Uint8Array> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(HEAD), 0, HEAD, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
