// Escapes of strings and characters: those of C, both ways.

/** Letters of the one-character escapes, and what they stand for. */
const LETTERS = new Map([
  ['a', 7],
  ['b', 8],
  ['t', 9],
  ['n', 10],
  ['v', 11],
  ['f', 12],
  ['r', 13],
]);
const BY_CODE = new Map([...LETTERS].map(([letter, code]) => [code, `\\${letter}`]));
BY_CODE.set(0x22, '\\"').set(0x5c, '\\\\');

/** Backslash, then up to three octal digits, x and up to two hexadecimal ones, or any character. */
const ESCAPE = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|([^]))/uy;

/**
 * The bytes that the inside of a literal means; text outside ASCII becomes UTF-8.
 * @returns the index of a `\x` without digits instead, when there is one.
 */
export function unescape(raw: string): Uint8Array | number {
  const encoder = new TextEncoder();
  if (!raw.includes('\\')) return encoder.encode(raw);
  const out: number[] = [];
  const put = (text: string): void => encoder.encode(text).forEach(byte => out.push(byte));
  for (let at = 0; at < raw.length;) {
    const next = raw.indexOf('\\', at);
    if (next !== at) {
      const end = next < 0 ? raw.length : next;
      put(raw.slice(at, end));
      at = end;
      continue;
    }
    ESCAPE.lastIndex = at;
    const [whole, octal, hexadecimal, character = ''] = ESCAPE.exec(raw)!;
    if (octal !== undefined) out.push(parseInt(octal, 8) & 0xff);
    else if (hexadecimal !== undefined) out.push(parseInt(hexadecimal, 16));
    else if (character === 'x') return at;
    else if (LETTERS.has(character)) out.push(LETTERS.get(character)!);
    else put(character);
    at += whole.length;
  }
  return Uint8Array.from(out);
}

/** How a byte is written inside a literal. Always two digits after `\x`, so none that follows is swallowed. */
export function escapeByte(byte: number): string {
  const named = BY_CODE.get(byte);
  if (named !== undefined) return named;
  if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte);
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
