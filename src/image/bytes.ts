// Checked access to the bytes of a file. A length or offset found in a file is never trusted: reading past the end is an
// ImageError that says where the file ends and what was to be read.
import { hex, ImageError } from './error';

/** A file, or a part of one, with reads that cannot leave it. Offsets in errors are those of the whole file. */
export class Bytes {
  private readonly view: DataView;

  /**
   * @param data the bytes
   * @param file the file as the user named it, for messages
   * @param littleEndian order of multi-byte reads
   * @param origin offset of `data` in the file, for messages
   */
  constructor(
    readonly data: Uint8Array,
    readonly file: string,
    readonly littleEndian = true,
    readonly origin = 0,
  ) {
    this.view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  get length(): number {
    return this.data.length;
  }

  u8(offset: number, what: string): number {
    this.check(offset, 1, what);
    return this.view.getUint8(offset);
  }

  u16(offset: number, what: string): number {
    this.check(offset, 2, what);
    return this.view.getUint16(offset, this.littleEndian);
  }

  u32(offset: number, what: string): number {
    this.check(offset, 4, what);
    return this.view.getUint32(offset, this.littleEndian);
  }

  u64(offset: number, what: string): bigint {
    this.check(offset, 8, what);
    return this.view.getBigUint64(offset, this.littleEndian);
  }

  /** A view, not a copy. */
  slice(offset: number, length: number, what: string): Uint8Array {
    this.check(offset, length, what);
    return this.data.subarray(offset, offset + length);
  }

  /** The same reads in the other byte order. */
  inOrder(littleEndian: boolean): Bytes {
    return new Bytes(this.data, this.file, littleEndian, this.origin);
  }

  /** @throws ImageError when `length` bytes from `offset` are not all there */
  check(offset: number, length: number, what: string): void {
    if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
      throw this.error('image.corrupt', 0, `${what} has an impossible offset or length`);
    }
    if (offset + length > this.data.length) {
      const end = this.origin + this.data.length;
      throw this.error(
        'image.truncated',
        offset,
        `${what} needs ${length} bytes, but the data ends at ${hex(end)}`,
        'the file is cut short or damaged: fetch it again',
      );
    }
  }

  /** An error about a place in this file. */
  error(code: ImageError['code'], offset: number, what: string, remedy?: string): ImageError {
    return new ImageError(code, what, {
      file: this.file,
      offset: this.origin + offset,
      ...(remedy === undefined ? {} : { remedy }),
    });
  }
}

/** Whether `data` holds `pattern` at `offset`; outside the data it does not. */
export function holds(data: Uint8Array, offset: number, pattern: ArrayLike<number>): boolean {
  if (offset < 0 || offset + pattern.length > data.length) return false;
  for (let i = 0; i < pattern.length; i++) if (data[offset + i] !== pattern[i]) return false;
  return true;
}

/** First place of `pattern` at or after `from` and before `to`, or -1. */
export function find(data: Uint8Array, pattern: ArrayLike<number>, from = 0, to = data.length): number {
  const first = pattern[0];
  if (first === undefined) return -1;
  for (let at = data.indexOf(first, from); at >= 0 && at < to; at = data.indexOf(first, at + 1)) {
    if (holds(data, at, pattern)) return at;
  }
  return -1;
}

/** One array out of many. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const latin1 = new TextDecoder('latin1');
const utf8 = new TextDecoder('utf-8');

/** Text up to the first zero byte; bytes that are not UTF-8 become replacement characters. */
export function text(data: Uint8Array): string {
  const end = data.indexOf(0);
  return utf8.decode(end < 0 ? data : data.subarray(0, end));
}

/** One character per byte, for fields that are ASCII by their specification. */
export function ascii(data: Uint8Array): string {
  return latin1.decode(data);
}

/** `value` up to the next multiple of `alignment` (any positive integer). */
export function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}
