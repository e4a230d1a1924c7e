// Instruction tables: one row is one encoding of the ARM manual. Decoder, execution, disassembler, tests and docs all
// come from the same rows.
import type { Operands, Operation } from '../codegen/semantics';

export type InstructionSet = 'a32' | 't32' | 't16';
/** Values of the named fields of an encoding. */
export type Fields = Readonly<Record<string, number>>;

/** What a decoded instruction does. */
export interface Action {
  readonly op: Operation;
  readonly operands: Operands;
  /** The operation tests the condition itself, or (BKPT) is not conditional even in an IT block. */
  readonly ownCondition?: boolean;
  /** The PC read as an operand is Align(PC, 4), as literal addressing has it. */
  readonly alignPc?: boolean;
  /** What is executed instead where Hyp mode may trap the instruction (HSTR) although generated code does it alone. */
  readonly trapped?: Action;
}

/** What the disassembler knows beside the fields. */
export interface AsmContext {
  /** Address of the instruction. */
  readonly address: number;
  readonly set: InstructionSet;
  /** Condition suffix: of the encoding, or of the IT block in T32. */
  readonly cond: string;
  /** Inside an IT block, where T16 data processing does not set flags. */
  readonly inIt: boolean;
}

export interface Row {
  /** Mnemonic, form and encoding as the manual names them: `ADD (immediate) A1`. */
  readonly name: string;
  readonly set: InstructionSet;
  /**
   * Bits from the left: `0`, `1`, `(0)` and `(1)` (should be, not decoded), `name:width`. T32 has both halfwords in
   * order. A field called `cond` is the condition, and never 1111.
   */
  readonly pattern: string;
  /** False where the encoding belongs to another row or to nothing ("SEE ..."). */
  readonly when?: (f: Fields) => boolean;
  /** Undefined for what is UNDEFINED, and for what is UNPREDICTABLE and treated so. `inIt`: inside an IT block. */
  readonly execute: (f: Fields, inIt: boolean) => Action | undefined;
  readonly asm: (f: Fields, x: AsmContext) => string;
  /** UNPREDICTABLE field values: tests against an oracle leave them out. */
  readonly unpredictable?: (f: Fields) => boolean;
  /** Why no user-mode oracle can run it. */
  readonly system?: boolean;
}

interface Field {
  readonly name: string;
  readonly shift: number;
  readonly mask: number;
}

/** A row with its pattern compiled. */
export interface CompiledRow extends Row {
  readonly mask: number;
  readonly value: number;
  /** Bits that should have a value, but are not decoded. */
  readonly should: { readonly mask: number; readonly value: number };
  readonly fields: readonly Field[];
  readonly width: 16 | 32;
}

/** @throws Error when the pattern does not describe exactly 16 (T16) or 32 bits. */
export function compileRow(row: Row): CompiledRow {
  const width = row.set === 't16' ? 16 : 32;
  let at = width;
  let mask = 0;
  let value = 0;
  let shouldMask = 0;
  let shouldValue = 0;
  const fields: Field[] = [];
  const fail = (why: string): never => {
    throw new Error(`${row.name}: ${why} in pattern "${row.pattern}"`);
  };
  for (const token of row.pattern.split(/\s+/).filter(Boolean)) {
    const named = /^([A-Za-z]\w*):(\d+)$/.exec(token);
    if (named) {
      at -= Number(named[2]);
      fields.push({ name: named[1]!, shift: at, mask: 2 ** Number(named[2]) - 1 });
      continue;
    }
    for (const [bit] of token.matchAll(/\(?[01]\)?|./g)) {
      at--;
      const soft = bit.startsWith('(');
      const digit = soft ? bit[1] : bit;
      if (digit !== '0' && digit !== '1') fail(`"${token}" is neither bits nor name:width`);
      const b = Number(digit) * 2 ** at;
      if (soft) {
        shouldMask |= 2 ** at;
        shouldValue |= b;
      } else {
        mask |= 2 ** at;
        value |= b;
      }
    }
  }
  if (at !== 0) fail(`${width - at} bits instead of ${width}`);
  if (new Set(fields.map(f => f.name)).size !== fields.length) fail('a field name twice');
  return { ...row, mask, value, should: { mask: shouldMask, value: shouldValue }, fields, width };
}

export function fieldsOf(row: CompiledRow, encoding: number): Fields {
  const f: Record<string, number> = {};
  for (const { name, shift, mask } of row.fields) f[name] = (encoding >>> shift) & mask;
  return f;
}

const bitCount = (n: number): number => {
  let count = 0;
  for (let v = n >>> 0; v; v = (v & (v - 1)) >>> 0) count++;
  return count;
};

/** Rows of one instruction set, found by some of the bits that tell most encodings apart. */
export class Decoder {
  private compiled: readonly CompiledRow[] | undefined;
  /** Rows that a key leaves possible; found out when an encoding with that key is first met. */
  private readonly index: (readonly CompiledRow[] | undefined)[];
  private readonly keyMask: number;

  /** @param key the decoding bits gathered to a number below `keys`; `spread` is its inverse. */
  constructor(
    private readonly source: readonly Row[],
    private readonly key: (encoding: number) => number,
    keys: number,
    private readonly spread: (key: number) => number,
  ) {
    this.keyMask = spread(keys - 1);
    this.index = new Array<undefined>(keys).fill(undefined);
  }

  /** All rows; the one with more fixed bits is the more special one and is tried first. */
  get rows(): readonly CompiledRow[] {
    return (this.compiled ??= this.source.map(compileRow).sort((a, b) => bitCount(b.mask) - bitCount(a.mask)));
  }

  private possible(key: number): readonly CompiledRow[] {
    const bits = this.spread(key);
    return (this.index[key] ??= this.rows.filter(r => ((bits ^ r.value) & r.mask & this.keyMask) === 0));
  }

  find(encoding: number): { row: CompiledRow; fields: Fields } | undefined {
    for (const row of this.possible(this.key(encoding))) {
      if ((encoding & row.mask) >>> 0 !== row.value >>> 0) continue;
      const fields = fieldsOf(row, encoding);
      if (fields['cond'] === 15) continue;
      if (row.when && !row.when(fields)) continue;
      return { row, fields };
    }
    return undefined;
  }

  /** Pairs of rows that overlap although neither is a special case of the other: an error in the tables. */
  overlaps(): [CompiledRow, CompiledRow, number][] {
    const found: [CompiledRow, CompiledRow, number][] = [];
    for (let i = 0; i < this.rows.length; i++)
      for (let j = i + 1; j < this.rows.length; j++) {
        const a = this.rows[i]!;
        const b = this.rows[j]!;
        const both = a.mask & b.mask;
        if ((a.value ^ b.value) & both) continue;
        if (both === b.mask && a.mask !== b.mask) continue; // a is a special case of b
        if (a.when || b.when) continue; // told apart by fields; a test enumerates them
        // Rows with a condition never match cond 1111.
        const cond = (r: CompiledRow): boolean => r.fields.some(f => f.name === 'cond');
        const unconditional = (r: CompiledRow): boolean => (r.mask & r.value) >>> 28 === 15;
        if ((cond(a) && unconditional(b)) || (cond(b) && unconditional(a))) continue;
        found.push([a, b, (a.value | b.value) >>> 0]);
      }
    return found;
  }
}

/** A32: bits 27..20 and 7..4. */
export const a32Decoder = (rows: readonly Row[]): Decoder =>
  new Decoder(
    rows,
    e => ((e >>> 16) & 0xff0) | ((e >>> 4) & 15),
    0x1000,
    k => ((k & 0xff0) << 16) | ((k & 15) << 4),
  );
/** T32: bits 28..20 of both halfwords, and bit 15, 12 of the second. */
export const t32Decoder = (rows: readonly Row[]): Decoder =>
  new Decoder(
    rows,
    e => ((e >>> 18) & 0x7fc) | ((e >>> 14) & 2) | ((e >>> 12) & 1),
    0x800,
    k => ((k & 0x7fc) << 18) | ((k & 2) << 14) | ((k & 1) << 12),
  );
export const t16Decoder = (rows: readonly Row[]): Decoder =>
  new Decoder(
    rows,
    e => e >>> 6,
    0x400,
    k => k << 6,
  );
