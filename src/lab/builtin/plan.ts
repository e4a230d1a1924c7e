// A boot of the built-in hypervisor: what dom0 is made of, from a configuration.
import { parseBlob, writeBlob } from '../../dt/blob';
import { loadSource } from '../../dt/source/compile';
import type { Board } from '../../emu/boards';
import type { Dom0Plan, PassedDevice } from '../../hyp';
import { isMovable, isPacked, unpackZImage } from '../../image';
import type { PlanRequest } from '../boot-plan';
import { readTree } from '../device-tree';
import { memoryForDom0 } from '../embedded-names';
import { fail } from '../problems';
import { completeXenArguments, consolePath, dom0Memory, withConsole } from '../xen/arguments';
import { commandLines } from '../xen/chosen';
import { type ModuleFile, readRamDisk } from '../xen/modules';
import { readZImage } from './kernel';

const MIB = 1 << 20;
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
}

/** @throws LabFailure, ImageError or DtError for anything that is wrong with what the user gave */
export async function planBuiltin(request: PlanRequest): Promise<BuiltinPlan> {
  const { host, board, configuration, memoryBytes } = request;
  const { initrd: disk, deviceTree } = configuration;
  if (!board.cpu.virtualization)
    fail('xen.board', `${board.name} has a processor without the Virtualization Extensions, and Xen cannot run on it; choose another board, or --hypervisor none for a native boot`); // prettier-ignore
  const tree =
    deviceTree === undefined
      ? loadSource(board.deviceTree.source, { file: board.deviceTree.file })
      : await readTree(host, deviceTree);
  const uart = consolePath(tree);
  if (uart === undefined) fail('xen.tree', 'the tree has no UART for the console of Xen; add a node of a PL011');
  const before = commandLines(tree.root.ensure('chosen'), undefined);
  const initrd = disk === undefined ? undefined : await readRamDisk(host, disk, 'dom0');
  const hasDom0 = configuration.kernel !== undefined;
  const dom0Mebibytes = memoryForDom0(configuration.kernel);
  const facts = { tree, memory: memoryBytes, taken: initrd?.bytes.length ?? 0, dom0: hasDom0, dom0Mebibytes };
  const xenArgs = completeXenArguments(configuration.xenArgs ?? before.xen ?? '', facts);
  const args = withConsole(configuration.args ?? before.dom0 ?? '', 'hvc0');
  const dom0 = hasDom0 ? await planDom0(request, xenArgs, { args, uart, initrd }) : undefined;
  return { xenArgs, tree: writeBlob(tree), dom0 };
}

interface Dom0Rest {
  readonly args: string;
  readonly uart: string;
  readonly initrd: ModuleFile | undefined;
}

async function planDom0(
  { host, board, configuration, cpus, memoryBytes }: PlanRequest,
  xenArgs: string,
  { args, uart, initrd }: Dom0Rest,
): Promise<Omit<Dom0Plan, 'tree'>> {
  const { kernel: file, decompress = 'host' } = configuration;
  const memory = dom0Memory(xenArgs);
  const zimage = await readZImage(host, file!, 'dom0');
  const unpacked = decompress === 'host' && isPacked(zimage) ? await unpackZImage(zimage, host.unpacked) : undefined;
  const window = Math.min(ZIMAGE_WINDOW, memory);
  const kernel =
    unpacked && isMovable(unpacked)
      ? { bytes: unpacked.image, offset: unpacked.address.textOffset }
      : { bytes: zimage.data, offset: window - Math.ceil(zimage.data.length / ALIGNMENT) * ALIGNMENT };
  if (kernel.offset < 0 || memory > memoryBytes)
    fail('xen.memory', `dom0_mem: ${memory / MIB} MiB for dom0, but the board has ${memoryBytes / MIB}, and the kernel needs some; give another dom0_mem with --xen-append`); // prettier-ignore
  return {
    ...{ args, cpus, memory, uart, devices: passedDevices(board) },
    kernel: { ...kernel, name: file! },
    ...(initrd && { initrd: { bytes: initrd.bytes, name: initrd.name } }),
  };
}

/** What of a board dom0 gets: all but the interrupt controller and the UART of Xen's console. */
function passedDevices(board: Board): PassedDevice[] {
  const own = uartOf(board).name;
  const devices = board.devices.filter(({ name, type }) => type !== 'gicv2' && name !== own);
  return [
    ...devices.map(({ name, windows, interrupts = [] }) => ({ name, windows, interrupts })),
    ...[...board.memories, ...board.unmodelled].map(one => ({ name: one.name, windows: [one], interrupts: [] })),
  ];
}

/** The UART that Xen has for itself. @throws RangeError for a board without one */
export function uartOf(board: Board): { readonly name: string; readonly base: number; readonly irq: number } {
  const uart = board.devices.find(({ type }) => type === 'pl011');
  const irq = uart?.interrupts?.[0];
  if (!uart || irq === undefined) throw new RangeError(`${board.name} has no UART`);
  return { name: uart.name, base: uart.windows[0]!.base, irq };
}

export const hostTree = ({ tree }: BuiltinPlan) => parseBlob(tree, 'host tree');
