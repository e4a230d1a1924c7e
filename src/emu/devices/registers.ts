// Registers of a device as a table: dispatch, reset, snapshot and the debugger's register view come from the same rows.
import type { Width } from './device';

/**
 * What the bus can do with a register:
 * `rw`, `ro`, `wo`; `w1c`: ones written clear bits; `const`: read-only and never changing (identification);
 * `raz`: reads as zero, writes ignored, by specification; `none`: not modelled, answers as `raz` and says so once.
 */
export type Access = 'rw' | 'ro' | 'wo' | 'w1c' | 'const' | 'raz' | 'none';

/**
 * What an access narrower than a word does:
 * `apb`: the bus has no byte strobes, a write drives the whole register, lanes outside the access as zero;
 * `lanes`: only the bytes written change; `ignore`: reads as zero, writes ignored, said once.
 * Narrow reads give their byte lanes of the word, with the side effects of reading it.
 */
export type Narrow = 'apb' | 'lanes' | 'ignore';

/** Named bit fields of a register: a bit number or `[high, low]`. */
export type Bits = { readonly [field: string]: number | readonly [high: number, low: number] };

/** One register, or an array of `count` registers of 32 bits. */
export interface Row<D> {
  /** Offset of the (first) register in the window, a multiple of 4. */
  readonly at: number;
  /** Default `rw`. */
  readonly access?: Access;
  /** Value after reset, of each element or one per element; default 0. */
  readonly reset?: number | readonly number[];
  /** Bits that the bus can change (clear, for `w1c`); default all. */
  readonly mask?: number;
  readonly count?: number;
  /** Bytes from one element to the next; default 4. */
  readonly stride?: number;
  readonly narrow?: Narrow;
  /** The stored value takes no part in snapshots when false: the register is a view of other state. */
  readonly stored?: boolean;
  readonly bits?: Bits;
  /** What it is, for the register view and for the log. */
  readonly about?: string;
  /** Reading changes state: the register view does not read it unless `peek` says how. */
  readonly destructive?: boolean;
  /** Answers a read in place of the stored value. */
  readonly read?: (device: D, index: number) => number;
  /** The value for the register view, without side effects. */
  readonly peek?: (device: D, index: number) => number;
  /**
   * Takes a write in place of the store; `access` and `mask` are the hook's affair. `lanes` has ones where the access
   * has bytes; `value` is zero elsewhere.
   */
  readonly write?: (device: D, value: number, index: number, lanes: number) => void;
  /** Runs after a store, whether or not the value changed. */
  readonly wrote?: (device: D, index: number) => void;
}

export type Rows<D> = { readonly [name: string]: Row<D> };

/** What dispatch needs of a device; {@link RegisterDevice} is the base class that has it. */
export interface RegisterOwner {
  readonly values: Uint32Array;
  /** A line for the log, once per device and `key`. */
  note(key: number, what: string): void;
}

/** A register as a debugger shows it. */
export interface RegisterView {
  name: string;
  offset: number;
  access: Access;
  about?: string;
  /** Undefined when reading it would change state. */
  value: number | undefined;
  fields: { name: string; high: number; low: number; value: number | undefined }[];
}

interface Compiled<D> extends Row<D> {
  readonly name: string;
  readonly access: Access;
  readonly mask: number;
  readonly count: number;
  readonly stride: number;
  readonly narrow: Narrow;
  readonly saved: boolean;
  /** Index of the first element in `values`. */
  readonly slot: number;
}

const hex = (n: number, digits = 1): string => '0x' + n.toString(16).padStart(digits, '0');
const elementName = (row: { name: string; count: number }, index: number): string =>
  row.count > 1 ? row.name + index : row.name;

/**
 * The compiled table, one per type of device. `slot[NAME]` is the index of a register (the first of an array) in the
 * device's `values`.
 */
export class RegisterTable<D extends RegisterOwner, N extends string = string> {
  readonly slot: Readonly<Record<N, number>>;
  readonly resets: Uint32Array;
  private readonly rows: readonly Compiled<D>[];
  /** By word of the window: its row, and the slot of its element. */
  private readonly rowAt: (Compiled<D> | undefined)[];
  private readonly slotAt: Uint16Array;

  constructor(rows: Rows<D>, narrow: Narrow) {
    const compiled: Compiled<D>[] = [];
    const slot: Record<string, number> = {};
    const resets: number[] = [];
    let words = 0;
    for (const [name, row] of Object.entries(rows)) {
      const { count = 1, stride = 4, access = 'rw' } = row;
      const readOnly = access !== 'rw' && access !== 'wo' && access !== 'w1c';
      const saved = row.stored ?? (access !== 'const' && access !== 'raz' && access !== 'none');
      slot[name] = resets.length;
      compiled.push({
        ...row,
        ...{ name, count, stride, access, saved, narrow: row.narrow ?? narrow, slot: resets.length },
        mask: readOnly ? 0 : (row.mask ?? 0xffffffff),
      });
      for (let i = 0; i < count; i++)
        resets.push(typeof row.reset === 'object' ? (row.reset[i] ?? 0) : (row.reset ?? 0));
      words = Math.max(words, (row.at + (count - 1) * stride) / 4 + 1);
    }
    this.rows = compiled;
    this.slot = slot as Record<N, number>;
    this.resets = Uint32Array.from(resets);
    this.rowAt = new Array<Compiled<D> | undefined>(words).fill(undefined);
    this.slotAt = new Uint16Array(words);
    for (const row of compiled) {
      for (let i = 0; i < row.count; i++) {
        const word = (row.at + i * row.stride) / 4;
        if (!Number.isInteger(word) || this.rowAt[word])
          throw new Error(`${elementName(row, i)} at ${hex(row.at)}: overlap`);
        this.rowAt[word] = row;
        this.slotAt[word] = row.slot + i;
      }
    }
  }

  read(device: D, offset: number, width: Width): number {
    const word = offset >>> 2;
    const row = word < this.rowAt.length ? this.rowAt[word] : undefined;
    if (row === undefined) {
      device.note(offset, `read of reserved offset ${hex(offset, 3)}, answered 0`);
      return 0;
    }
    if (width !== 4 && row.narrow === 'ignore') {
      device.note(offset, `${width}-byte read of ${row.name} at ${hex(offset, 3)}, answered 0: it has words only`);
      return 0;
    }
    const slot = this.slotAt[word]!;
    let value: number;
    if (row.read !== undefined) value = row.read(device, slot - row.slot);
    else if (row.access === 'wo' || row.access === 'none') {
      device.note(offset, `read of ${this.explain(row, slot)}, answered 0`);
      value = 0;
    } else value = device.values[slot]!;
    if (width === 4) return value >>> 0;
    return (value >>> ((offset & 3) << 3)) & (width === 1 ? 0xff : 0xffff);
  }

  write(device: D, offset: number, width: Width, value: number): void {
    const word = offset >>> 2;
    const row = word < this.rowAt.length ? this.rowAt[word] : undefined;
    if (row === undefined) {
      device.note(offset + 1, `write of ${hex(value)} to reserved offset ${hex(offset, 3)}, ignored`);
      return;
    }
    let lanes = 0xffffffff;
    if (width !== 4) {
      if (row.narrow === 'ignore') {
        device.note(offset + 1, `${width}-byte write to ${row.name} at ${hex(offset, 3)}, ignored: it has words only`);
        return;
      }
      const shift = (offset & 3) << 3;
      const size = width === 1 ? 0xff : 0xffff;
      if (row.narrow === 'lanes') lanes = (size << shift) >>> 0;
      value = (value & size) << shift;
    }
    const slot = this.slotAt[word]!;
    if (row.write !== undefined) {
      row.write(device, value >>> 0, slot - row.slot, lanes);
      return;
    }
    const change = row.mask & lanes;
    const old = device.values[slot]!;
    switch (row.access) {
      case 'rw':
      case 'wo':
        device.values[slot] = (old & ~change) | (value & change);
        break;
      case 'w1c':
        device.values[slot] = old & ~(value & change);
        break;
      case 'raz':
        return;
      default:
        device.note(offset + 1, `write of ${hex(value >>> 0)} to ${this.explain(row, slot)}, ignored`);
        return;
    }
    row.wrote?.(device, slot - row.slot);
  }

  private explain(row: Compiled<D>, slot: number): string {
    const name = elementName(row, slot - row.slot);
    if (row.access === 'none') return `${name}, not modelled${row.about ? `: ${row.about}` : ''}`;
    return `${name} (${row.access === 'wo' ? 'write-only' : 'read-only'})`;
  }

  /** All registers with their values, in the order of the table, without side effects. */
  view(device: D): RegisterView[] {
    const views: RegisterView[] = [];
    for (const row of this.rows) {
      for (let i = 0; i < row.count; i++) {
        const look = row.peek ?? (row.destructive ? undefined : row.read);
        const hidden = row.destructive && !row.peek;
        const value = hidden ? undefined : look ? look(device, i) >>> 0 : device.values[row.slot + i]!;
        const fields = Object.entries(row.bits ?? {}).map(([name, at]) => {
          const [high, low] = typeof at === 'number' ? [at, at] : at;
          const part = value === undefined ? undefined : Math.floor(value / 2 ** low) % 2 ** (high - low + 1);
          return { name, high, low, value: part };
        });
        const { at, stride, access, about } = row;
        const name = elementName(row, i);
        views.push({ name, offset: at + i * stride, access, ...(about ? { about } : {}), value, fields });
      }
    }
    return views;
  }

  /** Registers by name, for a snapshot. */
  save(values: Uint32Array): Record<string, number | number[]> {
    const saved: Record<string, number | number[]> = {};
    for (const row of this.rows) {
      if (!row.saved) continue;
      saved[row.name] = row.count > 1 ? Array.from(values.subarray(row.slot, row.slot + row.count)) : values[row.slot]!;
    }
    return saved;
  }

  /**
   * The values a snapshot holds; registers it lacks get their reset value.
   * @throws RangeError naming the register whose saved value is not one or not as many words as it has.
   */
  load(owner: string, saved: unknown): Uint32Array {
    if (typeof saved !== 'object' || saved === null) throw new RangeError(`${owner}: the snapshot has no registers`);
    const values = this.resets.slice();
    for (const row of this.rows) {
      const entry = (saved as Record<string, unknown>)[row.name];
      if (!row.saved || entry === undefined) continue;
      const words: unknown[] = row.count > 1 && Array.isArray(entry) ? entry : [entry];
      if (words.length !== row.count || !words.every(w => Number.isInteger(w) && (w as number) >>> 0 === w)) {
        throw new RangeError(`${owner}: ${row.name} of the snapshot is malformed`);
      }
      values.set(words as number[], row.slot);
    }
    return values;
  }
}

/**
 * Compiles a table: `defineRegisters<Pl011>('apb')({ UARTDR: { at: 0 }, ... })`.
 * @param narrow what narrow accesses do where a row does not say.
 * @throws Error when rows overlap (at load time of the module, so never in a running machine).
 */
export const defineRegisters =
  <D extends RegisterOwner>(narrow: Narrow) =>
  <R extends Rows<D>>(rows: R): RegisterTable<D, Extract<keyof R, string>> =>
    new RegisterTable<D, Extract<keyof R, string>>(rows, narrow);

/**
 * The identification block of an ARM PrimeCell at 0xfe0..0xffc, one byte per word.
 * @param peripheral PeriphID3..0 as one number, for example 0x00341011.
 */
export function primeCell(peripheral: number, cell = 0xb105f00d): { PERIPHID: Row<unknown>; PCELLID: Row<unknown> } {
  const bytes = (id: number): number[] => [0, 8, 16, 24].map(shift => (id >>> shift) & 0xff);
  return {
    PERIPHID: { at: 0xfe0, count: 4, access: 'const', reset: bytes(peripheral), about: 'peripheral identification' },
    PCELLID: { at: 0xff0, count: 4, access: 'const', reset: bytes(cell), about: 'PrimeCell identification' },
  };
}
