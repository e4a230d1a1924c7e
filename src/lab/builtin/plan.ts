// A boot of the built-in hypervisor: what dom0 is made of, from a configuration.
import { alias, findNode } from '../../dt/access';
import { parseBlob, writeBlob } from '../../dt/blob';
import type { DeviceTree, DtNode } from '../../dt/tree';
import type { Board } from '../../emu/boards';
import { type Dom0Plan, hostDevices, type OptionRemark, readXenOptions, XEN_OPTION_NAMES } from '../../hyp';
import { isMovable, isPacked, unpackZImage } from '../../image';
import type { PlanRequest } from '../boot-plan';
import { memoryForDom0 } from '../embedded-names';
import type { LabHost } from '../host';
import { didYouMean } from '../../dt/nearest';
import { fail, problem } from '../problems';
import type { LabConfiguration, LabProblem } from '../protocol';
import { completeXenArguments, consolePath, dom0Memory, withConsole } from '../xen/arguments';
import { type CommandLines, commandLines, domainNodes } from '../xen/chosen';
import type { FlashImage } from '../xen/flash';
import { memoryBanks, takenMemory } from '../xen/memory';
import { readRamDisk } from '../xen/modules';
import { readyTree } from '../xen/plan';
import { type Dom0File, type Dom0Files, findDom0Files } from './dom0-files';
import { findZImage } from './kernel';

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
  readonly uart: XenUart;
  /** What is in flash. */
  readonly flash: readonly FlashImage[];
}

interface XenUart {
  readonly path: string;
  /** Physical address of its registers, and its interrupt. */
  readonly base: number;
  readonly irq: number;
}
/** Xen says nothing anywhere (console=none). */
const NO_UART: XenUart = { path: '', base: -1, irq: -1 };

/** @throws LabFailure, ImageError or DtError for anything that is wrong with what the user gave */
export async function planBuiltin(request: PlanRequest): Promise<BuiltinPlan> {
  const { host, board, configuration } = request;
  if (!board.cpu.virtualization)
    fail('xen.board', `${board.name} has a processor without the Virtualization Extensions, and Xen cannot run on it; choose another board, or --hypervisor none for a native boot`); // prettier-ignore
  const problems: LabProblem[] = [];
  const say = (one: LabProblem): void => void problems.push(one);
  const { tree, chosen } = await readyTree(request, say);
  const memory = freeMemory(tree);
  const files = await findDom0Files(request, chosen);
  if (!files.kernel && (configuration.domains ?? []).length === 0)
    fail('xen.kernel', 'Xen has nothing to start: give the kernel of dom0 with --kernel, as a module of the tree, or at the beginning of the flash; or a domain with --domain'); // prettier-ignore
  const initrd = await ramDisk(host, configuration.initrd, files);
  const lines = commandLines(chosen, files.module);
  const bytes = memory.reduce((sum, { from, to }) => sum + to - from, 0);
  const dom0Mebibytes = memoryForDom0(configuration.kernel);
  const facts = { tree, memory: bytes, taken: initrd?.bytes.length ?? 0, dom0: files.kernel !== undefined, dom0Mebibytes }; // prettier-ignore
  tellReplaced(configuration, lines, say);
  const xenArgs = completeXenArguments(configuration.xenArgs ?? lines.xen ?? '', facts);
  const { options, remarks } = readXenOptions(xenArgs);
  for (const remark of remarks) say(optionProblem(remark));
  const uart = options.mute ? undefined : uartAt(tree, board, options.dtuart);
  checkDevices(tree, uart?.path, board);
  tellDomains(chosen, say);
  const rest = { initrd, memory: bytes, uart: uart?.path, vcpus: options.dom0MaxVcpus };
  const dom0 = files.kernel && (await planDom0(request, files.kernel, dom0Memory(xenArgs), lines.dom0, rest));
  return { xenArgs, tree: writeBlob(tree), dom0, memory, problems, uart: uart ?? NO_UART, flash: files.flash };
}

async function ramDisk(
  host: LabHost,
  file: string | undefined,
  { ramdisk }: Dom0Files,
): Promise<Dom0Plan['initrd'] | undefined> {
  return file === undefined ? ramdisk : readRamDisk(host, file, 'dom0');
}

function tellReplaced({ xenArgs, args }: LabConfiguration, lines: CommandLines, say: (one: LabProblem) => void): void {
  const note = (message: string): void => say({ ...problem('xen.choice', message), severity: 'information' });
  if (xenArgs !== undefined && lines.xen !== undefined)
    note(`--xen-append replaces the command line of Xen in the tree, "${lines.xen}"`);
  if (args !== undefined && lines.dom0 !== undefined)
    note(`--append replaces the command line of dom0 in the tree, "${lines.dom0}"`);
}

/** Domains of the tree are a matter of a Xen binary. */
function tellDomains(chosen: DtNode, say: (one: LabProblem) => void): void {
  for (const { path } of domainNodes(chosen))
    say({
      ...problem('xen.choice', `${path}: the built-in hypervisor makes no domains from the tree; give a configuration with --domain`), // prettier-ignore
      severity: 'warning',
    });
}

function optionProblem({ kind, name, value, why }: OptionRemark): LabProblem {
  const hint = kind === 'unknown' ? didYouMean(name, XEN_OPTION_NAMES) : '';
  const message = {
    unknown: `Xen's command line: Xen has no option "${name}"${hint || '; it is passed over'}`,
    invalid: `Xen's command line: ${name} cannot be "${value}"; it is passed over`,
    ineffective: `Xen's command line: ${name} changes nothing here${why === undefined ? '' : `: ${why}`}`,
  }[kind];
  return { ...problem('xen.option', message), severity: kind === 'ineffective' ? 'information' : 'warning' };
}

interface Dom0Rest {
  readonly initrd: Dom0Plan['initrd'] | undefined;
  /** Bytes of the board. */
  readonly memory: number;
  readonly uart: string | undefined;
  readonly vcpus: number | undefined;
}

async function planDom0(
  { host, configuration, cpus }: PlanRequest,
  { name, bytes }: Dom0File,
  memory: number,
  args: string | undefined,
  rest: Dom0Rest,
): Promise<Omit<Dom0Plan, 'tree'>> {
  const zimage = await findZImage(bytes, name);
  const { decompress = 'host' } = configuration;
  const unpacked = decompress === 'host' && isPacked(zimage) ? await unpackZImage(zimage, host.unpacked) : undefined;
  const window = Math.min(ZIMAGE_WINDOW, memory);
  const kernel =
    unpacked && isMovable(unpacked)
      ? { bytes: unpacked.image, offset: unpacked.address.textOffset }
      : { bytes: zimage.data, offset: window - Math.ceil(zimage.data.length / ALIGNMENT) * ALIGNMENT };
  if (kernel.offset < 0 || memory > rest.memory)
    fail('xen.memory', `dom0_mem: ${memory / MIB} MiB for dom0, but the board has ${rest.memory / MIB}, and the kernel needs some; give another dom0_mem with --xen-append`); // prettier-ignore
  return {
    ...{ args: withConsole(configuration.args ?? args ?? '', 'hvc0'), cpus: rest.vcpus ?? cpus, memory },
    ...{ uart: rest.uart, kernel: { ...kernel, name }, ...(rest.initrd && { initrd: rest.initrd }) },
  };
}

/** @throws LabFailure for a device in the place of memory, DtError for one that is malformed */
function checkDevices(tree: DeviceTree, uart: string | undefined, { ram }: Board): void {
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

/** The UART that Xen has for itself, as the tree describes it. @param named alias or path @throws LabFailure */
function uartAt(tree: DeviceTree, board: Board, named: string | undefined): XenUart {
  const path = named ?? consolePath(tree);
  if (path === undefined) return fail('xen.tree', 'the tree has no UART for the console of Xen; add a node of a PL011');
  const node = findNode(tree, alias(tree, path) ?? path);
  if (!node) fail('xen.tree', `dtuart=${path} is no node of the device tree; give the path of a UART, or an alias`);
  const device = hostDevices(tree, undefined).find(one => one.path === node.path);
  const [window, irq] = [device?.windows[0], device?.interrupts[0]];
  const there = board.devices.some(({ type, windows }) => type === 'pl011' && windows[0]?.base === window?.base);
  if (!window || irq === undefined || !there)
    return fail('xen.tree', `${node.path}: the console of Xen is a PL011 with registers and an interrupt, and none of the board is there; correct the tree, or dtuart=`); // prettier-ignore
  return { path: node.path, base: window.base, irq };
}

export const hostTree = ({ tree }: BuiltinPlan) => parseBlob(tree, 'host tree');
