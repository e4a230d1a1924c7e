// Immediate encodings (ARM DDI 0406C A5.2.4, A6.3.2) and other fields that are not simply numbers.

export const ror32 = (v: number, n: number): number => (v >>> (n & 31)) | (v << (-n & 31)) | 0;
export const signExtend = (v: number, bits: number): number => (v << (32 - bits)) >> (32 - bits);

/** ARMExpandImm; `carry` is 1 when the shifter's carry out is bit 31 of the value, 0 when C does not change. */
export function armExpandImm(imm12: number): { imm: number; ic: number } {
  const rotate = (imm12 >>> 8) * 2;
  return { imm: ror32(imm12 & 255, rotate), ic: rotate === 0 ? 0 : 1 };
}

/** ThumbExpandImm of i:imm3:imm8. */
export function thumbExpandImm(imm12: number): { imm: number; ic: number } {
  const b = imm12 & 255;
  if (imm12 >>> 10 === 0) {
    const imm = [b, b | (b << 16), (b << 8) | (b << 24), b | (b << 8) | (b << 16) | (b << 24)][(imm12 >>> 8) & 3]!;
    return { imm: imm | 0, ic: 0 };
  }
  return { imm: ror32(0x80 | (imm12 & 0x7f), imm12 >>> 7), ic: 1 };
}

export function bitCount(list: number): number {
  let n = 0;
  for (let v = list; v; v &= v - 1) n++;
  return n;
}
