// Values of a tree that may be wrong: nothing here throws, what has not its shape is not there.
import { viewOf } from '../bytes';
import type { DtNode } from '../tree';

/** A stretch of addresses. */
export interface Stretch {
  readonly address: bigint;
  readonly size: bigint;
}

/** A property as cells; undefined when there is none or its length is no number of cells. */
export function cellsOf(node: DtNode | undefined, name: string): number[] | undefined {
  const value = node?.property(name)?.value;
  if (!value || value.length % 4 !== 0) return undefined;
  const view = viewOf(value);
  return Array.from({ length: value.length / 4 }, (_, i) => view.getUint32(i * 4));
}

/** A property of exactly one cell. */
export function cellOf(node: DtNode | undefined, name: string): number | undefined {
  const cells = cellsOf(node, name);
  return cells?.length === 1 ? cells[0] : undefined;
}

/** The strings of a property; none when it does not end with NUL. */
export function textsOf(node: DtNode | undefined, name: string): string[] {
  const value = node?.property(name)?.value;
  return value?.at(-1) === 0 ? new TextDecoder().decode(value.subarray(0, -1)).split('\0') : [];
}

/** A property of exactly one string. */
export function textOf(node: DtNode | undefined, name: string): string | undefined {
  const texts = textsOf(node, name);
  return texts.length === 1 ? texts[0] : undefined;
}

export const isCompatible = (node: DtNode | undefined, ...names: readonly string[]): boolean =>
  textsOf(node, 'compatible').some(one => names.includes(one));

/** Cells of addresses and sizes of the children of a bus. */
export const widthsOf = (bus: DtNode | undefined): readonly [number, number] => [
  cellOf(bus, '#address-cells') ?? 2,
  cellOf(bus, '#size-cells') ?? 1,
];

export function join(cells: readonly number[]): bigint {
  return cells.reduce((sum, cell) => (sum << 32n) | BigInt(cell), 0n);
}

/** A property as entries of numbers of so many cells each; undefined when it does not divide into them. */
export function entriesOf(node: DtNode | undefined, name: string, widths: readonly number[]): bigint[][] | undefined {
  const cells = cellsOf(node, name);
  const length = widths.reduce((sum, width) => sum + width, 0);
  if (!cells || length === 0 || length > 64 || cells.length % length !== 0) return undefined;
  return Array.from({ length: cells.length / length }, (_, entry) => {
    let at = entry * length;
    return widths.map(width => join(cells.slice(at, (at += width))));
  });
}

/** A property as addresses and sizes. */
export const stretchesOf = (node: DtNode | undefined, name: string, widths: readonly number[]): Stretch[] | undefined =>
  entriesOf(node, name, widths)?.map(([address = 0n, size = 0n]) => ({ address, size }));

/** The reg property in the cells of the node's parent. */
export const regOf = (node: DtNode): Stretch[] => stretchesOf(node, 'reg', widthsOf(node.parent)) ?? [];

export const overlap = (a: Stretch, b: Stretch): boolean =>
  a.address < b.address + b.size && b.address < a.address + a.size;

export const inside = (a: Stretch, b: Stretch): boolean =>
  a.address >= b.address && a.address + a.size <= b.address + b.size;

/** Whether one of the stretches holds all of `a`. */
export const insideAny = (a: Stretch, all: readonly Stretch[]): boolean => all.some(one => inside(a, one));

export const hex = (n: bigint | number): string => `0x${n.toString(16)}`;

export const shown = ({ address, size }: Stretch): string => `${hex(address)}+${hex(size)}`;
