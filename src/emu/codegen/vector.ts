// Vectors of integer lanes over the v128 instructions of WebAssembly, whose opcodes go by lane size. `size` is log2 of
// a lane's bytes. Doublewords are computed in the lower half of a v128; the upper half is zero and never stored.
import type { Semantics } from './semantics';
import { load16u, load32, load64, load8u, loadV128, shuffle, simd, simdLane, type Value, v128c } from './value'; // prettier-ignore
import { I32, I64, V128 } from './wasm';

/** Instructions of one lane size: i8x16 0x60.., i16x8 0x80.., i32x4 0xa0.., i64x2 0xc0... */
const sized =
  (offset: number) =>
  (size: number, ...args: Value[]): Value =>
    simd(0x60 + 0x20 * size + offset, V128, ...args);

export const vAdd = sized(0x0e);
export const vSub = sized(0x11);
export const vNeg = sized(0x01);
export const vAbs = sized(0x00);
/** Shifts take an i32 amount below the bits of a lane. */
export const vShl = sized(0x0b);
const shrS = sized(0x0c);
const shrU = sized(0x0d);
export const vShr = (size: number, unsigned: boolean, v: Value, by: Value): Value =>
  (unsigned ? shrU : shrS)(size, v, by);
const [minS, minU, maxS, maxU] = [sized(0x16), sized(0x17), sized(0x18), sized(0x19)];
/** Up to 32 bits. */
export const vMin = (size: number, unsigned: boolean, a: Value, b: Value): Value =>
  (unsigned ? minU : minS)(size, a, b);
export const vMax = (size: number, unsigned: boolean, a: Value, b: Value): Value =>
  (unsigned ? maxU : maxS)(size, a, b);

export const vNot = (a: Value): Value => simd(0x4d, V128, a);
export const vAnd = (a: Value, b: Value): Value => simd(0x4e, V128, a, b);
/** a AND NOT b. */
export const vAndNot = (a: Value, b: Value): Value => simd(0x4f, V128, a, b);
export const vOr = (a: Value, b: Value): Value => simd(0x50, V128, a, b);
export const vXor = (a: Value, b: Value): Value => simd(0x51, V128, a, b);
/** Bits of `a` where `mask` is 1, of `b` elsewhere. */
export const vSelect = (mask: Value, a: Value, b: Value): Value => simd(0x52, V128, a, b, mask);
export const vAny = (a: Value): Value => simd(0x53, I32, a);
export const vPopcnt = (a: Value): Value => simd(0x62, V128, a);
/** Bytes of `table` by index; zero for indices above 15. */
export const vSwizzle = (table: Value, indices: Value): Value => simd(0x0e, V128, table, indices);

/** Offsets of the comparisons of one lane size from its first, up to 32 bits. */
const COMPARISON = { eq: 0, ne: 1, ltS: 2, ltU: 3, gtS: 4, gtU: 5, leS: 6, leU: 7, geS: 8, geU: 9 } as const;
export const vCompare = (what: keyof typeof COMPARISON, size: number, a: Value, b: Value): Value =>
  simd(0x23 + 10 * size + COMPARISON[what], V128, a, b);

export const ZERO = v128c(new Array<number>(16).fill(0));
/** All ones in the lower half. */
export const LOWER_HALF = v128c(Array.from({ length: 16 }, (_, i) => (i < 8 ? 255 : 0)));
export const ONES = v128c(new Array<number>(16).fill(255));

/** All lanes the low bits of an i32 (i64 for size 3). */
export const vSplat = (size: number, v: Value): Value => simd(0x0f + size, V128, v);
/** A constant in all lanes: `1 << bit`. */
export function vBit(size: number, bit: number): Value {
  const bytes = 1 << size;
  return v128c(Array.from({ length: 16 }, (_, i) => (i % bytes === bit >> 3 ? 1 << (bit & 7) : 0)));
}

/** Lanes of the lower half made twice as wide; `size` is that of the result. */
export const vExtend = (size: number, unsigned: boolean, v: Value): Value => sized(unsigned ? 0x09 : 0x07)(size, v);

/** Products of the lower halves' lanes; `size` is that of the result. */
export const vMulLong = (size: number, unsigned: boolean, a: Value, b: Value): Value =>
  sized(unsigned ? 0x1e : 0x1c)(size, a, b);

/** Products modulo the lane, up to 32 bits. */
export function vMul(size: number, a: Value, b: Value): Value {
  if (size > 0) return sized(0x15)(size, a, b);
  // There is no product of bytes: halfword products of both halves, of which the lower bytes are taken.
  return shuffle(simd(0x9c, V128, a, b), simd(0x9d, V128, a, b), lanesOf(0, 2, 0));
}

/** Shuffle indices: every `step`-th lane from lane `first` on, of two vectors side by side. */
export function lanesOf(size: number, step: number, first: number): number[] {
  const bytes = 1 << size;
  return Array.from({ length: 16 }, (_, i) => ((Math.floor(i / bytes) * step + first) * bytes + (i % bytes)) & 31);
}

/** The lower (or upper) halves of lanes in the lower half of a vector; `size` is that of the result. */
export const vNarrow = (size: number, v: Value, upper = false): Value => shuffle(v, v, lanesOf(size, 2, upper ? 1 : 0));

/** A vector register by operand name. */
export const vRead = (x: Semantics, name: string, quad: boolean): Value =>
  quad ? loadV128(x.v(name)) : x.doubleword(name);

export function vWrite(x: Semantics, name: string, quad: boolean, v: Value): void {
  if (quad) x.code.storeV128(x.v(name), v);
  else x.setFpBits(name, true, simdLane(0x1d, I64, 0, v));
}

/** An element in memory of the core's state, in all lanes. */
export function vSplatAt(size: number, address: Value, offset: number): Value {
  const load = [load8u, load16u, load32, load64][size]!;
  return vSplat(size, load(address, offset));
}
