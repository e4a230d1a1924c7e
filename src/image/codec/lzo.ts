// The container of lzop, with LZO1X blocks in it (`lzop -9`, as kernels are packed). Checks are verified where present.
import { Bytes } from '../bytes';
import { adler32, crc32 } from '../checksum';
import { unlzo1x } from './lzo1x';
import { corrupt, tooLarge, type Packed } from './packed';

/** Header flags. */
const ADLER32_UNPACKED = 0x0001;
const ADLER32_PACKED = 0x0002;
const CRC32_UNPACKED = 0x0100;
const CRC32_PACKED = 0x0200;
const HAS_FILTER = 0x0800;
/** From this version of lzop on the header has four more fields. */
const LONG_HEADER = 0x0940;
/** lzop makes blocks of 256 KiB; no version ever made one above 64 MiB. */
const LONGEST_BLOCK = 64 * 1024 * 1024;

export function* unlzo(packed: Packed): Generator<Uint8Array> {
  const input = new Bytes(packed.data, packed.file, false, packed.origin);
  const { flags, end } = header(packed, input);
  let total = 0;
  for (let at = end; ;) {
    const unpackedSize = input.u32(at, 'an lzo block');
    if (unpackedSize === 0) return;
    const packedSize = input.u32(at + 4, 'an lzo block');
    if (unpackedSize > LONGEST_BLOCK || packedSize > unpackedSize) {
      throw corrupt(packed, 'lzo', `a block of ${packedSize} bytes for ${unpackedSize} unpacked`, at);
    }
    total += unpackedSize;
    if (total > packed.limit) throw tooLarge(packed, 'lzo');
    at += 8;
    const checks: { kind: (data: Uint8Array) => number; value: number }[] = [];
    for (const [flag, kind] of [
      [ADLER32_UNPACKED, adler32],
      [CRC32_UNPACKED, crc32],
    ] as const) {
      if (!(flags & flag)) continue;
      checks.push({ kind, value: input.u32(at, 'an lzo block check') });
      at += 4;
    }
    // A block that did not become smaller is stored as it is, without the second pair of checks.
    const stored = packedSize === unpackedSize;
    if (!stored) at += 4 * [ADLER32_PACKED, CRC32_PACKED].filter(flag => flags & flag).length;
    const data = input.slice(at, packedSize, 'an lzo block');
    const unpacked = stored ? data : unlzo1x(data, unpackedSize);
    if (typeof unpacked === 'string') throw corrupt(packed, 'lzo', unpacked, at);
    if (checks.some(check => check.kind(unpacked) !== check.value)) {
      throw corrupt(packed, 'lzo', 'a block does not match its checksum', at);
    }
    yield unpacked;
    at += packedSize;
  }
}

function header(packed: Packed, input: Bytes): { flags: number; end: number } {
  const what = 'the lzop header';
  const long = input.u16(9, what) >= LONG_HEADER;
  // Two versions of two bytes each, one more in long headers, then the method and, in long headers, the level.
  const methodAt = long ? 15 : 13;
  const method = input.u8(methodAt, what);
  if (method < 1 || method > 3) throw corrupt(packed, 'lzo', `method ${method} is none of LZO1X's`, methodAt);
  let at = methodAt + (long ? 2 : 1);
  const flags = input.u32(at, what);
  // The flags, a filter, the mode, the time of modification (eight bytes in long headers), the name, a checksum.
  at += 4 + (flags & HAS_FILTER ? 4 : 0) + 4 + (long ? 8 : 4);
  return { flags, end: at + 1 + input.u8(at, what) + 4 };
}
