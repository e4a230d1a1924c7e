// What dtc remembers about a value: a list of marks, each at an offset. Its printers walk over them in order, so marks at
// the same offset must come in dtc's order too.
import { pathLength } from '../source/value';
import type { DtProperty } from '../tree';

export type MarkType = 'u8' | 'u16' | 'u32' | 'u64' | 'string';

export interface Mark {
  readonly offset: number;
  /** A type begins here; a label, a phandle or a path stands here; or nothing is known of the bytes (those of a file). */
  readonly kind: MarkType | 'label' | 'phandle' | 'path' | 'file';
  readonly ref?: string;
}

const TYPES: ReadonlySet<string> = new Set(['u8', 'u16', 'u32', 'u64', 'string']);

export const isType = (mark: Mark): mark is Mark & { readonly kind: MarkType } => TYPES.has(mark.kind);

const TYPE_OF_BITS = { 8: 'u8', 16: 'u16', 32: 'u32', 64: 'u64' } as const;

/** The marks of a property; none when it comes from a blob. */
export function marksOf(property: DtProperty): Mark[] {
  return property.syntax ? marksOfSource(property) : marksOfLayout(property);
}

function marksOfSource({ syntax, value }: DtProperty): Mark[] {
  const marks: Mark[] = [];
  let offset = 0;
  for (const part of syntax!.parts) {
    switch (part.kind) {
      case 'label':
        marks.push({ kind: 'label', offset, ref: part.name });
        break;
      case 'string':
        marks.push({ kind: 'string', offset });
        offset += part.bytes.length;
        break;
      case 'file':
        marks.push({ kind: 'file', offset });
        offset += part.bytes.length;
        break;
      case 'path':
        marks.push({ kind: 'string', offset }, { kind: 'path', offset, ref: part.ref });
        offset += pathLength(value, offset);
        break;
      case 'bytes':
        marks.push({ kind: 'u8', offset });
        for (const item of part.bytes)
          if (item.kind === 'byte') offset++;
          else marks.push({ kind: 'label', offset, ref: item.name });
        break;
      case 'cells':
        if (!part.implied) marks.push({ kind: TYPE_OF_BITS[part.bits], offset });
        for (const cell of part.cells) {
          if (cell.kind === 'label') marks.push({ kind: 'label', offset, ref: cell.name });
          else {
            if (cell.kind === 'phandle') marks.push({ kind: 'phandle', offset, ref: cell.ref });
            offset += part.bits >> 3;
          }
        }
    }
  }
  return marks;
}

function marksOfLayout({ layout }: DtProperty): Mark[] {
  return (layout?.chunks ?? []).map(({ offset, ...chunk }) => ({
    offset,
    kind: chunk.kind === 'cells' ? TYPE_OF_BITS[chunk.bits] : chunk.kind === 'bytes' ? 'u8' : 'string',
  }));
}
