// What the start of a machine tells about its silence: mode, device tree, command lines, consoles.
import { alias, findByCompatible, findNode, getString, isEnabled } from '../../dt/access';
import { optionOf } from '../xen/arguments';
import { allWait, type BootFacts, type Evidence, firstCore, isTree, word } from './evidence';
import { hex } from './words';

export function findWrongMode({ boot }: Evidence): string | undefined {
  if (boot.kind !== 'xen' || boot.mode === 'hyp') return undefined;
  return `what was started is Xen, in ${boot.secure ? 'Secure ' : ''}${boot.mode} mode, but Xen begins in Hyp mode`;
}

export function findTree({ boot, read }: Evidence): string | undefined {
  const { kind, treeAddress } = boot;
  if (kind === 'program' || treeAddress === undefined) return undefined;
  const there = read(treeAddress, 4);
  if (isTree(there)) return undefined;
  const found = word(there, false);
  const instead = found === undefined ? 'no memory is there' : `there is ${hex(found)}`;
  return boot.tree
    ? `the device tree at ${hex(treeAddress)}, to which r2 pointed, has been overwritten: its magic 0xd00dfeed is gone, ${instead}`
    : `r2 was ${hex(treeAddress)}, where no device tree begins: its magic is 0xd00dfeed, but ${instead}`;
}

/** Drivers of Linux by the name of their consoles, and the devices that have them. */
const LINUX_CONSOLES = [{ compatible: 'arm,pl011', console: 'ttyAMA' }] as const;
/** Consoles that are no device of a board. */
const ELSEWHERE = /^(tty\d*|hvc\d+|ttynull|netcon\d*)$/;

function findLinuxConsole({ tree }: BootFacts): string | undefined {
  const chosen = tree?.root.child('chosen');
  if (!tree || !chosen) return undefined;
  const args = getString(chosen, 'bootargs') ?? '';
  const named = args.split(/\s+/).flatMap(argument => /^console=([^,]+)/.exec(argument)?.[1] ?? []);
  if (/(^|\s)earlycon(\s|=|$)/.test(args)) return undefined;
  if (named.length === 0) {
    if (getString(chosen, 'stdout-path') !== undefined) return undefined;
    return 'neither the command line of the kernel (console=) nor the tree (/chosen/stdout-path) names a console';
  }
  const there = LINUX_CONSOLES.flatMap(({ compatible, console }) =>
    findByCompatible(tree, compatible)
      .filter(isEnabled)
      .map((_, n) => `${console}${n}`),
  );
  if (named.some(one => there.includes(one))) return undefined;
  const where = named.every(one => ELSEWHERE.test(one)) ? 'is no UART' : 'is none of its UARTs';
  return `console=${named.join(' and ')} ${where}: Linux calls those of this board ${there.join(', ')}`;
}

function findXenConsole({ tree, board }: BootFacts): string | undefined {
  const chosen = tree?.root.child('chosen');
  if (!tree || !chosen) return undefined;
  const args = getString(chosen, 'xen,xen-bootargs') ?? getString(chosen, 'bootargs') ?? '';
  const console = optionOf(args, 'console');
  if (console === undefined || !console.split(',').includes('dtuart'))
    return `the command line of Xen has ${console === undefined ? 'no console=' : `console=${console}`}, so it opens no UART of the tree`;
  const named = optionOf(args, 'dtuart') ?? getString(chosen, 'stdout-path');
  if (named === undefined) return 'the command line of Xen has no dtuart=, and the tree no /chosen/stdout-path';
  const path = named.replace(/:.*$/s, '');
  const node = findNode(tree, alias(tree, path) ?? path);
  if (!node) return `dtuart=${path} is no node of the device tree`;
  if (!isEnabled(node)) return `dtuart=${path} is disabled in the device tree`;
  const compatible = getString(node, 'compatible') ?? '';
  return findByCompatible(tree, 'arm,pl011').includes(node)
    ? undefined
    : `dtuart=${path} is "${compatible}", and the UARTs of ${board.name} are PL011`;
}

/** Domains whose kernels were told of consoles that they do not have. */
function findDomainConsole({ domains = [] }: BootFacts): string | undefined {
  for (const { name, cmdline, consoles } of domains) {
    const named = cmdline.split(/\s+/).flatMap(argument => /^console=([^,]+)/.exec(argument)?.[1] ?? []);
    if (named.length === 0 || named.some(one => consoles.includes(one))) continue;
    return `console=${named.join(' and ')} on the command line of ${name} is none of its consoles: it has ${consoles.join(' and ')}`;
  }
  return undefined;
}

export function findConsole({ boot }: Evidence): string | undefined {
  if (boot.kind === 'domains') return findDomainConsole(boot);
  if (boot.kind === 'linux') return findLinuxConsole(boot);
  return boot.kind === 'xen' && boot.mode === 'hyp' ? findXenConsole(boot) : undefined;
}

export function findSwitchedOff({ condition }: Evidence): string | undefined {
  const off = condition.consoles.find(({ on, unsent }) => !on && unsent > 0);
  return off && `bytes were written to ${off.name} (${hex(off.base)}) while it is off: UARTCR.UARTEN or TXE is 0`;
}

export function findSleep(evidence: Evidence): string | undefined {
  if (!allWait(evidence)) return undefined;
  const { condition, appointment, guests } = evidence;
  // What the hypervisor itself waits for, its UART, does not wake a guest.
  if (guests) return appointment ? undefined : 'all virtual CPUs wait (WFI), and no timer of theirs is set';
  const deaf = !condition.cores.some(({ wakeable }) => wakeable);
  const listens = condition.consoles.some(one => one.listens);
  if (!deaf && (appointment || listens)) return undefined;
  const cores = condition.cores.length === 1 ? 'the only core waits' : 'all cores wait';
  const why = deaf
    ? 'no interrupt of a device is enabled in the interrupt controller'
    : 'no timer is set and no UART raises an interrupt for what is typed';
  return `${cores} (WFI or WFE), and nothing can wake the machine: ${why}`;
}

/** Linux opens the console of a UART when the driver comes up, after its self-tests of cryptography: 1.6 thousand million. */
const LINUX_PATIENCE = 4e9;

export const findNothing = ({ boot, instructions }: Evidence): string | undefined =>
  boot.kind === 'linux' && instructions < LINUX_PATIENCE ? undefined : 'nothing that is known to go wrong was found';

/** A decompressor runs where it was loaded, maps nothing elsewhere, and takes no exceptions. */
export function findUnpacking(evidence: Evidence): string | undefined {
  const { boot, condition } = evidence;
  const core = firstCore(evidence);
  const quiet = condition.cores.every(({ exceptions }) => exceptions.length === 0);
  if (!boot.packed || !quiet || core.pc !== core.physicalPc || core.waiting) return undefined;
  return 'the kernel still unpacks itself, which takes some thousand million instructions and says nothing';
}

export function findParked({ condition }: Evidence): string | undefined {
  const parked = condition.cores.flatMap((core, index) => (core.parked ? [`cpu${index}`] : []));
  if (parked.length === 0) return undefined;
  return `${parked.join(', ')} still wait${parked.length === 1 ? 's' : ''} in firmware: nobody has started ${parked.length === 1 ? 'it' : 'them'}`;
}
