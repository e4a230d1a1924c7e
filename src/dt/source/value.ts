// The bytes of a value, and the layout that leads back from the bytes to what was written.
import type { Chunk, ValueLayout } from '../tree';
import type { Cell, PropertySyntax, Reference, ValuePart } from './syntax';

/** What references stand for. */
export interface References {
  phandle(reference: Reference): number;
  path(reference: Reference): string;
}

/** As values are before any reference is resolved: no path, and all ones for a phandle. */
const UNRESOLVED: References = { phandle: () => 0xffffffff, path: () => '' };

/** @returns the bytes of the parts, in order. */
export function assemble(
  parts: readonly ValuePart[],
  references: References,
): { bytes: Uint8Array; layout: ValueLayout } {
  const builder = new ValueBuilder(references);
  for (const part of parts) builder.part(part);
  return builder.done();
}

/** The bytes of a property before references are resolved. */
export function rawValue(property: PropertySyntax | undefined): Uint8Array {
  return assemble(property?.parts ?? [], UNRESOLVED).bytes;
}

class ValueBuilder {
  private readonly pieces: Uint8Array[] = [];
  private length = 0;
  private readonly chunks: Chunk[] = [];
  private readonly phandles: { offset: number; ref: string }[] = [];
  private readonly labels: { offset: number; name: string }[] = [];

  constructor(private readonly references: References) {}

  part(part: ValuePart): void {
    const offset = this.length;
    switch (part.kind) {
      case 'label':
        this.labels.push({ offset, name: part.name });
        return;
      case 'cells':
        this.chunk({ kind: 'cells', bits: part.bits, offset, length: this.cells(part.cells, part.bits) });
        return;
      case 'string':
        this.chunk({ kind: 'string', offset, length: this.append(part.bytes) });
        return;
      case 'file':
        this.chunk({ kind: 'bytes', offset, length: this.append(part.bytes) });
        return;
      case 'bytes': {
        const bytes: number[] = [];
        for (const item of part.bytes)
          if (item.kind === 'byte') bytes.push(item.value);
          else this.labels.push({ offset: offset + bytes.length, name: item.name });
        this.chunk({ kind: 'bytes', offset, length: this.append(Uint8Array.from(bytes)) });
        return;
      }
      case 'path': {
        const path = this.references.path(part);
        const bytes = path === '' ? new Uint8Array() : new TextEncoder().encode(`${path}\0`);
        this.chunk({ kind: 'path', ref: part.ref, offset, length: this.append(bytes) });
      }
    }
  }

  done(): { bytes: Uint8Array; layout: ValueLayout } {
    const bytes = new Uint8Array(this.length);
    let at = 0;
    for (const piece of this.pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return { bytes, layout: { chunks: this.chunks, phandles: this.phandles, labels: this.labels } };
  }

  private cells(cells: readonly Cell[], bits: 8 | 16 | 32 | 64): number {
    const size = bits / 8;
    const start = this.length;
    const view = new DataView(new ArrayBuffer(cells.length * size));
    let at = 0;
    for (const cell of cells) {
      const offset = start + at;
      if (cell.kind === 'label') this.labels.push({ offset, name: cell.name });
      else {
        if (cell.kind === 'phandle') {
          this.phandles.push({ offset, ref: cell.ref });
          view.setUint32(at, this.references.phandle(cell));
        } else if (bits === 64) view.setBigUint64(at, cell.value);
        else if (bits === 32) view.setUint32(at, Number(cell.value));
        else if (bits === 16) view.setUint16(at, Number(cell.value));
        else view.setUint8(at, Number(cell.value));
        at += size;
      }
    }
    return this.append(new Uint8Array(view.buffer, 0, at));
  }

  private append(bytes: Uint8Array): number {
    this.pieces.push(bytes);
    this.length += bytes.length;
    return bytes.length;
  }

  private chunk(chunk: Chunk): void {
    if (chunk.length > 0) this.chunks.push(chunk);
  }
}
