// Dom0's own tools beside a domain of the built-in toolstack: they see it, and what they do to it is seen here.
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BuiltinLab, folder, guestConfiguration, SHELL } from './builtin-lab';
import { currentRamDisks } from './ramdisks';
import { image } from './xen-lab';

const DOM0_PROMPT = 'dom0# ';

describe('two toolstacks', () => {
  const lab = new BuiltinLab();
  let remove = (): void => {};
  beforeAll(async () => {
    const disks = await currentRamDisks();
    remove = disks.remove;
    await lab.start({
      kernel: path.resolve(image('zImage-armhf')),
      initrd: disks.dom0,
      args: 'console=hvc0 rdinit=/init cryptomgr.notests',
      domains: [guestConfiguration(folder(), 'win')],
      memory: 1024,
    });
    await lab.wait('dom0', DOM0_PROMPT);
    await lab.wait('win', SHELL);
    await tool('xenstored --pid-file /var/run/xenstored.pid');
    await tool('xen-init-dom0');
  }, 300_000);
  afterAll(async () => {
    await lab.stop();
    remove();
  });

  /** A command in dom0. @returns what it said */
  const tool = (line: string): Promise<string> => {
    lab.client.consoles.get('dom0').type(new TextEncoder().encode(`${line}; echo RC=$?\n`));
    return lab.wait('dom0', /RC=\d[\s\S]*dom0# /);
  };

  it('list the same domains', async () => {
    expect(await tool('xl list')).toMatch(/\n\S+ +1 +128 +1 /);
    expect((await lab.domains()).map(({ id, name, memory }) => [id, name, memory])).toEqual([
      [0, 'Domain-0', 512],
      [1, 'win', 128],
    ]);
  });

  it('see a domain that dom0 has paused', async () => {
    await tool('xl pause 1');
    expect((await lab.domains())[1]!.state).toBe('paused');
    await lab.client.request('domain', { verb: 'unpause', domain: 'win' });
    expect(await lab.command('win', 'echo $((6*7))')).toContain('42');
  });

  it('see the end of a domain that dom0 destroys', async () => {
    expect(await tool('xl destroy 1')).toContain('RC=0');
    await lab.until(async () => (await lab.domains()).length === 1);
    expect(await tool('xl list')).not.toMatch(/\n\S+ +1 +128 /);
  });
});
