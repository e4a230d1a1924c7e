// Modules and command lines of dom0: those of the user's tree stay what they are, unless an option says otherwise.
import { setString } from '../../dt/access';
import type { DeviceTree, DtNode } from '../../dt/tree';
import type { PlanRequest } from '../boot-plan';
import { memoryForDom0 } from '../embedded-names';
import { fail, problem } from '../problems';
import type { LabProblem } from '../protocol';
import { completeXenArguments, consolePath, dom0Memory, optionOf, withConsole } from './arguments';
import { addModule, commandLines, domainNodes, modulesBelow, setReg, type TreeModule } from './chosen';
import type { ConfiguredDomain } from './domains';
import type { MemoryPlan } from './memory-plan';
import { readDomainKernel, readRamDisk, type ModuleFile } from './modules';

const MIB = 1 << 20;
/** Of a kernel that nobody has read yet, unpacked. */
const USUAL_KERNEL = 32 * MIB;

export interface Dom0Request extends PlanRequest {
  readonly tree: DeviceTree;
  readonly chosen: DtNode;
  readonly memory: MemoryPlan;
  /** Bytes of RAM that the tree describes. */
  readonly ram: number;
  readonly domains: readonly ConfiguredDomain[];
  readonly say: (problem: LabProblem) => void;
}

/** What dom0 boots from. Without a kernel there is no dom0. */
export interface Dom0 {
  readonly kernel: ModuleFile | undefined;
  readonly ramdisk: ModuleFile | undefined;
  /** The modules of the user's tree. */
  readonly modules: readonly TreeModule[];
}

const choice = (request: Dom0Request, message: string): void =>
  request.say({ ...problem('xen.choice', message), severity: 'information' });

/** Completes the command lines in /chosen and reads the files. @throws LabFailure, ImageError */
export async function prepareDom0(request: Dom0Request): Promise<Dom0> {
  const { host, chosen, configuration, domains } = request;
  const modules = modulesBelow(chosen);
  const own = modules.find(({ kind }) => kind === 'kernel');
  const exists = configuration.kernel !== undefined || own !== undefined;
  if (!exists && domains.length === 0 && domainNodes(chosen).length === 0)
    fail('xen.kernel', 'Xen has nothing to start; give the kernel of dom0 with --kernel, or a domain with --domain');
  const before = commandLines(chosen, own?.node);
  const { initrd, kernel, decompress = own ? 'guest' : 'host' } = configuration;
  const ramdisk = initrd === undefined ? undefined : await readRamDisk(host, initrd, 'dom0');
  const xen = writeXenArguments(request, before.xen, exists, ramdisk?.bytes.length ?? 0);
  if (exists) {
    writeDom0Arguments(request, before.dom0, own?.node);
    checkTotal(request, dom0Memory(xen));
  }
  if (kernel === undefined) return { kernel: undefined, ramdisk, modules };
  const read = await readDomainKernel({
    ...{ host, file: kernel, domain: 'dom0', decompress, say: request.say },
    ...{ memory: dom0Memory(xen), initrd: ramdisk?.bytes.length ?? 0 },
  });
  return { kernel: read, ramdisk, modules };
}

/** @returns what Xen will see */
function writeXenArguments(request: Dom0Request, before: string | undefined, dom0: boolean, initrd: number): string {
  const { chosen, tree, ram, domains, configuration } = request;
  const given = configuration.xenArgs;
  if (given === undefined && before !== undefined) {
    if (optionOf(before, 'console') === undefined && consolePath(tree) !== undefined)
      choice(
        request,
        'the command line of Xen in the tree has no console=, so Xen may be silent; --xen-append replaces it',
      );
    return before;
  }
  if (before !== undefined) choice(request, `--xen-append replaces the command line of Xen in the tree, "${before}"`);
  const taken = domains.reduce((sum, { memory }) => sum + memory * MIB + USUAL_KERNEL, initrd + USUAL_KERNEL);
  const all = completeXenArguments(given ?? '', {
    ...{ tree, memory: ram, taken, dom0 },
    dom0Mebibytes: memoryForDom0(configuration.kernel),
  });
  setString(chosen, 'xen,xen-bootargs', all);
  return all;
}

function writeDom0Arguments(request: Dom0Request, before: string | undefined, kernel: DtNode | undefined): void {
  const given = request.configuration.args;
  if (given === undefined && before !== undefined) return;
  if (before !== undefined) choice(request, `--append replaces the command line of dom0 in the tree, "${before}"`);
  // That of the module would win.
  kernel?.removeProperty('bootargs');
  setString(request.chosen, 'xen,dom0-bootargs', withConsole(given ?? '', 'hvc0'));
}

/** @throws LabFailure when the domains want more than there is */
function checkTotal({ ram, domains }: Dom0Request, dom0: number): void {
  const total = domains.reduce((sum, { memory }) => sum + memory, dom0 / MIB);
  if (total * MIB <= ram) return;
  const each = [`dom0 ${dom0 / MIB}`, ...domains.map(({ name, memory }) => `${name} ${memory}`)].join(', ');
  const remedy = 'give the board more memory (--memory), or dom0 less (--xen-append dom0_mem=256M)';
  fail('xen.memory', `the domains want ${total} MiB (${each}), but there are ${ram / MIB}; ${remedy}`);
}

/** Puts kernel and RAM disk into memory: where the tree wants them, or where there is room. */
export function placeDom0(request: Dom0Request, { kernel, ramdisk, modules }: Dom0): void {
  if (kernel) place(request, modules, 'kernel', kernel);
  if (!ramdisk) return;
  dropInitrd(request);
  place(request, modules, 'ramdisk', ramdisk);
}

const ROLES = { kernel: 'kernel of dom0', ramdisk: 'RAM disk of dom0' } as const;

function place(
  request: Dom0Request,
  modules: readonly TreeModule[],
  kind: 'kernel' | 'ramdisk',
  { name, bytes, why }: ModuleFile,
): void {
  const { memory, chosen } = request;
  const role = ROLES[kind];
  const own = modules.find(module => module.kind === kind);
  if (!own) {
    addModule(chosen, kind, memory.high({ name, role, bytes, why }), bytes.length);
    return;
  }
  memory.at(own.address, { name, role, bytes, why: `${own.node.path} wants it here` });
  if (own.size === bytes.length) return;
  choice(
    request,
    `${own.node.path}: the size in reg is ${own.size}, corrected to the ${bytes.length} bytes of ${name}`,
  );
  setReg(own.node, own.address, bytes.length);
}

/** Xen takes the RAM disk of a native boot for one of dom0. */
function dropInitrd(request: Dom0Request): void {
  const { chosen } = request;
  const found = ['linux,initrd-start', 'linux,initrd-end'].filter(name => chosen.removeProperty(name));
  if (found.length > 0) choice(request, '--initrd replaces the RAM disk that the tree names with linux,initrd-start');
}

/**
 * Whether everything that the tree promises Xen is in memory.
 * @throws LabFailure `xen.module` naming the first that is not
 */
export function checkModules(chosen: DtNode, memory: MemoryPlan): void {
  for (const parent of [chosen, ...domainNodes(chosen)])
    for (const { node, kind, address, size } of modulesBelow(parent)) {
      if (memory.holds({ from: address, to: address + size })) continue;
      const option =
        parent === chosen && kind !== 'other' ? `${kind === 'kernel' ? '--kernel' : '--initrd'} FILE or ` : '';
      const where = `0x${address.toString(16)}-0x${(address + size).toString(16)}`;
      const remedy = `give ${option}--load FILE@0x${address.toString(16)}`;
      fail(
        'xen.module',
        `${node.path}: the tree promises Xen a module at ${where}, but nothing is loaded there; ${remedy}`,
      );
    }
  if (!chosen.property('linux,initrd-start')) return;
  const [from, to] = ['linux,initrd-start', 'linux,initrd-end'].map(name => number(chosen, name));
  if (from === undefined || to === undefined || to <= from)
    fail('xen.tree', '/chosen: linux,initrd-start and linux,initrd-end are no range; remove them, or correct both');
  if (!memory.holds({ from, to }))
    fail(
      'xen.module',
      `/chosen: linux,initrd-start promises a RAM disk at 0x${from.toString(16)}, but nothing is loaded there; give --initrd`,
    );
}

function number(node: DtNode, name: string): number | undefined {
  const value = node.property(name)?.value;
  if (value?.length !== 4 && value?.length !== 8) return undefined;
  return value.reduce((all, byte) => all * 256 + byte, 0);
}
