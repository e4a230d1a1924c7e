// Structures of the public interface as data: fields in the order of the headers, laid out as the ARM ABI does it
// (Xen, public/arch-arm.h: 64-bit numbers are aligned to 8, guest handles are 8 bytes with the address in the low word).

/**
 * u64 values are taken as numbers: exact to 2^53, larger ones are of no use as addresses or counts. Of `reg`, a register
 * of a guest in 64 bits, the lower word counts.
 */
export type FieldType = 'u8' | 'u16' | 'u32' | 'u64' | 's32' | 'handle' | 'reg';

const SIZE: Readonly<Record<FieldType, number>> = { u8: 1, u16: 2, u32: 4, s32: 4, u64: 8, handle: 8, reg: 8 };
const TWO_32 = 2 ** 32;

export interface Field {
  readonly type: FieldType;
  readonly offset: number;
}

export class Layout<Name extends string> {
  readonly fields: Readonly<Record<Name, Field>>;
  /** Bytes, padding at the end included. */
  readonly size: number;

  constructor(fields: Readonly<Record<Name, FieldType>>, start = 0) {
    let at = start;
    let align = 1;
    const out = {} as Record<Name, Field>;
    for (const [name, type] of Object.entries(fields) as [Name, FieldType][]) {
      const size = SIZE[type];
      at = Math.ceil(at / size) * size;
      align = Math.max(align, size);
      out[name] = { type, offset: at };
      at += size;
    }
    this.fields = out;
    this.size = Math.ceil(at / align) * align;
  }

  read(view: DataView, at = 0): Record<Name, number> {
    const out = {} as Record<Name, number>;
    for (const name in this.fields) out[name] = readField(view, at, this.fields[name]);
    return out;
  }

  /** Writes the fields that are given. */
  write(view: DataView, values: Readonly<Partial<Record<Name, number>>>, at = 0): void {
    for (const name in values) {
      const value = values[name];
      if (value !== undefined) writeField(view, at, this.fields[name], value);
    }
  }
}

function readField(view: DataView, at: number, { type, offset }: Field): number {
  const i = at + offset;
  switch (type) {
    case 'u8':
      return view.getUint8(i);
    case 'u16':
      return view.getUint16(i, true);
    case 's32':
      return view.getInt32(i, true);
    case 'u32':
    case 'handle':
    case 'reg':
      return view.getUint32(i, true);
    case 'u64':
      return view.getUint32(i, true) + view.getUint32(i + 4, true) * TWO_32;
  }
}

function writeField(view: DataView, at: number, { type, offset }: Field, value: number): void {
  const i = at + offset;
  switch (type) {
    case 'u8':
      return view.setUint8(i, value);
    case 'u16':
      return view.setUint16(i, value, true);
    case 's32':
    case 'u32':
      return view.setUint32(i, value, true);
    case 'handle':
    case 'reg':
    case 'u64':
      view.setUint32(i, value, true);
      return view.setUint32(i + 4, Math.floor(value / TWO_32), true);
  }
}
