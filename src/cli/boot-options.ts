// The options of `xenlab boot`; their names are part of the contract with users and scripts.
import { ATTRIBUTES } from '../lab/attributes';
import type { LabConfiguration } from '../lab/protocol';
import type { Step } from './expectations';
import { parseChoice, parseNumber, parseSeconds, UsageError, type Option } from './options';

/** What `xenlab boot` was asked for. */
export interface BootRequest {
  lab: LabConfiguration;
  console: string;
  steps: Step[];
  timeoutSeconds?: number;
  stats?: string;
  profile?: string;
  trace?: string;
}

export const newBootRequest = (): BootRequest => ({ lab: {}, console: 'uart0', steps: [] });

const READ_ONLY = ',readonly';
const ADDRESS_MAXIMUM = 0xffff_ffff;

type TextAttribute = {
  [K in keyof LabConfiguration]-?: NonNullable<LabConfiguration[K]> extends string
    ? string extends NonNullable<LabConfiguration[K]>
      ? K
      : never
    : never;
}[keyof LabConfiguration];
type NumberAttribute = 'memory' | 'cpus' | 'el' | 'maxInstructions' | 'entry';

const text = (name: string, value: string, attribute: TextAttribute, help: string): Option<BootRequest> => ({
  name,
  value,
  help,
  apply: ({ lab }, given) => {
    if (given === '') throw new UsageError(`${name} needs a value: ${value}`);
    lab[attribute] = given;
  },
});

const number = (name: string, value: string, attribute: NumberAttribute, help: string): Option<BootRequest> => ({
  name,
  value,
  help,
  apply: ({ lab }, given) => {
    const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = ATTRIBUTES[attribute];
    Object.assign(lab, { [attribute]: parseNumber(name, given, minimum, maximum) });
  },
});

const choice = (name: string, attribute: 'pace' | 'tier' | 'decompress', help: string): Option<BootRequest> => {
  const choices = ATTRIBUTES[attribute].enum ?? [];
  return {
    name,
    value: choices.join('|'),
    help,
    apply: ({ lab }, given) => void Object.assign(lab, { [attribute]: parseChoice(name, given, choices) }),
  };
};

const later = (name: string, reason = 'it is not there yet'): Option<BootRequest> => ({
  name,
  help: '',
  later: reason,
  apply: () => {},
});

function pattern(name: string, source: string): RegExp {
  try {
    return new RegExp(source, 'm');
  } catch (error) {
    throw new UsageError(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const deviceTree = (name: string, value: string, help: string): Option<BootRequest> => ({
  name,
  value,
  help,
  apply: ({ lab }, file) => {
    if (lab.deviceTree !== undefined) throw new UsageError('--dts and --dtb exclude each other');
    lab.deviceTree = file;
  },
});

export const BOOT_OPTIONS: readonly Option<BootRequest>[] = [
  text('--board', 'NAME', 'board', 'the board (default vexpress-v2p-ca15-tc1); `xenlab boards` lists them'),
  text(
    '--hypervisor',
    'none|FILE',
    'hypervisor',
    'builtin (default); none: the kernel on the bare board; FILE: a Xen binary',
  ),
  text(
    '--kernel',
    'FILE',
    'kernel',
    'Linux: a zImage or an ELF file, of dom0 a zImage; without one guests of our own run',
  ),
  text('--initrd', 'FILE', 'initrd', 'initial RAM disk'),
  text('--append', 'TEXT', 'args', 'kernel command line'),
  deviceTree('--dts', 'FILE', "device tree source instead of the board's own tree"),
  deviceTree('--dtb', 'FILE|none', "device tree blob instead of the board's own tree; none: the one linked into Xen"),
  text('--xen-append', 'TEXT', 'xenArgs', 'command line of Xen'),
  {
    name: '--domain',
    value: 'FILE.cfg',
    help: 'a domain, as a configuration for xl, that is created at boot (repeatable)',
    repeatable: true,
    apply: ({ lab }, file) => void (lab.domains = [...(lab.domains ?? []), file]),
  },
  number('--memory', 'MIB', 'memory', "RAM; default: the board's own size"),
  number('--cpus', 'N', 'cpus', 'number of cores (default 1)'),
  {
    name: '--drive',
    value: 'FILE[,readonly]',
    help: 'a disk image, for domains /dev/loop0, the next one /dev/loop1 (repeatable)',
    repeatable: true,
    apply: ({ lab }, given) => {
      const readOnly = given.endsWith(READ_ONLY);
      const file = readOnly ? given.slice(0, -READ_ONLY.length) : given;
      if (file === '') throw new UsageError('--drive needs FILE, or FILE,readonly');
      lab.drives = [...(lab.drives ?? []), { file, ...(readOnly && { readOnly }) }];
    },
  },
  text('--sdcard', 'PATH', 'sdcard', 'SD card: an image file, or a directory that becomes a FAT file system'),
  text('--elf', 'FILE', 'elf', 'bare metal: run this ELF file instead of a kernel'),
  {
    name: '--load',
    value: 'FILE@ADDRESS',
    help: 'bare metal or Xen: put a raw file at a physical address (repeatable)',
    repeatable: true,
    apply: ({ lab }, given) => {
      const at = given.lastIndexOf('@');
      if (at <= 0) throw new UsageError(`--load needs FILE@ADDRESS, not "${given}"`);
      const address = parseNumber('the address of --load', given.slice(at + 1), 0, ADDRESS_MAXIMUM);
      lab.load = [...(lab.load ?? []), { file: given.slice(0, at), address }];
    },
  },
  number('--entry', 'ADDRESS', 'entry', 'bare metal: where the first instruction is'),
  number('--el', '1|2|3', 'el', 'bare metal: exception level of the first instruction (default 3)'),
  choice('--decompress', 'decompress', 'who unpacks a compressed zImage (default host)'),
  {
    name: '--console',
    value: 'NAME',
    help: 'console on stdin and stdout: uart0 (default), xen, dom0, dom1, a domain by name, all',
    apply: (request, given) => void (request.console = given),
  },
  {
    name: '--expect',
    value: 'REGEX',
    help: 'wait until the console says this; ends the run when it was the last (repeatable, in order)',
    repeatable: true,
    apply: ({ steps }, given) => void steps.push({ pattern: pattern('--expect', given) }),
  },
  {
    name: '--send',
    value: "'REGEX=>TEXT'",
    help: 'wait until the console says REGEX, then type TEXT and Return (repeatable, in order)',
    repeatable: true,
    apply: ({ steps }, given) => {
      const arrow = given.indexOf('=>');
      if (arrow < 0) throw new UsageError(`--send needs 'REGEX=>TEXT', not "${given}"`);
      steps.push({ pattern: pattern('--send', given.slice(0, arrow)), send: given.slice(arrow + 2) });
    },
  },
  {
    name: '--timeout',
    value: 'SECONDS',
    help: 'end the run after this time (default 300 with --expect or --send, else none)',
    apply: (request, given) => void (request.timeoutSeconds = parseSeconds('--timeout', given)),
  },
  number('--max-instructions', 'N', 'maxInstructions', 'end the run after this many instructions'),
  choice('--pace', 'pace', 'idle time is waited for, or skipped (default: realtime on a terminal, else fast)'),
  choice('--tier', 'tier', 'execution tiers of the processor (default auto)'),
  {
    name: '--stats',
    value: 'FILE',
    help: 'write as JSON: instructions, times, exceptions, accesses to devices, the reason of the end',
    apply: (request, given) => void (request.stats = given),
  },
  {
    name: '--profile',
    value: 'FILE',
    help: 'write where instructions go and why, as a table, or as JSON when FILE ends in .json',
    apply: (request, given) => void (request.profile = given),
  },
  {
    name: '--trace',
    value: 'FILE',
    help: 'write what the built-in hypervisor did, as lines, or as JSON when FILE ends in .json',
    apply: (request, given) => void (request.trace = given),
  },
  later('--gdb', ATTRIBUTES.gdbPort.later),
  later('--record', 'recordings do not exist yet'),
  later('--replay', 'recordings do not exist yet'),
  later('--save-snapshot', ATTRIBUTES.snapshot.later),
  later('--load-snapshot', ATTRIBUTES.snapshot.later),
];
