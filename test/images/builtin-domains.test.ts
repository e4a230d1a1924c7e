// Domains that the built-in toolstack makes of xl.cfg, with stock kernels: consoles, disks, verbs.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BuiltinLab, folder, guestConfiguration, SHELL } from './builtin-lab';
import { image } from './xen-lab';

const MIB = 1 << 20;
/** The shell is process 1 there, and what poweroff and reboot of BusyBox tell: it does as init would. */
const READY = `trap 'reboot -f' TERM; trap 'poweroff -f' USR2; echo ready-$((40+2))\n`;
const DISK = `disk = [ 'phy:/dev/loop0,xvda,w', 'data.img,raw,xvdb,ro' ]`;

describe('dom0 and a domain with a disk', () => {
  const at = folder();
  const drive = path.join(at, 'drive.img');
  const lab = new BuiltinLab();
  beforeAll(async () => {
    writeFileSync(drive, Buffer.alloc(16 * MIB, 'abcdefgh'));
    writeFileSync(path.join(at, 'data.img'), Buffer.alloc(MIB, 'read only'));
    await lab.start({
      kernel: path.resolve(image('zImage-armhf')),
      initrd: path.resolve(image('busybox.cpio.gz')),
      args: 'console=hvc0 rdinit=/init cryptomgr.notests',
      domains: [guestConfiguration(at, 'win', DISK)],
      drives: [{ file: drive }],
    });
  }, 300_000);
  afterAll(() => lab.stop());

  it('both reach their shells, each on its console', async () => {
    await lab.wait('win', SHELL);
    await lab.wait('dom0', SHELL);
    expect(lab.said('win')).toContain('XENVM-4.17');
    expect(lab.said('dom0')).not.toContain('XENVM-4.17');
  });

  it('reads what is in the file', async () => {
    const said = await lab.command('win', 'mods xen-blkfront; head -c 16 /dev/xvda; echo; head -c 9 /dev/xvdb');
    expect(said).toContain('flush diskcache: enabled');
    expect(said).toContain('abcdefghabcdefgh');
    expect(said).toContain('read only');
  });

  it('writes into the file, and what is flushed is there', async () => {
    const said = await lab.command(
      'win',
      `echo "the guest was here" | dd of=/dev/xvda bs=512 seek=3 conv=fsync; dd if=/dev/zero of=/dev/xvda bs=64k seek=16 count=80 conv=fsync`,
    );
    expect(said).toContain('80+0 records out');
    const bytes = readFileSync(drive);
    expect(bytes.subarray(3 * 512, 3 * 512 + 19).toString()).toBe('the guest was here\n');
    expect(bytes.subarray(MIB, 6 * MIB).every(byte => byte === 0)).toBe(true);
    expect(bytes.subarray(6 * MIB, 6 * MIB + 8).toString()).toBe('abcdefgh');
    expect(lab.said('win')).not.toContain('flush op failed');
  });

  it('does not write to a disk that is for reading', async () => {
    const said = await lab.command('win', 'echo x > /dev/xvdb; echo status $?');
    expect(said).toContain('status 1');
    expect(readFileSync(path.join(at, 'data.img')).subarray(0, 9).toString()).toBe('read only');
  });
});

describe('verbs on domains without dom0', () => {
  const at = folder();
  const file = guestConfiguration(at, 'win');
  const lab = new BuiltinLab();
  beforeAll(async () => {
    await lab.start({ domains: [file], memory: 512 });
    await lab.wait('win', SHELL);
  }, 300_000);
  afterAll(() => lab.stop());

  const states = async (): Promise<string[]> =>
    (await lab.domains()).map(({ id, name, state }) => `${id} ${name} ${state}`);

  const getReady = async (): Promise<void> => {
    lab.client.consoles.get('win').type(new TextEncoder().encode(READY));
    await lab.wait('win', 'ready-42');
  };
  /** The shell looks at its traps when a line has come. */
  const goneAfterReturn = (id: number): Promise<void> =>
    lab.until(async () => {
      lab.client.consoles.get('win').type(Uint8Array.of(10));
      return (await lab.domains()).every(one => one.id !== id);
    });

  it('pause and unpause', async () => {
    await lab.client.request('domain', { verb: 'pause', domain: 'win' });
    expect(await states()).toEqual(['1 win paused']);
    await lab.client.request('domain', { verb: 'unpause', domain: 1 });
    expect(await lab.command('win', 'echo $((6*7))')).toContain('42');
  });

  it('refuse a name that is taken, and leave nothing behind', async () => {
    const refusal = lab.client.request('domain', { verb: 'create', file });
    await expect(refusal).rejects.toThrow(/win\.cfg:5:1: there is a domain "win" already; give this one another name/);
    expect(await states()).toHaveLength(1);
  });

  it('refuse more memory than there is, by line', async () => {
    const large = guestConfiguration(at, 'large', 'memory = 1024');
    const refusal = lab.client.request('domain', { verb: 'create', file: large });
    await expect(refusal).rejects.toThrow(
      /large\.cfg:\d+:1: 1024 MiB are more than the \d+ MiB that are free; set memory lower/,
    );
    expect(await states()).toHaveLength(1);
  });

  it('rename, and create another in the name that is free', async () => {
    await lab.client.request('domain', { verb: 'rename', domain: 'win', name: 'old' });
    await lab.client.request('domain', { verb: 'create', file });
    await lab.wait('win', SHELL);
    expect((await lab.domains()).map(({ name }) => name)).toEqual(['old', 'win']);
  });

  it('reboot: the guest begins anew under the next id', async () => {
    await getReady();
    await lab.client.request('domain', { verb: 'reboot', domain: 'win' });
    await goneAfterReturn(3);
    await lab.wait('win', 'LAB-SHELL-UP');
    await lab.wait('win', SHELL);
    expect(lab.log.join('\n')).toContain('domain 3 (win) has ended, reboot: restart');
    expect((await lab.domains()).map(({ id, name }) => `${id} ${name}`)).toEqual(['1 old', '4 win']);
  });

  it('shut down, and destroy', async () => {
    await getReady();
    await lab.client.request('domain', { verb: 'shutdown', domain: 'win' });
    await goneAfterReturn(4);
    await lab.until(async () => (await lab.domains()).length === 1);
    await lab.client.request('domain', { verb: 'destroy', domain: 'old' });
    await lab.until(async () => (await lab.domains()).length === 0);
    expect(lab.exited).toBeUndefined();
  });

  it('a domain with two processors brings up both', async () => {
    await lab.client.request('domain', { verb: 'create', file: guestConfiguration(at, 'two', 'vcpus = 2') });
    await lab.wait('two', SHELL);
    expect(lab.said('two')).toContain('smp: Brought up 1 node, 2 CPUs');
    expect(await lab.command('two', 'nproc')).toContain('2');
  });
});
