// Encodings written as text, bits from left to right: `cond:4 0000 100 S:1 Rn:4 Rd:4 (0)(0)(0)(0) 1001 Rm:4`.
//   0 1       bits that must be so
//   (0) (1)   should-be bits: anything else is UNPREDICTABLE; several may share one pair of parentheses
//   name:n    a field of n bits; a name that comes again continues the field (its next lower bits)
//   ' _       separators, like spaces

/** The values of an encoding's fields. */
export type Fields = Readonly<Record<string, number>>;

/** A run of bits that belongs to a field; `shift` is where its lowest bit lies in the encoding. */
interface Part {
  readonly shift: number;
  readonly width: number;
}

export interface Pattern {
  /** 16 or 32. */
  readonly width: number;
  /** Bits that are fixed, should-be bits not among them. */
  readonly mask: number;
  readonly value: number;
  readonly shouldMask: number;
  readonly shouldValue: number;
  readonly fields: ReadonlyMap<string, readonly Part[]>;
}

/** @throws SyntaxError when `text` is not a pattern of 16 or 32 bits. */
export function parsePattern(text: string): Pattern {
  const tokens = text.match(/\([01]+\)|[01]+|[A-Za-z]\w*:\d+|[\s'_]+|./g) ?? [];
  let width = 0;
  for (const token of tokens) width += bitsOf(token, text);
  if (width !== 16 && width !== 32) throw new SyntaxError(`pattern '${text}' has ${width} bits instead of 16 or 32`);

  let [mask, value, shouldMask, shouldValue] = [0, 0, 0, 0];
  const fields = new Map<string, Part[]>();
  let shift = width;
  for (const token of tokens) {
    const bits = bitsOf(token, text);
    if (bits === 0) continue;
    shift -= bits;
    const ones = ones32(bits) << shift;
    if (token.includes(':')) {
      const name = token.slice(0, token.indexOf(':'));
      fields.set(name, [...(fields.get(name) ?? []), { shift, width: bits }]);
    } else if (token.startsWith('(')) {
      shouldMask |= ones;
      shouldValue |= parseInt(token.slice(1, -1), 2) << shift;
    } else {
      mask |= ones;
      value |= parseInt(token, 2) << shift;
    }
  }
  return { width, mask, value, shouldMask, shouldValue, fields };
}

function bitsOf(token: string, text: string): number {
  if (/^[\s'_]/.test(token)) return 0;
  if (token.includes(':')) return Number(token.slice(token.indexOf(':') + 1));
  if (/^[01]+$/.test(token)) return token.length;
  if (token.startsWith('(')) return token.length - 2;
  throw new SyntaxError(`pattern '${text}': '${token}' is neither a bit, a should-be bit nor a name:width field`);
}

const ones32 = (bits: number): number => (bits >= 32 ? -1 : (1 << bits) - 1);

export const matches = (p: Pattern, encoding: number): boolean => (encoding & p.mask) === p.value;

export const shouldBeHolds = (p: Pattern, encoding: number): boolean => (encoding & p.shouldMask) === p.shouldValue;

export const widthOf = (parts: readonly Part[]): number => parts.reduce((sum, part) => sum + part.width, 0);

export function extract(p: Pattern, encoding: number): Fields {
  const fields: Record<string, number> = {};
  for (const [name, parts] of p.fields) {
    let value = 0;
    for (const { shift, width } of parts) value = (value << width) | ((encoding >>> shift) & ones32(width));
    fields[name] = value >>> 0;
  }
  return fields;
}

/** The encoding with these field values and all should-be bits as they should be; unsigned. */
export function assemble(p: Pattern, fields: Fields): number {
  let encoding = p.value | p.shouldValue;
  for (const [name, parts] of p.fields) {
    let left = widthOf(parts);
    for (const { shift, width } of parts) {
      left -= width;
      encoding |= ((fields[name]! >>> left) & ones32(width)) << shift;
    }
  }
  return encoding >>> 0;
}
