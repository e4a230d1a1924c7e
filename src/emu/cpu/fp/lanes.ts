// Vectors as lanes of integers: what the helpers of Advanced SIMD compute on. Lanes are bigints, so that one description
// serves all sizes; frequent operations do not come here (see codegen/operations/simd.ts).
import { SIMD_OPTION } from '../../codegen/helpers';
import type { ExtensionRegisters } from './registers';

/** FPSCR.QC: an Advanced SIMD operation has saturated. */
export const QC = 1 << 27;

/** The operands of one call. */
export class Lanes {
  readonly d: number;
  readonly n: number;
  readonly m: number;
  /** log2 of the bytes of an element. */
  readonly size: number;
  /** Bits of an element. */
  readonly bits: number;
  readonly unsigned: boolean;
  readonly quad: boolean;
  readonly scalar: boolean;
  readonly extra: boolean;

  constructor(
    readonly x: ExtensionRegisters,
    argument: number,
  ) {
    this.d = argument & 0xff;
    this.n = (argument >>> 8) & 0xff;
    this.m = (argument >>> 16) & 0xff;
    const options = argument >>> 24;
    this.size = options & SIMD_OPTION.SIZE;
    this.bits = 8 << this.size;
    this.unsigned = (options & SIMD_OPTION.UNSIGNED) !== 0;
    this.quad = (options & SIMD_OPTION.QUAD) !== 0;
    this.scalar = (options & SIMD_OPTION.SCALAR) !== 0;
    this.extra = (options & SIMD_OPTION.EXTRA) !== 0;
  }

  /** Lanes of a vector of `bytes`, by register in S units. */
  read(register: number, bits = this.bits, bytes = this.quad ? 16 : 8, signed = !this.unsigned): bigint[] {
    const all = this.bytes(register, bytes);
    const out: bigint[] = [];
    for (let at = 0; at < bytes; at += bits / 8) {
      let v = 0n;
      for (let i = bits / 8 - 1; i >= 0; i--) v = (v << 8n) | BigInt(all[at + i]!);
      out.push(signed ? BigInt.asIntN(bits, v) : v);
    }
    return out;
  }

  write(register: number, lanes: readonly bigint[], bits = this.bits): void {
    const step = bits / 8;
    const to = this.bytes(register, lanes.length * step);
    lanes.forEach((lane, i) => {
      let v = BigInt.asUintN(bits, lane);
      for (let b = 0; b < step; b++) {
        to[i * step + b] = Number(v & 255n);
        v >>= 8n;
      }
    });
  }

  bytes(register: number, count: number): Uint8Array {
    return new Uint8Array(this.x.words.buffer, this.x.words.byteOffset + register * 4, count);
  }

  /** The second operand: a vector, or one element for all lanes. With SCALAR, m counts elements from D0. */
  second(count: number, bits = this.bits, signed = !this.unsigned): bigint[] {
    if (!this.scalar) return this.read(this.m, bits, (count * bits) / 8, signed);
    const step = bits / 8;
    const all = new Uint8Array(this.x.words.buffer, this.x.words.byteOffset + this.m * step, step);
    let v = 0n;
    for (let i = step - 1; i >= 0; i--) v = (v << 8n) | BigInt(all[i]!);
    return new Array<bigint>(count).fill(signed ? BigInt.asIntN(bits, v) : v);
  }

  /** SignedSat or UnsignedSat to `bits`, with QC. */
  saturate(v: bigint, bits = this.bits, unsigned = this.unsigned): bigint {
    const max = unsigned ? (1n << BigInt(bits)) - 1n : (1n << BigInt(bits - 1)) - 1n;
    const min = unsigned ? 0n : -(1n << BigInt(bits - 1));
    if (v <= max && v >= min) return v;
    this.x.raise(QC);
    return v > max ? max : min;
  }
}

/** What a comparison writes to a lane. */
export const truth = (condition: boolean, bits: number): bigint => (condition ? (1n << BigInt(bits)) - 1n : 0n);

/** Polynomial product over {0, 1} of unsigned numbers (PolynomialMult). */
export function polynomial(a: bigint, b: bigint, bits: number): bigint {
  let r = 0n;
  for (let i = 0n; i < BigInt(bits); i++) if ((a >> i) & 1n) r ^= b << i;
  return r;
}

/** Right shift with rounding: half is added first. */
export const shiftRight = (v: bigint, by: bigint, rounding: boolean): bigint =>
  (v + (rounding && by > 0n ? 1n << (by - 1n) : 0n)) >> by;
