// Guest accesses that generated code leaves to TypeScript: TLB misses, devices, page crossings, big-endian data, faults.
import { MULTIPLE, MULTIPLE_VECTOR } from '../codegen/imports';
import { CPU, EXIT, PAGE_SIZE } from '../codegen/layout';
import { ACCESSES, ACCESS_SIZE, type Access } from '../codegen/semantics';
import type { Bus } from './bus';
import type { Core } from './core';

/** How an access is checked and done, by number in ACCESSES. */
interface Kind {
  readonly size: 1 | 2 | 4 | 8;
  /** Alignment that is always required. */
  readonly align: number;
  readonly signed: boolean;
  /** Of 64 bits: one number, not two words. */
  readonly whole: boolean;
}
const ALIGN: Readonly<Partial<Record<Access, number>>> = {
  u16Aligned: 2,
  wordAligned: 4,
  dwordAligned: 4,
  doubleAligned: 8,
  vector64: 4,
};
const KINDS: readonly Kind[] = ACCESSES.map(a => ({
  size: ACCESS_SIZE[a],
  align: ALIGN[a] ?? 1,
  signed: a.startsWith('s'),
  whole: a === 'vector64',
}));
/** Bit 8 of the access number: with the privilege of PL0. */
const AS_USER = 256;

/** The low bytes of a word in the other order. */
function reversed(value: number, size: number): number {
  if (size === 1) return value;
  if (size === 2) return ((value & 0xff) << 8) | ((value >>> 8) & 0xff);
  return (value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24);
}

export class MemoryAccess {
  private readonly u8: Uint8Array;
  private readonly u16: Uint16Array;
  private readonly bytes = new Uint8Array(8);
  private readonly view = new DataView(this.bytes.buffer);
  private readonly words = new Uint32Array(32);

  constructor(
    memory: WebAssembly.Memory,
    private readonly bus: Bus,
    /** Code may have been decoded from these bytes of linear memory. */
    private readonly written: (host: number, length: number) => void,
  ) {
    this.u8 = new Uint8Array(memory.buffer);
    this.u16 = new Uint16Array(memory.buffer);
  }

  private abort(core: Core): void {
    core.setField(CPU.EXIT, EXIT.ABORT);
  }

  private misaligned(core: Core, va: number, kind: Kind): boolean {
    return (va & (kind.align - 1)) !== 0 || (core.field(CPU.STRICT) !== 0 && (va & (Math.min(kind.size, 4) - 1)) !== 0);
  }

  /** Import `load`. */
  load(core: Core, va: number, access: number): number {
    const kind = KINDS[access & 255]!;
    const privileged = core.privileged && (access & AS_USER) === 0;
    if (this.misaligned(core, va, kind)) {
      core.fault.set('alignment', 0, 0, va >>> 0);
      core.fault.write = false;
      this.abort(core);
      return 0;
    }
    if (kind.size < 8 && (va & (kind.size - 1)) === 0) return this.loadAligned(core, va, kind, privileged);
    if (!this.read(core, va, kind.size, privileged)) {
      this.abort(core);
      return 0;
    }
    const little = core.field(CPU.BIG_ENDIAN) === 0;
    const { view } = this;
    switch (kind.size) {
      case 1:
        return kind.signed ? view.getInt8(0) : view.getUint8(0);
      case 2:
        return kind.signed ? view.getInt16(0, little) : view.getUint16(0, little);
      case 4:
        return view.getInt32(0, little);
      case 8:
        // Each word in its own byte order; a big-endian number has its upper word first.
        core.setField(CPU.RESULT, view.getUint32(kind.whole && !little ? 0 : 4, little));
        return view.getInt32(kind.whole && !little ? 4 : 0, little);
    }
  }

  /** A load of 1, 2 or 4 bytes that a device sees as one access. */
  private loadAligned(core: Core, va: number, { size, signed }: Kind, privileged: boolean): number {
    if (!core.fill(va, 'read', privileged)) return (this.abort(core), 0);
    const { host } = core;
    let value: number;
    if (host !== 0) value = size === 4 ? core.words[host >>> 2]! : size === 2 ? this.u16[host >>> 1]! : this.u8[host]!;
    else {
      value = this.bus.read(core.pa, size as 1 | 2 | 4, core.index);
      if (value < 0) {
        this.external(core, va, false);
        return (this.abort(core), 0);
      }
    }
    if (core.field(CPU.BIG_ENDIAN) !== 0) value = reversed(value, size);
    if (!signed) return value | 0;
    return size === 2 ? (value << 16) >> 16 : (value << 24) >> 24;
  }

  /** Reads `size` bytes into `this.bytes`, in memory order. False: `core.fault` says why not. */
  private read(core: Core, va: number, size: number, privileged: boolean): boolean {
    const inPage = PAGE_SIZE - (va & (PAGE_SIZE - 1));
    if (size > inPage) return this.readPart(core, va, 0, inPage, privileged) && this.readPart(core, va + inPage, inPage, size, privileged); // prettier-ignore
    return this.readPart(core, va, 0, size, privileged);
  }

  private readPart(core: Core, va: number, from: number, to: number, privileged: boolean): boolean {
    if (!core.fill(va, 'read', privileged)) return false;
    if (core.host !== 0) {
      for (let i = from; i < to; i++) this.bytes[i] = this.u8[core.host + i - from]!;
      return true;
    }
    const { pa } = core;
    return this.split(pa, to - from, (at, width) => {
      const value = this.bus.read(pa + at, width, core.index);
      if (value < 0) return this.external(core, va + at, false);
      for (let i = 0; i < width; i++) this.bytes[from + at + i] = value >>> (8 * i);
      return true;
    });
  }

  /** A device sees aligned accesses of 1, 2 or 4 bytes. */
  private split(pa: number, size: number, one: (at: number, width: 1 | 2 | 4) => boolean): boolean {
    for (let at = 0; at < size;) {
      const address = pa + at;
      const left = size - at;
      const width = left >= 4 && address % 4 === 0 ? 4 : left >= 2 && address % 2 === 0 ? 2 : 1;
      if (!one(at, width)) return false;
      at += width;
    }
    return true;
  }

  private external(core: Core, va: number, write: boolean): false {
    core.fault.set('external', 0, 0, va >>> 0);
    core.fault.write = write;
    return false;
  }

  /** Import `store`. */
  store(core: Core, va: number, access: number, lo: number, hi: number): void {
    const kind = KINDS[access & 255]!;
    const privileged = core.privileged && (access & AS_USER) === 0;
    if (this.misaligned(core, va, kind)) {
      core.fault.set('alignment', 0, 0, va >>> 0);
      core.fault.write = true;
      return this.abort(core);
    }
    if (kind.size < 8 && (va & (kind.size - 1)) === 0) return this.storeAligned(core, va, kind.size, lo, privileged);
    const little = core.field(CPU.BIG_ENDIAN) === 0;
    const { view } = this;
    const swapped = kind.whole && !little;
    if (kind.size === 1) view.setUint8(0, lo);
    else if (kind.size === 2) view.setUint16(0, lo, little);
    else view.setUint32(0, swapped ? hi : lo, little);
    if (kind.size === 8) view.setUint32(4, swapped ? lo : hi, little);
    if (!this.write(core, va, kind.size, privileged)) this.abort(core);
  }

  /** A store of 1, 2 or 4 bytes that a device sees as one access. */
  private storeAligned(core: Core, va: number, size: number, word: number, privileged: boolean): void {
    if (!core.fill(va, 'write', privileged)) return this.abort(core);
    const value = core.field(CPU.BIG_ENDIAN) !== 0 ? reversed(word, size) : word;
    const { host } = core;
    const { physical } = core.env;
    if (host !== 0 && physical.isWritable(host)) {
      if (size === 4) core.words[host >>> 2] = value;
      else if (size === 2) this.u16[host >>> 1] = value;
      else this.u8[host] = value;
      if (physical.hasCode(host)) this.written(host, size);
      return;
    }
    const sent = size === 4 ? value >>> 0 : value & (size === 2 ? 0xffff : 0xff);
    if (this.bus.write(core.pa, size as 1 | 2 | 4, sent, core.index)) return;
    this.external(core, va, true);
    this.abort(core);
  }

  /** Writes `size` bytes of `this.bytes`; nothing is written unless all of them may be. */
  private write(core: Core, va: number, size: number, privileged: boolean): boolean {
    const inPage = PAGE_SIZE - (va & (PAGE_SIZE - 1));
    if (size <= inPage) return this.writePart(core, va, 0, size, privileged);
    if (!core.fill(va + inPage, 'write', privileged)) return false;
    return (
      this.writePart(core, va, 0, inPage, privileged) && this.writePart(core, va + inPage, inPage, size, privileged)
    );
  }

  private writePart(core: Core, va: number, from: number, to: number, privileged: boolean): boolean {
    if (!core.fill(va, 'write', privileged)) return false;
    const { host } = core;
    const { physical } = core.env;
    if (host !== 0 && physical.isWritable(host)) {
      for (let i = from; i < to; i++) this.u8[host + i - from] = this.bytes[i]!;
      if (physical.hasCode(host)) this.written(host, to - from);
      return true;
    }
    const { pa } = core;
    return this.split(pa, to - from, (at, width) => {
      let value = 0;
      for (let i = 0; i < width; i++) value |= this.bytes[from + at + i]! << (8 * i);
      return this.bus.write(pa + at, width, value >>> 0, core.index) || this.external(core, va + at, true);
    });
  }

  /** Import `multiple`: LDM and STM whose words are not all at hand. */
  multiple(core: Core, start: number, flags: number): number {
    const isLoad = (flags & MULTIPLE.LOAD) !== 0;
    const list = flags & 0xffff;
    let va = start;
    if (start & 3) {
      core.fault.set('alignment', 0, 0, start >>> 0);
      core.fault.write = !isLoad;
      this.abort(core);
      return 0;
    }
    const { privileged } = core;
    const little = core.field(CPU.BIG_ENDIAN) === 0;
    let count = 0;
    for (let i = 0; i < 16; i++) if (list & (1 << i)) count++;
    if (flags & MULTIPLE.PC) count++;
    if (!isLoad && !this.writableThroughout(core, start, count * 4, privileged)) {
      this.abort(core);
      return 0;
    }
    const host = little ? this.together(core, start, count * 4, isLoad, privileged) : 0;
    if (core.field(CPU.EXIT) !== EXIT.NONE) return 0;
    let n = 0;
    if (host !== 0) {
      let at = host >>> 2;
      for (let i = 0; i < 16; i++) {
        if (!(list & (1 << i))) continue;
        if (isLoad) core.setR(i, core.words[at]!);
        else core.words[at] = core.r(i);
        at++;
      }
      if (!isLoad && core.env.physical.hasCode(host)) this.written(host, count * 4);
      return flags & MULTIPLE.PC ? core.words[at]! : 0;
    }
    for (let i = 0; i < 16; i++) {
      if (isLoad ? n >= count : !(list & (1 << i))) continue;
      if (isLoad) {
        if (!this.read(core, va, 4, privileged)) return (this.abort(core), 0);
        this.words[n++] = this.view.getUint32(0, little);
      } else {
        this.view.setUint32(0, core.field(CPU.R + 4 * i), little);
        if (!this.write(core, va, 4, privileged)) return (this.abort(core), 0);
      }
      va += 4;
    }
    if (!isLoad) return 0;
    n = 0;
    for (let i = 0; i < 16; i++) if (list & (1 << i)) core.setR(i, this.words[n++]!);
    return flags & MULTIPLE.PC ? this.words[n]! : 0;
  }

  /** Import `multipleVector`: VLDM and VSTM whose words are not all at hand. */
  multipleVector(core: Core, start: number, argument: number): void {
    const isLoad = (argument & MULTIPLE_VECTOR.LOAD) !== 0;
    const words = (argument >> MULTIPLE_VECTOR.WORDS_SHIFT) & 63;
    const first = CPU.V + 4 * (argument & 63);
    const { privileged } = core;
    const little = core.field(CPU.BIG_ENDIAN) === 0;
    // Big-endian doublewords have their upper word first: in memory, word i belongs to register word i ^ 1.
    const flip = !little && argument & MULTIPLE_VECTOR.DOUBLE ? 1 : 0;
    if (start & 3) {
      core.fault.set('alignment', 0, 0, start >>> 0);
      core.fault.write = !isLoad;
      return this.abort(core);
    }
    if (!isLoad && !this.writableThroughout(core, start, words * 4, privileged)) return this.abort(core);
    const host = little ? this.together(core, start, words * 4, isLoad, privileged) : 0;
    if (core.field(CPU.EXIT) !== EXIT.NONE) return;
    if (host !== 0) {
      const [from, to] = isLoad ? [host >>> 2, core.at + (first >> 2)] : [core.at + (first >> 2), host >>> 2];
      core.words.copyWithin(to, from, from + words);
      if (!isLoad && core.env.physical.hasCode(host)) this.written(host, words * 4);
      return;
    }
    for (let i = 0; i < words; i++) {
      const va = (start + 4 * i) | 0;
      if (isLoad) {
        if (!this.read(core, va, 4, privileged)) return this.abort(core);
        this.words[i] = this.view.getUint32(0, little);
      } else {
        this.view.setUint32(0, core.field(first + 4 * (i ^ flip)), little);
        if (!this.write(core, va, 4, privileged)) return this.abort(core);
      }
    }
    if (isLoad) for (let i = 0; i < words; i++) core.setField(first + 4 * (i ^ flip), this.words[i]!);
  }

  /**
   * Linear address of words that lie in one page of plain memory, at `va`, a multiple of 4; 0 when they do not, or with
   * CPU.EXIT set. Stores are known to be permitted.
   */
  private together(core: Core, va: number, length: number, isLoad: boolean, privileged: boolean): number {
    if ((va & (PAGE_SIZE - 1)) + length > PAGE_SIZE) return 0;
    if (isLoad && !core.fill(va, 'read', privileged)) {
      this.abort(core);
      return 0;
    }
    const { host } = core;
    return host !== 0 && (isLoad || core.env.physical.isWritable(host)) ? host : 0;
  }

  /** Checks every page of a range before the first byte is written. False: `core.fault` says why not. */
  writableThroughout(core: Core, va: number, length: number, privileged: boolean): boolean {
    const last = va + length - 1;
    if ((va ^ last) & ~(PAGE_SIZE - 1) && !core.fill(last, 'write', privileged)) {
      // The fault is reported for the first word that cannot be written.
      core.fault.address = (last & ~(PAGE_SIZE - 1)) >>> 0;
      return false;
    }
    return core.fill(va, 'write', privileged);
  }
}
