// Addresses: reg and ranges in the cells of each bus (specification v0.4, sections 2.3.5 to 2.3.8).
import { badValue, getCell, getCells } from './access';
import type { DtNode } from './tree';

/** More cells than any bus has (PCI has three). */
const MAX_CELLS = 4;

/** One entry of a reg property. */
export interface Region {
  readonly address: bigint;
  /** Bytes; 0 where the bus has no sizes. */
  readonly size: bigint;
}

/** A number of cells that a bus node sets for its children. */
function cellCount(bus: DtNode, name: '#address-cells' | '#size-cells', fallback: number): number {
  const count = getCell(bus, name) ?? fallback;
  if (count > MAX_CELLS) throw badValue(bus, name, `is ${count}, more than ${MAX_CELLS}`);
  return count;
}

/** Cells of an address of a child of `bus`; 2 when it does not say. */
export const addressCells = (bus: DtNode): number => cellCount(bus, '#address-cells', 2);

/** Cells of a size of a child of `bus`; 1 when it does not say. */
export const sizeCells = (bus: DtNode): number => cellCount(bus, '#size-cells', 1);

/**
 * The reg property, in addresses of the bus that the node is on; empty when there is none.
 * @throws DtError when it does not divide into entries.
 */
export function getReg(node: DtNode): Region[] {
  const bus = node.parent;
  if (!bus || !node.property('reg')) return [];
  const widths = [addressCells(bus), sizeCells(bus)];
  return entries(node, 'reg', widths).map(([address = 0n, size = 0n]) => ({ address, size }));
}

/** The reg property as addresses of the processor; an entry that no `ranges` maps is left out. */
export function physicalReg(node: DtNode): Region[] {
  return getReg(node).flatMap(({ address, size }) => {
    const physical = node.parent && translate(node.parent, address);
    return physical === undefined ? [] : [{ address: physical, size }];
  });
}

/**
 * The processor's address for an address on `bus`, through the `ranges` of every bus above.
 * @returns undefined when a bus does not map it; one without `ranges` maps nothing.
 * @throws DtError when a `ranges` does not divide into entries.
 */
export function translate(bus: DtNode, address: bigint): bigint | undefined {
  let node = bus;
  for (let parent = node.parent; parent; node = parent, parent = node.parent) {
    const ranges = node.property('ranges');
    if (!ranges) return undefined;
    if (ranges.value.length === 0) continue;
    const widths = [addressCells(node), addressCells(parent), sizeCells(node)];
    const range = entries(node, 'ranges', widths).find(
      ([child = 0n, , size = 0n]) => address >= child && address < child + size,
    );
    if (!range) return undefined;
    address = address - range[0]! + range[1]!;
  }
  return address;
}

/** A property as entries of numbers of so many cells each. */
function entries(node: DtNode, name: string, widths: readonly number[]): bigint[][] {
  const cells = getCells(node, name) ?? [];
  const length = widths.reduce((sum, width) => sum + width, 0);
  if (length === 0 || cells.length % length !== 0)
    throw badValue(node, name, `has ${cells.length} cells, which is no multiple of ${widths.join('+')}`);
  const result: bigint[][] = [];
  for (let at = 0; at < cells.length;) {
    result.push(
      widths.map(width => {
        let number = 0n;
        for (let i = 0; i < width; i++) number = (number << 32n) | BigInt(cells[at++]!);
        return number;
      }),
    );
  }
  return result;
}
