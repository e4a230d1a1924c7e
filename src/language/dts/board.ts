// The emulated board that a tree is for, and which of its devices a node describes.
import { getStrings, physicalReg, type DeviceTree, type DtNode } from '../../dt';
import { BOARDS, findBoard, type Board, type DeviceSpec } from '../../emu/boards';
import { registersOf } from '../../emu/boards/registers';
import { attempt, hex } from './decode';

/** The board of a tree: the one whose name is set, else the first that shares a string of `compatible` with the root. */
export function boardOf(tree: DeviceTree, chosen = ''): Board | undefined {
  const named = findBoard(chosen);
  if (named) return named;
  const own = attempt(() => getStrings(tree.root, 'compatible')) ?? [];
  for (const compatible of own) {
    const board = BOARDS.find(one => one.compatible.includes(compatible));
    if (board) return board;
  }
  return undefined;
}

export interface BoardDevice {
  readonly spec: DeviceSpec;
  /** Index of the window that the node's address is in. */
  readonly window: number;
}

/** The device at the address of a node. */
export function deviceOf(board: Board, node: DtNode): BoardDevice | undefined {
  const [region] = attempt(() => physicalReg(node)) ?? [];
  if (!region) return undefined;
  for (const spec of board.devices) {
    const window = spec.windows.findIndex(({ base }) => BigInt(base) === region.address);
    if (window >= 0) return { spec, window };
  }
  return undefined;
}

/** Registers that a hover shows; the debugger has the rest. */
const MOST_REGISTERS = 24;

/** The device in Markdown: what it is, where it is, and its registers. */
export function describeDevice(board: Board, { spec, window }: BoardDevice): string {
  const { base, size } = spec.windows[window]!;
  const lines = [
    `**${spec.name}** of ${board.title}: ${spec.about}, at ${hex(base)}–${hex(base + size - 1)}` +
      (spec.interrupts ? `, INTID ${spec.interrupts.join(', ')}` : ''),
  ];
  const registers = registersOf(board, spec)?.filter(({ access }) => access !== 'none' && access !== 'const') ?? [];
  if (registers.length > 0) {
    lines.push('', '| offset | register | access | bits |', '|---|---|---|---|');
    for (const { offset, name, access, fields, about } of registers.slice(0, MOST_REGISTERS)) {
      const bits = fields.map(one => `${one.name} ${one.high === one.low ? one.high : `${one.high}:${one.low}`}`);
      lines.push(`| ${hex(offset)} | ${name} | ${access} | ${bits.length > 0 ? bits.join(', ') : (about ?? '')} |`);
    }
    if (registers.length > MOST_REGISTERS) lines.push('', `and ${registers.length - MOST_REGISTERS} more`);
  }
  return lines.join('\n');
}
