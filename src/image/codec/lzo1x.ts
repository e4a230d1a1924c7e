// LZO1X, written from the description of its instructions that the Linux documentation gives (staging/lzo). No library
// on npm that runs in a browser has a permissive licence; the others here come from one.
//
// A block is a series of instructions: copy a match from the output, then up to three literals; or copy many literals.

/** Why a block is no good. */
type Damage = string;

const OVERRUN: Damage = 'a block continues past its end';
const TOO_LONG: Damage = 'a block unpacks to more than it announces';

/** @returns exactly `unpackedSize` bytes, or what is wrong with the block */
export function unlzo1x(input: Uint8Array, unpackedSize: number): Uint8Array | Damage {
  const output = new Uint8Array(unpackedSize);
  let from = 0;
  let to = 0;
  /** Literals that the last instruction copied, 4 for "a long run": they decide what 0 to 15 mean. */
  let state = 0;

  /** `bits` of a length, or more than they can say: then 255 for every zero byte, and the byte after these. */
  const length = (bits: number, most: number): number => {
    if (bits !== 0) return bits;
    let value = most;
    while (input[from] === 0) {
      value += 255;
      from++;
    }
    // Past the end the value is NaN, which no bound below admits.
    return value + input[from++]!;
  };
  const literals = (count: number): Damage | undefined => {
    if (!(from + count <= input.length)) return OVERRUN;
    if (to + count > output.length) return TOO_LONG;
    output.set(input.subarray(from, from + count), to);
    from += count;
    to += count;
    return undefined;
  };
  const match = (distance: number, count: number): Damage | undefined => {
    if (!(to + count <= output.length)) return TOO_LONG;
    if (distance > to) return 'a match lies before the start of a block';
    // Byte by byte: source and target may overlap, that is how runs are written.
    for (const end = to + count; to < end; to++) output[to] = output[to - distance]!;
    return undefined;
  };

  // The first instruction may be a run of literals in a code of its own.
  const first = input[0] ?? 0;
  if (first > 17) {
    from = 1;
    const damage = literals(first - 17);
    if (damage) return damage;
    state = Math.min(first - 17, 4);
  }

  while (from < input.length) {
    const code = input[from++]!;
    let damage: Damage | undefined;
    /** Literals that follow the match. */
    let trailing: number;

    if (code < 16 && state === 0) {
      damage = literals(length(code, 15) + 3);
      if (damage) return damage;
      state = 4;
      continue;
    }
    if (code < 16) {
      const low = code >>> 2;
      const far = input[from++]! << 2;
      damage = state === 4 ? match(far + low + 2049, 3) : match(far + low + 1, 2);
      trailing = code & 3;
    } else if (code < 64) {
      const near = code >= 32;
      const count = near ? length(code & 31, 31) + 2 : length(code & 7, 7) + 2;
      if (from + 2 > input.length) return OVERRUN;
      const word = input[from]! | (input[from + 1]! << 8);
      from += 2;
      const distance = near ? (word >>> 2) + 1 : 16384 + ((code & 8) << 11) + (word >>> 2);
      // The end mark: a far match with no distance beyond the 16 KiB that all have.
      if (!near && distance === 16384)
        return to === output.length ? output : 'a block unpacks to less than it announces';
      damage = match(distance, count);
      trailing = word & 3;
    } else {
      const count = code < 128 ? 3 + ((code >>> 5) & 1) : 5 + ((code >>> 5) & 3);
      damage = match((input[from++]! << 3) + ((code >>> 2) & 7) + 1, count);
      trailing = code & 3;
    }
    damage ??= literals(trailing);
    if (damage) return damage;
    state = trailing;
  }
  return OVERRUN;
}
