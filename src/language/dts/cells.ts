// The cells of a value as they are written, with the index that each has in the compiled value.
import type { FileRange } from '../../dt/source/text';
import type { PropertySite } from './tree-index';

export interface WrittenCell {
  /** In the whole value, counted in cells of 32 bits. */
  readonly index: number;
  /** Of a number; a phandle's is not known before the tree is. */
  readonly value: bigint;
  /** What it refers to, of a reference. */
  readonly ref: string | undefined;
  readonly range: FileRange;
}

/** All cells of 32 bits; nothing when the value also has parts of other kinds before them. */
export function writtenCells(site: PropertySite): WrittenCell[] {
  const cells: WrittenCell[] = [];
  for (const part of site.syntax?.parts ?? []) {
    if (part.kind === 'label') continue;
    if (part.kind !== 'cells' || part.bits !== 32) return cells;
    for (const cell of part.cells) {
      if (cell.kind === 'label') continue;
      const isReference = cell.kind === 'phandle';
      cells.push({
        index: cells.length,
        value: isReference ? 0n : cell.value,
        ref: isReference ? cell.ref : undefined,
        range: cell.span.range,
      });
    }
  }
  return cells;
}

/** The number at an offset. */
export function cellAt(site: PropertySite, offset: number): WrittenCell | undefined {
  const { name } = site.range.file;
  return writtenCells(site).find(
    ({ range, ref }) => ref === undefined && range.file.name === name && range.start <= offset && offset <= range.end,
  );
}
