// A writer for WebAssembly binary modules (core specification 2.0, section 5), no more than the tiers need.

/** A growing byte buffer with the encodings of the binary format. */
export class Bytes {
  private data = new Uint8Array(1024);
  length = 0;

  private reserve(n: number): void {
    if (this.length + n <= this.data.length) return;
    const bigger = new Uint8Array(Math.max(this.data.length * 2, this.length + n));
    bigger.set(this.data.subarray(0, this.length));
    this.data = bigger;
  }

  u8(byte: number): void {
    if (this.length === this.data.length) this.reserve(1);
    this.data[this.length++] = byte;
  }

  /** Unsigned LEB128 of a 32-bit value. */
  u32(value: number): void {
    let v = value >>> 0;
    while (v > 127) {
      this.u8((v & 127) | 128);
      v >>>= 7;
    }
    this.u8(v);
  }

  /** Signed LEB128 of a 32-bit value. */
  s32(value: number): void {
    let v = value | 0;
    while (v < -64 || v > 63) {
      this.u8((v & 127) | 128);
      v >>= 7;
    }
    this.u8(v & 127);
  }

  /** Signed LEB128 of a 64-bit value in two halves. */
  s64(lo: number, hi: number): void {
    let l = lo | 0;
    let h = hi | 0;
    for (;;) {
      const byte = l & 127;
      l = (l >>> 7) | (h << 25);
      h >>= 7;
      const done = (h === 0 && l === 0 && !(byte & 64)) || (h === -1 && l === -1 && (byte & 64) !== 0);
      this.u8(done ? byte : byte | 128);
      if (done) return;
    }
  }

  bytes(from: Uint8Array | readonly number[]): void {
    this.reserve(from.length);
    this.data.set(from, this.length);
    this.length += from.length;
  }

  name(text: string): void {
    this.u32(text.length);
    for (let i = 0; i < text.length; i++) this.u8(text.charCodeAt(i));
  }

  /** Appends another buffer with its length before it. */
  sized(inner: Bytes): void {
    this.u32(inner.length);
    this.bytes(inner.view());
  }

  /** What was written; valid until the next write. */
  view(): Uint8Array {
    return this.data.subarray(0, this.length);
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.data.slice(0, this.length);
  }
}

/** Value types of the binary format. */
export const I32 = 0x7f;
export const I64 = 0x7e;
export const F32 = 0x7d;
export const F64 = 0x7c;
export const V128 = 0x7b;
export type ValueType = typeof I32 | typeof I64 | typeof F32 | typeof F64 | typeof V128;

interface FunctionEntry {
  readonly type: number;
  readonly locals: readonly ValueType[];
  readonly body: Uint8Array;
}

/** Collects one module. Imports come first, so that their function indices are known before any body is written. */
export class ModuleWriter {
  private readonly types: string[] = [];
  private readonly typeBytes = new Bytes();
  private readonly imports = new Bytes();
  private importCount = 0;
  private importedFunctions = 0;
  private readonly functions: FunctionEntry[] = [];
  private readonly exports: [string, number][] = [];
  private counterCount = 0;

  /** @returns the index of a function type; equal types share one. */
  type(params: readonly ValueType[], results: readonly ValueType[]): number {
    const key = `${params.join()}>${results.join()}`;
    const known = this.types.indexOf(key);
    if (known >= 0) return known;
    this.typeBytes.bytes([0x60, params.length, ...params, results.length, ...results]);
    return this.types.push(key) - 1;
  }

  importMemory(module: string, name: string, initial: number, maximum: number): void {
    this.importEntry(module, name);
    this.imports.u8(2);
    this.imports.u8(1);
    this.imports.u32(initial);
    this.imports.u32(maximum);
  }

  importTable(module: string, name: string, initial: number): void {
    this.importEntry(module, name);
    this.imports.bytes([1, 0x70, 0]);
    this.imports.u32(initial);
  }

  /** @returns the function index. */
  importFunction(module: string, name: string, type: number): number {
    if (this.functions.length > 0) throw new Error('imports come before functions');
    this.importEntry(module, name);
    this.imports.u8(0);
    this.imports.u32(type);
    return this.importedFunctions++;
  }

  private importEntry(module: string, name: string): void {
    this.importCount++;
    this.imports.name(module);
    this.imports.name(name);
  }

  /** @returns the function index. */
  function(type: number, locals: readonly ValueType[], body: Uint8Array, exportName?: string): number {
    const index = this.importedFunctions + this.functions.push({ type, locals, body }) - 1;
    if (exportName !== undefined) this.export(exportName, index);
    return index;
  }

  /** Exports a function under one more name. */
  export(name: string, functionIndex: number): void {
    this.exports.push([name, functionIndex]);
  }

  /** The module has `count` mutable globals of type i64, exported as `c0`, `c1`, ...; they begin at 0. */
  counters(count: number): void {
    this.counterCount = count;
  }

  finish(): Uint8Array<ArrayBuffer> {
    const out = new Bytes();
    out.bytes([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    const section = (id: number, write: (b: Bytes) => void): void => {
      const b = new Bytes();
      write(b);
      out.u8(id);
      out.sized(b);
    };
    section(1, b => {
      b.u32(this.types.length);
      b.bytes(this.typeBytes.view());
    });
    section(2, b => {
      b.u32(this.importCount);
      b.bytes(this.imports.view());
    });
    section(3, b => {
      b.u32(this.functions.length);
      for (const f of this.functions) b.u32(f.type);
    });
    if (this.counterCount > 0)
      section(6, b => {
        b.u32(this.counterCount);
        for (let i = 0; i < this.counterCount; i++) b.bytes([I64, 1, 0x42, 0, 0x0b]);
      });
    section(7, b => {
      b.u32(this.exports.length + this.counterCount);
      for (const [name, index] of this.exports) {
        b.name(name);
        b.u8(0);
        b.u32(index);
      }
      for (let i = 0; i < this.counterCount; i++) {
        b.name(`c${i}`);
        b.u8(3);
        b.u32(i);
      }
    });
    section(10, b => {
      b.u32(this.functions.length);
      for (const f of this.functions) {
        const body = new Bytes();
        // Runs of equal types share one entry.
        const runs: [number, ValueType][] = [];
        for (const t of f.locals) {
          const last = runs[runs.length - 1];
          if (last && last[1] === t) last[0]++;
          else runs.push([1, t]);
        }
        body.u32(runs.length);
        for (const [n, t] of runs) {
          body.u32(n);
          body.u8(t);
        }
        body.bytes(f.body);
        b.sized(body);
      }
    });
    return out.finish();
  }
}
