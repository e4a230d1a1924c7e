// The device tree of a boot: read from source or blob, then completed with what only the boot knows.
import { parseBlob, FDT_MAGIC } from '../dt/blob';
import { compileSource } from '../dt/source/compile';
import type { DeviceTree, DtNode } from '../dt/tree';
import { readInput } from './files';
import type { LabHost } from './host';
import { fail, LabFailure, problemsOf } from './problems';

/** Rounds of looking for includes; each finds at least one more, and real trees nest a few deep. */
const MOST_ROUNDS = 256;

/** Reads a `.dts` or `.dtb`; which of the two it is, its first bytes say. @throws LabFailure, DtError */
export async function readTree(host: LabHost, path: string): Promise<DeviceTree> {
  const bytes = await readInput(host, path, 'device tree');
  const isBlob = bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) === FDT_MAGIC;
  if (isBlob || path.endsWith('.dtb')) return parseBlob(bytes, path);
  return compile(host, path, new TextDecoder().decode(bytes));
}

/**
 * Compiles a source. The compiler reads includes synchronously, the host does not: what a round misses is fetched for
 * the next one.
 */
async function compile(host: LabHost, path: string, text: string): Promise<DeviceTree> {
  const known = new Map<string, Uint8Array | undefined>();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const missed: string[] = [];
    const bytes = (file: string): Uint8Array | undefined => {
      if (!known.has(file)) missed.push(file);
      return known.get(file);
    };
    const reader = {
      bytes,
      text: (file: string) => {
        const found = bytes(file);
        return found && new TextDecoder().decode(found);
      },
    };
    const { tree, errors } = compileSource(text, { file: path, reader });
    if (tree && missed.length === 0) return tree;
    if (missed.length === 0) throw new LabFailure(...errors.flatMap(problemsOf));
    for (const file of missed) known.set(file, await readIfThere(host, file));
  }
  return fail('file.tooLarge', `${path}: the source includes other files without end`, { file: path });
}

async function readIfThere(host: LabHost, path: string): Promise<Uint8Array | undefined> {
  const found = await host.stat(path).catch(() => undefined);
  return found && !found.isDirectory ? readInput(host, path, 'include file') : undefined;
}

/** What a boot adds to the tree of its board. Addresses are physical, sizes in bytes. */
export interface BootFacts {
  cpus: number;
  ram: { base: number; size: number };
  args?: string | undefined;
  initrd?: { address: number; size: number } | undefined;
}

/** Makes the tree say what this machine has and what the kernel is to do (Linux, Documentation/devicetree/usage-model). */
export function completeTree(tree: DeviceTree, { cpus, ram, args, initrd }: BootFacts): void {
  setMemory(tree.root, ram);
  limitCpus(tree.root, cpus);
  const chosen = tree.root.ensure('chosen');
  if (args !== undefined) chosen.set('bootargs', text(args));
  if (initrd) {
    chosen.set('linux,initrd-start', cells(initrd.address, 1));
    chosen.set('linux,initrd-end', cells(initrd.address + initrd.size, 1));
  }
}

/** Makes the tree say where RAM is, in one bank. */
export function setMemory(root: DtNode, { base, size }: { base: number; size: number }): void {
  const [addressCells, sizeCells] = [cellCount(root, '#address-cells', 2), cellCount(root, '#size-cells', 1)];
  const isMemory = (node: DtNode): boolean => textOf(node, 'device_type') === 'memory';
  const banks = [...root.children.values()].filter(isMemory);
  for (const bank of banks.slice(1)) bank.remove();
  const memory = banks[0] ?? root.ensure(`memory@${base.toString(16)}`);
  memory.set('device_type', text('memory'));
  memory.set('reg', join(cells(base, addressCells), cells(size, sizeCells)));
}

/** A core that the tree lists and the machine lacks costs a kernel a second of waiting for it. */
export function limitCpus(root: DtNode, count: number): void {
  const all = [...(root.child('cpus')?.children.values() ?? [])].filter(node => textOf(node, 'device_type') === 'cpu');
  for (const extra of all.slice(count)) extra.remove();
}

const text = (value: string): Uint8Array => new TextEncoder().encode(`${value}\0`);

function textOf(node: DtNode, property: string): string | undefined {
  const value = node.property(property)?.value;
  return value && new TextDecoder().decode(value).split('\0')[0];
}

function cellCount(node: DtNode, property: string, otherwise: number): number {
  const value = node.property(property)?.value;
  return value?.length === 4 ? new DataView(value.buffer, value.byteOffset).getUint32(0) : otherwise;
}

/** A number as `count` big-endian cells. */
function cells(value: number, count: number): Uint8Array {
  const bytes = new Uint8Array(4 * count);
  const view = new DataView(bytes.buffer);
  let rest = BigInt(value);
  for (let i = count - 1; i >= 0; i--, rest >>= 32n) view.setUint32(4 * i, Number(rest & 0xffff_ffffn));
  return bytes;
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
