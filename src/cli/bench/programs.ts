// What `xenlab bench` runs: the programs of guests/bench, and boots of real images where they are at hand.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { peerOptions, peerTree } from './xen-peer';

export interface Program {
  readonly name: string;
  readonly about: string;
  /** Guest instructions, for rows whose own machine does not count them. */
  readonly ours: readonly string[];
  readonly qemu: readonly string[];
  /** What the console must say for the run to count. */
  readonly expect: RegExp;
  /** What ends the run, typed when the marker appears. */
  readonly end?: { readonly marker: string; readonly text: string };
}

interface BenchRow {
  readonly name: string;
  readonly about: string;
  readonly checksum: string;
  readonly instructions: Readonly<Record<string, number>>;
}

const MEMORY = '128';
const PEER = ['qemu-system-arm', '-cpu', 'cortex-a15', '-display', 'none', '-smp', '1'];
const QEMU = [...PEER, '-M', 'vexpress-a15', '-monitor', 'none', '-serial', 'stdio'];

/** @param root of the project, where guests/ is */
export function benchPrograms(root: string, cli: readonly string[]): Program[] {
  const folder = path.join(root, 'guests', 'bench');
  const rows = JSON.parse(readFileSync(path.join(folder, 'bench.json'), 'utf8')) as BenchRow[];
  return rows.flatMap(row =>
    Object.keys(row.instructions).map(set => {
      const file = path.join(folder, `${row.name}-${set}.elf`);
      return {
        name: `${row.name}-${set}`,
        about: row.about,
        ours: [...cli, 'boot', '--elf', file, '--memory', MEMORY, '--pace', 'fast'],
        qemu: [...QEMU, '-m', MEMORY, '-kernel', file],
        expect: new RegExp(`checksum=${row.checksum}`),
      };
    }),
  );
}

const MARKER = 'LAB-SHELL-UP';
/** Keys that end qemu, where its monitor shares the console. */
const END_QEMU = '\x01x';

/**
 * Boots of the stock kernel to the shell, natively and below Xen, with the images of `xenlab images get` in `folder`.
 * @param scratch a folder for what qemu needs beside them
 */
export function bootPrograms(folder: string, cli: readonly string[], scratch: string): Program[] {
  const at = (name: string): string => path.join(folder, name);
  const needed = ['zImage-armhf', 'busybox.cpio.gz', 'dtb/vexpress-v2p-ca15-tc1.dtb', 'xen-armhf'];
  const missing = needed.find(name => !existsSync(at(name)));
  if (missing !== undefined) throw new Error(`${at(missing)} is missing; run \`xenlab images get ${folder}\``);
  return [...linuxPrograms(at, cli), ...xenPrograms(at, cli, scratch)];
}

function linuxPrograms(at: (name: string) => string, cli: readonly string[]): Program[] {
  const args = 'console=ttyAMA0 rdinit=/init';
  const dtb = at('dtb/vexpress-v2p-ca15-tc1.dtb');
  return (['host', 'guest'] as const).map(decompress => ({
    name: `linux-${decompress}`,
    about: 'the stock zImage to the shell of its RAM disk; qemu always decompresses in the guest',
    ours: [
      ...cli, 'boot', '--hypervisor', 'none', '--kernel', at('zImage-armhf'), '--initrd', at('busybox.cpio.gz'),
      '--append', args, '--memory', '512', '--pace', 'fast', '--decompress', decompress,
      '--send', `${MARKER}=>`, '--send', 'lab# =>poweroff -f',
    ],
    qemu: [...QEMU, '-m', '512', '-kernel', at('zImage-armhf'), '-dtb', dtb, '-initrd', at('busybox.cpio.gz'), '-append', args],
    expect: new RegExp(MARKER),
    end: { marker: 'lab# ', text: 'poweroff -f\n' },
  })); // prettier-ignore
}

/** Qemu runs the stock Xen on both rows; here one is that Xen, the other the built-in hypervisor. */
function xenPrograms(at: (name: string) => string, cli: readonly string[], scratch: string): Program[] {
  const images = {
    ...{ xen: at('xen-armhf'), kernel: at('zImage-armhf'), initrd: at('busybox.cpio.gz') },
    dtb: at('dtb/vexpress-v2p-ca15-tc1.dtb'),
  };
  const uart = '/bus@8000000/motherboard-bus@8000000/iofpga-bus@300000000/serial@90000';
  const lines = { xen: 'dom0_mem=512M', dom0: 'console=hvc0 rdinit=/init' };
  const tree = path.join(scratch, 'xen.dtb');
  writeFileSync(tree, peerTree(images, { ...lines, xen: `console=dtuart dtuart=${uart} ${lines.xen}` }));
  const row = (name: string, about: string, hypervisor: string): Program => ({
    ...{ name, about },
    ours: [
      ...[...cli, 'boot', '--hypervisor', hypervisor, '--kernel', images.kernel, '--initrd', images.initrd],
      ...['--xen-append', lines.xen, '--append', lines.dom0, '--memory', '1024', '--pace', 'fast', '--expect', MARKER],
    ],
    qemu: [...PEER, '-m', '1024', '-serial', 'mon:stdio', ...peerOptions(images, tree)],
    expect: new RegExp(MARKER),
    end: { marker: MARKER, text: END_QEMU },
  });
  return [
    row('xen-host', 'the same kernel as dom0 of the stock Xen; here it is unpacked on the host', images.xen),
    row('builtin-host', 'the same kernel as dom0 of the built-in hypervisor; qemu runs the stock Xen', 'builtin'),
  ];
}
