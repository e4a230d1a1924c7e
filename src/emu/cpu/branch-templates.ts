// Records of A32 branches (B, BL). Nearly each has an encoding of its own, for the distance is in it; beside the distance,
// all with the same condition and kind are the same record.
import { RECORD } from '../codegen/layout';

const WORDS = RECORD.SIZE / 4;
const OFFSET = RECORD.IMM >> 2;
/** Words between the instruction and the PC that it reads. */
const PC_AHEAD = 2;
/** Bits 31 to 24, and whether the target lies in the page. */
const KINDS = 512;

const isBranch = (encoding: number): boolean => (encoding & 0x0e000000) === 0x0a000000 && encoding >>> 28 !== 15;

export class BranchTemplates {
  private readonly records = new Uint32Array(KINDS * WORDS);
  private readonly known = new Uint8Array(KINDS);

  /** Forgets everything. */
  clear(): void {
    this.known.fill(0);
  }

  /**
   * Writes the record of a branch at word `to` of `memory`.
   * @param index position in its page, in records
   * @returns false when it is no branch, or none of its kind was seen before
   */
  copy(encoding: number, index: number, records: number, memory: Uint32Array, to: number): boolean {
    if (!isBranch(encoding)) return false;
    const distance = ((encoding << 8) >> 8) + PC_AHEAD;
    const target = index + distance;
    const near = target >= 0 && target < records;
    const kind = (encoding >>> 24) * 2 + (near ? 1 : 0);
    if (this.known[kind] === 0) return false;
    for (let i = 0; i < WORDS; i++) memory[to + i] = this.records[kind * WORDS + i]!;
    memory[to + OFFSET] = near ? distance * RECORD.SIZE : distance * 4;
    return true;
  }

  /** Learns from the record of a branch, at word `from` of `memory`. */
  add(encoding: number, near: boolean, memory: Uint32Array, from: number): void {
    if (!isBranch(encoding)) return;
    const kind = (encoding >>> 24) * 2 + (near ? 1 : 0);
    for (let i = 0; i < WORDS; i++) this.records[kind * WORDS + i] = memory[from + i]!;
    this.known[kind] = 1;
  }
}
