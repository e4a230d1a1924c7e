// The consoles of Xen and of dom0 through the lab's door, with Debian's Xen: who says what, and where keys go.
import { expect, it } from 'vitest';
import { localLab } from '../../src/lab/node/local';
import type { LabEvent } from '../../src/lab/protocol';
import { image } from './xen-lab';

it('Xen and dom0 have a console each, besides the UART that they share', { timeout: 300_000 }, async () => {
  const { client, terminate } = localLab();
  const said: Record<string, string> = { uart0: '', xen: '', dom0: '' };
  const el2: string[] = [];
  client.onEvent((event: LabEvent) => {
    if (event.event === 'el2') el2.push(event.name);
    if (event.event === 'output') said[event.console] += new TextDecoder('latin1').decode(event.data);
  });
  const until = async (console: string, pattern: RegExp): Promise<void> => {
    while (!pattern.test(said[console]!)) await new Promise(resolve => setTimeout(resolve, 20));
  };
  const type = (console: string, text: string): void =>
    client.consoles.get(console).type(new TextEncoder().encode(text));
  try {
    const started = await client.request('start', {
      ...{ hypervisor: image('xen-armhf'), kernel: image('zImage-armhf'), initrd: image('busybox.cpio.gz') },
      ...{ args: 'console=hvc0 rdinit=/init cryptomgr.notests', pace: 'fast' },
    });
    expect(started.consoles.slice(0, 1)).toEqual(['uart0']);
    expect(started.consoles.slice(-2)).toEqual(['xen', 'dom0']);
    expect(started.el2).toBe('Xen');
    await client.request('run', {});
    await until('dom0', /LAB-SHELL-UP[^#]*# /);
    expect(el2).toEqual(['Xen 4.17.5']);
    type('dom0', 'echo $((6*7)) in dom0\n');
    await until('dom0', /\n42 in dom0\r/);
    // Xen answers its own keys, and dom0's come back to it.
    type('xen', 'h');
    await until('xen', /'\*' \(ascii '2a'\)|key '.' \(ascii/);
    type('dom0', 'echo $((7*8)) again\n');
    await until('dom0', /\n56 again\r/);
    expect(said['xen']!.match(/Serial input to \w+/g)).toEqual([
      'Serial input to DOM0',
      'Serial input to Xen',
      'Serial input to DOM0',
    ]);
    expect(said['xen']!.split('\n').filter(line => line !== '' && !line.startsWith('(XEN) '))).toEqual([]);
    expect(said['dom0']).not.toContain('(XEN)');
    expect(said['xen']!.length + said['dom0']!.length).toBe(said['uart0']!.length);
  } finally {
    await terminate();
  }
});
