// What a 28F256P30T says about itself: identification and the CFI query table (Numonyx StrataFlash P30, appendix C).

/** Manufacturer and device code of the 256-Mbit chip with its parameter blocks at the top. */
export const MANUFACTURER = 0x0089;
export const DEVICE = 0x8919;

/** The chip in words of 16 bits: 255 main blocks of 128 KiB, then four parameter blocks of 32 KiB. */
export const CHIP_WORDS = 1 << 24;
export const MAIN_BLOCKS = 255;
export const MAIN_WORDS = 1 << 16;
export const PARAMETER_WORDS = 1 << 14;
export const BLOCKS = MAIN_BLOCKS + 4;
/** Words of the write buffer; a buffered program stays within one aligned buffer. */
export const BUFFER_WORDS = 32;

/** The block that a word lies in, and where that block begins. */
export function blockOf(word: number): number {
  const main = Math.floor(word / MAIN_WORDS);
  return main < MAIN_BLOCKS ? main : MAIN_BLOCKS + Math.floor((word - MAIN_BLOCKS * MAIN_WORDS) / PARAMETER_WORDS);
}

export function blockRange(block: number): { first: number; words: number } {
  if (block < MAIN_BLOCKS) return { first: block * MAIN_WORDS, words: MAIN_WORDS };
  const first = MAIN_BLOCKS * MAIN_WORDS + (block - MAIN_BLOCKS) * PARAMETER_WORDS;
  return { first, words: PARAMETER_WORDS };
}

const EXTENDED = 0x10a;
const le16 = (n: number): number[] => [n & 0xff, n >>> 8];
const text = (s: string): number[] => [...s].map(c => c.charCodeAt(0));
/** Count less one, and size in units of 256 bytes, of blocks of a kind. */
const region = (blocks: number, words: number): number[] => [...le16(blocks - 1), ...le16((words * 2) / 256)];

/** One kind of block in a partition: its blocks, 1000 x 100 erase cycles, two bits per cell, all access modes. */
const blockType = (blocks: number, words: number): number[] => [
  ...region(blocks, words),
  ...[0x64, 0x00, 0x02, 0x03],
  ...[0x00, 0x80, 0x00, 0x00, 0x00, 0x80],
];

const PARTS: readonly (readonly [at: number, bytes: readonly number[]])[] = [
  [0x10, [...text('QRY'), ...le16(0x0001), ...le16(EXTENDED), ...le16(0), ...le16(0)]],
  // Supply 1.7 to 2.0 V, programming 8.5 to 9.5 V; program 256 us, buffer 512 us, erase 1 s, and how much longer at most.
  [0x1b, [0x17, 0x20, 0x85, 0x95, 0x08, 0x09, 0x0a, 0x00, 0x01, 0x01, 0x02, 0x00]],
  [0x27, [25, ...le16(1), ...le16(6), 2, ...region(MAIN_BLOCKS, MAIN_WORDS), ...region(4, PARAMETER_WORDS)]],
  [
    EXTENDED,
    [
      ...text('PRI14'),
      ...[0xe6, 0x01, 0x00, 0x00], // suspend, instant block locking, protection registers, page and burst reads
      ...[0x01, ...le16(3), 0x18, 0x90], // program while erase is suspended; lock and lock-down bits; 1.8 V, 9.0 V
      ...[2, ...le16(0x80), 3, 3], // protection register 0: 8 bytes from the factory, 8 of the user
      ...[...le16(0x89), ...le16(0), ...le16(0), 0, ...le16(16), 4], // register 1: 16 groups of 16 bytes
      ...[3, 4, 1, 2, 3, 7], // pages of 8 bytes; bursts of 4, 8, 16 and unlimited words
      ...[1, 0x24, 0x00], // one partition, described in 36 bytes
      ...[...le16(1), 0x11, 0x00, 0x00, 2],
      ...blockType(MAIN_BLOCKS, MAIN_WORDS),
      ...blockType(4, PARAMETER_WORDS),
    ],
  ],
];

/** The query table by word offset; what it does not define reads 0. */
export const CFI_TABLE: Uint8Array = (() => {
  const table = new Uint8Array(0x180);
  for (const [at, bytes] of PARTS) table.set(bytes, at);
  return table;
})();
