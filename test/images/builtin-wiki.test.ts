// A boot as the wiki page of 2013 describes it: command lines in /chosen, dom0's kernel at the beginning of the flash, and a
// guest whose kernel has xenvm-4.2.dtb behind it, from the page's own configuration.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import tc1 from '../../src/emu/boards/dts/vexpress-v2p-ca15-tc1.dts';
import { BuiltinLab, folder, SHELL } from './builtin-lab';
import { image } from './xen-lab';

const DTS = `${tc1}
/ { chosen {
  bootargs = "console=dtuart dtuart=serial0 dom0_mem=256M dom0_max_vcpus=1 no-such-option";
  xen,dom0-bootargs = "console=hvc0 rdinit=/init cryptomgr.notests";
}; };
`;

describe('Xen as in 2013', () => {
  const at = folder();
  const lab = new BuiltinLab();
  beforeAll(async () => {
    const zimage = readFileSync(image('zImage-armhf'));
    const kernel = path.join(at, 'kernel');
    writeFileSync(kernel, Buffer.concat([zimage, readFileSync(image('dtb/xenvm-4.2.dtb'))]));
    const card = path.join(at, 'card');
    mkdirSync(path.join(card, 'SOFTWARE'), { recursive: true });
    writeFileSync(path.join(card, 'images.txt'), 'NOR4ADDRESS: 00000000\nNOR4FILE: \\SOFTWARE\\zImage\n');
    writeFileSync(path.join(card, 'SOFTWARE/zImage'), zimage);
    writeFileSync(path.join(at, 'board.dts'), DTS);
    const drive = path.join(at, 'drive.img');
    writeFileSync(drive, Buffer.alloc(1 << 20, 'xvda'));
    const config = path.join(at, 'win.cfg');
    // The page's, with a RAM disk in the place of a root file system.
    const extra = `ramdisk = "${path.resolve(image('busybox.cpio.gz'))}"\nextra = "rdinit=/init cryptomgr.notests"`;
    writeFileSync(
      config,
      `kernel = "${kernel}"\nmemory = 128\nname = "win"\nvcpus = 1\ndisk = [ 'phy:/dev/loop0,xvda,w' ]\n${extra}\n`,
    );
    await lab.start({
      ...{ hypervisor: 'builtin', deviceTree: path.join(at, 'board.dts'), sdcard: card, domains: [config] },
      ...{ initrd: path.resolve(image('busybox.cpio.gz')), drives: [{ file: drive }] },
    });
  }, 300_000);
  afterAll(() => lab.stop());

  it('has dom0 from the flash, with the command lines of the tree', async () => {
    await lab.wait('dom0', SHELL);
    expect(lab.said('xen')).toContain('(XEN) parameter "no-such-option" unknown!');
    expect(lab.said('xen')).toContain('totalling 256MB for dom0');
    expect(await lab.command('dom0', 'cat /proc/cmdline')).toContain('console=hvc0 rdinit=/init cryptomgr.notests');
  });

  it('has a guest that is as its own tree says', async () => {
    await lab.wait('win', SHELL);
    expect(lab.said('win')).toContain('XENVM-4.2');
    expect(await lab.command('win', 'cat /proc/iomem; grep MemTotal /proc/meminfo')).toMatch(
      /80000000-87ffffff : System RAM/,
    );
    expect(await lab.command('win', 'mods xen-blkfront; head -c 4 /dev/xvda')).toContain('xvda');
  });
});
