// The checksums that image formats carry.

/**
 * CRC-32 of IEEE 802.3, reflected, as gzip, xz, U-Boot and lzop use it. Row n of the tables is what a byte does to the
 * checksum n bytes later, so that eight bytes are taken at once ("slicing-by-8").
 */
const SLICES = 8;
const CRC32_TABLES = Array.from({ length: SLICES }, () => new Uint32Array(256));
for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  CRC32_TABLES[0]![byte] = crc;
}
for (let n = 1; n < SLICES; n++)
  for (let byte = 0; byte < 256; byte++) {
    const before = CRC32_TABLES[n - 1]![byte]!;
    CRC32_TABLES[n]![byte] = (before >>> 8) ^ CRC32_TABLES[0]![before & 0xff]!;
  }

/** @returns an unsigned 32-bit number */
export function crc32(data: Uint8Array): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = CRC32_TABLES as [
    Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array,
  ]; // prettier-ignore
  let crc = 0xffffffff;
  let i = 0;
  for (const end = data.length - 7; i < end; i += SLICES) {
    crc ^= data[i]! | (data[i + 1]! << 8) | (data[i + 2]! << 16) | (data[i + 3]! << 24);
    crc =
      t7[crc & 0xff]! ^
      t6[(crc >>> 8) & 0xff]! ^
      t5[(crc >>> 16) & 0xff]! ^
      t4[crc >>> 24]! ^
      t3[data[i + 4]!]! ^
      t2[data[i + 5]!]! ^
      t1[data[i + 6]!]! ^
      t0[data[i + 7]!]!;
  }
  for (; i < data.length; i++) crc = (crc >>> 8) ^ t0[(crc ^ data[i]!) & 0xff]!;
  return ~crc >>> 0;
}

/** RFC 1950, section 8.2; as lzop uses it. @returns an unsigned 32-bit number */
export function adler32(data: Uint8Array): number {
  let a = 1;
  let b = 0;
  // 5552 bytes are the most that cannot overflow 32 bits before the remainder is taken.
  for (let start = 0; start < data.length; start += 5552) {
    const end = Math.min(start + 5552, data.length);
    for (let i = start; i < end; i++) {
      a += data[i]!;
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  return ((b << 16) | a) >>> 0;
}
