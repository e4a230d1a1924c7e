// The generator's own random numbers: the same on every host and in every release, because committed answers hang on them.

/** Marsaglia's xorshift128, seeded by a string. */
export class Random {
  private x: number;
  private y: number;
  private z: number;
  private w: number;

  constructor(seed: string) {
    const hash = hash32(seed);
    [this.x, this.y, this.z, this.w] = [hash | 1, hash32('y' + seed), hash32('z' + seed), hash32('w' + seed)];
    for (let i = 0; i < 16; i++) this.word();
  }

  /** 32 random bits, unsigned. */
  word(): number {
    const t = this.x ^ (this.x << 11);
    this.x = this.y;
    this.y = this.z;
    this.z = this.w;
    this.w = this.w ^ (this.w >>> 19) ^ t ^ (t >>> 8);
    return this.w >>> 0;
  }

  /** @returns an integer in 0..count-1; count up to 2^32. */
  below(count: number): number {
    return Math.floor((this.word() / 2 ** 32) * count);
  }

  /** True in `percent` of 100 calls. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }
}

/** FNV-1a over UTF-16 units, stirred (MurmurHash3's last step) so that seeds that differ in one character share nothing. */
export function hash32(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
