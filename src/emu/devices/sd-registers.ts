// The registers of an SD memory card as bytes: CID, CSD, SCR, SD Status and the answer of SWITCH_FUNC.
// Bit numbers are those of the SD Physical Layer Simplified Specification 3.01, the most significant bit sent first.

type Field = readonly [high: number, low: number, value: number];

/** Packs fields into a register of `size` bytes. Values may exceed 32 bits. */
function pack(size: number, fields: readonly Field[]): Uint8Array {
  const bytes = new Uint8Array(size);
  for (const [high, low, value] of fields) {
    for (let bit = low; bit <= high; bit++) {
      if (Math.floor(value / 2 ** (bit - low)) % 2) bytes[size - 1 - (bit >> 3)]! |= 1 << (bit & 7);
    }
  }
  return bytes;
}

/** CRC7 of the SD bus, polynomial x^7 + x^3 + 1 (4.5). */
export function crc7(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      const carry = ((crc >> 6) ^ (byte >> bit)) & 1;
      crc = ((crc << 1) & 0x7f) ^ (carry ? 0x09 : 0);
    }
  }
  return crc;
}

/** Puts the CRC7 and the end bit into the last byte. */
function sealed(register: Uint8Array): Uint8Array {
  register[register.length - 1] = (crc7(register.subarray(0, -1)) << 1) | 1;
  return register;
}

const ascii = (text: string): number => [...text].reduce((n, c) => n * 256 + c.charCodeAt(0), 0);

/** @param serial 32 bits. */
export function cid(serial: number): Uint8Array {
  return sealed(
    pack(16, [
      [127, 120, 0x58], // manufacturer: none is assigned to an emulator
      [119, 104, ascii('XL')],
      [103, 64, ascii('XLCRD')],
      [63, 56, 0x10], // revision 1.0
      [55, 24, serial],
      [19, 8, (13 << 4) | 1], // January 2013
    ]),
  );
}

/** What the capacity of a card makes of its CSD and of addresses. */
export interface Geometry {
  /** SDHC or SDXC: addresses count blocks of 512 bytes, not bytes. */
  readonly highCapacity: boolean;
  /** Bytes: the size of the store, rounded up to what the CSD can say. */
  readonly capacity: number;
  readonly cSize: number;
  readonly cSizeMult: number;
  readonly readBlLen: number;
}

const LARGEST_SDSC = 2 * 2 ** 30;
const SDHC_UNIT = 512 * 1024;

/** @param size bytes of the store behind the card, 1 .. 2 TiB. */
export function geometry(size: number): Geometry {
  if (size > LARGEST_SDSC) {
    const units = Math.ceil(size / SDHC_UNIT);
    return { highCapacity: true, capacity: units * SDHC_UNIT, cSize: units - 1, cSizeMult: 0, readBlLen: 9 };
  }
  // The finest unit whose count fits in the 12 bits of C_SIZE (5.3.2).
  for (let readBlLen = 9; ; readBlLen++) {
    for (let cSizeMult = 0; cSizeMult < 8; cSizeMult++) {
      const unit = 2 ** (cSizeMult + 2 + readBlLen);
      const units = Math.max(1, Math.ceil(size / unit));
      if (units <= 4096) return { highCapacity: false, capacity: units * unit, cSize: units - 1, cSizeMult, readBlLen };
    }
  }
}

/** Command classes: basic, block read, block write, erase, application specific, switch. */
const CCC = 0b0101_0011_0101;

export function csd(g: Geometry, readOnly: boolean): Uint8Array {
  const common: Field[] = [
    [119, 112, 0x0e], // TAAC 1 ms
    [103, 96, 0x32], // TRAN_SPEED 25 MHz
    [95, 84, CCC],
    [46, 46, 1], // ERASE_BLK_EN
    [45, 39, 0x7f], // SECTOR_SIZE 128 blocks
    [28, 26, 2], // R2W_FACTOR 4
    [13, 13, readOnly ? 1 : 0], // PERM_WRITE_PROTECT
  ];
  const own: Field[] = g.highCapacity
    ? [
        [127, 126, 1],
        [83, 80, 9],
        [69, 48, g.cSize],
        [25, 22, 9],
      ]
    : [
        [83, 80, g.readBlLen],
        [79, 79, 1], // READ_BL_PARTIAL
        [73, 62, g.cSize],
        [61, 50, 0b110_110_110_110], // supply currents: 60 mA reading, 80 mA writing at most
        [49, 47, g.cSizeMult],
        [25, 22, g.readBlLen],
      ];
  return sealed(pack(16, [...common, ...own]));
}

/** Version 3.0x, 1 and 4 bit bus, erased blocks read as zeros, SET_BLOCK_COUNT. */
export function scr(): Uint8Array {
  return pack(8, [
    [59, 56, 2], // SD_SPEC
    [51, 48, 0b0101], // SD_BUS_WIDTHS
    [47, 47, 1], // SD_SPEC3
    [33, 32, 0b10], // CMD_SUPPORT: CMD23
  ]);
}

/** @param wide whether ACMD6 selected four data lines. */
export function sdStatus(wide: boolean): Uint8Array {
  return pack(64, [
    [511, 510, wide ? 2 : 0],
    [447, 440, 2], // SPEED_CLASS 4
    [439, 432, 1], // PERFORMANCE_MOVE 1 MB/s
    [431, 428, 9], // AU_SIZE 4 MiB
    [423, 408, 1], // ERASE_SIZE 1 AU
    [407, 402, 1], // ERASE_TIMEOUT 1 s
    [401, 400, 1], // ERASE_OFFSET 1 s
  ]);
}

/** Functions of group 1, access mode: default and high speed. The other groups have their default only. */
const ACCESS_MODES = 0b11;
const NO_CHANGE = 0xf;
const NOT_SUPPORTED = 0xf;

/**
 * The status that CMD6 sends (4.3.10), and the access mode that is selected after it.
 * @param argument of the command; @param mode the access mode now, 0 or 1.
 */
export function switchStatus(argument: number, mode: number): { status: Uint8Array; mode: number } {
  const wanted = Array.from({ length: 6 }, (_, group) => (argument >>> (4 * group)) & 0xf);
  const now = [mode, 0, 0, 0, 0, 0];
  const results = wanted.map((fn, group) => {
    if (fn === NO_CHANGE) return now[group]!;
    const supported = group === 0 ? ACCESS_MODES : 1;
    return (supported >>> fn) & 1 ? fn : NOT_SUPPORTED;
  });
  // One group that cannot be switched leaves all as they were.
  const possible = !results.includes(NOT_SUPPORTED);
  const status = pack(64, [
    [511, 496, possible ? 100 : 0], // mA
    ...[5, 4, 3, 2, 1].map((group): Field => [415 + 16 * group, 400 + 16 * group, 0x8001]),
    [415, 400, 0x8000 | ACCESS_MODES],
    ...results.map((fn, group): Field => [379 + 4 * group, 376 + 4 * group, fn]),
  ]);
  return { status, mode: argument >>> 31 && possible ? results[0]! : mode };
}
