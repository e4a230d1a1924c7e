// What goes into a saved domain and comes out of it, in the same order: each part says once what it consists of, and that is
// written or read (docs/hypervisor.md, "Saved domains").

/** A file that is no saved domain, or one that cannot be: it is the user's, and may contain anything. */
export class SaveError extends Error {
  override readonly name = 'SaveError';
}

const TWO_32 = 2 ** 32;
const FIRST_ROOM = 1 << 16;

/** Every method takes what there is, and answers what there is to be: the same when saving, what was saved when loading. */
export interface Archive {
  readonly loading: boolean;
  /** Ticks of the system counter, and nanoseconds, that have passed since it was saved; 0 when saving. */
  readonly shift: { ticks: number; ns: number };
  /** A number from 0 to `most`, or to all of 32 bits. */
  u32(value: number, most?: number): number;
  /** Any number. */
  f64(value: number): number;
  bool(value: boolean): boolean;
  /** One of a list of numbers. */
  oneOf<T extends number>(value: T, all: readonly T[]): T;
  text(value: string, most?: number): string;
  bytes(value: Uint8Array, most?: number): Uint8Array;
  /** As many words as the array has, in place. */
  words(values: Uint32Array): void;
  /** A list, each element by `each`. */
  list<T>(values: readonly T[], most: number, each: (value: T | undefined) => T): T[];
}

export class Saver implements Archive {
  readonly loading = false;
  readonly shift = { ticks: 0, ns: 0 };
  private room = new Uint8Array(FIRST_ROOM);
  private at = 0;

  private grow(length: number): DataView {
    if (this.at + length > this.room.length) {
      const larger = new Uint8Array(Math.max(2 * this.room.length, this.at + length));
      larger.set(this.room.subarray(0, this.at));
      this.room = larger;
    }
    return new DataView(this.room.buffer);
  }

  u32(value: number): number {
    this.grow(4).setUint32(this.at, value, true);
    this.at += 4;
    return value;
  }
  f64(value: number): number {
    this.grow(8).setFloat64(this.at, value, true);
    this.at += 8;
    return value;
  }
  bool(value: boolean): boolean {
    this.u32(value ? 1 : 0);
    return value;
  }
  oneOf<T extends number>(value: T): T {
    this.f64(value);
    return value;
  }
  text(value: string): string {
    this.bytes(new TextEncoder().encode(value));
    return value;
  }
  bytes(value: Uint8Array): Uint8Array {
    this.u32(value.length);
    this.grow(value.length);
    this.room.set(value, this.at);
    this.at += value.length;
    return value;
  }
  words(values: Uint32Array): void {
    for (const value of values) this.u32(value);
  }
  list<T>(values: readonly T[], _most: number, each: (value: T | undefined) => T): T[] {
    this.u32(values.length);
    return values.map(each);
  }

  done(): Uint8Array {
    return this.room.slice(0, this.at);
  }
}

export class Loader implements Archive {
  readonly loading = true;
  readonly shift = { ticks: 0, ns: 0 };
  private readonly view: DataView;
  private at = 0;

  constructor(private readonly data: Uint8Array) {
    this.view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  private take(length: number): number {
    const { at } = this;
    if (at + length > this.data.length) throw new SaveError('the file ends before the domain does');
    this.at += length;
    return at;
  }

  u32(_value: number, most = TWO_32 - 1): number {
    const value = this.view.getUint32(this.take(4), true);
    if (value > most) throw new SaveError(`at byte ${this.at - 4} stands ${value}, where ${most} is the most`);
    return value;
  }
  f64(): number {
    return this.view.getFloat64(this.take(8), true);
  }
  bool(): boolean {
    return this.u32(0, 1) === 1;
  }
  oneOf<T extends number>(_value: T, all: readonly T[]): T {
    const value = this.f64();
    const found = all.find(one => one === value);
    if (found === undefined) throw new SaveError(`at byte ${this.at - 8} stands ${value}, which cannot be there`);
    return found;
  }
  text(_value: string, most?: number): string {
    return new TextDecoder().decode(this.bytes(new Uint8Array(), most));
  }
  bytes(_value: Uint8Array, most = TWO_32 - 1): Uint8Array {
    const length = this.u32(0, most);
    const from = this.take(length);
    return this.data.subarray(from, from + length);
  }
  words(values: Uint32Array): void {
    for (let i = 0; i < values.length; i++) values[i] = this.u32(0);
  }
  list<T>(_values: readonly T[], most: number, each: (value: T | undefined) => T): T[] {
    return Array.from({ length: this.u32(0, most) }, () => each(undefined));
  }

  get isAtEnd(): boolean {
    return this.at === this.data.length;
  }
}
