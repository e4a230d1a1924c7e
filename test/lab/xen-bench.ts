// A lab's files in memory, and the plan of a boot of Xen made from them.
import { gzipSync } from 'node:zlib';
import { findNode, getCells } from '../../src/dt/access';
import { parseBlob } from '../../src/dt/blob';
import type { DeviceTree } from '../../src/dt/tree';
import { BOARDS } from '../../src/emu/boards';
import { planBoot, type BootPlan } from '../../src/lab/boot-plan';
import { checkConfiguration } from '../../src/lab/configuration';
import { describeProblem } from '../../src/lab/problems';
import type { LabConfiguration } from '../../src/lab/protocol';
import { buildXen } from '../image/xen-builder';
import { buildZImage } from '../image/zimage-builder';
import { FakeHost } from './fake-machine';

export const MIB = 1 << 20;
export const RAM = 0x8000_0000;
export const BOARD = BOARDS[0]!;
export const UART0 = '/bus@8000000/motherboard-bus@8000000/iofpga-bus@300000000/serial@90000';
export const IMAGE = new Uint8Array(100_000).map((_, at) => at);
export const zImage = (appended?: Uint8Array): Uint8Array =>
  buildZImage({
    payload: gzipSync(IMAGE),
    unpackedSize: IMAGE.length,
    sizeAppended: false,
    ...(appended && { appended }),
  });
export const cpio = new TextEncoder().encode(`070701${'0'.repeat(5000)}`);
export const FILES: Record<string, Uint8Array> = { xen: buildXen(), k: zImage(), i: cpio };
export const LAB: LabConfiguration = { hypervisor: 'xen', kernel: 'k', initrd: 'i' };

export async function plan(given: LabConfiguration, more: Record<string, Uint8Array | string> = {}): Promise<BootPlan> {
  const host = new FakeHost();
  const bytes = (contents: Uint8Array | string): Uint8Array =>
    typeof contents === 'string' ? new TextEncoder().encode(contents) : contents;
  for (const [name, contents] of Object.entries({ ...FILES, ...more })) host.files.set(name, bytes(contents));
  const configuration = checkConfiguration(given);
  const { memory = 1024, cpus = 1 } = configuration;
  return planBoot({ host, board: BOARD, configuration, cpus, memoryBytes: memory * MIB });
}

export const at = ({ images }: BootPlan, address: number): Uint8Array =>
  images.find(image => image.address === address)!.bytes;
export const treeOf = (found: BootPlan): DeviceTree => parseBlob(at(found, found.entry.registers![2]!));
export const chosenOf = (found: BootPlan) => treeOf(found).root.child('chosen')!;
export const notes = ({ problems }: BootPlan): string[] => problems.map(describeProblem);
export const dts = (body: string): string =>
  `/dts-v1/;\n/ { #address-cells = <1>; #size-cells = <1>; memory@80000000 { device_type = "memory"; ` +
  `reg = <0x80000000 0x40000000>; };\n${body}\n};\n`;

/** Where the module is that a node names, and what is there. */
export function module(found: BootPlan, path: string) {
  const tree = treeOf(found);
  const node = findNode(tree, path)!;
  const cells = getCells(node, 'reg')!;
  const [address, size] = cells.length === 4 ? [cells[1]!, cells[3]!] : [cells[0]!, cells[1]!];
  return { node, address, size, bytes: at(found, address) };
}
export const modules = (found: BootPlan): string[] =>
  [...chosenOf(found).children.values()].map(({ path }) => path).filter(path => path.includes('module@'));
