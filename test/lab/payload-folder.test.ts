// Unpacked kernels on disk: what is read is what was written, or nothing.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheFolder, payloadFolder } from '../../src/lab/node/payload-folder';

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'xenlab-cache-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const zimage = (n: number): Uint8Array => Uint8Array.from({ length: 64 }, (_, i) => (i * n) & 0xff);
const payload = (n: number) => ({
  image: Uint8Array.from({ length: 1000 + n }, (_, i) => (i ^ n) & 0xff),
  compression: 'xz' as const,
  payloadOffset: 0x1234 + n,
});
const plain = (p: { image: Uint8Array } | undefined) => p && { ...p, image: [...p.image] };

describe('unpacked kernels', () => {
  it('are there again, by the bytes of their zImage', async () => {
    const store = payloadFolder(() => path.join(folder, 'deep', 'down'));
    expect(await store.get(zimage(3))).toBeUndefined();
    await store.put(zimage(3), payload(1));
    await store.put(zimage(5), payload(2));
    expect(plain(await store.get(zimage(3)))).toEqual(plain(payload(1)));
    expect(plain(await store.get(zimage(5)))).toEqual(plain(payload(2)));
    expect(await store.get(zimage(7))).toBeUndefined();
  });

  it('are not believed when a byte of the file has changed, or some are missing', async () => {
    const store = payloadFolder(() => folder);
    await store.put(zimage(3), payload(1));
    const file = path.join(folder, readdirSync(folder)[0]!);
    const whole = readFileSync(file);
    for (const at of [0, 8, 12, 16, whole.length - 1]) {
      const damaged = Uint8Array.from(whole);
      damaged[at]! ^= 0x40;
      writeFileSync(file, damaged);
      expect(await store.get(zimage(3))).toBeUndefined();
    }
    for (const length of [0, 10, whole.length - 1]) {
      writeFileSync(file, whole.subarray(0, length));
      expect(await store.get(zimage(3))).toBeUndefined();
    }
  });

  it('do not become more and more', async () => {
    const store = payloadFolder(() => folder);
    for (let n = 0; n < 12; n++) await store.put(zimage(2 * n + 1), payload(n));
    expect(readdirSync(folder).length).toBe(8);
    expect(await store.get(zimage(23))).toBeDefined();
  });

  it('are no reason to fail where nothing can be written', async () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    const store = payloadFolder(() => path.join(file, 'below'));
    await store.put(zimage(3), payload(1));
    expect(await store.get(zimage(3))).toBeUndefined();
    const none = payloadFolder(() => undefined);
    await none.put(zimage(3), payload(1));
    expect(await none.get(zimage(3))).toBeUndefined();
  });
});

it('the folder is where the system keeps caches, or where the user says', () => {
  expect(cacheFolder({ XENLAB_CACHE: '/a/b' }, 'linux')).toBe(path.resolve('/a/b'));
  expect(cacheFolder({ XENLAB_CACHE: '' }, 'linux')).toBeUndefined();
  expect(cacheFolder({ XDG_CACHE_HOME: '/caches' }, 'linux')).toBe(path.join('/caches', 'xenlab'));
  expect(cacheFolder({ LOCALAPPDATA: '/local' }, 'win32')).toBe(path.join('/local', 'xenlab'));
});
