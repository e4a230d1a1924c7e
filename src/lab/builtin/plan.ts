// A boot of the built-in hypervisor: what dom0 is made of, from a configuration.
import { parseBlob, writeBlob } from '../../dt/blob';
import type { DeviceTree } from '../../dt/tree';
import type { Board } from '../../emu/boards';
import { type Dom0Plan, hostDevices } from '../../hyp';
import { isMovable, unpackZImage } from '../../image';
import type { PlanRequest } from '../boot-plan';
import { fail } from '../problems';
import type { LabProblem } from '../protocol';
import { completeXenArguments, consolePath, dom0Memory, withConsole } from '../xen/arguments';
import { commandLines } from '../xen/chosen';
import { memoryBanks, takenMemory } from '../xen/memory';
import { type ModuleFile, readRamDisk } from '../xen/modules';
import { readyTree } from '../xen/plan';
import { readZImage } from './kernel';

const MIB = 1 << 20;
const PAGE = 4096;
const ALIGNMENT = 2 * MIB;
/** A kernel that unpacks itself lies at the end of the first so many bytes of memory, as Xen places it. */
const ZIMAGE_WINDOW = 128 * MIB;

/** Everything but the tree, which each boot makes anew. */
export interface BuiltinPlan {
  readonly xenArgs: string;
  /** Undefined: domains alone. */
  readonly dom0: Omit<Dom0Plan, 'tree'> | undefined;
  /** The host's tree as a blob. */
  readonly tree: Uint8Array;
  /** Physical memory that is free, by the tree. */
  readonly memory: readonly { readonly from: number; readonly to: number }[];
  readonly problems: readonly LabProblem[];
}

/** @throws LabFailure, ImageError or DtError for anything that is wrong with what the user gave */
export async function planBuiltin(request: PlanRequest): Promise<BuiltinPlan> {
  const { host, board, configuration } = request;
  const { initrd: disk } = configuration;
  if (!board.cpu.virtualization)
    fail('xen.board', `${board.name} has a processor without the Virtualization Extensions, and Xen cannot run on it; choose another board, or --hypervisor none for a native boot`); // prettier-ignore
  const problems: LabProblem[] = [];
  const { tree, chosen } = await readyTree(request, one => problems.push(one));
  const uart = consolePath(tree);
  if (uart === undefined) fail('xen.tree', 'the tree has no UART for the console of Xen; add a node of a PL011');
  checkDevices(tree, uart, board);
  const before = commandLines(chosen, undefined);
  const memory = freeMemory(tree);
  const memoryBytes = memory.reduce((sum, { from, to }) => sum + to - from, 0);
  const initrd = disk === undefined ? undefined : await readRamDisk(host, disk, 'dom0');
  const hasDom0 = configuration.kernel !== undefined;
  const facts = { tree, memory: memoryBytes, taken: initrd?.bytes.length ?? 0, dom0: hasDom0 };
  const xenArgs = completeXenArguments(configuration.xenArgs ?? before.xen ?? '', facts);
  const args = withConsole(configuration.args ?? before.dom0 ?? '', 'hvc0');
  const dom0 = hasDom0 ? await planDom0(request, xenArgs, { args, uart, initrd, memoryBytes }) : undefined;
  return { xenArgs, tree: writeBlob(tree), dom0, memory, problems };
}

interface Dom0Rest {
  readonly args: string;
  readonly uart: string;
  readonly initrd: ModuleFile | undefined;
  readonly memoryBytes: number;
}

async function planDom0(
  { host, configuration, cpus }: PlanRequest,
  xenArgs: string,
  { args, uart, initrd, memoryBytes }: Dom0Rest,
): Promise<Omit<Dom0Plan, 'tree'>> {
  const { kernel: file, decompress = 'host' } = configuration;
  const memory = dom0Memory(xenArgs);
  const zimage = await readZImage(host, file!, 'dom0');
  const unpacked = decompress === 'host' ? await unpackZImage(zimage, host.unpacked) : undefined;
  const window = Math.min(ZIMAGE_WINDOW, memory);
  const kernel =
    unpacked && isMovable(unpacked)
      ? { bytes: unpacked.image, offset: unpacked.address.textOffset }
      : { bytes: zimage.data, offset: window - Math.ceil(zimage.data.length / ALIGNMENT) * ALIGNMENT };
  if (kernel.offset < 0 || memory > memoryBytes)
    fail('xen.memory', `dom0_mem: ${memory / MIB} MiB for dom0, but the board has ${memoryBytes / MIB}, and the kernel needs some; give another dom0_mem with --xen-append`); // prettier-ignore
  return {
    ...{ args, cpus, memory, uart },
    kernel: { ...kernel, name: file! },
    ...(initrd && { initrd: { bytes: initrd.bytes, name: initrd.name } }),
  };
}

/** @throws LabFailure for a device in the place of memory, DtError for one that is malformed */
function checkDevices(tree: DeviceTree, uart: string, { ram }: Board): void {
  for (const { path, windows, isMemory } of hostDevices(tree, uart))
    for (const { base, size } of windows)
      if (!isMemory && base < ram.base + ram.size && base + size > ram.base)
        fail('xen.tree', `${path}: reg is 0x${base.toString(16)}, where the memory of the machine is, and dom0 would have that of all; correct the tree`); // prettier-ignore
}

/** The memory nodes of a tree without what it sets aside, in whole pages. */
function freeMemory(tree: DeviceTree): { from: number; to: number }[] {
  let free = memoryBanks(tree).map(({ base, size }) => ({ from: base, to: base + size }));
  for (const taken of takenMemory(tree))
    free = free.flatMap(({ from, to }) => [
      { from, to: Math.min(to, taken.from) },
      { from: Math.max(from, taken.to), to },
    ]);
  const pages = free.map(({ from, to }) => ({ from: up(from), to: to - (to % PAGE) }));
  return pages.filter(({ from, to }) => to > from);
}
const up = (address: number): number => Math.ceil(address / PAGE) * PAGE;

/** The UART that Xen has for itself. @throws RangeError for a board without one */
export function uartOf(board: Board): { readonly name: string; readonly base: number; readonly irq: number } {
  const uart = board.devices.find(({ type }) => type === 'pl011');
  const irq = uart?.interrupts?.[0];
  if (!uart || irq === undefined) throw new RangeError(`${board.name} has no UART`);
  return { name: uart.name, base: uart.windows[0]!.base, irq };
}

export const hostTree = ({ tree }: BuiltinPlan) => parseBlob(tree, 'host tree');
