// Text of instructions as GNU objdump writes it, without its comments: of single encodings, and of streams of code.
import { CONDITION_SUFFIX } from './asm';
import { decode, isWide } from './index';

/** A32, or T32 with its 16-bit encodings. */
export type CodeSet = 'a32' | 't32';

export interface Disassembled {
  /** Mnemonic, a tab and operands; `<UNDEFINED> instruction: 0x...` for what no row decodes. */
  readonly text: string;
  /** Bytes. */
  readonly length: number;
}

/** In an IT block "always" is said, and 1111 (UNPREDICTABLE) is no condition. */
const IT_SUFFIX = [...CONDITION_SUFFIX.slice(0, 14), 'al', '<und>'];

/** ITSTATE behind an IT instruction's encoding, or undefined when it is none (a mask of 0 makes a hint of it). */
const itOf = (encoding: number): number | undefined =>
  encoding >>> 8 === 0xbf && (encoding & 15) !== 0 ? encoding & 0xff : undefined;

/** ITSTATE after one more instruction (ARM DDI 0406C A2.5.2). */
const advanceIt = (it: number): number => (it & 7 ? (it & 0xe0) | ((it << 1) & 0x1f) : 0);

/**
 * @param encoding an A32 word, a 16-bit encoding, or a 32-bit T32 encoding with its first halfword in the high half
 * @param address of the instruction, which labels are relative to
 * @param itState ITSTATE before it (T32)
 */
export function disassemble(encoding: number, address: number, set: CodeSet, itState = 0): Disassembled {
  const thumb = set === 't32';
  const length = thumb && encoding >>> 16 === 0 ? 2 : 4;
  const found = decode(encoding, thumb);
  if (!found)
    return { text: `<UNDEFINED> instruction: 0x${(encoding >>> 0).toString(16).padStart(2 * length, '0')}`, length };
  const { row, fields } = found;
  const inIt = thumb && (itState & 15) !== 0;
  const cond = inIt ? IT_SUFFIX[itState >> 4]! : thumb ? '' : CONDITION_SUFFIX[fields['cond'] ?? 14]!;
  return { text: row.asm(fields, { address, set: row.set, cond, inIt }), length };
}

export interface Line extends Disassembled {
  readonly address: number;
  /** As {@link disassemble} has it. */
  readonly encoding: number;
}

/**
 * The instructions of little-endian code, with IT blocks followed; what is left at the end is data (`.short`, `.byte`).
 * @param base address of the first byte
 * @param itState ITSTATE before the first instruction
 */
export function* disassembleBytes(bytes: Uint8Array, base: number, set: CodeSet, itState = 0): Generator<Line> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let it = itState;
  let at = 0;
  for (;;) {
    const left = bytes.length - at;
    const address = (base + at) >>> 0;
    const first = left >= 2 ? view.getUint16(at, true) : 0;
    const length = set === 'a32' || isWide(first) ? 4 : 2;
    if (left < length) break;
    const second = length === 4 ? view.getUint16(at + 2, true) : 0;
    const encoding = length === 2 ? first : (set === 'a32' ? (second << 16) | first : (first << 16) | second) >>> 0;
    yield { address, encoding, ...disassemble(encoding, address, set, it) };
    if (set === 't32') it = itOf(encoding) ?? advanceIt(it);
    at += length;
  }
  for (; at < bytes.length; at += 2) {
    const address = (base + at) >>> 0;
    const whole = at + 2 <= bytes.length;
    const encoding = whole ? view.getUint16(at, true) : bytes[at]!;
    const text = `${whole ? '.short' : '.byte'}\t0x${encoding.toString(16).padStart(whole ? 4 : 2, '0')}`;
    yield { address, encoding, text, length: whole ? 2 : 1 };
  }
}
