// The way of the first releases: the device tree is linked into Xen (CONFIG_DTB_FILE), and dom0's kernel lies where that
// tree says, or at the beginning of the flash (Xen 4.2 to 4.4, KERNEL_FLASH_ADDRESS). Nothing is written into the tree.
import { parseBlob } from '../../dt/blob';
import type { Board } from '../../emu/boards';
import { identify, parseZImage, size, type XenBinary } from '../../image';
import type { BootPlan, PlanRequest } from '../boot-plan';
import { fail, problem } from '../problems';
import type { LabConfiguration, LabProblem } from '../protocol';
import { readInput } from '../files';
import { treesOfXen } from '../trees';
import { modulesBelow, type TreeModule } from './chosen';
import { checkModules } from './dom0';
import { flashAliases, flashBanks } from './flash';
import { checkBanks, memoryBanks, takenMemory } from './memory';
import type { MemoryPlan } from './memory-plan';
import { placeXen, startMemory, xenEntry } from './loading';

const MIB = 1 << 20;
/** KERNEL_FLASH_ADDRESS and KERNEL_FLASH_SIZE. */
const FLASH_ADDRESS = 0;
const FLASH_SIZE = 8 * MIB;

/** Options that would have to be written into the tree. */
const IN_THE_TREE = ['xenArgs', 'args', 'domains'] as const satisfies readonly (keyof LabConfiguration)[];

/** @throws LabFailure, ImageError or DtError */
export async function planLinkedTree(request: PlanRequest, xen: XenBinary): Promise<BootPlan> {
  const { board, configuration, memoryBytes, cpus } = request;
  const { linkedTree, file } = xen;
  if (!linkedTree)
    fail(
      'xen.tree',
      `${file}: no device tree is linked into this Xen (CONFIG_DTB_FILE), so it needs one; leave --dtb none away`,
      {
        file,
      },
    );
  const set = IN_THE_TREE.find(name => configuration[name] !== undefined);
  if (set)
    fail(
      'configuration.conflict',
      `${set} is a matter of the device tree, and that is inside of ${file}; build it into the tree`,
    );
  const tree = parseBlob(linkedTree.bytes, `${file} (linked tree)`);
  const chosen = tree.root.child('chosen');
  if (!chosen)
    fail(
      'xen.tree',
      `${file}: the linked tree has no /chosen, where Xen looks for its command line and its modules; build Xen with a ` +
        'tree that has one',
      { file },
    );
  const banks = memoryBanks(tree);
  checkBanks(banks, { base: board.ram.base, size: memoryBytes }, file);
  const problems: LabProblem[] = [];
  const listed = [...(tree.root.child('cpus')?.children.keys() ?? [])].filter(name => name.startsWith('cpu@')).length;
  if (listed > cpus) {
    const what = `the linked tree lists ${listed} cores, the machine has ${cpus}: Xen waits for the others; --cpus ${listed}`;
    problems.push({ ...problem('xen.choice', `${file}: ${what}`, { file }), severity: 'warning' });
  }
  const memory = await startMemory(request, banks, takenMemory(tree));
  const modules = modulesBelow(chosen);
  await placeFiles(request, memory, modules, file);
  checkModules(chosen, memory);
  if (!modules.some(({ kind }) => kind === 'kernel')) problems.push(...checkFlash(request, memory, file));
  const pc = placeXen(memory, xen);
  const trees = treesOfXen(linkedTree.bytes, 'linked into Xen');
  return { images: memory.images, placed: memory.finish(), entry: xenEntry(pc, 0), problems, trees };
}

/** Kernel and RAM disk go where the tree has their modules, the kernel without one into flash. As they are. */
async function placeFiles(
  { host, configuration }: PlanRequest,
  memory: MemoryPlan,
  modules: readonly TreeModule[],
  xen: string,
): Promise<void> {
  for (const [kind, option] of [
    ['kernel', 'kernel'],
    ['ramdisk', 'initrd'],
  ] as const) {
    const file = configuration[option];
    if (file === undefined) continue;
    const bytes = await readInput(host, file, `${kind} of dom0`);
    if (kind === 'kernel' && identify(bytes) !== 'uimage') parseZImage(bytes, file);
    const module = modules.find(one => one.kind === kind);
    const room = module?.size ?? FLASH_SIZE;
    if (!module && kind === 'ramdisk')
      fail('xen.tree', `${xen}: the linked tree has no module for a RAM disk, so Xen will not look for ${file}`, {
        file,
      });
    if (bytes.length > room) {
      const where = module
        ? `${module.node.path} of the linked tree has ${module.size}`
        : `Xen reads ${size(room)} of the flash`;
      fail('xen.module', `${file}: ${bytes.length} bytes, but ${where}; build the tree with the size of the file`, {
        file,
      });
    }
    const why = module ? `${module.node.path} of the linked tree` : 'Xen looks at the beginning of the flash';
    memory.at(module?.address ?? FLASH_ADDRESS, {
      name: file,
      role: `${kind} of dom0`,
      bytes: padded(bytes, module),
      why,
    });
  }
}

/** The module as long as its reg, filled up with zeros: memory that Xen reads too. */
function padded(bytes: Uint8Array, module: TreeModule | undefined): Uint8Array {
  if (!module || module.size === bytes.length) return bytes;
  const whole = new Uint8Array(module.size);
  whole.set(bytes);
  return whole;
}

/** Whether there is a kernel where Xen looks for one, or at least somewhere in flash: its address is a matter of the build. */
function checkFlash({ board }: PlanRequest, memory: MemoryPlan, xen: string): LabProblem[] {
  const places = [FLASH_ADDRESS, ...flashAliases(board, FLASH_ADDRESS)];
  if (places.some(at => memory.holds({ from: at, to: at + 1 }))) return [];
  const kernel = memory.images.find(({ address, bytes }) => isFlash(board, address) && identify(bytes) === 'zimage');
  const where = `at the beginning of the flash (address 0x${FLASH_ADDRESS.toString(16)})`;
  const looks = `${xen}: the linked tree names no kernel, so Xen looks ${where}`;
  if (kernel) {
    const what = `${looks}, but the one there is lies at 0x${kernel.address.toString(16)}; a Xen built for that finds it`;
    return [{ ...problem('xen.flash', what, { file: xen }), severity: 'warning' }];
  }
  const remedy = 'give --kernel FILE, or an images.txt with a kernel at NORnADDRESS 0 on the card (--sdcard)';
  return fail('xen.flash', `${looks}, and no image covers that; ${remedy}`, { file: xen });
}

const isFlash = (board: Board, address: number): boolean =>
  flashBanks(board).some(({ base, size: bytes }) => address >= base && address < base + bytes);
