// Many small arrays of bytes cut from few large ones: an array of its own costs ten times what a value has bytes.

const SIZE = 16 << 10;

export class Slab {
  private buffer = new ArrayBuffer(0);
  private used = 0;

  /** @returns so many zeros. */
  take(length: number): Uint8Array {
    if (length > SIZE >> 2) return new Uint8Array(length);
    if (this.used + length > this.buffer.byteLength) {
      this.buffer = new ArrayBuffer(SIZE);
      this.used = 0;
    }
    const bytes = new Uint8Array(this.buffer, this.used, length);
    this.used += length;
    return bytes;
  }
}
