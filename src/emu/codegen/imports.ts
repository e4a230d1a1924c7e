// What generated code calls outside itself: functions of TypeScript, and how their arguments are packed.
import type { Access } from './semantics';
import { I32, type ModuleWriter } from './wasm';

/** Functions that the interpreter imports from TypeScript; each may set CPU.EXIT, and reads and writes CPU.BUDGET. */
export const IMPORTS = {
  /** (cpu, va, access): the word read; high half of 8 bytes in CPU.RESULT. Bit 8 of access: as PL0. */
  load: { params: 3, result: true },
  /** (cpu, va, access, lo, hi) */
  store: { params: 5, result: false },
  /** (cpu, start, list | flags): all words of LDM or STM; the word for the PC is the result. */
  multiple: { params: 3, result: true },
  /** (cpu, start, first | words | flags): all words of VLDM or VSTM, see MULTIPLE_VECTOR. */
  multipleVector: { params: 3, result: false },
  /** (cpu, va, packed): an element or structure transfer, see structure.ts. */
  structure: { params: 3, result: false },
  /** (cpu, what, encoding): 0 go on, 1 go on at CPU.PC. */
  system: { params: 3, result: true },
  /** (cpu): makes CPU.PC executable: the address of its record, or 0 with CPU.EXIT set. */
  fetch: { params: 1, result: true },
  /** (cpu, record): decodes the record. */
  decode: { params: 2, result: false },
  /** (cpu, record): control has come here often enough to translate what is here. */
  hot: { params: 2, result: false },
  /** (cpu, record): a region was left at this instruction again and again. */
  stuck: { params: 2, result: false },
  /** (cpu, number, argument): a computation on the core's state. */
  helper: { params: 3, result: true },
} as const;
export type ImportName = keyof typeof IMPORTS;

/** Bits of the third argument of `multiple` above the register list. */
export const MULTIPLE = { LOAD: 1 << 16, PC: 1 << 17 } as const;

/** The third argument of `multipleVector`: S register number in bits 5:0, words from bit 8 on, and these. */
export const MULTIPLE_VECTOR = { WORDS_SHIFT: 8, LOAD: 1 << 16, DOUBLE: 1 << 17 } as const;

/** Function indices of one module: imports and the shared slow paths. */
export interface Functions {
  readonly imports: Readonly<Record<ImportName, number>>;
  readonly slowLoad: Readonly<Record<Access, number>>;
  readonly slowStore: Readonly<Record<Access, number>>;
}

/** Declares the imports of an interpreter module. */
export function declareImports(m: ModuleWriter): Readonly<Record<ImportName, number>> {
  const entries = Object.entries(IMPORTS).map(([name, f]) => [
    name,
    m.importFunction('lab', name, m.type(new Array(f.params).fill(I32), f.result ? [I32] : [])),
  ]);
  return Object.fromEntries(entries) as Record<ImportName, number>;
}
