// One instruction on one state, and what became of it; the memory map that both live in.
import type { Fields } from './pattern';
import type { InstructionSet } from './rules';

/** A row of an instruction table, as far as this room needs one. */
export interface Row {
  /** Unique within its set. */
  readonly name: string;
  readonly set: InstructionSet;
  /** See pattern.ts. T32: both halfwords, the first one on the left. */
  readonly pattern: string;
  /** Further limits to what the generator may choose; UNPREDICTABLE encodings are left out without saying so. */
  readonly predictable?: (fields: Fields) => boolean;
}

/** The code area: three pages that can be read and executed, full of traps but for the case's instructions. */
export const CODE = 0x20000000;
export const CODE_SIZE = 0x3000;
/** The data window: read and write, not executable. Everything else is unmapped. */
export const WINDOW = 0x50000000;
export const WINDOW_SIZE = 0x4000;
/** Where the tested instruction lies; half of the Thumb ones two bytes further. */
export const SLOT = CODE + 0x1800;

const FILLER = 0xee00be00;
const BKPT_T16 = 0xbe00;

export interface State {
  /** r0..r14. */
  readonly r: Uint32Array;
  /** N, Z, C, V, Q, GE, E, T and ITSTATE in place; the mode is User. */
  readonly cpsr: number;
  readonly fpscr: number;
  /** D0..D31, lower word first. */
  readonly d: Uint32Array;
}

export interface Case {
  readonly set: InstructionSet;
  readonly encoding: number;
  /** Address of `encoding`. */
  readonly address: number;
  /** Instructions that run before it (SETEND BE, or the LDREX that arms a STREX); execution starts at the first. */
  readonly lead: readonly number[];
  readonly before: State;
  /** Seed of the window's content; 0 when the case does not touch memory. */
  readonly memory: number;
  /** The window's words are branch targets in an unmapped area. */
  readonly pointers: boolean;
}

/**
 * - `done`: executed; `pc` is where it went (at a fault on fetching there, the PC is still the target)
 * - `undefined`: UNDEFINED exception
 * - `fault`: data abort, translation; `alignment`: data abort, alignment; `fault` holds the address
 * - `breakpoint`: BKPT
 */
export type Kind = 'done' | 'undefined' | 'fault' | 'alignment' | 'breakpoint';
export const KINDS: readonly Kind[] = ['done', 'undefined', 'fault', 'alignment', 'breakpoint'];

export interface Answer {
  readonly kind: Kind;
  /** Faulting address, else 0. */
  readonly fault: number;
  /** PC afterwards, without the Thumb bit (`after.cpsr` has it); for exceptions the address of the instruction. */
  readonly pc: number;
  /** Everything the case can change, ITSTATE advanced. For exceptions: as the exception found it. */
  readonly after: State;
  /** Words of the window that changed: address and new value. */
  readonly memory: readonly (readonly [address: number, word: number])[];
}

export const isThumb = (c: { readonly set: InstructionSet }): boolean => c.set !== 'a32';

/** Bytes that an instruction takes. */
export const sizeOf = (thumb: boolean, encoding: number): 2 | 4 => (thumb && encoding <= 0xffff ? 2 : 4);

/** Address of the first instruction to run. */
export const startOf = (c: Case): number =>
  c.lead.reduce((at, encoding) => at - sizeOf(isThumb(c), encoding), c.address);

/** The code area with this case in it. */
export function codeImage(c: Case): Uint8Array {
  const bytes = new Uint8Array(CODE_SIZE);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < CODE_SIZE; at += 4) view.setUint32(at, FILLER, true);
  const thumb = isThumb(c);
  let at = startOf(c) - CODE;
  for (const encoding of [...c.lead, c.encoding]) {
    if (!thumb) view.setUint32(at, encoding, true);
    else if (encoding <= 0xffff) view.setUint16(at, encoding, true);
    else {
      view.setUint16(at, encoding >>> 16, true);
      view.setUint16(at + 2, encoding & 0xffff, true);
    }
    at += sizeOf(thumb, encoding);
  }
  if (thumb) view.setUint16(at, BKPT_T16, true);
  return bytes;
}

/** The window's content before the case; callers must not write to it, it is shared. */
export function windowImage(c: Case): Uint8Array {
  const key = c.memory + (c.pointers ? 2 ** 32 : 0);
  const known = windows.get(key);
  if (known) return known;
  const words = new Uint32Array(WINDOW_SIZE / 4);
  let x = c.memory;
  for (let i = 0; i < words.length; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[i] = c.pointers ? (x & 0x0ffffffd) | 0x10000000 : x;
  }
  const bytes = new Uint8Array(WINDOW_SIZE);
  words.forEach((value, i) => new DataView(bytes.buffer).setUint32(i * 4, value, true));
  if (windows.size > 8) windows.clear();
  windows.set(key, bytes);
  return bytes;
}

const windows = new Map<number, Uint8Array>();
