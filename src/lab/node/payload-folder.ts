// Unpacked kernels in a folder of the user's cache: the same kernel is booted many times, and unpacking is a third of the
// time of a boot. The folder may be deleted at any time; a file that is not whole is as good as none.
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import type { PayloadStore, UnpackedPayload } from '../../image';
import { COMPRESSIONS } from '../../image/compression';
import { crc32 as portableCrc32 } from '../../image/checksum';

/** Node's own is five times as fast, and there from 20.15 on. */
const crc32 = (zlib.crc32 as typeof zlib.crc32 | undefined) ?? portableCrc32;
/** Kernels kept; the one that was not used for longest goes first. About 25 MB each. */
const MOST = 8;
const SUFFIX = '.kernel';
/** Words before the image: number of the compression, offset of the payload, length and CRC-32 of the image. */
const HEADER_WORDS = 4;
const HEADER = 4 * HEADER_WORDS;

/**
 * Where it lies: $XENLAB_CACHE, or a folder xenlab among the user's caches as the system has it.
 * @returns undefined when $XENLAB_CACHE is empty: then nothing is kept
 */
export function cacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: string = process.platform,
): string | undefined {
  const own = env['XENLAB_CACHE'];
  if (own !== undefined) return own === '' ? undefined : path.resolve(own);
  if (platform === 'win32') return path.join(env['LOCALAPPDATA'] ?? os.tmpdir(), 'xenlab');
  if (platform === 'darwin') return path.join(os.homedir(), 'Library', 'Caches', 'xenlab');
  return path.join(env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache'), 'xenlab');
}

async function fileOf(folder: string, zimage: Uint8Array): Promise<string> {
  // Not at the start of the program: most machines boot without a kernel to unpack.
  const { createHash } = await import('node:crypto');
  return path.join(folder, createHash('sha256').update(zimage).digest('hex') + SUFFIX);
}

/** A cache is never a reason to fail: a folder that cannot be used is one that is empty. */
const orNothing = <T>(work: Promise<T>): Promise<T | undefined> => work.catch(() => undefined);

/** @param folder undefined: nothing is kept */
export function payloadFolder(folder: () => string | undefined = () => cacheFolder()): PayloadStore {
  return {
    get: async zimage => {
      const at = folder();
      if (at === undefined) return undefined;
      const file = await fileOf(at, zimage);
      const payload = await orNothing(read(file));
      if (payload) await orNothing(utimes(file, new Date(), new Date()));
      return payload;
    },
    put: async (zimage, payload) => {
      const at = folder();
      if (at !== undefined) await orNothing(write(at, await fileOf(at, zimage), payload));
    },
  };
}

async function read(file: string): Promise<UnpackedPayload | undefined> {
  const bytes = await readFile(file);
  if (bytes.length < HEADER) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER);
  const [number, payloadOffset, length, sum] = Array.from({ length: HEADER_WORDS }, (_, i) =>
    view.getUint32(4 * i, true),
  );
  const compression = COMPRESSIONS[number!];
  const image = bytes.subarray(HEADER);
  if (compression === undefined || image.length !== length || crc32(image) !== sum) return undefined;
  return { image, compression, payloadOffset: payloadOffset! };
}

async function write(
  folder: string,
  file: string,
  { image, compression, payloadOffset }: UnpackedPayload,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const header = new DataView(new ArrayBuffer(HEADER));
  const words = [COMPRESSIONS.indexOf(compression), payloadOffset, image.length, crc32(image)];
  words.forEach((word, i) => header.setUint32(4 * i, word, true));
  // Others may read or write the same file now: it appears whole, by its last name.
  const half = `${file}.${process.pid}.part`;
  try {
    await writeFile(half, new Uint8Array(header.buffer));
    await writeFile(half, image, { flag: 'a' });
    await rename(half, file);
  } finally {
    await rm(half, { force: true });
  }
  await prune(folder);
}

async function prune(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter(name => name.endsWith(SUFFIX));
  if (names.length <= MOST) return;
  const aged = await Promise.all(
    names.map(async name => ({ name, used: (await stat(path.join(folder, name))).mtimeMs })),
  );
  aged.sort((a, b) => b.used - a.used);
  await Promise.all(aged.slice(MOST).map(({ name }) => rm(path.join(folder, name), { force: true })));
}
