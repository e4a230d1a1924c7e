// The way down through long-descriptor tables, which stage 1, the Hyp mode's stage 1 and stage 2 share (ARM DDI 0406C, B3.6.1).
import type { Translation, WalkStep } from './translation';
import type { TableReader, Trace } from './walk';

const TWO_32 = 2 ** 32;

/** The block or page descriptor that a walk has found. Whoever walks keeps one: a walk allocates nothing. */
export class LeafDescriptor {
  level = 0;
  low = 0;
  high = 0;
  /** The upper words of all table descriptors on the way, or-ed. */
  inherited = 0;

  /** Records level, size and physical address of an input address whose low 32 bits are `input`. */
  place(input: number, out: Translation): void {
    const sizeShift = 39 - 9 * this.level;
    const offsetMask = (1 << sizeShift) - 1;
    out.level = this.level;
    out.sizeShift = sizeShift;
    out.pa = (this.high & 0xff) * TWO_32 + ((this.low & ~offsetMask & ~0xfff) >>> 0) + (input & offsetMask);
  }
}

/** The address of a table, from the two words of a base register or descriptor. @param low its low word, aligned */
export const tableAddress = (low: number, high: number): number => high * TWO_32 + (low >>> 0);

/**
 * Walks from descriptor `index` of the first table to the one that translates.
 * @param level 1 or 2, that of the first table
 * @param table its physical (or intermediate) address
 * @param input low 32 bits of the input address: they index the tables below the first
 * @param base name of the register that holds the first table's address, for a trace
 * @returns false when there is none, with `out.fault` and `out.level`
 */
export function descend(
  level: number,
  table: number,
  index: number,
  input: number,
  bigEndian: boolean,
  reader: TableReader,
  base: WalkStep['base'],
  leaf: LeafDescriptor,
  out: Translation,
  trace?: Trace,
): boolean {
  let inherited = 0;
  for (;;) {
    const address = table + index * 8;
    const low = reader.word(bigEndian ? address + 4 : address, bigEndian);
    const high = reader.word(bigEndian ? address : address + 4, bigEndian);
    if (low < 0 || high < 0) return reader.fail(out, level);
    const isTable = level < 3 && (low & 3) === 3;
    const isLeaf = (low & 3) === (level < 3 ? 1 : 3);
    const kind = isTable ? 'table' : !isLeaf ? 'invalid' : level < 3 ? 'block' : 'page';
    trace?.push({ level, base, address, low, high, kind });
    if (isLeaf) {
      leaf.level = level;
      leaf.low = low;
      leaf.high = high;
      leaf.inherited = inherited;
      return true;
    }
    if (!isTable) return out.fail('translation', level);
    inherited |= high;
    table = tableAddress(low & ~0xfff, high & 0xff);
    index = level === 1 ? (input >>> 21) & 0x1ff : (input >>> 12) & 0x1ff;
    level++;
    base = '';
  }
}
