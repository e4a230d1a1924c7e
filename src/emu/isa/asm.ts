// Assembly text in the words of the unified syntax, with the register names and spacing of GNU objdump.
import { armExpandImm } from './immediates';
import type { AsmContext, Fields } from './table';

export const REGISTERS = ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9', 'sl', 'fp', 'ip', 'sp', 'lr', 'pc']; // prettier-ignore
export const r = (n: number | undefined): string => REGISTERS[n!]!;
export const CONDITION_SUFFIX = ['eq', 'ne', 'cs', 'cc', 'mi', 'pl', 'vs', 'vc', 'hi', 'ls', 'ge', 'lt', 'gt', 'le', '', '']; // prettier-ignore
export const SHIFTS = ['lsl', 'lsr', 'asr', 'ror'];

/** A mnemonic, a tab, and operands. */
export const ins = (mnemonic: string, ...operands: string[]): string =>
  operands.length > 0 ? `${mnemonic}\t${operands.join(', ')}` : mnemonic;

/** `#n` as objdump prints it: signed decimal. */
export const imm = (n: number): string => `#${n | 0}`;
/** The same, unsigned, as in T32. */
export const unsigned = (n: number): string => `#${n >>> 0}`;
export const hex = (n: number): string => `0x${(n >>> 0).toString(16)}`;

/** Rm with its immediate shift; nothing after it for LSL #0. */
export function shiftedRegister(rm: number, type: number, amount: number): string {
  if (type === 0 && amount === 0) return r(rm);
  if (type === 3 && amount === 0) return `${r(rm)}, rrx`;
  return `${r(rm)}, ${SHIFTS[type]} #${amount === 0 ? 32 : amount}`;
}

/** A modified immediate of A32; with a rotation other than the assembler's choice it is shown as it is encoded. */
export function modifiedImmediate(imm12: number): string {
  const { imm: value } = armExpandImm(imm12);
  const rotation = (imm12 >>> 8) * 2;
  return canonicalRotation(value) === rotation ? imm(value) : `#${imm12 & 255}, ${rotation}`;
}

/** The rotation an assembler would choose for a value. */
function canonicalRotation(v: number): number {
  for (let rotate = 0; rotate < 32; rotate += 2)
    if (((v << rotate) | (v >>> ((32 - rotate) & 31))) >>> 0 < 256) return rotate;
  return -1;
}

export function registerList(list: number, names: readonly string[] = REGISTERS): string {
  return `{${names.filter((_, i) => list & (1 << i)).join(', ')}}`;
}

/** `[rn, #offset]` with write-back forms. `offset` is text, or undefined for none. */
export function memory(rn: string, offset: string | undefined, index: 'offset' | 'pre' | 'post'): string {
  if (index === 'post') return `[${rn}], ${offset ?? '#0'}`;
  return `[${rn}${offset === undefined ? '' : `, ${offset}`}]${index === 'pre' ? '!' : ''}`;
}

export type Asm = (f: Fields, x: AsmContext) => string;
