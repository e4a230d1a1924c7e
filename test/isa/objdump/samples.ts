// Encodings of a row to disassemble: predictable ones, system instructions among them; in T32 some of them in IT blocks.
import type { Row } from '../oracle/case';
import { encodings } from '../oracle/generate';
import { hash32, Random } from '../oracle/random';

export interface Sample {
  readonly encoding: number;
  readonly address: number;
  /** The condition of the IT block that it is the only instruction of. */
  readonly it?: number;
}

/** Samples lie in slots of their own, filled up with NOPs: objdump looks back for an IT. */
export const SLOT = 16;
export const BASE = 0x10000;
const COUNT = 24;

export function samples(row: Row): Sample[] {
  const thumb = row.set !== 'a32';
  const rnd = new Random(`samples ${row.set} ${row.name} ${row.pattern}`);
  const source = encodings(row, rnd, () => undefined);
  return Array.from({ length: COUNT }, (_, i) => {
    const { encoding, facts } = source.next().value;
    const address = BASE + i * SLOT;
    const inIt = thumb && facts.it !== 'never' && rnd.chance(35);
    return inIt ? { encoding, address: address + 2, it: rnd.below(14) } : { encoding, address };
  });
}

/** The bytes that objdump reads. */
export function sampleImage(all: readonly Sample[], thumb: boolean): Uint8Array {
  const bytes = new Uint8Array(all.length * SLOT);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < bytes.length; at += thumb ? 2 : 4) {
    if (thumb) view.setUint16(at, 0xbf00, true);
    else view.setUint32(at, 0xe320f000, true);
  }
  for (const { encoding, address, it } of all) {
    const at = address - BASE;
    if (it !== undefined) view.setUint16(at - 2, 0xbf08 | (it << 4), true);
    if (!thumb) view.setUint32(at, encoding, true);
    else if (encoding <= 0xffff) view.setUint16(at, encoding, true);
    else {
      view.setUint16(at, encoding >>> 16, true);
      view.setUint16(at + 2, encoding & 0xffff, true);
    }
  }
  return bytes;
}

/** Tells that stored texts belong to other samples than those of today. */
export const sampleDigest = (all: readonly Sample[]): number =>
  hash32(all.map(s => `${s.encoding} ${s.address} ${s.it ?? ''}`).join());
