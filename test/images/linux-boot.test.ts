// The stock Debian kernel boots natively to a shell, and does there what it is told. Needs a folder of images
// ($XENLAB_IMAGES, or images/): `xenlab images get`.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { consoleLines as lines, unexplained } from './golden/compare';
import { NATIVE_DIFFERENCES, ONLY_OURS } from './golden/native-differences';
import { currentRamDisks } from './ramdisks';

const images = process.env['XENLAB_IMAGES'] ?? 'images';
const KERNEL = ['--hypervisor', 'none', '--kernel', join(images, 'zImage-armhf')];
const APPEND = ['--append', 'console=ttyAMA0 rdinit=/init'];
const QUICK = ['--append', 'console=ttyAMA0 rdinit=/init cryptomgr.notests'];

const boot = (...options: string[]) => bootWith(join(images, 'busybox.cpio.gz'), ...options);

function bootWith(ramDisk: string, ...options: string[]): Promise<{ code: number | null; console: string }> {
  const child = spawn(process.execPath, ['dist/xenlab.mjs', 'boot', ...KERNEL, '--initrd', ramDisk, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let console = '';
  child.stdout.on('data', (data: Buffer) => (console += data.toString('latin1')));
  child.stderr.resume(); // what the lab says: the table of what lies where
  return new Promise(resolve => child.on('close', code => resolve({ code, console })));
}

describe('native boot of the stock kernel', () => {
  for (const decompress of ['host', 'guest'])
    for (const cpus of ['1', '2'])
      it(`${decompress} decompression, ${cpus} cpus`, async () => {
        const end = await boot(...APPEND, '--decompress', decompress, '--cpus', cpus, '--expect', 'LAB-SHELL-UP');
        expect(end.console).toContain(`cpus=${cpus}`);
        expect(end.code).toBe(0);
      });

  it('says what it says on qemu, but for differences with a reason', async () => {
    const end = await boot(
      ...APPEND,
      '--memory',
      '512',
      '--dtb',
      join(images, 'dtb/vexpress-v2p-ca15-tc1.dtb'),
      '--expect',
      'LAB-SHELL-UP.*',
    );
    const ours = lines(end.console);
    const theirs = lines(readFileSync(join(import.meta.dirname, 'golden/vexpress-a15-native-qemu.log'), 'utf8'));
    // What the shell says behind the marker comes sometimes before the machine is ended.
    const booted = (all: string[]): string[] =>
      all.slice(0, all.findIndex(line => line.startsWith('LAB-SHELL-UP')) + 1);
    expect(booted(ours)).not.toEqual([]);
    expect(unexplained(booted(theirs), booted(ours), NATIVE_DIFFERENCES, ONLY_OURS)).toEqual([]);
  });

  it('types into the shell and switches off', async () => {
    const end = await boot(
      ...QUICK,
      '--send',
      'LAB-SHELL-UP=>',
      '--send',
      'lab# =>echo $((6*7)) $(uname -m)',
      '--send',
      '42 armv7l=>poweroff -f',
    );
    expect(end.console).toContain('42 armv7l');
    expect(end.code).toBe(0);
  });

  it('gives a new shell for one that ends, and obeys poweroff and reboot without -f', async () => {
    const disks = await currentRamDisks();
    const end = await bootWith(
      disks.small,
      ...QUICK,
      ...['lab# =>exit', 'lab# =>reboot', 'LAB-SHELL-UP=>', 'lab# =>poweroff'].flatMap(one => ['--send', one]),
    ).finally(disks.remove);
    expect(end.console.match(/LAB-SHELL-UP/g)).toHaveLength(2);
    expect(end.console).toContain('reboot: Restarting system');
    expect(end.console).toContain('reboot: Power down');
    expect(end.code).toBe(0);
  });

  it('restarts on reboot -f', async () => {
    const end = await boot(
      ...QUICK,
      '--send',
      'lab# =>reboot -f',
      '--expect',
      'Booting Linux',
      '--expect',
      'LAB-SHELL-UP',
    );
    expect(end.code).toBe(0);
  });
});
