import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imagesCommand, type Io } from '../../../src/cli/images';
import { UsageError } from '../../../src/cli/options';
import { readCpio, unpack } from '../../../src/image';
import { failure } from '../../image/fixtures';
import { buildDeb, fakePackages, writePackages } from './deb-builder';

let folder: string;
let said: string[];
let written: string;
let io: Io;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'xenlab-test-'));
  said = [];
  written = '';
  io = { folder, out: text => void (written += text), say: line => void said.push(line) };
});
afterEach(() => rm(folder, { recursive: true }));

const get = () => imagesCommand(['get', 'out', '--from', 'debs'], io);
const result = (name: string) => readFile(path.join(folder, 'out', name));
const packagesBut = (name: string) => fakePackages().filter(one => one.name !== name);

describe('images get --from', () => {
  it('makes all files', async () => {
    await writePackages(path.join(folder, 'debs'), fakePackages());
    expect(await get()).toBe(0);
    for (const [name, content] of [
      ['zImage-armhf', 'a zImage'],
      ['Image-arm64', 'an Image'],
      ['xen-armhf', 'Xen 32'],
      ['xen-arm64', 'Xen 64'],
      ['dtb/vexpress-v2p-ca15-tc1.dtb', 'tc1'],
      ['dtb/foundation-v8.dtb', 'v8'],
    ] as const) {
      expect((await result(name)).toString()).toBe(content);
    }
    expect(said.filter(line => /^unpacking .* 1:2\.3-4 \(\d+ of 37\)$/.test(line))).toHaveLength(37);
  });

  it('builds the small RAM disk', async () => {
    await writePackages(path.join(folder, 'debs'), fakePackages());
    await get();
    const packed = await result('busybox.cpio.gz');
    const archive = await unpack('gzip', { data: packed, file: 'x', origin: 0, limit: 1 << 20 });
    const entries = readCpio(archive, 'x');
    expect(entries.map(entry => `${entry.mode.toString(8)} ${entry.name}`)).toEqual([
      ...['bin', 'dev', 'proc', 'sys', 'tmp', 'etc', 'root'].map(name => `40755 ${name}`),
      '100755 bin/busybox',
      '120777 bin/sh',
      '20600 dev/console',
      '100755 init',
      '40755 modules',
      '100644 modules/libphy.ko',
      '100644 modules/smsc911x.ko',
      '100644 modules/smsc911x.order',
      '100644 modules/virtio_mmio.ko',
      '100644 modules/virtio_mmio.order',
      '100644 modules/mbcache.ko',
      '100644 modules/crc16.ko',
      '100644 modules/jbd2.ko',
      '100644 modules/ext4.ko',
      '100644 modules/ext4.order',
      '100755 bin/mods',
    ]);
    const text = (name: string) => new TextDecoder().decode(entries.find(entry => entry.name === name)?.body);
    expect(text('modules/ext4.order')).toBe('mbcache.ko\ncrc16.ko\njbd2.ko\next4.ko\n');
    expect(text('init')).toMatch(/^#!\/bin\/busybox sh\n[^]*LAB-SHELL-UP/);
    expect(said).toContain('the kernel has no module xen-blkfront; it is left out');
  });

  it('builds the RAM disk of dom0, with the libraries that its programs need', async () => {
    await writePackages(path.join(folder, 'debs'), fakePackages());
    await get();
    const entries = readCpio(await result('dom0.cpio'), 'x');
    const names = entries.map(entry => entry.name);
    const programs = names.slice(names.indexOf('usr/lib/xen-4.17/bin'), names.indexOf('usr/sbin'));
    expect(programs).toEqual([
      'usr/lib/xen-4.17/bin',
      'usr/lib/xen-4.17/bin/xl',
      'usr/lib/arm-linux-gnueabihf',
      'usr/lib/arm-linux-gnueabihf/libexample.so.1',
      'usr/lib/arm-linux-gnueabihf/libc.so.6',
      ...['xenstored', 'xenconsoled', 'xenconsole', 'xen-init-dom0', 'libxl-save-helper'].map(
        name => `usr/lib/xen-4.17/bin/${name}`,
      ),
      'usr/bin',
      // Hard links have the content; the wrapper script is no program.
      'usr/bin/xenstore',
      'usr/bin/xenstore-ls',
      'usr/lib/arm-linux-gnueabihf/libgcc_s.so.1',
    ]);
    expect(names.slice(-3)).toEqual(['boot/zImage', 'boot/ramdisk.gz', 'init']);
    expect(new TextDecoder().decode(entries.at(-3)?.body)).toBe('a zImage');
    expect(Buffer.compare(entries.at(-2)!.body, await result('busybox.cpio.gz'))).toBe(0);
    expect(names).toContain('etc/xen/scripts');
  });

  it('makes the same bytes again', async () => {
    await writePackages(path.join(folder, 'debs'), fakePackages());
    await get();
    const first = [await result('dom0.cpio'), await result('images.json')];
    await get();
    expect(Buffer.compare(first[0]!, await result('dom0.cpio'))).toBe(0);
    expect((await result('images.json')).toString()).toBe(first[1]!.toString());
  });

  it('lists what it made, with checksums and sources', async () => {
    await writePackages(path.join(folder, 'debs'), fakePackages());
    await get();
    const manifest = JSON.parse((await result('images.json')).toString());
    expect(manifest.files[2]).toEqual({
      name: 'xen-armhf',
      version: '1:2.3-4',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      size: 6,
      source: 'xen',
      packages: ['xen-hypervisor-4.17-armhf'],
    });
    expect(manifest.files.find((file: { name: string }) => file.name === 'busybox.cpio.gz').packages).toEqual([
      'busybox-static',
      'linux-image-6.1.0-99-armmp-lpae',
    ]);
    expect(manifest.packages).toHaveLength(37);
  });

  it('names the packages that are missing', async () => {
    await writePackages(path.join(folder, 'debs'), packagesBut('zlib1g'));
    const error = await failure(get);
    expect(error.code).toBe('image.missing');
    expect(error.message).toContain('1 of 37 packages: zlib1g:armhf');
    await expect(result('zImage-armhf')).rejects.toThrow('ENOENT');
  });

  it('says what is wrong with a damaged package, or one of two versions', async () => {
    const packages = fakePackages();
    const [kernel, ...others] = packages;
    await writePackages(path.join(folder, 'debs'), [{ ...kernel!, data: kernel!.data.subarray(0, 3000) }, ...others]);
    const cut = await failure(get);
    expect(cut.message).toContain(`${kernel!.file}: offset 0x`);
    await writePackages(path.join(folder, 'debs'), packages);
    const twin = buildDeb({ Package: 'libc6', Version: '9', Architecture: 'armhf' }, {});
    await writePackages(path.join(folder, 'debs'), [{ ...kernel!, file: 'libc6_9_armhf.deb', data: twin }]);
    expect((await failure(get)).message).toContain('the same package as libc6_2.3-4_armhf.deb');
  });

  it('takes no notice of other packages, or of a second copy', async () => {
    const packages = fakePackages();
    const other = buildDeb({ Package: 'libc6', Version: '9', Architecture: 'amd64' }, { 'bin/x': 'y' });
    const copy = { ...packages[5]!, file: 'a-copy.deb' };
    await writePackages(path.join(folder, 'debs'), [
      ...packages,
      copy,
      { ...packages[0]!, file: 'other.deb', data: other },
    ]);
    expect(await get()).toBe(0);
  });

  it('says which library is in no package', async () => {
    const empty = buildDeb({ Package: 'zlib1g', Version: '1', Architecture: 'armhf' }, {});
    const packages = fakePackages().map(one => (one.name === 'zlib1g' ? { ...one, data: empty } : one));
    await writePackages(path.join(folder, 'debs'), packages);
    expect((await failure(get)).message).toContain(
      'libexample.so.1, needed by usr/lib/xen-4.17/bin/xl, is in no package',
    );
  });
});

describe('images list', () => {
  const list = () => imagesCommand(['list', 'out'], io);

  it('shows what is intact, changed and missing', async () => {
    await writePackages(path.join(folder, 'debs'), fakePackages());
    await get();
    expect(await list()).toBe(0);
    expect(written).toMatch(/^zImage-armhf +intact +8 bytes {2}linux-image-6\.1\.0-99-armmp-lpae 1:2\.3-4$/m);
    await writeFile(path.join(folder, 'out', 'xen-armhf'), 'Xen 33');
    await rm(path.join(folder, 'out', 'dom0.cpio'));
    written = '';
    expect(await list()).toBe(1);
    expect(written).toMatch(/^xen-armhf +changed/m);
    expect(written).toMatch(/^dom0\.cpio +missing/m);
    expect(written).toMatch(/^xen-arm64 +intact/m);
  });

  it('shows kinds where there is no manifest', async () => {
    await writePackages(path.join(folder, 'out'), fakePackages().slice(0, 1));
    expect(await list()).toBe(0);
    expect(written).toContain('this is an ar archive or Debian package');
  });

  it('says where there is nothing', async () => {
    expect(await list()).toBe(1);
    expect(said.join()).toContain('no images in');
  });

  it('does not follow a manifest out of the folder, or into nonsense', async () => {
    for (const content of [
      '{',
      '{"format":1}',
      '{"format":1,"files":[{"name":"../../etc/passwd","version":"","sha256":"","size":1,"source":""}]}',
      '{"format":2,"files":[]}',
    ]) {
      await writePackages(path.join(folder, 'out'), [
        { name: '', architecture: '', file: 'images.json', data: Buffer.from(content) },
      ]);
      expect((await failure(list)).code).toBe('image.corrupt');
    }
  });
});

it.each([
  [[], 'images needs what to do: get or list, not nothing'],
  [['fetch'], 'not "fetch"'],
  [['get', 'a', 'b'], 'takes one folder, but there is "b" too'],
  [['get', '--from', 'a', '--mirror', 'http://localhost/'], 'exclude each other'],
  [['list', '--from', 'a'], 'are for images get'],
  [['get', '--from', 'nowhere'], 'there is no such folder'],
  [['get', '--mirror', 'ftp://localhost/'], 'the http or https URL'],
  [['get', '--from'], '--from needs a value'],
])('refuses %j', async (words, message) => {
  const refusal = imagesCommand(words, io);
  await expect(refusal).rejects.toThrow(UsageError);
  await expect(refusal).rejects.toThrow(message);
});
