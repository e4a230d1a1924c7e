// Every attribute of a launch configuration as one table of JSON Schema fragments. Its readers: the check of what users
// wrote, `debuggers.configurationAttributes` of package.json and docs/launch.md (scripts/manifest.mjs), and the
// command line.
import { DEFAULT_BOARD } from '../emu/boards';
import type { LabConfiguration } from './protocol';

/** The part of JSON Schema that attributes need; VS Code reads the same fragments for completion and hovers. */
export interface Schema {
  type: 'string' | 'integer' | 'boolean' | 'array' | 'object';
  enum?: readonly string[];
  enumDescriptions?: readonly string[];
  minimum?: number;
  maximum?: number;
  items?: Schema;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  default?: unknown;
  description?: string;
}

export interface Attribute extends Schema {
  description: string;
  /** The value (or, of a list, each element, or its `file`) is a path: resolved against the folder of the lab. */
  path?: 'file' | 'fileOrDirectory' | 'fileOrName';
  /** Planned: setting it is refused, saying this. */
  later?: string;
}

const ADDRESS_MAXIMUM = 0xffff_ffff;

/** Names that are no `LabConfiguration` field yet, because nothing behind them exists. */
type LaterAttribute = 'snapshot' | 'gdbPort';

export const ATTRIBUTES: Readonly<Record<keyof LabConfiguration | LaterAttribute, Attribute>> = {
  board: {
    type: 'string',
    default: DEFAULT_BOARD,
    description: 'The emulated board. `xenlab boards` lists them.',
  },
  deviceTree: {
    type: 'string',
    path: 'fileOrName',
    description:
      "A device tree, as source (`.dts`) or blob (`.dtb`), instead of the board's own. `none`: the one that is linked " +
      'into the Xen binary.',
  },
  hypervisor: {
    type: 'string',
    default: 'builtin',
    path: 'fileOrName',
    description: '`builtin`, `none` (the kernel runs on the bare board), or the path of a Xen binary.',
  },
  xenArgs: {
    type: 'string',
    description:
      'Command line of Xen. Where it does not say so itself, the console goes to the UART of the device tree, and dom0 ' +
      'gets 512 MiB.',
  },
  kernel: {
    type: 'string',
    path: 'file',
    description:
      'Linux for the board (zImage, also with appended device tree, or ELF), or for dom0 (zImage). Without one, dom0 ' +
      'and a domain that the lab has itself (`embedded:dom0`, `embedded:demo.cfg`); on a bare board, the demo guest.',
  },
  initrd: { type: 'string', path: 'file', description: 'Initial RAM disk of the kernel.' },
  args: {
    type: 'string',
    description: 'Kernel command line, for example `console=ttyAMA0 rdinit=/init`; of dom0 with a Xen binary.',
  },
  domains: {
    type: 'array',
    items: { type: 'string' },
    path: 'file',
    description:
      'Domains, as paths of xl.cfg files, created when the machine boots: by the built-in toolstack, with consoles, ' +
      'disks and networks, beside dom0 or alone; or by a Xen binary without xl, with a console.',
  },
  memory: { type: 'integer', minimum: 1, maximum: 3072, description: "RAM in MiB. Default: the board's own size." },
  cpus: { type: 'integer', minimum: 1, maximum: 8, default: 1, description: 'Number of cores that run.' },
  drives: {
    type: 'array',
    items: {
      type: 'object',
      properties: { file: { type: 'string' }, readOnly: { type: 'boolean', default: false } },
      required: ['file'],
    },
    path: 'file',
    description:
      'Disk images that configurations of domains name as `/dev/loop0`, `/dev/loop1`, ... in this order. What a domain ' +
      'writes goes into the file.',
  },
  sdcard: {
    type: 'string',
    path: 'fileOrDirectory',
    description:
      'The SD card: an image file, or a directory that becomes a FAT file system. Writes last as long as the machine.',
  },
  symbols: {
    type: 'array',
    items: {
      type: 'object',
      properties: {
        file: { type: 'string' },
        space: { type: 'string', description: "`xen`, `dom0`, or a domain's name." },
      },
      required: ['file', 'space'],
    },
    path: 'file',
    description: 'ELF files with symbols, and the address space each belongs to.',
    later: 'the debugger does not read symbols yet',
  },
  stopOnEntry: { type: 'boolean', default: false, description: 'Stop before the first instruction.' },
  pace: {
    type: 'string',
    enum: ['realtime', 'fast'],
    enumDescriptions: ['Idle time of the guest is waited for.', 'Idle time of the guest is skipped.'],
    default: 'realtime',
    description: 'How guest time passes while every core waits.',
  },
  decompress: {
    type: 'string',
    enum: ['host', 'guest'],
    enumDescriptions: ['Before the boot: much faster.', 'The kernel unpacks itself, as on hardware.'],
    default: 'host',
    description: 'Who unpacks a compressed zImage.',
  },
  tier: {
    type: 'string',
    enum: ['auto', 'interpreter'],
    default: 'auto',
    description: 'Which execution tiers the processor uses.',
  },
  elf: { type: 'string', path: 'file', description: 'Bare metal: an ELF file instead of a kernel.' },
  load: {
    type: 'array',
    items: {
      type: 'object',
      properties: {
        file: { type: 'string' },
        address: { type: 'integer', minimum: 0, maximum: ADDRESS_MAXIMUM, description: 'Physical address.' },
      },
      required: ['file', 'address'],
    },
    path: 'file',
    description: 'Bare metal or Xen: raw files at physical addresses.',
  },
  entry: {
    type: 'integer',
    minimum: 0,
    maximum: ADDRESS_MAXIMUM,
    description: "Bare metal: physical address of the first instruction. Default: the ELF file's entry point.",
  },
  el: {
    type: 'integer',
    minimum: 1,
    maximum: 3,
    default: 3,
    description:
      'Bare metal: exception level of the first instruction (1: Non-secure Supervisor mode, 2: Hyp mode, 3: Secure ' +
      'Supervisor mode). A board without a secure state starts at 1.',
  },
  maxInstructions: { type: 'integer', minimum: 1, description: 'End the run after this many instructions.' },
  snapshot: {
    type: 'string',
    path: 'file',
    description: 'Start from a saved snapshot.',
    later: 'snapshots do not exist yet',
  },
  gdbPort: {
    type: 'integer',
    minimum: 0,
    maximum: 65535,
    description: 'Listen for GDB on this port of the loopback interface.',
    later: 'the GDB server does not exist yet',
  },
};
