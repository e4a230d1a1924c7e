// What `xenlab bench` runs: the programs of guests/bench, and boots of real images where they are at hand.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

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
const QEMU = ['qemu-system-arm', '-M', 'vexpress-a15', '-cpu', 'cortex-a15', '-display', 'none', '-monitor', 'none', '-serial', 'stdio', '-smp', '1']; // prettier-ignore

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

/** Boots of the stock kernel to the shell, with the images of `xenlab images get` in `folder`. */
export function bootPrograms(folder: string, cli: readonly string[]): Program[] {
  const at = (name: string): string => path.join(folder, name);
  const needed = ['zImage-armhf', 'busybox.cpio.gz', 'dtb/vexpress-v2p-ca15-tc1.dtb'];
  const missing = needed.find(name => !existsSync(at(name)));
  if (missing !== undefined) throw new Error(`${at(missing)} is missing; run \`xenlab images get ${folder}\``);
  const args = 'console=ttyAMA0 rdinit=/init';
  const dtb = at('dtb/vexpress-v2p-ca15-tc1.dtb');
  return (['host', 'guest'] as const).map(decompress => ({
    name: `linux-${decompress}`,
    about: 'the stock zImage to the shell of its RAM disk; qemu always decompresses in the guest',
    ours: [
      ...cli, 'boot', '--hypervisor', 'none', '--kernel', at('zImage-armhf'), '--initrd', at('busybox.cpio.gz'),
      '--append', args, '--memory', '512', '--pace', 'fast', '--decompress', decompress,
      '--send', 'LAB-SHELL-UP=>', '--send', 'lab# =>poweroff -f',
    ],
    qemu: [...QEMU, '-m', '512', '-kernel', at('zImage-armhf'), '-dtb', dtb, '-initrd', at('busybox.cpio.gz'), '-append', args],
    expect: /LAB-SHELL-UP/,
    end: { marker: 'lab# ', text: 'poweroff -f\n' },
  })); // prettier-ignore
}
