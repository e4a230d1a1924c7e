// The lines of the C preprocessor: where a directive ends, what it says, and which conditions are open.
import { commentEnd, isApostrophe, isQuote, isSlash, quoteEnd } from './scan';

/** The open #ifdefs of a file, innermost last. */
export class Conditions {
  private readonly open: { taken: boolean; readonly outer: boolean; readonly start: number }[] = [];

  /** Whether text here counts. */
  get active(): boolean {
    const last = this.open.at(-1);
    return last === undefined || (last.outer && last.taken);
  }

  /** Where the innermost one began. */
  get innermost(): number | undefined {
    return this.open.at(-1)?.start;
  }

  enter(taken: boolean, start: number): void {
    this.open.push({ taken, outer: this.active, start });
  }

  /** @returns false when none is open. */
  otherwise(): boolean {
    const last = this.open.at(-1);
    if (last) last.taken = !last.taken;
    return last !== undefined;
  }

  /** @returns false when none is open. */
  leave(): boolean {
    return this.open.pop() !== undefined;
  }
}

/** The end of the directive at `at`: that of its line, which a backslash or an open comment carries over to the next. */
export function directiveEnd(text: string, at: number): number {
  for (let i = at; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 10) return i;
    if (c === 92) i += text.startsWith('\r\n', i + 1) ? 2 : 1;
    else if (isSlash(c)) {
      const close = commentEnd(text, i);
      if (close < 0) return text.length;
      if (close > i) i = close - 1;
    } else if (isQuote(c) || isApostrophe(c)) {
      // A lone quote in a line of words (#error don't) begins nothing.
      const close = quoteEnd(text, i);
      if (close > 0) i = close - 1;
    }
  }
  return text.length;
}

/** A directive's text with comments as blanks and its lines joined. */
export function withoutComments(text: string): string {
  let result = '';
  let copied = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (isQuote(c)) i = Math.max(quoteEnd(text, i) - 1, i);
    else if (isSlash(c)) {
      const close = commentEnd(text, i);
      const end = close < 0 ? text.length : close;
      if (end === i) continue;
      result += `${text.slice(copied, i)} `;
      copied = end;
      i = end - 1;
    }
  }
  return (result + text.slice(copied)).replaceAll(/\\\r?\n/g, '');
}
