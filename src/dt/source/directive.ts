// The lines of the C preprocessor: where a directive ends, what it says, and which conditions are open.
import { commentEnd, isApostrophe, isQuote, isSlash, quoteEnd } from './scan';

/** A directive's word (a property's name would go on after it), or the line marker of an earlier preprocessor. */
const DIRECTIVE =
  /[ \t]*#[ \t]*(?:(define|undef|include|ifdef|ifndef|if|elif|else|endif|error|warning|pragma|line)(?![\w,.+*#?@-])|(?<=[ \t])(\d+)(?=[ \t]+"))/y;

/** The word of the directive on the line that begins at `at`; undefined when the line is none. */
export function directiveName(text: string, at: number): string | undefined {
  DIRECTIVE.lastIndex = at;
  const match = DIRECTIVE.exec(text);
  return match?.[1] ?? match?.[2];
}

/** The open conditions of a file, innermost last. */
export class Conditions {
  private readonly open: { taken: boolean; done: boolean; readonly outer: boolean; readonly start: number }[] = [];
  private isActive = true;

  /** Whether text here counts. */
  get active(): boolean {
    return this.isActive;
  }

  /** Where the innermost one began. */
  get innermost(): number | undefined {
    return this.open.at(-1)?.start;
  }

  /** Whether an #elif here is worth asking: no branch before it was taken. */
  get wantsAnother(): boolean {
    const last = this.open.at(-1);
    return last !== undefined && last.outer && !last.done;
  }

  enter(taken: boolean, start: number): void {
    this.open.push({ taken, done: taken, outer: this.isActive, start });
    this.update();
  }

  /** #elif. @returns false when none is open. */
  another(holds: boolean): boolean {
    const last = this.open.at(-1);
    if (!last) return false;
    last.taken = holds;
    last.done ||= holds;
    this.update();
    return true;
  }

  /** #else. @returns false when none is open. */
  otherwise(): boolean {
    const last = this.open.at(-1);
    return this.another(last !== undefined && !last.done);
  }

  /** #endif. @returns false when none is open. */
  leave(): boolean {
    const left = this.open.pop() !== undefined;
    this.update();
    return left;
  }

  private update(): void {
    const last = this.open.at(-1);
    this.isActive = last === undefined || (last.outer && last.taken);
  }
}

/** The end of the directive at `at`: that of its line, which a backslash or an open comment carries over to the next. */
export function directiveEnd(text: string, at: number): number {
  let quotes = true;
  for (let i = at; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 10) return i;
    if (c === 92) i += text.startsWith('\r\n', i + 1) ? 2 : 1;
    else if (isSlash(c)) {
      const close = commentEnd(text, i);
      if (close < 0) return text.length;
      if (close > i) i = close - 1;
    } else if (quotes && (isQuote(c) || isApostrophe(c))) {
      const close = quoteEnd(text, i);
      // A lone quote in a line of words (#error don't) begins nothing, nor do those behind it.
      if (close < 0) quotes = false;
      else i = close - 1;
    }
  }
  return text.length;
}

/** A directive's text with comments as blanks and its lines joined. */
export function withoutComments(text: string): string {
  let result = '';
  let copied = 0;
  let quotes = true;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (quotes && isQuote(c)) {
      const close = quoteEnd(text, i);
      if (close < 0) quotes = false;
      else i = close - 1;
    } else if (isSlash(c)) {
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
