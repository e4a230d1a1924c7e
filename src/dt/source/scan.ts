// Where comments, strings and characters end: shared by the preprocessor and the lexer. Plain loops, for a regular
// expression that matches a megabyte of string would exhaust the engine's stack.

const NEWLINE = 10;
const QUOTE = 34;
const APOSTROPHE = 39;
const ASTERISK = 42;
const SLASH = 47;
const BACKSLASH = 92;

/** What stands at `at`, which is a slash: the end of a comment, `at` when it is none, -1 when it never ends. */
export function commentEnd(text: string, at: number): number {
  const next = text.charCodeAt(at + 1);
  if (next === ASTERISK) {
    const end = text.indexOf('*/', at + 2);
    return end < 0 ? -1 : end + 2;
  }
  if (next === SLASH) {
    const end = text.indexOf('\n', at);
    return end < 0 ? text.length : end;
  }
  return at;
}

/** One past the closing quote of the string that begins at `at`, or -1. A string may span lines. */
export function stringEnd(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) return i + 1;
    if (c === BACKSLASH && text.charCodeAt(++i) === NEWLINE) return -1;
  }
  return -1;
}

/** One past the quote that closes the one at `at` (of either kind) on the same line, or -1. */
export function quoteEnd(text: string, at: number): number {
  const quote = text.charCodeAt(at);
  for (let i = at + 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === quote) return i + 1;
    if (c === NEWLINE) return -1;
    if (c === BACKSLASH) i++;
  }
  return -1;
}

export const isQuote = (c: number): boolean => c === QUOTE;
export const isApostrophe = (c: number): boolean => c === APOSTROPHE;
export const isSlash = (c: number): boolean => c === SLASH;
