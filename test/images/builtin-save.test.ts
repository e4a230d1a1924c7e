// A stock kernel is saved, destroyed and restored, with its disk, its network and both its processors; and gets and gives
// back processors.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DomainVerb } from '../../src/lab/protocol';
import { BuiltinLab, folder, guestConfiguration, SHELL } from './builtin-lab';

const LINES = `vcpus = 2\nmaxvcpus = 3\nvif = [ '' ]\ndisk = [ 'phy:/dev/loop0,xvda,w' ]`;

describe('a domain with Linux', () => {
  const at = folder();
  const drive = path.join(at, 'drive.img');
  const file = path.join(at, 'win.save');
  const lab = new BuiltinLab();
  beforeAll(async () => {
    writeFileSync(drive, Buffer.alloc(1 << 20, 'x'));
    await lab.start({ domains: [guestConfiguration(at, 'win', LINES)], drives: [{ file: drive }], memory: 512 });
    await lab.wait('win', SHELL);
    await lab.command('win', 'mods xen-blkfront xen-netfront; ifconfig eth0 10.11.12.9 up');
  }, 300_000);
  afterAll(() => lab.stop());
  const verb = (one: DomainVerb): Promise<number> => lab.client.request('domain', one);

  it('switches processors on and off as vcpu-set asks', async () => {
    const count = async (wanted: number): Promise<void> => {
      await lab.command('win', `while [ $(nproc) != ${wanted} ]; do usleep 10000; done; echo has-$((${wanted}))`);
      expect(lab.said('win')).toContain(`has-${wanted}`);
    };
    await count(2);
    await verb({ verb: 'vcpu-set', domain: 'win', vcpus: 3 });
    await lab.until(async () => /\n3\r/.test(await lab.command('win', 'echo 1 > /sys/devices/system/cpu/cpu2/online; nproc'))); // prettier-ignore
    await verb({ verb: 'vcpu-set', domain: 'win', vcpus: 1 });
    await count(1);
    await verb({ verb: 'vcpu-set', domain: 'win', vcpus: 2 });
  }, 120_000);

  it('goes on where it was saved: shell, disk, network', async () => {
    lab.client.consoles.get('win').type(new TextEncoder().encode('i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo n$i; usleep 1000; done; echo all-do""ne\n')); // prettier-ignore
    await lab.wait('win', 'n100\r');
    await verb({ verb: 'save', domain: 'win', file });
    expect((await lab.domains())[0]!.state).toBe('paused');
    await verb({ verb: 'destroy', domain: 'win' });
    expect(await lab.domains()).toEqual([]);
    expect(readFileSync(file).length).toBeLessThan(128 << 20);
    expect(await verb({ verb: 'restore', file })).toBe(1);
    await lab.wait('win', 'all-done');
    await lab.wait('win', SHELL);
    const numbers = [...lab.said('win').matchAll(/^n(\d+)\r$/gm)].map(([, n]) => Number(n));
    expect(numbers).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
    expect(await lab.command('win', 'head -c 3 /dev/xvda; ping -c 2 10.11.12.1')).toMatch(
      /xxx[\s\S]*2 packets received/,
    );
    await lab.command('win', 'echo changed > /dev/xvda; sync');
    expect(readFileSync(drive).subarray(0, 7).toString()).toBe('changed');
  }, 120_000);

  it('is not restored twice, nor without its kernel', async () => {
    await expect(verb({ verb: 'restore', file })).rejects.toThrow(/win\.save: there is a domain "win" already/);
    await expect(verb({ verb: 'restore', file: drive })).rejects.toThrow(/drive\.img: this is no saved domain/);
  });
});
