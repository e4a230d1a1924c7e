// What lies where in memory, as a table for people: before a boot, on the command line and in the debug console.
import { size as inWords } from '../image';
import type { LabConfiguration, PlacementRow } from './protocol';

const hex = (address: number): string => `0x${address.toString(16).padStart(8, '0')}`;
const lastPart = (path: string): string => path.split(/[\\/]/).at(-1)!;

/** Whether the lab chose addresses that a user may want to see: for a kernel, and for Xen. */
export const showsPlacement = ({ kernel, hypervisor = 'builtin' }: LabConfiguration): boolean =>
  kernel !== undefined || (hypervisor !== 'builtin' && hypervisor !== 'none');

/** Lines without line ends: address, end, size, what, file, why; in order of address. */
export function placementTable(rows: readonly PlacementRow[]): string[] {
  const cells = [...rows]
    .sort((a, b) => a.address - b.address)
    .map(({ address, end, size, role, name, why }) => [
      `${hex(address)}-${hex(end)}`,
      inWords(size),
      role,
      lastPart(name) === role ? '' : lastPart(name),
      why,
    ]);
  const widths = [0, 1, 2, 3].map(column => Math.max(0, ...cells.map(row => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === 1 ? cell.padStart(widths[1]!) : cell.padEnd(widths[column] ?? 0))).join('  ');
  return cells.map(row => line(row).trimEnd());
}
