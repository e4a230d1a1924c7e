// How generated code tells TypeScript of an element or structure transfer (VLD1 to VLD4, VST1 to VST4; ARM DDI 0406C
// A7.7): everything but the address in one number.

/** What is transferred: whole registers, one lane of each, or one element that fills all lanes of each. */
export const MODE = { MULTIPLE: 0, LANE: 1, ALL: 2 } as const;

export interface Structure {
  readonly load: boolean;
  /** First doubleword register. */
  readonly d: number;
  /** Elements of a structure, 1 to 4. */
  readonly count: number;
  /** From the register of one element to that of the next. */
  readonly spacing: number;
  /** log2 of the bytes of an element. */
  readonly size: number;
  /** Registers of each element, which follow each other: 1 to 4. */
  readonly registers: number;
  readonly mode: (typeof MODE)[keyof typeof MODE];
  readonly lane: number;
  /** Alignment the instruction asks for, in bytes; 1 for none. */
  readonly align: number;
}

export const packStructure = (s: Structure): number =>
  (s.load ? 1 : 0) |
  (s.d << 1) |
  ((s.count - 1) << 6) |
  ((s.spacing - 1) << 8) |
  (s.size << 9) |
  ((s.registers - 1) << 11) |
  (s.mode << 13) |
  (s.lane << 15) |
  (Math.log2(s.align) << 18);

export const unpackStructure = (n: number): Structure => ({
  load: (n & 1) !== 0,
  d: (n >> 1) & 31,
  count: ((n >> 6) & 3) + 1,
  spacing: ((n >> 8) & 1) + 1,
  size: (n >> 9) & 3,
  registers: ((n >> 11) & 3) + 1,
  mode: ((n >> 13) & 3) as Structure['mode'],
  lane: (n >> 15) & 7,
  align: 1 << ((n >> 18) & 7),
});

/** Bytes in memory. */
export const structureBytes = (s: Structure): number =>
  s.mode === MODE.MULTIPLE ? 8 * s.count * s.registers : s.count << s.size;
