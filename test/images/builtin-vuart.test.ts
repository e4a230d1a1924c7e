// Stock kernels on the SBSA UART of a domain, which the built-in toolstack gave it, and which Debian's xl did.
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BuiltinLab, folder, guestConfiguration, SHELL } from './builtin-lab';
import { currentRamDisks } from './ramdisks';
import { image } from './xen-lab';

const UART = `vuart = "sbsa_uart"\nextra = "console=ttyAMA0 rdinit=/init cryptomgr.notests"`;

describe('a domain with a UART', () => {
  const lab = new BuiltinLab();
  afterAll(() => lab.stop());

  it('has its console there', async () => {
    await lab.start({ domains: [guestConfiguration(folder(), 'win', UART)] });
    await lab.wait('win:vuart', SHELL);
    expect(lab.said('win:vuart')).toMatch(/22000000\.sbsa-uart|ttyAMA0 at MMIO 0x22000000/);
    expect(await lab.command('win:vuart', 'echo $((6*7)); cat /proc/interrupts')).toMatch(/42[\s\S]*uart-pl011/);
    // What is pasted is more than the FIFO of a UART holds.
    const long = 'x'.repeat(300);
    expect(await lab.command('win:vuart', `echo ${long} | wc -c`)).toContain('301');
  }, 120_000);
});

describe('a domain with a UART that xl makes', () => {
  const lab = new BuiltinLab();
  let remove = (): void => {};
  beforeAll(async () => {
    const disks = await currentRamDisks();
    remove = disks.remove;
    await lab.start({
      ...{ kernel: path.resolve(image('zImage-armhf')), initrd: disks.dom0, memory: 1024 },
      args: 'console=hvc0 rdinit=/init cryptomgr.notests',
    });
    await lab.wait('dom0', 'dom0# ');
  }, 300_000);
  afterAll(async () => {
    await lab.stop();
    remove();
  });

  const type = (text: string): void => lab.client.consoles.get('dom0').type(new TextEncoder().encode(text));
  const tool = (line: string): Promise<string> => {
    type(`${line}; echo RC=$?\n`);
    return lab.wait('dom0', /RC=\d[\s\S]*dom0# /);
  };

  it('has its console at the other end of xl console -t vuart', async () => {
    await tool('xenstored --pid-file /var/run/xenstored.pid');
    await tool('xen-init-dom0');
    await tool('xenconsoled --pid-file=/var/run/xenconsoled.pid');
    await tool('sed -e s/hvc0/ttyAMA0/ /etc/domu.cfg > /tmp/u.cfg; echo \'vuart="sbsa_uart"\' >> /tmp/u.cfg');
    expect(await tool('xl create /tmp/u.cfg')).toContain('RC=0');
    type('xl console -t vuart domu1\n');
    await lab.wait('dom0', SHELL);
    type('cat /proc/interrupts\n');
    expect(await lab.wait('dom0', /\n[^\n]*lab# /)).toContain('uart-pl011');
    type('\x1d');
    await lab.wait('dom0', 'dom0# ');
    expect(await tool('xl destroy domu1')).toContain('RC=0');
  }, 300_000);
});
