// From a checked configuration to what lies where in memory, and how the first core starts.
import demoGuest from '../../guests/demo/demo.elf';
import { parseBlob, writeBlob } from '../dt/blob';
import { loadSource } from '../dt/source/compile';
import type { DeviceTree } from '../dt/tree';
import type { Board } from '../emu/boards';
import type { BootImage } from '../emu/machine';
import { checkPlacement, kernelEntryRegisters, placeLinux, type PlacedImage, type RamBank } from '../image';
import { completeTree, readTree } from './device-tree';
import { readInput } from './files';
import type { LabHost } from './host';
import { readElf, readKernel, type Program, type Segment } from './programs';
import { fail } from './problems';
import type { LabConfiguration, LabProblem } from './protocol';
import { type LabTrees, nativeTrees } from './trees';
import { planXen, xenFile } from './xen/plan';

const MIB = 1 << 20;
/** r1 of the Linux boot protocol when the tree alone describes the board. */
const NO_MACHINE_TYPE = 0xffff_ffff;
/** CPSR of the first instruction: Supervisor or Hyp mode, everything masked; in T32 where bit 0 of the entry says so. */
const SUPERVISOR = 0x1d3;
const HYP = 0x1da;
const THUMB = 0x20;
/** Where the tree goes beside a program that has a place of its own: out of its way, if there is so much memory. */
const TREE_OFFSET = 128 * MIB;
const TREE_ALIGNMENT = 2 * MIB;
const PAGE = 4096;

/** What lies in memory, as the machine takes it, and as people read it. */
export interface BootPlan extends BootImage {
  readonly placed: readonly PlacedImage[];
  /** Warnings and information. */
  readonly problems: readonly LabProblem[];
  /** The device trees that are known from outside. */
  readonly trees: LabTrees;
}

export interface PlanRequest {
  readonly host: LabHost;
  readonly board: Board;
  readonly configuration: LabConfiguration;
  readonly cpus: number;
  readonly memoryBytes: number;
}

interface Payload {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** @throws LabFailure, ImageError or DtError for anything that is wrong with what the user gave */
export async function planBoot(request: PlanRequest): Promise<BootPlan> {
  const { host, configuration } = request;
  const xen = xenFile(configuration);
  if (xen !== undefined) return planXen(request, xen);
  const program = await readProgram(request);
  const initrd = configuration.initrd === undefined ? undefined : await readPayload(host, configuration.initrd);
  const tree = await treeOf(request, program);
  const hostTree = writeBlob(tree);
  // The tree says where the RAM disk is, and its size decides where that is: measured first, written last.
  completeTree(tree, { ...facts(request), ...(initrd && { initrd: { address: 0, size: initrd.bytes.length } }) });
  const dtb = { name: 'device tree', bytes: writeBlob(tree) };
  const placed =
    program.kind === 'linux' ? besideKernel(request, program, dtb, initrd) : beside(request, program, dtb, initrd);
  const [treePlace, initrdPlace] = [placed.tree, placed.initrd];
  if (initrd && initrdPlace) {
    completeTree(tree, { ...facts(request), initrd: { address: initrdPlace.address, size: initrd.bytes.length } });
  }
  const blob = writeBlob(tree);
  const images = [...placed.program, { address: treePlace.address, bytes: blob }];
  if (initrd && initrdPlace) images.push({ address: initrdPlace.address, bytes: initrd.bytes });
  const { r0, r1, r2 } = kernelEntryRegisters(NO_MACHINE_TYPE, treePlace.address);
  const thumb = placed.entry % 2 === 1 ? THUMB : 0;
  const cpsr = (configuration.el === 2 ? HYP : SUPERVISOR) | thumb;
  return {
    images,
    placed: placed.all,
    problems: [],
    trees: nativeTrees(hostTree, program.kind === 'linux' ? 'kernel' : 'program', blob),
    entry: {
      pc: placed.entry - (thumb ? 1 : 0),
      cpsr,
      registers: [r0, r1, r2],
      secure: startsSecure(request),
    },
  };
}

/** Whether the program starts in Secure state; a board without the Security Extensions has none. */
function startsSecure({ board, configuration: { el } }: PlanRequest): boolean {
  if (board.cpu.virtualization) return el === undefined || el === 3;
  if (el !== undefined && el !== 1)
    fail('configuration.value', `el: the processor of ${board.name} has no exception level ${el}, only 1`);
  return false;
}

const readPayload = async (host: LabHost, file: string): Promise<Payload> => ({
  name: file,
  bytes: await readInput(host, file, 'initial RAM disk'),
});

async function readProgram({ host, configuration }: PlanRequest): Promise<Program> {
  const { kernel, elf, load = [], entry, decompress = 'host' } = configuration;
  if (kernel !== undefined)
    return readKernel(await readInput(host, kernel, 'kernel'), kernel, decompress, host.unpacked);
  const raw: Segment[] = [];
  for (const { file, address } of load) {
    const bytes = await readInput(host, file, 'file to load');
    raw.push({ address, bytes, memorySize: bytes.length });
  }
  if (elf === undefined && load.length > 0)
    return { kind: 'linked', name: load[0]!.file, segments: raw, entry: entry ?? load[0]!.address };
  const program = readElf(elf === undefined ? demoGuest : await readInput(host, elf, 'ELF file'), elf ?? 'demo guest');
  if (program.kind === 'linux') return program;
  return { ...program, segments: [...program.segments, ...raw], entry: entry ?? program.entry };
}

async function treeOf({ host, board, configuration }: PlanRequest, program: Program): Promise<DeviceTree> {
  if (configuration.deviceTree !== undefined) return readTree(host, configuration.deviceTree);
  if (program.kind === 'linux' && program.appendedDtb) return parseBlob(program.appendedDtb, program.payload.name);
  return loadSource(board.deviceTree.source, { file: board.deviceTree.file });
}

const facts = ({ board, configuration, cpus, memoryBytes }: PlanRequest) => ({
  cpus,
  ram: { base: board.ram.base, size: memoryBytes },
  args: configuration.args,
});

interface Places {
  readonly program: { address: number; bytes: Uint8Array }[];
  readonly tree: PlacedImage;
  readonly initrd: PlacedImage | undefined;
  readonly all: readonly PlacedImage[];
  readonly entry: number;
}

function besideKernel(
  { board, memoryBytes }: PlanRequest,
  { payload, bytes }: Program & { kind: 'linux' },
  dtb: Payload,
  initrd: Payload | undefined,
): Places {
  const { images, entry } = placeLinux({
    ram: [{ base: board.ram.base, size: memoryBytes }],
    kernel: payload,
    dtb: { name: dtb.name, size: dtb.bytes.length },
    ...(initrd && { initrd: { name: initrd.name, size: initrd.bytes.length } }),
  });
  const [kernel, tree, disk] = images;
  return { program: [{ address: kernel!.address, bytes }], tree: tree!, initrd: disk, all: images, entry };
}

/** A program with a place of its own; the tree and the RAM disk go where it is not. */
function beside(
  { board, memoryBytes }: PlanRequest,
  { name, segments, entry }: Program & { kind: 'linked' },
  dtb: Payload,
  initrd: Payload | undefined,
): Places {
  const ram = { base: board.ram.base, size: memoryBytes };
  const banks = [ram, ...board.memories];
  const parts = segments.map(({ address, memorySize }) =>
    place('program', name, address, memorySize, 'linked to run here'),
  );
  checkPlacement(parts, banks);
  const tree = placeFree(ram, parts, 'device tree', dtb);
  const disk = initrd && placeFree(ram, [...parts, tree], 'initial RAM disk', initrd);
  const all = [...parts, tree, ...(disk ? [disk] : [])];
  checkPlacement(all, banks);
  const program = segments.map(({ address, bytes, memorySize }) => {
    const filled = new Uint8Array(memorySize);
    filled.set(bytes);
    return { address, bytes: filled };
  });
  return { program, tree, initrd: disk, all, entry };
}

function placeFree(ram: RamBank, taken: readonly PlacedImage[], role: string, { name, bytes }: Payload): PlacedImage {
  const behind = taken.map(({ reserved }) => reserved.to);
  const free = [ram.base + TREE_OFFSET, ...behind, ram.base]
    .map(at => Math.ceil(at / TREE_ALIGNMENT) * TREE_ALIGNMENT)
    .find(at => {
      const to = at + Math.ceil(bytes.length / PAGE) * PAGE;
      if (at < ram.base || to > ram.base + ram.size) return false;
      return taken.every(({ reserved }) => to <= reserved.from || at >= reserved.to);
    });
  // Without room anywhere the check of all places says so, in words.
  return place(role, name, free ?? ram.base, bytes.length, 'where the program is not');
}

const place = (role: string, name: string, address: number, size: number, why: string): PlacedImage => ({
  name,
  role,
  address,
  size,
  why,
  reserved: { from: address, to: address + size },
});
