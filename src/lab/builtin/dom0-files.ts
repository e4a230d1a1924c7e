// Where dom0's kernel and RAM disk come from when no option names them: a module of the tree that is in memory, or the
// beginning of the flash, where the first releases of Xen looked (KERNEL_FLASH_ADDRESS).
import type { DtNode } from '../../dt/tree';
import type { PlanRequest } from '../boot-plan';
import { readInput } from '../files';
import { fail } from '../problems';
import { modulesBelow, type TreeModule } from '../xen/chosen';
import { flashAliases, type FlashImage, readFlash } from '../xen/flash';

const FLASH_ADDRESS = 0;

export interface Dom0File {
  /** The file, as the user named it. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Dom0Files {
  readonly kernel: Dom0File | undefined;
  readonly ramdisk: Dom0File | undefined;
  /** What the card puts into flash. */
  readonly flash: readonly FlashImage[];
  /** The module of the kernel, which may have a command line of its own. */
  readonly module: DtNode | undefined;
}

/** Files that somebody has put somewhere: with --load, or into flash by the images.txt of the card. */
interface Loaded extends Dom0File {
  /** Physical. */
  readonly address: number;
}

/** @throws LabFailure, ImageError for a module that nothing is loaded for */
export async function findDom0Files(request: PlanRequest, chosen: DtNode): Promise<Dom0Files> {
  const { host, board, configuration } = request;
  const modules = modulesBelow(chosen);
  const of = (kind: TreeModule['kind']) => modules.find(module => module.kind === kind);
  const [kernel, ramdisk] = [of('kernel'), of('ramdisk')];
  const flash = await readFlash(host, board, configuration.sdcard);
  if (configuration.kernel !== undefined)
    return {
      kernel: { name: configuration.kernel, bytes: await readInput(host, configuration.kernel, 'kernel of dom0') },
      ...{ ramdisk: undefined, module: kernel?.node, flash },
    };
  const loaded: Loaded[] = [];
  for (const { file, address } of configuration.load ?? [])
    loaded.push({ name: file, address, bytes: await readInput(host, file, 'file to load') });
  loaded.push(...flash);
  if (kernel)
    return {
      kernel: contents(kernel, loaded),
      ramdisk: ramdisk && configuration.initrd === undefined ? contents(ramdisk, loaded) : undefined,
      ...{ module: kernel.node, flash },
    };
  const places = [FLASH_ADDRESS, ...flashAliases(board, FLASH_ADDRESS)];
  const atStart = loaded.find(({ address }) => places.includes(address));
  return { kernel: atStart, ramdisk: undefined, module: undefined, flash };
}

/** @throws LabFailure `xen.module` when its bytes are not there */
function contents({ node, kind, address, size }: TreeModule, loaded: readonly Loaded[]): Dom0File {
  const file = loaded.find(one => one.address <= address && one.address + one.bytes.length >= address + size);
  if (file)
    return { name: file.name, bytes: file.bytes.subarray(address - file.address, address - file.address + size) };
  const option = kind === 'kernel' ? '--kernel' : '--initrd';
  const where = `0x${address.toString(16)}-0x${(address + size).toString(16)}`;
  const what = `${node.path}: the tree promises Xen a module at ${where}, but nothing is loaded there`;
  return fail('xen.module', `${what}; give ${option} FILE or --load FILE@0x${address.toString(16)}`);
}
