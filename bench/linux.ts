// The stock Debian kernel placed for a native boot, without a lab around it: for tools and tests of the machine itself.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseBlob, setCells, setString, writeBlob } from '../src/dt';
import type { BootImage } from '../src/emu/machine';
import { unpackZImage } from '../src/image';

const KERNEL = 0x80208000;
const TREE = 0x88000000;
const INITRD = 0x89000000;

/**
 * @param folder of `xenlab images get`
 * @param args kernel command line
 */
export async function linuxBoot(folder: string, args: string, cpus = 1): Promise<BootImage> {
  const read = (name: string): Uint8Array => readFileSync(path.join(folder, name));
  const kernel = await unpackZImage(read('zImage-armhf'), 'zImage-armhf');
  const initrd = read('busybox.cpio.gz');
  const tree = parseBlob(read('dtb/vexpress-v2p-ca15-tc1.dtb'));
  const chosen = tree.root.ensure('chosen');
  setString(chosen, 'bootargs', args);
  setCells(chosen, 'linux,initrd-start', INITRD);
  setCells(chosen, 'linux,initrd-end', INITRD + initrd.length);
  if (cpus === 1) tree.root.child('cpus')?.child('cpu@1')?.remove();
  const images = [
    { address: KERNEL, bytes: kernel.image },
    { address: TREE, bytes: writeBlob(tree) },
    { address: INITRD, bytes: initrd },
  ];
  return { images, entry: { pc: KERNEL, secure: false, registers: [0, 0xffffffff, TREE] } };
}
