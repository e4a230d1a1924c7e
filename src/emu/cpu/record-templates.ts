// Records that depend on their encoding alone, by encoding: most instructions of a program occur in it many times.
import { RECORD } from '../codegen/layout';

const WORDS = RECORD.SIZE / 4;
/** More are not remembered: everything is forgotten then. */
const MOST = 32768;
/** Places of the hash table, twice as many as there can be entries: a search ends soon. */
const PLACES = 2 * MOST;
/** 2 ** 32 divided by the golden ratio, odd: multiplication spreads what differs in few bits (Knuth, TAOCP 6.4). */
const SPREAD = 0x9e3779b1;
const SHIFT = 32 - Math.log2(PLACES);

export class RecordTemplates {
  private readonly records = new Uint32Array(MOST * WORDS);
  private readonly encodings = new Uint32Array(PLACES);
  /** Of each place: 0 when it is free, else twice the number of its record plus 2 (A32) or 3 (T32). */
  private readonly entries = new Uint32Array(PLACES);
  private count = 0;

  /** Forgets everything. */
  clear(): void {
    this.entries.fill(0);
    this.count = 0;
  }

  /** @returns the place of an encoding, or of a free one where it may be put */
  private place(encoding: number, thumb: boolean): number {
    const set = thumb ? 1 : 0;
    let at = Math.imul(encoding + set, SPREAD) >>> SHIFT;
    for (;;) {
      const entry = this.entries[at]!;
      if (entry === 0 || (this.encodings[at] === encoding >>> 0 && (entry & 1) === set)) return at;
      at = (at + 1) & (PLACES - 1);
    }
  }

  /** Writes the record of an encoding at word `to` of `memory`. @returns false when it is not known */
  copy(encoding: number, thumb: boolean, memory: Uint32Array, to: number): boolean {
    const entry = this.entries[this.place(encoding, thumb)]!;
    if (entry === 0) return false;
    const from = ((entry >>> 1) - 1) * WORDS;
    for (let i = 0; i < WORDS; i++) memory[to + i] = this.records[from + i]!;
    return true;
  }

  /** Remembers the record at word `from` of `memory`. */
  add(encoding: number, thumb: boolean, memory: Uint32Array, from: number): void {
    if (this.count === MOST) this.clear();
    const at = this.place(encoding, thumb);
    if (this.entries[at] !== 0) return;
    const record = this.count++;
    this.encodings[at] = encoding;
    this.entries[at] = (record + 1) * 2 + (thumb ? 1 : 0);
    for (let i = 0; i < WORDS; i++) this.records[record * WORDS + i] = memory[from + i]!;
  }
}
