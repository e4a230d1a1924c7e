// Operands for tests of floating point: bit patterns of numbers, and many of them.
import { fillVectors } from '../../../isa/oracle/values';
import { Random } from '../../../isa/oracle/random';

const view = new DataView(new ArrayBuffer(8));

export function bits32(v: number): bigint {
  view.setFloat32(0, v);
  return BigInt(view.getUint32(0));
}

export function bits64(v: number): bigint {
  view.setFloat64(0, v);
  return view.getBigUint64(0);
}

export function number32(bits: bigint): number {
  view.setUint32(0, Number(bits));
  return view.getFloat32(0);
}

export function number64(bits: bigint): number {
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}

/** `count` operands, of which neighbours often have something to do with each other; the same ones for a seed. */
export function operands(seed: string, double: boolean, count: number): bigint[] {
  const rnd = new Random(seed);
  const all: bigint[] = [];
  while (all.length < count) {
    const words = fillVectors(rnd, double ? 'double' : 'single');
    for (let i = 0; i < 64; i += 2) {
      if (double) all.push((BigInt(words[i + 1]!) << 32n) | BigInt(words[i]!));
      else all.push(BigInt(words[i]!), BigInt(words[i + 1]!));
    }
  }
  return all.slice(0, count);
}
