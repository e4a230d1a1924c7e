// Words of the text around an offset.

export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The identifier of C that an offset is in or at the end of. */
export function wordAt(text: string, offset: number): Word | undefined {
  let start = offset;
  while (start > 0 && /\w/.test(text[start - 1]!)) start--;
  let end = offset;
  while (end < text.length && /\w/.test(text[end]!)) end++;
  const word = text.slice(start, end);
  return /^[A-Za-z_]/.test(word) ? { text: word, start, end } : undefined;
}
