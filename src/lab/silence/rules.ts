// Why a machine may say nothing: a table. The order is that of a search: a cause comes before what it leads to.
import {
  findConsole, findNothing, findParked, findSleep, findSwitchedOff, findTree, findUnpacking, findWrongMode,
} from './boot-rules'; // prettier-ignore
import type { Evidence, Occasion } from './evidence';
import { findAbsentDevice, findCircle, findHalt, findHypInstruction } from './exception-rules';
import { hex } from './words';

export interface SilenceRule {
  /** Listed in docs/errors.md. */
  readonly code: `boot.${string}`;
  /** What is looked at, and what it means; for the docs. */
  readonly about: string;
  /** `information`: nothing has to be wrong. */
  readonly severity: 'warning' | 'information';
  /** When this alone is worth a card. Otherwise it is a line of a card that something else is worth. */
  readonly on: readonly Occasion[];
  /** @returns what is the matter and why, without an end; undefined when it is not the case */
  find(evidence: Evidence): string | undefined;
  /** What to do next. */
  remedy(evidence: Evidence): string;
}

const uarts = ({ condition }: Evidence): string =>
  condition.consoles.map(({ name, base }) => `${name} ${hex(base)}`).join(', ');

const START_IN_HYP =
  'start Xen with --hypervisor FILE ("hypervisor" in launch.json), another program with --el 2 ("el": 2)';

export const SILENCE_RULES: readonly SilenceRule[] = [
  {
    code: 'boot.notHyp',
    about: 'Xen, or code of a hypervisor, was not started in Hyp mode (EL2), where it has to begin.',
    severity: 'warning',
    on: ['start', 'idle'],
    find: evidence => findWrongMode(evidence) ?? findHypInstruction(evidence),
    remedy: () => START_IN_HYP,
  },
  {
    code: 'boot.tree',
    about: 'r2 did not point to a device tree, or the tree was overwritten before the guest could say so.',
    severity: 'warning',
    on: ['start', 'idle'],
    find: findTree,
    remedy: () => 'compare the table of what lies where; another --memory, or --decompress host, moves things apart',
  },
  {
    code: 'boot.device',
    about: 'The guest looked for a device where the board has none: as a rule the UART of another board.',
    severity: 'warning',
    on: ['start', 'idle'],
    find: findAbsentDevice,
    remedy: evidence => `build its early console (CONFIG_EARLY_PRINTK, DEBUG_LL) for this board: ${uarts(evidence)}`,
  },
  {
    code: 'boot.console',
    about: 'The command line, or the tree, names no console that is a UART of the board.',
    severity: 'warning',
    on: ['start', 'idle'],
    find: findConsole,
    remedy: ({ boot }) =>
      boot.kind === 'xen'
        ? 'leave console= and dtuart= out of --xen-append, then they are filled in'
        : boot.kind === 'domains'
          ? 'say console=hvc0 on the command line (--append for dom0, extra for a domain)'
          : 'append console=ttyAMA0 (--append, "args" in launch.json)',
  },
  {
    code: 'boot.uartOff',
    about: 'The guest wrote to a UART that is switched off.',
    severity: 'warning',
    on: ['start', 'idle'],
    find: findSwitchedOff,
    remedy: () => 'switch it on first (UARTCR 0x301), or use uart0, which firmware has switched on',
  },
  {
    code: 'boot.exceptionLoop',
    about: 'A core takes one exception after the other and gets no further.',
    severity: 'warning',
    on: ['start', 'idle', 'later'],
    find: findCircle,
    remedy: () => 'look at what came first, in the list; pause, and step from there',
  },
  {
    code: 'boot.halted',
    about: 'The first core is in an endless loop of one instruction, as programs end that have given up or are done.',
    severity: 'warning',
    on: ['start', 'idle'],
    find: findHalt,
    remedy: () => 'see who goes there; a program that ends by intent can power the board off instead',
  },
  {
    code: 'boot.asleep',
    about: 'Every core waits for an interrupt, and none can come.',
    severity: 'warning',
    on: ['start', 'idle'],
    find: findSleep,
    remedy: () =>
      'enable the interrupt that is waited for: in the device, the distributor and the CPU interface of the GIC',
  },
  {
    code: 'boot.unpacking',
    about: 'A zImage unpacks itself, which takes long and says nothing.',
    severity: 'information',
    on: ['start'],
    find: findUnpacking,
    remedy: () => 'wait, or let the lab unpack it (--decompress host)',
  },
  {
    code: 'boot.secondary',
    about: 'Other cores still wait in firmware. A program that expects them to run at once waits for ever.',
    severity: 'information',
    on: [],
    find: findParked,
    remedy: ({ boot: { board } }) =>
      board.secondaries.method === 'psci'
        ? 'start them with PSCI (CPU_ON)'
        : `write where they are to begin to ${hex(board.secondaries.address)} (SYS_FLAGSSET) and send them a software interrupt`,
  },
  {
    code: 'boot.silent',
    about:
      'Nothing was printed for long, and nothing is known to be wrong: a program that prints late looks like this.',
    severity: 'information',
    on: ['start'],
    find: findNothing,
    remedy: () => 'if it should have printed by now, pause and look where it is',
  },
];

export type SilenceCode = (typeof SILENCE_RULES)[number]['code'];
