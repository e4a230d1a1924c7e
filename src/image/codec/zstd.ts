// Zstandard (RFC 8878), unpacked by fzstd. The frames are walked first: it reserves the window that a header asks for,
// up to 2 GiB, before it has seen any data.
import { Decompress } from 'fzstd';
import { Bytes } from '../bytes';
import { corrupt, cutShort, reason, tooLarge, type Packed } from './packed';

const MAGIC = 0xfd2fb528;
/** Skippable frames: 0x184d2a50 to 0x184d2a5f, section 3.1.2. */
const SKIPPABLE = 0x184d2a5;
/** The smallest window in which fzstd keeps whole blocks: 128 KiB, exponent 7 above 1 KiB. */
const SMALLEST_WINDOW = 7;
const SLICE = 1 << 16;

/** Bytes of the content size and dictionary id fields, by their two-bit flags; section 3.1.1.1.1. */
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];
const DICTIONARY_BYTES = [0, 1, 2, 4];

export function* unzstd(packed: Packed): Generator<Uint8Array> {
  const data = withBoundedWindows(packed);
  let ready: Uint8Array[] = [];
  let total = 0;
  const stream = new Decompress(chunk => {
    total += chunk.length;
    if (total > packed.limit) throw tooLarge(packed, 'zstd');
    // The library reuses its buffer.
    ready.push(chunk.slice());
  });
  for (let at = 0; at < data.length; at += SLICE) {
    try {
      stream.push(data.subarray(at, at + SLICE), at + SLICE >= data.length);
    } catch (thrown) {
      if (total > packed.limit) throw thrown;
      throw corrupt(packed, 'zstd', reason(thrown), at);
    }
    yield* ready;
    ready = [];
  }
}

/**
 * The frames without what follows the last one, each with a window no larger than what may come out (`limit`). No
 * match can reach back further than that, so the result is the same.
 */
function withBoundedWindows(packed: Packed): Uint8Array {
  const input = new Bytes(packed.data, packed.file, true, packed.origin);
  const copy = packed.data.slice();
  let at = 0;
  while (at + 4 <= input.length) {
    const magic = input.u32(at, 'a zstd frame');
    if (magic >>> 4 === SKIPPABLE) at += 8 + input.u32(at + 4, 'a zstd frame that is to be skipped');
    else if (magic === MAGIC) at = boundFrame(packed, input, copy, at);
    else break;
    if (at > input.length) throw cutShort(packed, 'zstd');
  }
  return copy.subarray(0, at);
}

/** Bounds the window of the frame at `start` in `copy`. @returns the end of the frame */
function boundFrame(packed: Packed, input: Bytes, copy: Uint8Array, start: number): number {
  const descriptor = input.u8(start + 4, 'a zstd frame header');
  const singleSegment = (descriptor & 0x20) !== 0;
  let at = start + 5;
  if (!singleSegment) {
    const exponent = input.u8(at, 'a zstd frame header') >>> 3;
    let enough = SMALLEST_WINDOW;
    while (2 ** (10 + enough) < packed.limit) enough++;
    if (exponent >= enough) copy[at] = enough << 3;
    at++;
  }
  at += DICTIONARY_BYTES[descriptor & 3]!;
  const sizeFlag = descriptor >>> 6;
  const sizeBytes = sizeFlag === 0 && singleSegment ? 1 : CONTENT_SIZE_BYTES[sizeFlag]!;
  if (singleSegment && contentSize(input, at, sizeBytes) > packed.limit) throw tooLarge(packed, 'zstd');
  at += sizeBytes;
  for (let last = false; !last;) {
    const header = input.u16(at, 'a zstd block') | (input.u8(at + 2, 'a zstd block') << 16);
    const type = (header >>> 1) & 3;
    if (type === 3) throw corrupt(packed, 'zstd', 'a block has the reserved type', at);
    last = (header & 1) !== 0;
    // A run-length block holds one byte, whatever its length.
    at += 3 + (type === 1 ? 1 : header >>> 3);
  }
  return at + (descriptor & 4 ? 4 : 0);
}

function contentSize(input: Bytes, at: number, bytes: number): number {
  const what = 'a zstd content size';
  if (bytes === 1) return input.u8(at, what);
  if (bytes === 2) return input.u16(at, what) + 256;
  return bytes === 4 ? input.u32(at, what) : Number(input.u64(at, what));
}
