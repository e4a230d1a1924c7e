// Debian's Xen and Linux, placed by the lab and booted by qemu-system-arm: what Xen finds in memory is right, whoever runs it.
//
// Needs qemu-system-arm and a folder of images ($XENLAB_IMAGES, or images/) as `xenlab images get` makes it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findBoard } from '../../src/emu/boards';
import { readXenBinary } from '../../src/image';
import { planBoot } from '../../src/lab/boot-plan';
import { checkConfiguration } from '../../src/lab/configuration';
import { nodeHost } from '../../src/lab/node/host';
import type { LabConfiguration } from '../../src/lab/protocol';
import { bootOnPeer } from './peer';

const images = path.resolve(process.env['XENLAB_IMAGES'] ?? 'images');
const image = (name: string): string => path.join(images, name);
const hasPeer = spawnSync('qemu-system-arm', ['--version']).status === 0;
const folder = mkdtempSync(path.join(tmpdir(), 'xen-peer-'));
afterAll(() => rmSync(folder, { recursive: true }));

const XEN: LabConfiguration = { hypervisor: image('xen-armhf') };
// The self-tests of the kernel's ciphers take longer than all the rest.
const DOM0: LabConfiguration = { ...XEN, kernel: image('zImage-armhf'), args: 'cryptomgr.notests' };
const SMALL: LabConfiguration = { ...DOM0, initrd: image('busybox.cpio.gz') };
const SHELL = 'LAB-SHELL-UP';

function domain(): string {
  const file = path.join(folder, 'guest.cfg');
  const kernel = `kernel = "${image('zImage-armhf')}"\nramdisk = "${image('busybox.cpio.gz')}"\n`;
  writeFileSync(file, `name = "guest"\nmemory = 96\n${kernel}extra = "cryptomgr.notests"\n`);
  return file;
}

describe('xen-armhf', () => {
  it('is read as what it is, also when it is cut short', async () => {
    const data = new Uint8Array(readFileSync(image('xen-armhf')));
    const xen = await readXenBinary(data, 'xen-armhf');
    expect(xen.image.length).toBe(data.length);
    expect(xen.memorySize).toBeGreaterThan(data.length);
    await expect(readXenBinary(data.subarray(0, data.length - 100_000), 'x')).rejects.toThrow(/cut short/);
  });
});

describe.skipIf(!hasPeer)('on qemu-system-arm', () => {
  it.each<[string, LabConfiguration, string[]]>([
    ['dom0 with its tools, unpacked by the host', { ...DOM0, initrd: image('dom0.cpio') }, ['LAB-DOM0-UP']],
    ['dom0 that unpacks itself', { ...SMALL, decompress: 'guest' }, [SHELL]],
    ['two cores', { ...SMALL, cpus: 2 }, ['(XEN) Brought up 2 CPUs', '1 node, 2 CPUs', SHELL]],
    ['little memory', { ...SMALL, memory: 192 }, ['-0x00000088000000 (64MB)', SHELL]],
    ['all the memory there is', { ...SMALL, memory: 2048 }, [SHELL]],
    ['a domain beside dom0', { ...SMALL, domains: [domain()] }, ['DOM1: LAB-SHELL-UP']],
    ['a domain alone', { ...XEN, domains: [domain()] }, ['DOM1: LAB-SHELL-UP']],
  ])('boots %s', async (_what, given, until) => {
    const configuration = checkConfiguration(given);
    const { cpus = 1, memory = 1024 } = configuration;
    const board = findBoard('vexpress-v2p-ca15-tc1')!;
    const plan = await planBoot({ host: nodeHost, board, configuration, cpus, memoryBytes: memory * 2 ** 20 });
    const said = await bootOnPeer(plan, { cpus, memory, until, seconds: 120 });
    for (const line of until) expect(said).toContain(line);
    expect(said).not.toMatch(/\(XEN\) Panic|Kernel panic/);
  });
});
