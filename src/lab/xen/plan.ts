// A boot of Xen: what a boot loader does before it jumps to a Xen binary. Where things lie is computed, and told to Xen in
// /chosen of the device tree (Xen, docs/misc/arm/booting.txt and docs/misc/arm/device-tree/booting.txt).
import { setString } from '../../dt/access';
import { writeBlob } from '../../dt/blob';
import { loadSource } from '../../dt/source/compile';
import type { DeviceTree, DtNode } from '../../dt/tree';
import { readXenBinary, size, type XenBinary } from '../../image';
import type { BootPlan, PlanRequest } from '../boot-plan';
import { limitCpus, readTree, setMemory } from '../device-tree';
import { readInput } from '../files';
import { fail, problem } from '../problems';
import type { LabConfiguration, LabProblem } from '../protocol';
import { treesOfXen } from '../trees';
import { addModule, ensureCells } from './chosen';
import { checkModules, placeDom0, prepareDom0, type Dom0Request } from './dom0';
import { addDomain, domainCommandLine, LONGEST_COMMAND_LINE, readDomains } from './domains';
import { planLinkedTree } from './linked-tree';
import { placeXen, startMemory, xenEntry } from './loading';
import { checkBanks, memoryBanks, takenMemory } from './memory';
import type { MemoryPlan } from './memory-plan';
import { readDomainKernel, readRamDisk, type ModuleFile } from './modules';

const MIB = 1 << 20;
/** What Xen maps of the tree (Xen, MAX_FDT_SIZE). */
const LARGEST_TREE = 2 * MIB;
/** The path of the Xen binary; undefined when the lab boots something else. */
export const xenFile = ({ hypervisor = 'builtin' }: LabConfiguration): string | undefined =>
  hypervisor === 'builtin' || hypervisor === 'none' ? undefined : hypervisor;

/** @throws LabFailure, ImageError or DtError for anything that is wrong with what the user gave */
export async function planXen(request: PlanRequest, file: string): Promise<BootPlan> {
  const { host, board, configuration } = request;
  if (!board.cpu.virtualization) {
    const what = `${board.name} has a processor without the Virtualization Extensions`;
    fail(
      'xen.board',
      `${what}, and Xen cannot run on it; choose another board, or --hypervisor none for a native boot`,
    );
  }
  const xen = await readXenBinary(await readInput(host, file, 'Xen binary'), file);
  return configuration.deviceTree === 'none' ? planLinkedTree(request, xen) : planWithTree(request, xen);
}

async function planWithTree(request: PlanRequest, xen: XenBinary): Promise<BootPlan> {
  const { host, configuration } = request;
  const problems: LabProblem[] = [];
  const say = (one: LabProblem): void => void problems.push(one);
  const { tree, chosen } = await readyTree(request, say);
  const banks = memoryBanks(tree);
  const memory = await startMemory(request, banks, takenMemory(tree));
  const domains = await readDomains(host, configuration.domains ?? [], say);
  const ram = banks.reduce((sum, bank) => sum + bank.size, 0);
  const dom0Request: Dom0Request = { ...request, tree, chosen, memory, ram, domains, say };
  const dom0 = await prepareDom0(dom0Request);
  ensureCells(chosen);
  const pc = placeXen(memory, xen);
  placeDom0(dom0Request, dom0);
  for (const domain of domains) {
    const node = addDomain(chosen, domain);
    const ramdisk = domain.ramdisk === undefined ? undefined : await readRamDisk(host, domain.ramdisk, domain.name);
    const kernel = await readDomainKernel({
      ...{ host, file: domain.kernel, domain: domain.name, decompress: configuration.decompress ?? 'host', say },
      ...{ memory: domain.memory * MIB, initrd: ramdisk?.bytes.length ?? 0 },
    });
    placeModule(memory, node, 'kernel', kernel, domainCommandLine(domain), domain.file);
    if (ramdisk) placeModule(memory, node, 'ramdisk', ramdisk);
  }
  checkModules(chosen, memory);
  const blob = writeBlob(tree);
  if (blob.length > LARGEST_TREE)
    fail('xen.tree', `a tree of ${size(blob.length)}; Xen maps ${size(LARGEST_TREE)} of it`);
  const dtb = memory.high({ name: 'device tree', role: 'device tree', bytes: blob, why: 'r2 points to it' });
  const trees = treesOfXen(blob, 'what Xen boots with');
  return { images: memory.images, placed: memory.finish(), entry: xenEntry(pc, dtb), problems, trees };
}

/** The user's tree or the board's, made to fit the machine. @throws LabFailure, DtError */
export async function readyTree(
  { host, board, configuration, cpus, memoryBytes }: PlanRequest,
  say: (problem: LabProblem) => void,
): Promise<{ tree: DeviceTree; chosen: DtNode }> {
  const file = configuration.deviceTree;
  const tree =
    file === undefined
      ? loadSource(board.deviceTree.source, { file: board.deviceTree.file })
      : await readTree(host, file);
  const note = (what: string): void =>
    say({ ...problem('xen.choice', `${file}: ${what}`, file === undefined ? {} : { file }), severity: 'information' });
  const ram = { base: board.ram.base, size: memoryBytes };
  const banks = memoryBanks(tree);
  if (file === undefined || configuration.memory !== undefined || banks.length === 0) {
    setMemory(tree.root, ram);
    if (file !== undefined && banks.length === 0)
      note(`the tree has no memory node; it gets one with the ${memoryBytes / MIB} MiB of the machine`);
  } else checkBanks(banks, ram, file);
  limitCpus(tree.root, cpus);
  const chosen = tree.root.child('chosen');
  if (!chosen)
    fail(
      'xen.tree',
      `${file ?? board.name}: the tree has no /chosen, where Xen looks for its command line and its modules; ` +
        'add "chosen { };" to the root node, the lab fills it',
      file === undefined ? {} : { file },
    );
  return { tree, chosen };
}

/** Places a module of a domain and adds its node. */
function placeModule(
  memory: MemoryPlan,
  domain: DtNode,
  kind: 'kernel' | 'ramdisk',
  { name, bytes, why }: ModuleFile,
  args?: string,
  file?: string,
): void {
  const role = `${kind === 'kernel' ? 'kernel' : 'RAM disk'} of ${domain.name}`;
  const node = addModule(domain, kind, memory.high({ name, role, bytes, why }), bytes.length);
  if (args === undefined) return;
  if (args.length >= LONGEST_COMMAND_LINE)
    fail('xen.domain', `${file}: a command line of ${args.length} characters; Xen takes ${LONGEST_COMMAND_LINE - 1}`);
  setString(node, 'bootargs', args);
}
