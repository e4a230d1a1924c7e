// What every decompressor is given, and what it may say when the data is no good.
import { ImageError, size } from '../error';

/** Compressed bytes, where they come from, and how much they may become. */
export interface Packed {
  /** From the first byte of the format's magic on; bytes after the end of the compressed stream are ignored. */
  readonly data: Uint8Array;
  /** The file as the user named it. */
  readonly file: string;
  /** Offset of `data` in that file. */
  readonly origin: number;
  /** Most bytes that may come out; one more is an error. Memory and time are bounded by it. */
  readonly limit: number;
}

/** A decompressor: pieces of the unpacked data in order. Throws ImageError only. */
export type Unpack = (packed: Packed) => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export function corrupt(packed: Packed, format: string, why: string, offset = 0): ImageError {
  return new ImageError('image.corrupt', `the ${format} data is damaged: ${why}`, {
    file: packed.file,
    offset: packed.origin + offset,
    remedy: 'fetch the file again',
  });
}

export function cutShort(packed: Packed, format: string): ImageError {
  return new ImageError('image.truncated', `the ${format} data ends before its end mark`, {
    file: packed.file,
    offset: packed.origin + packed.data.length,
    remedy: 'the file is cut short: fetch it again',
  });
}

export function tooLarge(packed: Packed, format: string): ImageError {
  return new ImageError('image.tooLarge', `the ${format} data unpacks to more than ${size(packed.limit)}`, {
    file: packed.file,
    offset: packed.origin,
    remedy: 'no image of this kind is so large; the file is damaged or not what its name says',
  });
}

/** What a library threw, in one line. */
export function reason(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
