// The built-in hypervisor boots the stock kernel as dom0. Needs a folder of images ($XENLAB_IMAGES, or images/).
import { describe, expect, it } from 'vitest';
import { bootXen, image, xenLines } from './xen-lab';

const OPTIONS = [
  ...['--kernel', image('zImage-armhf'), '--initrd', image('busybox.cpio.gz'), '--append', 'console=hvc0 rdinit=/init'],
  ...['--expect', 'LAB-SHELL-UP', '--timeout', '240'],
];

describe('the built-in hypervisor with a small dom0', { timeout: 300_000 }, () => {
  for (const cpus of [1, 2])
    it(`boots with ${cpus} cores`, async () => {
      const end = await bootXen([...OPTIONS, '--cpus', String(cpus)]);
      expect(end.code, end.said).toBe(0);
      expect(end.console).toContain(`cpus=${cpus} `);
      expect(xenLines(end.console)).toContain('(XEN) *** LOADING DOMAIN 0 ***');
      expect(end.console).toContain('Xen 4.17 support found');
    });

  it('boots a kernel that unpacks itself', async () => {
    const end = await bootXen([...OPTIONS, '--decompress', 'guest']);
    expect(end.code, end.said).toBe(0);
  });

  it('has consoles of its own for Xen and for dom0', async () => {
    const xen = await bootXen([...OPTIONS.slice(0, -4), '--console', 'xen', '--expect', 'Serial input to DOM0']);
    expect(xen.code, xen.said).toBe(0);
    expect(xen.console.split('\n').filter(line => line !== '' && !line.startsWith('(XEN) '))).toEqual([]);
    const dom0 = await bootXen([...OPTIONS, '--console', 'dom0']);
    expect(dom0.code, dom0.said).toBe(0);
    expect(dom0.console).not.toContain('(XEN)');
  });

  it('ends when dom0 powers off', async () => {
    const end = await bootXen([...OPTIONS.slice(0, -4), '--send', 'lab# =>poweroff -f', '--timeout', '240']);
    expect(end.code, end.said).toBe(0);
    expect(end.console).toContain('(XEN) Hardware Dom0 halted: halting machine');
  });
});
