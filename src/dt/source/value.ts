// The bytes of a value, and the layout that leads back from the bytes to what was written.
import type { Chunk, ValueLayout } from '../tree';
import type { Slab } from './slab';
import type { Cell, PropertySyntax, Reference, ValuePart } from './syntax';

/** What references to paths stand for; those to phandles know it themselves. */
export interface References {
  path(reference: Reference): string;
}

/** As values are before any reference is resolved. */
const UNRESOLVED: References = { path: () => '' };

const NOTHING = new Uint8Array();
const ALONE = { take: (length: number) => new Uint8Array(length) };

/** The bytes of a property before references are resolved. */
export function rawValue(property: PropertySyntax | undefined): Uint8Array {
  return property ? assemble(property.parts, UNRESOLVED, ALONE) : NOTHING;
}

/** @returns the bytes of the parts, in order. They may be those of a part itself, and are not to be changed. */
export function assemble(parts: readonly ValuePart[], references: References, slab: Pick<Slab, 'take'>): Uint8Array {
  // Nearly every value has one part.
  if (parts.length === 1) return bytesOf(parts[0]!, references, slab);
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (const part of parts) {
    const piece = bytesOf(part, references, slab);
    pieces.push(piece);
    length += piece.length;
  }
  if (length === 0) return NOTHING;
  const bytes = slab.take(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function bytesOf(part: ValuePart, references: References, slab: Pick<Slab, 'take'>): Uint8Array {
  switch (part.kind) {
    case 'label':
      return NOTHING;
    case 'cells':
      return cellBytes(part.cells, part.bits, slab);
    case 'string':
    case 'file':
      return part.bytes;
    case 'bytes':
      return Uint8Array.from(part.bytes.flatMap(item => (item.kind === 'byte' ? [item.value] : [])));
    case 'path': {
      const path = references.path(part);
      return path === '' ? NOTHING : new TextEncoder().encode(`${path}\0`);
    }
  }
}

function cellBytes(cells: readonly Cell[], bits: number, slab: Pick<Slab, 'take'>): Uint8Array {
  let count = 0;
  for (const cell of cells) if (cell.kind !== 'label') count++;
  const size = bits >> 3;
  const bytes = slab.take(count * size);
  let at = 0;
  for (const cell of cells) {
    if (cell.kind === 'label') continue;
    const low = cell.kind === 'phandle' ? cell.number : cell.low;
    at += size;
    // From the last byte forwards, as far as the cell reaches.
    bytes[at - 1] = low;
    if (bits === 8) continue;
    bytes[at - 2] = low >>> 8;
    if (bits === 16) continue;
    bytes[at - 3] = low >>> 16;
    bytes[at - 4] = low >>> 24;
    if (bits === 32 || cell.kind === 'phandle') continue;
    const { high } = cell;
    bytes[at - 5] = high;
    bytes[at - 6] = high >>> 8;
    bytes[at - 7] = high >>> 16;
    bytes[at - 8] = high >>> 24;
  }
  return bytes;
}

/** How the bytes of a value were written. */
export function layoutOf(parts: readonly ValuePart[], value: Uint8Array): ValueLayout {
  const chunks: Chunk[] = [];
  const phandles: { offset: number; ref: string }[] = [];
  const labels: { offset: number; name: string }[] = [];
  let offset = 0;
  // Of a tree that was forced out, no path may be there at all.
  const hasPaths = value.length > lengthWithoutPaths(parts);
  for (const part of parts) {
    if (part.kind === 'label') {
      labels.push({ offset, name: part.name });
      continue;
    }
    const start = offset;
    if (part.kind === 'cells') {
      for (const cell of part.cells) {
        if (cell.kind === 'label') labels.push({ offset, name: cell.name });
        else {
          if (cell.kind === 'phandle') phandles.push({ offset, ref: cell.ref });
          offset += part.bits >> 3;
        }
      }
    } else if (part.kind === 'bytes') {
      for (const item of part.bytes)
        if (item.kind === 'byte') offset++;
        else labels.push({ offset, name: item.name });
    } else if (part.kind === 'path') offset += hasPaths ? pathLength(value, offset) : 0;
    else offset += part.bytes.length;
    const length = offset - start;
    if (length === 0) continue;
    if (part.kind === 'cells') chunks.push({ kind: 'cells', bits: part.bits, offset: start, length });
    else if (part.kind === 'path') chunks.push({ kind: 'path', ref: part.ref, offset: start, length });
    else chunks.push({ kind: part.kind === 'string' ? 'string' : 'bytes', offset: start, length });
  }
  return { chunks, phandles, labels };
}

function lengthWithoutPaths(parts: readonly ValuePart[]): number {
  let length = 0;
  for (const part of parts) {
    if (part.kind === 'cells') length += part.cells.filter(cell => cell.kind !== 'label').length * (part.bits >> 3);
    else if (part.kind === 'bytes') length += part.bytes.filter(item => item.kind === 'byte').length;
    else if (part.kind === 'string' || part.kind === 'file') length += part.bytes.length;
  }
  return length;
}

/** Bytes of the path that was put at an offset, with its NUL; none where the reference led nowhere. */
export function pathLength(value: Uint8Array, offset: number): number {
  if (value[offset] !== 0x2f) return 0;
  return value.indexOf(0, offset) + 1 - offset;
}
