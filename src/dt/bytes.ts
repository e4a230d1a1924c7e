// Big-endian bytes, as all of a blob is.
import { DtError } from './error';
import { MAX_BLOB } from './limits';

export const align4 = (n: number): number => (n + 3) & ~3;

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A byte string that grows, up to {@link MAX_BLOB}. */
export class Bytes {
  length = 0;
  private buffer = new Uint8Array(4096);
  private view = viewOf(this.buffer);

  word(value: number): void {
    this.room(4);
    this.view.setUint32(this.length, value);
    this.length += 4;
  }

  wide(value: bigint): void {
    this.room(8);
    this.view.setBigUint64(this.length, value);
    this.length += 8;
  }

  append(bytes: Uint8Array): void {
    this.room(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** ASCII with a NUL. */
  text(text: string): void {
    this.room(text.length + 1);
    for (let i = 0; i < text.length; i++) this.buffer[this.length++] = text.charCodeAt(i);
    this.buffer[this.length++] = 0;
  }

  /** Zeros up to the next multiple of a power of two. */
  pad(size: number): void {
    this.room(size - 1);
    this.length = (this.length + size - 1) & -size;
  }

  zeros(count: number): void {
    this.room(count);
    this.length += count;
  }

  done(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }

  private room(count: number): void {
    if (this.length + count > MAX_BLOB)
      throw new DtError('tree-large', `the blob would have more than ${MAX_BLOB} bytes; use a smaller tree`, {
        kind: 'node',
        path: '/',
      });
    if (this.length + count <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(this.buffer.length * 2, this.length + count));
    grown.set(this.buffer);
    this.buffer = grown;
    this.view = viewOf(grown);
  }
}
