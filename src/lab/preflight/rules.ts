// The rules of the preflight, as rows: pitfalls that the wiki of Xen on ARM has warned of since its first boards.
import { isCompatible, regOf, shown, textsOf } from '../../dt/checks/values';
import type { DtNode } from '../../dt/tree';
import { find } from '../../image/bytes';
import type { LabProblem } from '../protocol';
import { commandLines, modulesBelow } from '../xen/chosen';
import type { PreflightCode } from './codes';
import type { Preflight, PreflightTree } from './facts';

const MIB = 1 << 20;
/** What Xen prints when it starts another processor; a build without this text starts none. */
const STARTS_OTHERS = new TextEncoder().encode('Bringing up CPU');
/** Format version that dtc writes since 2005, and all readers take. */
const BLOB_VERSION = 17;
/** From here on Linux handles sparse interrupts with device trees on Versatile Express. */
const GOOD_SPARSE_IRQ = [3, 9] as const;

interface Said {
  readonly message: string;
  readonly severity?: LabProblem['severity'];
  /** File and place, when they are known. */
  readonly place?: Pick<LabProblem, 'file' | 'line' | 'column'>;
}

export interface PreflightRule {
  readonly code: PreflightCode;
  readonly check: (lab: Preflight) => Said | readonly Said[] | undefined;
}

const isMemory = (node: DtNode): boolean => textsOf(node, 'device_type')[0] === 'memory';

function placeOf({ file }: PreflightTree, node?: DtNode): NonNullable<Said['place']> {
  const begin = node?.origins[0]?.begin;
  return begin ? { file: begin.file, line: begin.line, column: begin.column } : { file };
}

const isVexpress = ({ request }: Preflight): boolean => request.board.compatible.includes('arm,vexpress');

const isBefore = ([major, minor]: readonly [number, number], [a, b]: readonly [number, number]): boolean =>
  major < a || (major === a && minor < b);

export const PREFLIGHT_RULES: readonly PreflightRule[] = [
  {
    code: 'preflight.chosen',
    check: ({ tree, mode }) =>
      // With Xen the boot itself refuses such a tree.
      tree && mode === 'native' && !tree.tree.root.child('chosen')
        ? {
            message: `${tree.file}: the tree has no /chosen; the lab adds it, but on a board the kernel gets no command line: add "chosen { bootargs = \\"...\\"; };"`,
            place: placeOf(tree),
          }
        : undefined,
  },
  {
    code: 'preflight.dom0Arguments',
    check: ({ tree, mode, request }) => {
      const chosen = tree?.tree.root.child('chosen');
      if (!tree || !chosen || mode === 'native') return undefined;
      const module = modulesBelow(chosen).find(({ kind }) => kind === 'kernel')?.node;
      if (commandLines(chosen, module).dom0 !== undefined) return undefined;
      const rest = tree.isLinked ? '' : `; the lab adds ${request.configuration.args === undefined ? 'one' : 'yours'}`;
      return {
        message: `${tree.file}: /chosen has no xen,dom0-bootargs, so dom0 gets no command line and takes the wrong console${rest}: add xen,dom0-bootargs = "console=hvc0"`,
        severity: tree.isLinked ? 'warning' : 'information',
        place: placeOf(tree, chosen),
      };
    },
  },
  {
    code: 'preflight.cpus',
    check: ({ tree, xen, request }) => {
      if (!xen || find(xen.image, STARTS_OTHERS) >= 0) return undefined;
      const cpus = tree?.tree.root.child('cpus');
      const listed = [...(cpus?.children.values() ?? [])].filter(node => textsOf(node, 'device_type')[0] === 'cpu');
      const count = tree?.isLinked ? listed.length : Math.min(request.cpus, tree ? listed.length : request.cpus);
      if (count < 2) return undefined;
      const remedy = tree?.isLinked ? 'leave one cpu node in the tree that is linked into it' : 'give --cpus 1';
      return {
        message: `${xen.file}: this Xen starts no processor but the first, and the tree lists ${count}; ${remedy}`,
        place: { file: xen.file },
      };
    },
  },
  {
    code: 'preflight.appendedTree',
    check: ({ kernel, mode, request }) => {
      const { appended, config, file } = kernel ?? {};
      if (!appended || mode === 'native' || config?.isOff('ARM_APPENDED_DTB')) return undefined;
      const banks = [...appended.root.children.values()].filter(isMemory).flatMap(regOf);
      const { base } = request.board.ram;
      const outside = banks.filter(
        ({ address, size }) => address < BigInt(base) || address + size > BigInt(base + request.memoryBytes),
      );
      const has = banks.length === 0 ? 'no memory' : `memory at ${banks.map(shown).join(', ')}`;
      const worse = outside.length > 0 ? `, more than the ${request.memoryBytes / MIB} MiB of this board` : '';
      return {
        message: `${file}: a device tree with ${has}${worse} is behind the kernel; on a board dom0 takes it in place of the one that Xen makes, and crashes: give the zImage alone`,
        place: { file: file! },
      };
    },
  },
  {
    code: 'preflight.kernelBoard',
    check: lab => {
      const config = lab.kernel?.config;
      if (!config || !isVexpress(lab) || config.value('ARCH_VEXPRESS') === 'y') return undefined;
      const message = `${config.file}: CONFIG_ARCH_VEXPRESS is not set, so the kernel does not know ${lab.request.board.name}; set it and build again`;
      return { message, place: { file: config.file } };
    },
  },
  {
    code: 'preflight.kernelDeviceTree',
    check: lab => {
      const config = lab.kernel?.config;
      if (!config?.isOff('ARCH_VEXPRESS_DT') || !isVexpress(lab)) return undefined;
      const message = `${config.file}: CONFIG_ARCH_VEXPRESS_DT is not set, so the kernel takes no device tree on this board; set it and build again`;
      return { message, place: { file: config.file } };
    },
  },
  {
    code: 'preflight.sparseIrq',
    check: lab => {
      const config = lab.kernel?.config;
      if (!config?.version || !isVexpress(lab) || config.value('SPARSE_IRQ') !== 'y') return undefined;
      if (!isBefore(config.version, GOOD_SPARSE_IRQ)) return undefined;
      const message = `${config.file}: CONFIG_SPARSE_IRQ does not get on with device trees in Linux ${config.version.join('.')}; switch it off, or take ${GOOD_SPARSE_IRQ.join('.')} or later`;
      return { message, place: { file: config.file } };
    },
  },
  {
    code: 'preflight.appendedOption',
    check: ({ kernel, mode }) => {
      const { appended, config } = kernel ?? {};
      if (!appended || !config || mode !== 'native' || config.value('ARM_APPENDED_DTB') === 'y') return undefined;
      const message = `${config.file}: CONFIG_ARM_APPENDED_DTB is not set, so on a board the kernel does not find the tree behind it; set it and build again`;
      return { message, place: { file: config.file } };
    },
  },
  {
    code: 'preflight.atagCompat',
    check: ({ kernel, mode }) => {
      const { appended, config } = kernel ?? {};
      if (!appended || mode !== 'native' || config?.value('ARM_APPENDED_DTB') !== 'y') return undefined;
      if (config.value('ARM_ATAG_DTB_COMPAT') === 'y') return undefined;
      const message = `${config.file}: CONFIG_ARM_ATAG_DTB_COMPAT is not set, so on a board memory and command line of the boot loader do not reach the kernel; set it and build again`;
      return { message, place: { file: config.file } };
    },
  },
  {
    code: 'preflight.treeVersion',
    check: ({ tree }) =>
      tree?.version !== undefined && tree.version < BLOB_VERSION
        ? {
            message: `${tree.file}: the blob is of version ${tree.version}; compile its source with dtc 1.3 or later, which writes version ${BLOB_VERSION}`,
            place: { file: tree.file },
          }
        : undefined,
  },
  {
    code: 'preflight.guestNode',
    check: ({ guests, mode }) =>
      guests.flatMap(({ domain, kernel: { appended, file } }) =>
        appended && mode !== 'native' && ![...appended.nodes()].some(node => isCompatible(node, 'xen,xen'))
          ? [
              {
                message: `${file}: the tree behind the kernel of ${domain} has no /hypervisor node, so a kernel that takes it finds no Xen, and no disk and no console; append the tree of a guest, such as xenvm-4.2.dts of Linux`,
                place: { file },
              },
            ]
          : [],
      ),
  },
];
