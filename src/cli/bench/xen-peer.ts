// Debian's Xen on qemu-system-arm, with dom0's images where the lab's bench has them too: what qemu needs beside the files.
import { readFileSync, statSync } from 'node:fs';
import { findNode, parseBlob, setString, writeBlob } from '../../dt';
import { addModule, ensureCells } from '../../lab/xen/chosen';

const KERNEL = 0x8400_0000;
const RAM_DISK = 0x9000_0000;

export interface XenImages {
  readonly xen: string;
  readonly kernel: string;
  readonly initrd: string;
  readonly dtb: string;
}

/** Command lines of Xen and of dom0's kernel. */
export interface XenLines {
  readonly xen: string;
  readonly dom0: string;
}

/** The stock tree for one core, with the modules and command lines in /chosen. */
export function peerTree({ kernel, initrd, dtb }: XenImages, lines: XenLines): Uint8Array {
  const tree = parseBlob(readFileSync(dtb), dtb);
  findNode(tree, '/cpus/cpu@1')?.remove();
  const chosen = tree.root.ensure('chosen');
  ensureCells(chosen);
  addModule(chosen, 'kernel', KERNEL, statSync(kernel).size);
  addModule(chosen, 'ramdisk', RAM_DISK, statSync(initrd).size);
  setString(chosen, 'xen,xen-bootargs', lines.xen);
  setString(chosen, 'xen,dom0-bootargs', lines.dom0);
  return writeBlob(tree);
}

/** Options of qemu-system-arm; without `secure=off` it starts Xen in Secure Supervisor mode, where nothing is printed. */
export const peerOptions = ({ xen, kernel, initrd }: XenImages, treeFile: string): string[] => [
  ...['-M', 'vexpress-a15,secure=off,virtualization=on', '-kernel', xen, '-dtb', treeFile],
  ...['-device', `loader,file=${kernel},addr=${KERNEL},force-raw=on`],
  ...['-device', `loader,file=${initrd},addr=${RAM_DISK},force-raw=on`],
];
