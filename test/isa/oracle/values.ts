// Operand values: where instructions change their mind, and random ones between.
import type { Random } from './random';

const WORDS = [
  0, 1, 2, 3, 7, 8, 15, 16, 30, 31, 32, 33, 63, 64, 127, 128, 254, 255, 256, 257, 0x7fff, 0x8000, 0xffff, 0x10000,
  0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff, 0xffff8000, 0xffff7fff, 0xffffff80, 0xffffff7f,
  // Extremes of halfword and byte lanes side by side.
  0x7fff8000, 0x80007fff, 0x80008000, 0x7fff7fff, 0x0001ffff, 0xffff0001, 0x7f80ff01, 0x80808080, 0x7f7f7f7f,
  0x00ff00ff, 0xff00ff00, 0x01010101, 0xaaaaaaaa, 0x55555555, 0x40000000, 0xc0000000, 0x3fffffff, 0xbfffffff,
]; // prettier-ignore

/** Lanes of every width at their ends. */
const EXTREMES = [
  0x80000000, 0x80000000, 0x7fffffff, 0xffffffff, 0, 1, 0x80008000, 0x80008000, 0x7fff7fff, 0x7fff8000, 0x80808080,
  0x7f7f7f7f, 0x80007fff, 0xffff0001, 0x01010101,
]; // prettier-ignore

const HALVES = [
  0, 0x8000, 1, 0x03ff, 0x0400, 0x3c00, 0xbc00, 0x3bff, 0x3c01, 0x7bff, 0xfbff, 0x7c00, 0xfc00, 0x7e00, 0xfe55, 0x7c01,
  0xfd00, 0x7fff,
]; // prettier-ignore

const SINGLES = [
  0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x007fffff, 0x807fffff, 0x00800000, 0x80800000, 0x00800001,
  0x3f800000, 0xbf800000, 0x3f7fffff, 0x3f800001, 0x3f000000, 0xbf000000, 0x3effffff, 0x3f000001, 0x3fc00000,
  0x40000000, 0x40200000, 0xc0200000, 0x40490fdb, 0x33800000, 0x34000000, 0x4b000000, 0x4b000001, 0x4b7fffff,
  0x4b800000, 0x4effffff, 0x4f000000, 0xcf000000, 0xcf000001, 0x4f7fffff, 0x4f800000, 0x5f000000, 0x7f7fffff,
  0xff7fffff, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc12345, 0x7fffffff, 0x7f800001, 0xffa00000, 0x7fbfffff,
  // Around the limits of half precision.
  0x477fe000, 0x477fefff, 0x477ff000, 0x38800000, 0x387fe000, 0x33000000, 0x33000001, 0x32ffffff, 0x33c00000,
]; // prettier-ignore

/** Upper words; the lower word is 0, 1 or all ones, whichever comes. */
const DOUBLES = [
  0x00000000, 0x80000000, 0x000fffff, 0x00100000, 0x80100000, 0x3ff00000, 0xbff00000, 0x3fefffff, 0x3fe00000,
  0xbfe00000, 0x3ff80000, 0x40040000, 0xc0040000, 0x3ca00000, 0x43300000, 0x43400000, 0x7fefffff, 0xffefffff,
  0x7ff00000, 0xfff00000, 0x7ff80000, 0xfff81234, 0x7ff40000, 0xfff00000, 0x41e00000, 0xc1e00000, 0x41dfffff,
  0x41efffff, 0x41f00000, 0x40e00000, 0x40dfffff, 0x40efffff,
]; // prettier-ignore

/** Doubles near the limits of single precision, where narrowing rounds, overflows or becomes denormal. */
const NARROWING: readonly (readonly [number, number])[] = [
  [0x47efffff, 0xe0000000],
  [0x47efffff, 0xefffffff],
  [0x47efffff, 0xf0000000],
  [0x36a00000, 0x00000000],
  [0x36900000, 0x00000000],
  [0x36900000, 0x00000001],
  [0x380fffff, 0xe0000000],
  [0x380fffff, 0xffffffff],
  [0x3ff00000, 0x10000000],
  [0x3ff00000, 0x10000001],
  [0x3ff00000, 0x30000000],
  [0x41dfffff, 0xffc00000],
  [0x41dfffff, 0xffe00000],
  [0x41efffff, 0xfff00000],
  [0xc1e00000, 0x00100000],
];

/** A word for an integer register or integer lanes. */
export function word(rnd: Random): number {
  if (rnd.chance(45)) return rnd.pick(WORDS);
  if (rnd.chance(20)) return (rnd.below(512) - 256) >>> 0;
  return rnd.word();
}

/** An immediate, or another field of `width` bits. */
export function immediate(rnd: Random, width: number): number {
  const max = 2 ** width - 1;
  const half = 2 ** (width - 1);
  if (rnd.chance(35)) return rnd.pick([0, 1, max, max - 1, half, half - 1].filter(n => n >= 0));
  return rnd.below(max + 1);
}

/** Significands that rounding decides on: few bits, runs of ones, ties. */
function significand(rnd: Random, bits: number): number {
  const all = 2 ** bits - 1;
  if (rnd.chance(50)) return rnd.word() & all;
  const run = rnd.below(bits + 1);
  const ones = (1 << run) - 1;
  return (rnd.chance(50) ? ones : (1 << rnd.below(bits)) | (rnd.chance(50) ? 1 : 0)) & all;
}

/** What the operands of one case have in common; mixed operands alone would seldom overflow, underflow or be invalid. */
type Theme = 'ordinary' | 'special' | 'tiny' | 'huge' | 'wide';
const THEMES: readonly Theme[] = [
  'ordinary',
  'ordinary',
  'ordinary',
  'special',
  'special',
  'special',
  'tiny',
  'huge',
  'wide',
];

/** Percentage of values that come from a table of special ones. */
const specials = (theme: Theme): number => (theme === 'special' ? 80 : 15);

/** Zero, denormal, infinity, quiet and signalling NaN: few enough that two of them meet in every way. */
const CORNERS = [0, 0x80000000, 0x00000001, 0x807fffff, 0x00800000, 0x7f7fffff, 0x7f800000, 0xff800000, 0x7fc01234, 0xffa00001, 0x7f800001]; // prettier-ignore
const WIDE_CORNERS = [0, 0x80000000, 0x000fffff, 0x80000001, 0x00100000, 0x7fefffff, 0x7ff00000, 0xfff00000, 0x7ff81234, 0xfff40001, 0x7ff00001]; // prettier-ignore

/**
 * A biased exponent: near 1, or such that it or a product with its like is at the lower or upper end of the range.
 * @param bias 127 or 1023
 */
function exponent(rnd: Random, theme: Theme, bias: number): number {
  const near = bias === 127 ? 24 : 54;
  const product = rnd.below(near) - near / 2;
  switch (theme) {
    case 'tiny':
      return rnd.chance(50) ? rnd.below(near) : Math.floor(bias / 2) + product;
    case 'huge':
      return rnd.chance(50) ? 2 * bias - rnd.below(4) : bias + Math.floor(bias / 2) + product;
    case 'wide':
      return rnd.below(2 * bias + 2);
    default:
      return bias + rnd.below(2 * near) - near;
  }
}

function single(rnd: Random, theme: Theme): number {
  if (theme === 'special' && rnd.chance(50)) return rnd.pick(CORNERS);
  if (rnd.chance(specials(theme))) return rnd.pick(SINGLES);
  return ((rnd.below(2) << 31) | (exponent(rnd, theme, 127) << 23) | significand(rnd, 23)) >>> 0;
}

/** @returns the upper and the lower word. */
function double(rnd: Random, theme: Theme): readonly [number, number] {
  if (theme === 'special' && rnd.chance(50)) return [rnd.pick(WIDE_CORNERS), 0];
  if (rnd.chance(12)) return rnd.pick(NARROWING);
  if (rnd.chance(specials(theme))) return [rnd.pick(DOUBLES), rnd.pick([0, 0, 1, 0x80000000, 0xffffffff])];
  // Half of the wide ones stay near the range of single precision.
  const e = theme === 'wide' && rnd.chance(50) ? 1023 - 160 + rnd.below(320) : exponent(rnd, theme, 1023);
  const low = rnd.chance(50) ? rnd.word() : rnd.pick([0, 1, 0x10000000, 0x30000000, 0x80000000, 0xffffffff]);
  return [((rnd.below(2) << 31) | (e << 20) | significand(rnd, 20)) >>> 0, low];
}

const half = (rnd: Random): number => (rnd.chance(60) ? rnd.pick(HALVES) : rnd.below(65536));

export type Flavour = 'integer' | 'half' | 'single' | 'double';

/** Fills D0..D31 (two words each, lower word first) with values of mostly one flavour. */
export function fillVectors(rnd: Random, flavour: Flavour): Uint32Array {
  const d = new Uint32Array(64);
  const theme = rnd.pick(THEMES);
  // Two values for all lanes, so that the most negative one meets itself, as saturating products need.
  const palette = [rnd.pick(EXTREMES), rnd.pick(EXTREMES)];
  const lanes = (): number => (theme === 'special' ? rnd.pick(palette) : word(rnd));
  for (let n = 0; n < 64; n += 2) {
    if (n > 0 && rnd.chance(15)) {
      related(rnd, d, n);
      continue;
    }
    switch (rnd.chance(92) ? flavour : rnd.pick<Flavour>(['integer', 'single', 'double'])) {
      case 'integer':
        [d[n], d[n + 1]] = [lanes(), lanes()];
        break;
      case 'half':
        [d[n], d[n + 1]] = [half(rnd) | (half(rnd) << 16), half(rnd) | (half(rnd) << 16)];
        break;
      case 'single':
        [d[n], d[n + 1]] = [single(rnd, theme), single(rnd, theme)];
        break;
      case 'double':
        [d[n + 1], d[n]] = double(rnd, theme);
    }
  }
  return d;
}

/** Makes register `n` like an earlier one: equal, of opposite sign, or a unit in the last place away (cancellation). */
function related(rnd: Random, d: Uint32Array, n: number): void {
  const from = rnd.below(n / 2) * 2;
  const sign = rnd.chance(40) ? 0x80000000 : 0;
  const step = rnd.pick([0, 0, 1, -1, 2]);
  d[n] = (d[from]! ^ (rnd.chance(50) ? sign : 0)) + step;
  d[n + 1] = (d[from + 1]! ^ sign) + (rnd.chance(50) ? step : 0);
}

/**
 * FPSCR: rounding mode, flush to zero, default NaN, alternative half precision, flags; short vectors never. Often what
 * programs have after their first inexact result, for which emulators have paths of their own.
 */
export function fpscr(rnd: Random): number {
  let value = rnd.below(16) << 28;
  if (rnd.chance(35)) return (value | 0x10) >>> 0;
  if (rnd.chance(20)) value |= 1 << 27; // QC
  if (rnd.chance(25)) value |= 1 << 26; // AHP
  if (rnd.chance(25)) value |= 1 << 25; // DN
  if (rnd.chance(25)) value |= 1 << 24; // FZ
  if (rnd.chance(50)) value |= rnd.below(4) << 22; // RMode
  if (rnd.chance(30)) value |= rnd.word() & 0x9f; // IDC, IXC, UFC, OFC, DZC, IOC
  return value >>> 0;
}
