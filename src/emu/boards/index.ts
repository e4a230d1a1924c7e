// The boards that there are, by name.
import type { Board } from './board';
import { vexpressV2pCa15Tc1 } from './vexpress-v2p-ca15-tc1';
import { virt } from './virt';

export type { Board, DeviceSpec, GuestMemory, MapEntry, Range } from './board';
export { guestMemories, memoryMap } from './board';
export { boardNamed, machineFacts } from './facts';
export { buildBoard, type BoardPorts, type BuiltBoard, type BusWindow } from './build';

export const BOARDS: readonly Board[] = [vexpressV2pCa15Tc1, virt];

export const DEFAULT_BOARD = vexpressV2pCa15Tc1.name;

/** @returns undefined when no board has this name. */
export const findBoard = (name: string): Board | undefined => BOARDS.find(board => board.name === name);
