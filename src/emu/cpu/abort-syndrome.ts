// What HSR tells a hypervisor about the load or store that stage 2 did not let pass, so that it can emulate a device
// (ARM DDI 0406C, B3.13.6: ISV, SAS, SSE and SRT of Data Aborts).
import { isWide } from '../isa';
import { Translation } from '../mmu/translation';
import type { Core } from './core';

const ISV = 1 << 24;
const SIZE = { BYTE: 0, HALFWORD: 1, WORD: 2 } as const;

/** Only loads and stores of one core register, not the PC, that do not write their base back are described. */
function describe(size: number, signed: boolean, rt: number): number {
  if (rt === 15) return 0;
  return ISV | (size << 22) | (signed ? 1 << 21 : 0) | (rt << 16);
}

const bit = (e: number, n: number): boolean => ((e >>> n) & 1) !== 0;

/** ISS[24:16] for an A32 encoding; 0 where ISV is 0. */
export function describeA32(e: number): number {
  if (e >>> 28 === 15) return 0;
  const rt = (e >>> 12) & 15;
  // P = 1 and W = 0: the address is the base and an offset, and nothing is written back.
  if (!bit(e, 24) || bit(e, 21)) return 0;
  const group = (e >>> 25) & 7;
  if (group === 2 || (group === 3 && !bit(e, 4))) return describe(bit(e, 22) ? SIZE.BYTE : SIZE.WORD, false, rt);
  if (group !== 0 || !bit(e, 7) || !bit(e, 4)) return 0;
  const kind = (e >>> 5) & 3;
  if (kind === 0) return 0; // multiplication, SWP, exclusives
  if (bit(e, 20)) return describe(kind === 2 ? SIZE.BYTE : SIZE.HALFWORD, kind !== 1, rt);
  return kind === 1 ? describe(SIZE.HALFWORD, false, rt) : 0; // the others are LDRD and STRD
}

/** By opcode[11:9] of T16 loads and stores with a register offset: STR STRH STRB LDRSB LDR LDRH LDRB LDRSH. */
const T16_REGISTER: readonly (readonly [size: number, signed: boolean])[] = [
  [SIZE.WORD, false], [SIZE.HALFWORD, false], [SIZE.BYTE, false], [SIZE.BYTE, true],
  [SIZE.WORD, false], [SIZE.HALFWORD, false], [SIZE.BYTE, false], [SIZE.HALFWORD, true],
]; // prettier-ignore

/** The same for a T16 encoding. */
export function describeT16(e: number): number {
  const low = e & 7;
  switch (e >>> 12) {
    case 4: // LDR (literal)
      return (e >>> 11) & 1 ? describe(SIZE.WORD, false, (e >>> 8) & 7) : 0;
    case 5: {
      const [size, signed] = T16_REGISTER[(e >>> 9) & 7]!;
      return describe(size, signed, low);
    }
    case 6:
      return describe(SIZE.WORD, false, low);
    case 7:
      return describe(SIZE.BYTE, false, low);
    case 8:
      return describe(SIZE.HALFWORD, false, low);
    case 9: // relative to SP
      return describe(SIZE.WORD, false, (e >>> 8) & 7);
    default:
      return 0;
  }
}

/** The same for a 32-bit T32 encoding, first halfword in the upper half. */
export function describeT32(e: number): number {
  if (e >>> 25 !== 0b1111100) return 0;
  const size = (e >>> 21) & 3;
  const signed = bit(e, 24);
  if (size === 3 || (signed && !bit(e, 20))) return 0;
  // imm12; literal; a register; imm8 with P = 1 and W = 0, which STRT and LDRT have too.
  const literal = bit(e, 20) && ((e >>> 16) & 15) === 15;
  const plain = bit(e, 23) || literal || !bit(e, 11) || (bit(e, 10) && !bit(e, 8));
  return plain ? describe(size, signed, (e >>> 12) & 15) : 0;
}

const fetched = new Translation();

/** The halfword of code at a virtual address, or −1. */
function halfword(core: Core, va: number): number {
  if (!core.walkAll(core.regime, va, undefined, true, fetched)) return -1;
  const word = core.reader.word(fetched.pa - (fetched.pa % 4), false);
  return word < 0 ? -1 : va & 2 ? word >>> 16 : word & 0xffff;
}

/** The instruction at an address in the current state: its ISS[24:16] and length in bytes. */
export function describeAccess(core: Core, at: number): { iss: number; length: 2 | 4 } {
  const first = halfword(core, at);
  if (core.thumb && !isWide(first)) return { iss: first < 0 ? 0 : describeT16(first), length: 2 };
  const second = halfword(core, at + 2);
  if (first < 0 || second < 0) return { iss: 0, length: 4 };
  const iss = core.thumb ? describeT32(first * 65536 + second) : describeA32((second * 65536 + first) >>> 0);
  return { iss, length: 4 };
}
