// Command lines of Xen and of what it boots: what is added to make a boot talk, and nothing else.
import { alias, findByCompatible, findNode, getString, isEnabled } from '../../dt/access';
import type { DeviceTree } from '../../dt/tree';
import { parseXenSize } from '../../hyp';

const MIB = 1 << 20;
/** What Xen takes for dom0 when nobody says it, after three seconds of warnings. */
const DOM0_MIB = 512;
/** Dom0's first bank is that large, or all of it; smaller steps than this split memory into pieces. */
const DOM0_STEP_MIB = 128;
const DOM0_LEAST_MIB = 64;
/** Xen's heap has 32 MiB at least, at a multiple of that, and the frame table and page tables need some. */
const XEN_MIB = 80;

/** The value of an option (`console=dtuart` is the option `console`), the last one given; undefined without it. */
export function optionOf(commandLine: string, name: string): string | undefined {
  const words = commandLine.split(/\s+/).filter(word => word.startsWith(`${name}=`));
  return words.at(-1)?.slice(name.length + 1);
}

/** Path of the UART that the tree has its console on: `stdout-path`, else serial0, else the first PL011. */
export function consolePath(tree: DeviceTree): string | undefined {
  const chosen = tree.root.child('chosen');
  const stdout = chosen && getString(chosen, 'stdout-path')?.replace(/:.*$/s, '');
  const named = [stdout, alias(tree, 'serial0')].map(path => (path === undefined ? undefined : findNode(tree, path)));
  const node = named.find(one => one !== undefined) ?? findByCompatible(tree, 'arm,pl011').find(isEnabled);
  return node?.path;
}

/** What is known of the machine when Xen's command line is completed. */
export interface XenArgumentFacts {
  readonly tree: DeviceTree;
  /** RAM of the machine, and what other domains and all modules take of it, in bytes. */
  readonly memory: number;
  readonly taken: number;
  readonly dom0: boolean;
  /** MiB that dom0 is to have; undefined: as much as Xen would take itself. */
  readonly dom0Mebibytes?: number | undefined;
}

/** Adds console and memory of dom0 where the user has not said anything about them. */
export function completeXenArguments(given: string, facts: XenArgumentFacts): string {
  const { tree, memory, taken, dom0, dom0Mebibytes: wanted } = facts;
  const words = given === '' ? [] : [given];
  const console = optionOf(given, 'console');
  if (console === undefined) words.push('console=dtuart');
  const uart = consolePath(tree);
  const onUart = console === undefined || console.split(',').includes('dtuart');
  if (onUart && uart !== undefined && optionOf(given, 'dtuart') === undefined) words.push(`dtuart=${uart}`);
  if (dom0 && optionOf(given, 'dom0_mem') === undefined)
    words.push(`dom0_mem=${wanted ?? dom0Mebibytes(memory - taken)}M`);
  return words.join(' ');
}

/** As much as Xen would take itself, or, of little memory, what leaves room for Xen. */
function dom0Mebibytes(bytes: number): number {
  const free = Math.floor(bytes / MIB) - XEN_MIB;
  if (free >= DOM0_MIB) return DOM0_MIB;
  return Math.max(DOM0_LEAST_MIB, Math.floor(free / DOM0_STEP_MIB) * DOM0_STEP_MIB);
}

/** Bytes of memory that dom0 gets with this command line of Xen. */
export const dom0Memory = (xenArguments: string): number =>
  parseXenSize(optionOf(xenArguments, 'dom0_mem') ?? '') ?? DOM0_MIB * MIB;

/** A command line of Linux with a console: a kernel under Xen that is not told of one says nothing. */
export const withConsole = (given: string, console: string): string =>
  optionOf(given, 'console') === undefined ? `console=${console} ${given}`.trim() : given;
