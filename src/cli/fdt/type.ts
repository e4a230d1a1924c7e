// The -t option of fdtget and fdtput: how values are written, and in how many bytes.
import { UsageError } from '../options';

export interface ValueType {
  /** `s`tring, `i`nteger, `u`nsigned or he`x`; none: as the value looks. */
  readonly letter: 's' | 'i' | 'u' | 'x' | undefined;
  /** Bytes of an element; none: as the value looks. */
  readonly size: 1 | 2 | 4 | undefined;
}

export const ANY_TYPE: ValueType = { letter: undefined, size: undefined };

export const TYPE_HELP = 's, i, u or x: text, integer, unsigned, hexadecimal; before it hh or b, h, l: 1, 2, 4 bytes';

const SIZES = { hh: 1, b: 1, h: 2, l: 4 } as const;

/** @throws UsageError */
export function parseType(text: string): ValueType {
  const match = /^(hh|b|h|l|L)?([iuxs])$/.exec(text);
  if (!match) throw new UsageError(`"${text}" is no type; use ${TYPE_HELP}`);
  const modifier = match[1] as keyof typeof SIZES | 'L' | undefined;
  const letter = match[2] as 's' | 'i' | 'u' | 'x';
  const size = modifier === undefined || modifier === 'L' || letter === 's' ? undefined : SIZES[modifier];
  return { letter, size };
}
