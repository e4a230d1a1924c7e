import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PACKAGES } from '../../../src/cli/images/packages';
import { aptSource, type Run } from '../../../src/cli/images/sources/apt';
import { mirrorSource } from '../../../src/cli/images/sources/mirror';
import { failure } from '../../image/fixtures';
import { fakePackages } from './deb-builder';

let folder: string;
let said: string[];
const io = { folder: '', out: () => undefined, say: (line: string) => void said.push(line) };

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'xenlab-test-'));
  said = [];
});
afterEach(() => rm(folder, { recursive: true }));

describe('apt', () => {
  const ok = (out = '') => ({ status: 0, out, err: '' });

  /** A system whose apt answers like the real one. */
  function system(foreign: string, answers: Partial<Record<string, ReturnType<typeof ok>>> = {}) {
    const ran: string[] = [];
    const run: Run = (program, words, options) => {
      const command = [program, ...words].join(' ');
      ran.push(command);
      const answer = Object.entries(answers).find(([start]) => command.startsWith(start))?.[1];
      if (answer) return Promise.resolve(answer);
      if (command === 'dpkg --print-architecture') return Promise.resolve(ok('amd64\n'));
      if (command === 'dpkg --print-foreign-architectures') return Promise.resolve(ok(foreign));
      if (program === 'apt-cache') {
        return Promise.resolve(ok('linux-image-armmp-lpae:armhf\n  Depends: linux-image-6.1.0-99-armmp-lpae:armhf\n'));
      }
      const packages = words.filter(word => word.includes(':arm'));
      if (words[0] === '--print-uris') {
        const file = (name: string) => `${name.replace(':', '_1_')}.deb`;
        return Promise.resolve(
          ok(packages.map(name => `'http://x/pool/${file(name)}' ${file(name)} 10 SHA256:0`).join('\n')),
        );
      }
      if (words[0] === 'download') {
        packages.forEach((name, i) =>
          options?.line?.(`Get:${i + 1} http://x bookworm/main armhf ${name.split(':')[0]} armhf 1 [10 B]`),
        );
      }
      return Promise.resolve(ok());
    };
    return { ran, run };
  }

  it('is asked for all packages, the kernels in their newest version', async () => {
    const { ran, run } = system('armhf\narm64\n');
    const files = await aptSource(run, false).collect(path.join(folder, 'new'), io);
    expect(files).toHaveLength(PACKAGES.length);
    expect(files[0]).toBe(path.join(folder, 'new', 'linux-image-6.1.0-99-armmp-lpae_1_armhf.deb'));
    expect(files[1]).toContain('linux-image-6.1.0-99-arm64_1_arm64.deb');
    expect(said).toContain('fetching xen-utils-4.17 (37 of 37)');
    // Nothing that changes the system.
    expect(ran.some(command => /add-architecture|update/.test(command))).toBe(false);
  });

  it('is set up for the architectures by root only', async () => {
    const asRoot = system('armhf\n');
    await aptSource(asRoot.run, true).collect(folder, io);
    expect(asRoot.ran).toContain('dpkg --add-architecture arm64');
    expect(asRoot.ran).not.toContain('dpkg --add-architecture armhf');
    expect(asRoot.ran).toContain('apt-get update -qq');
    const asUser = system('');
    await expect(aptSource(asUser.run, false).collect(folder, io)).rejects.toThrow(
      'apt does not fetch packages for armhf and arm64 yet: run sudo dpkg --add-architecture armhf && ' +
        'sudo dpkg --add-architecture arm64 && sudo apt-get update, or give --from',
    );
    expect(asUser.ran.some(command => command.includes('add-architecture'))).toBe(false);
  });

  it('is missing', async () => {
    const { run } = system('', { 'apt-get --version': { status: -1, out: '', err: 'ENOENT' } });
    await expect(aptSource(run, false).collect(folder, io)).rejects.toThrow(
      'there is no apt-get on this system: give --from FOLDER with the packages, or --mirror URL',
    );
  });

  it('has no such package', async () => {
    const none = { status: 100, out: '', err: 'E: Unable to locate package xen-utils-4.17\n' };
    const { run } = system('armhf arm64', { 'apt-get --print-uris': none });
    const error = await failure(() => aptSource(run, false).collect(folder, io));
    expect(error.message).toContain('Unable to locate package xen-utils-4.17; the names are those of Debian 12');
    const noKernel = system('armhf arm64', { 'apt-cache': { status: 100, out: '', err: 'E: No packages found\n' } });
    await expect(aptSource(noKernel.run, false).collect(folder, io)).rejects.toThrow('No packages found');
  });

  it('fails on the way', async () => {
    const { run } = system('armhf arm64', {
      'apt-get download': { status: 100, out: '', err: 'W: x\nE: Failed to fetch y\n' },
    });
    expect((await failure(() => aptSource(run, false).collect(folder, io))).message).toContain('Failed to fetch y');
  });
});

describe('an archive', () => {
  let server: Server;
  let url: string;
  let requests: string[];
  /** What the server has, by path. */
  let content: Map<string, Uint8Array>;

  beforeEach(async () => {
    requests = [];
    content = new Map();
    server = createServer((request, response) => {
      requests.push(request.url ?? '');
      const data = content.get(request.url ?? '');
      response.writeHead(data ? 200 : 404).end(data);
    });
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/debian`;
    publish(fakePackages());
  });
  afterEach(() => new Promise(done => server.close(done)));

  function publish(packages: ReturnType<typeof fakePackages>, sha256?: string) {
    const meta = 'Package: linux-image-armmp-lpae\nDepends: linux-image-6.1.0-99-armmp-lpae (= 6.1)\nFilename: x.deb\n';
    for (const architecture of ['armhf', 'arm64']) {
      const paragraphs = packages
        .filter(one => one.architecture === architecture)
        .map(({ name, file, data }) => {
          const sum = sha256 ?? createHash('sha256').update(data).digest('hex');
          content.set(`/debian/pool/${file}`, data);
          return `Package: ${name}\nFilename: pool/${file}\nSize: ${data.length}\nSHA256: ${sum}\n`;
        });
      const index = gzipSync([...(architecture === 'armhf' ? [meta] : []), ...paragraphs].join('\n'));
      content.set(`/debian/dists/bookworm/main/binary-${architecture}/Packages.xz`, index);
    }
  }

  it('gives all packages, and those that are there already are not fetched again', async () => {
    const files = await mirrorSource(url).collect(folder, io);
    expect(files).toHaveLength(PACKAGES.length);
    expect((await readdir(folder)).sort()).toEqual(
      fakePackages()
        .map(one => one.file)
        .sort(),
    );
    requests.length = 0;
    await mirrorSource(`${url}/`).collect(folder, io);
    expect(requests.filter(request => request.includes('/pool/'))).toEqual([]);
  });

  it('is not believed when a package is not what its index says', async () => {
    publish(fakePackages(), '0'.repeat(64));
    const error = await failure(() => mirrorSource(url).collect(folder, io));
    expect(error.code).toBe('image.corrupt');
    expect(error.message).toContain('that are not what the index of the archive lists');
    expect(await readdir(folder)).toEqual([]);
  });

  it('cannot write outside the folder', async () => {
    publish(fakePackages().map(one => ({ ...one, file: `../../../${one.file}` })));
    const files = await mirrorSource(url)
      .collect(folder, io)
      .catch(() => []);
    for (const file of files) expect(path.dirname(file)).toBe(folder);
  });

  it('lacks a package', async () => {
    publish(fakePackages().filter(one => one.name !== 'libfdt1'));
    expect((await failure(() => mirrorSource(url).collect(folder, io))).message).toContain(
      'no package libfdt1:armhf in bookworm',
    );
  });

  it('is no archive, or not there', async () => {
    content.clear();
    expect((await failure(() => mirrorSource(url).collect(folder, io))).message).toContain('cannot be fetched: 404');
    await new Promise(done => server.close(done));
    expect((await failure(() => mirrorSource(url).collect(folder, io))).message).toContain('cannot be fetched');
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  });
});
