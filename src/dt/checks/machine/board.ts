// A tree against a machine: devices that are not there, and interrupts that go elsewhere.
import { physicalReg } from '../../address';
import { getStrings, isEnabled } from '../../access';
import { InterruptTree } from '../../interrupts';
import type { DeviceTree, DtNode } from '../../tree';
import type { Rule } from '../family';
import { cellsOf, hex, isCompatible } from '../values';

/** A stretch of the machine's address space. */
export interface MachineWindow {
  readonly name: string;
  readonly about: string;
  readonly base: number;
  readonly size: number;
  /** Nothing answers in an absent one. */
  readonly kind: 'ram' | 'memory' | 'device' | 'unmodelled' | 'absent';
  /** Of a device: what its type is called in compatible strings (`pl011` in `arm,pl011`). */
  readonly type?: string;
  /** Of a device: INTIDs of its interrupt outputs. */
  readonly interrupts?: readonly number[];
}

/** What checks need to know of a machine. */
export interface MachineFacts {
  readonly name: string;
  /** In order of address, without gaps. */
  readonly windows: readonly MachineWindow[];
}

/** What rules of this file look at. */
export interface Machine {
  readonly tree: DeviceTree;
  readonly facts: MachineFacts;
}

const INTERRUPTS_OF_GIC = ['arm,gic-400', 'arm,cortex-a15-gic', 'arm,cortex-a9-gic', 'arm,gic-v3'];
const PRIVATE_PERIPHERAL = 1;

interface Device {
  readonly node: DtNode;
  readonly address: number;
  readonly window: MachineWindow | undefined;
}

/** Runs `read` where a tree may be wrong in ways that other checks speak of. */
function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

/** Nodes in use that have an address of the processor, apart from memory. */
function devicesOf({ tree, facts }: Machine): Device[] {
  return [...tree.nodes()].flatMap(node => {
    const isDevice =
      node.property('compatible') && !node.property('device_type') && attempt(() => isEnabled(node), false);
    const [first] = isDevice ? attempt(() => physicalReg(node), []) : [];
    if (!first || first.size === 0n) return [];
    const address = Number(first.address);
    const window = facts.windows.find(({ base, size }) => address >= base && address < base + size);
    return [{ node, address, window }];
  });
}

/** INTIDs of the interrupts that a node raises at a GIC. */
function intidsOf(node: DtNode, lines: InterruptTree): number[] {
  return attempt(() => lines.of(node), []).flatMap(({ controller, specifier }) => {
    const [kind, number] = specifier;
    if (!isCompatible(controller, ...INTERRUPTS_OF_GIC) || kind === undefined || number === undefined) return [];
    return [number + (kind === PRIVATE_PERIPHERAL ? 16 : 32)];
  });
}

/** Whether the names of a node can mean a device of this type: `arm,pl011` does `pl011`, and nothing is known of others. */
function isOther(node: DtNode, type: string): boolean {
  const names = attempt(() => getStrings(node, 'compatible') ?? [], []);
  const cells = names.map(name => name.replace(/^.*,/, ''));
  return cells.some(cell => /^(pl|sp)\d{3}$/.test(cell)) && /^(pl|sp)\d{3}$/.test(type) && !cells.includes(type);
}

export const BOARD_RULES: readonly Rule<Machine>[] = [
  {
    id: 'board-device',
    severity: 'warning',
    about:
      'A node is in use whose device the chosen board does not have at that address. A driver that looks there ends in ' +
      'an abort, or finds something else.',
    check: (machine, report) => {
      for (const { node, address, window } of devicesOf(machine)) {
        const remedy = 'choose the board that the tree is for, correct the address, or set status = "disabled"';
        const fix = [{ kind: 'set-property', path: node.path, property: 'status', value: '"disabled"' } as const];
        if (!window || window.kind === 'absent')
          report(node, `${machine.facts.name} has nothing at ${hex(address)}; ${remedy}`, { property: 'reg', fix });
        else if (window.type !== undefined && isOther(node, window.type))
          report(node, `${machine.facts.name} has ${window.about} at ${hex(address)}; ${remedy}`, {
            property: 'reg',
            fix,
          });
      }
    },
  },
  {
    id: 'board-interrupt',
    severity: 'warning',
    about: 'The interrupts of a node are not those that its device has on the chosen board, so none will arrive.',
    check: (machine, report) => {
      const lines = new InterruptTree(machine.tree);
      for (const { node, window } of devicesOf(machine)) {
        const wired = window?.interrupts;
        const given = wired === undefined ? [] : intidsOf(node, lines);
        const wrong = given.filter(intid => !wired!.includes(intid));
        if (wrong.length === 0) continue;
        const say = (all: readonly number[]): string =>
          all.map(intid => (intid < 32 ? `PPI ${intid - 16}` : `SPI ${intid - 32}`)).join(', ');
        const has = wired!.length === 0 ? 'no interrupt' : say(wired!);
        report(
          node,
          `${say(wrong)} is not an interrupt of ${window!.about} on ${machine.facts.name}, which has ${has}; correct the cells`,
          { property: cellsOf(node, 'interrupts-extended') ? 'interrupts-extended' : 'interrupts' },
        );
      }
    },
  },
];
