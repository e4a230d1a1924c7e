// gzip (RFC 1952), unpacked by pako, which also checks length and CRC.
import { Inflate, Z_BUF_ERROR } from 'pako';
import { corrupt, cutShort, tooLarge, type Packed } from './packed';

const SLICE = 1 << 16;
/** zlib's window bits: 15, and 16 more for "a gzip header, not a zlib one". */
const GZIP_WINDOW = 15 + 16;

export function* gunzip(packed: Packed): Generator<Uint8Array> {
  const { data, limit } = packed;
  const inflate = new Inflate({ windowBits: GZIP_WINDOW, chunkSize: 1 << 18 });
  let ready: Uint8Array[] = [];
  let total = 0;
  inflate.onData = chunk => {
    total += chunk.length;
    if (total > limit) throw tooLarge(packed, 'gzip');
    ready.push(chunk);
  };
  for (let at = 0; at < data.length && !inflate.ended; at += SLICE) {
    inflate.push(data.subarray(at, at + SLICE), at + SLICE >= data.length);
    if (inflate.err)
      throw inflate.err === Z_BUF_ERROR ? cutShort(packed, 'gzip') : corrupt(packed, 'gzip', inflate.msg);
    yield* ready;
    ready = [];
  }
  if (!inflate.ended) throw cutShort(packed, 'gzip');
}
