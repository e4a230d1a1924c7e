// Numbers as xl has them: the C library's strtol, strtoul and atoi on texts.

export interface ReadNumber {
  readonly value: bigint;
  /** Offset of the first character that is not of the number; 0 when there is none. */
  readonly end: number;
}

const BLANKS = /^[ \t\n\v\f\r]*/;
const DIGITS: Readonly<Record<number, RegExp>> = { 8: /^[0-7]+/, 10: /^[0-9]+/, 16: /^[0-9a-f]+/i };
const PREFIX: Readonly<Record<number, string>> = { 8: '0o', 10: '', 16: '0x' };
/** Beyond this many digits every number is too large for 64 bits; more would only cost time. */
const MOST_DIGITS = 64;

/** A number at the beginning of a text. @param base 0: as the text says, 0x hexadecimal, 0 octal */
export function readNumber(text: string, base: 0 | 10 | 16): ReadNumber {
  const blanks = BLANKS.exec(text)![0].length;
  const sign = /[+-]/.test(text[blanks] ?? '') ? 1 : 0;
  let at = blanks + sign;
  let radix: number = base;
  if (base !== 10 && /^0x[0-9a-f]/i.test(text.slice(at, at + 3))) {
    radix = 16;
    at += 2;
  } else if (base === 0) radix = text[at] === '0' ? 8 : 10;
  const digits = DIGITS[radix]!.exec(text.slice(at))?.[0];
  if (digits === undefined) return { value: 0n, end: 0 };
  const value = BigInt(PREFIX[radix]! + digits.replace(/^0+(?=.)/, '').slice(0, MOST_DIGITS));
  return { value: text[blanks] === '-' ? -value : value, end: at + digits.length };
}

/** The bits of a C `long` where xl runs: 32 for armhf, 64 for arm64. */
export type LongBits = 32 | 64;

export type LongFault = 'none' | 'junk' | 'overflow';

/** A whole text as a C `long`, in the way that xl takes numbers. */
export function readLong(text: string, bits: LongBits): { readonly value: bigint; readonly fault: LongFault } {
  const { value, end } = readNumber(text, 0);
  const most = 1n << BigInt(bits - 1);
  if (value >= most || value < -most) return { value: 0n, fault: 'overflow' };
  if (end === 0 || end < text.length) return { value: 0n, fault: 'junk' };
  return { value, fault: 'none' };
}

/** A C `unsigned long` at the beginning of a text; a sign counts from the top. @returns `overflow` also for its largest value */
export function readUnsigned(
  text: string,
  base: 0 | 10 | 16,
  bits: LongBits,
): ReadNumber & { readonly overflow: boolean } {
  const { value, end } = readNumber(text, base);
  const most = 1n << BigInt(bits);
  const magnitude = value < 0n ? -value : value;
  const overflow = magnitude >= most;
  const wrapped = overflow ? most - 1n : BigInt.asUintN(bits, value);
  return { value: wrapped, end, overflow: wrapped === most - 1n };
}

/** C's atoi: whatever number stands at the beginning, else 0. */
export const atoi = (text: string): number => Number(BigInt.asIntN(32, readNumber(text, 10).value));
