// What checks of device trees need to know of a board, as plain data.
import type { MachineFacts } from '../../dt/checks/machine/board';
import { memoryMap, type Board } from './board';

export function machineFacts(board: Board): MachineFacts {
  const windows = memoryMap(board, board.ram.size).map(({ name, about, base, size, kind }) => {
    const device = kind === 'device' ? board.devices.find(one => one.name === name) : undefined;
    return {
      name,
      about,
      base,
      size,
      kind,
      ...(device && { type: device.type }),
      ...(device?.interrupts && { interrupts: device.interrupts }),
    };
  });
  return { name: board.name, windows };
}

/** The board that a tree is for: the one whose own, most specific name is that of its root. */
export const boardNamed = (boards: readonly Board[], compatible: readonly string[]): Board | undefined =>
  boards.find(board => board.compatible[0] === compatible[0]);
