// Words of a domain's configuration, as xl's lexer has them (Xen, tools/libs/util/libxlu_cfg_l.l). Every character of the
// text is in exactly one token or is blank; what xl refuses becomes a problem, and the lexer goes on.
import { MOST_PROBLEMS, type XlCode, type XlPosition, type XlProblem, type XlRange } from './problem';

export type TokenKind =
  'name' | 'number' | 'string' | '=' | '+=' | '[' | ']' | ',' | ';' | 'newline' | 'bad' | 'stray' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** Of a string what it stands for, of everything else the text. */
  readonly value: string;
  readonly range: XlRange;
}

const NAME = /[a-z][._0-9a-z]*/y;
const NUMBER = /[0-9][0-9a-fx]*/y;
const STRING = /'(?:[^'\\\n]|\\[^\n])*'|"(?:[^"\\\n]|\\[^\n])*"/y;
const BLANK = /[ \t]+/y;
const COMMENT = /#[^\n]*/y;
const PUNCTUATION = /\+=|[=[\],;]/y;
/** What xl skips behind a character that it does not know. */
const REST_OF_WORD = /[^ \t\n]+/y;

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};
/** What xl takes for the number of an escape, among the three characters behind its first digit: at least two of them. */
const ESCAPED_NUMBER = /^[ \t\v\f\r]*[+-]?[0-9]+/;

/** Splits `text` into tokens; the last one is `end`. */
export function tokens(text: string): { tokens: Token[]; problems: XlProblem[] } {
  const lexer = new Lexer(text);
  lexer.run();
  return { tokens: lexer.found, problems: lexer.problems };
}

class Lexer {
  readonly found: Token[] = [];
  readonly problems: XlProblem[] = [];
  private at = 0;
  private line = 1;
  private lineStart = 0;
  private saidLineEnd = false;

  constructor(private readonly text: string) {}

  run(): void {
    while (this.at < this.text.length) this.next();
    this.found.push({ kind: 'end', value: '', range: this.range(this.at) });
  }

  private next(): void {
    const start = this.at;
    const character = this.text[start]!;
    if (this.match(BLANK) !== undefined) return;
    if (character === '#') return this.comment();
    if (character === '\n') return this.newline();
    if (character === '\r') return this.carriageReturn();
    if (character === '"' || character === "'") return this.string();
    for (const [kind, pattern] of [
      ['name', NAME],
      ['number', NUMBER],
    ] as const) {
      const value = this.match(pattern);
      if (value !== undefined) return this.push(kind, value, start);
    }
    const mark = this.match(PUNCTUATION);
    if (mark !== undefined) return this.push(mark as TokenKind, mark, start);
    this.unknown();
  }

  private comment(): void {
    const start = this.at;
    this.match(COMMENT);
    // With a line feed alone the carriage return would be part of the comment, and xl would not mind.
    if (this.at < this.text.length) return;
    this.problem(
      'line-end',
      start,
      'a comment in the last line needs a line feed behind it; add one',
      !this.isLast(start),
    );
  }

  /** One character at the very end, which xl passes over whatever it is. */
  private isLast(start: number): boolean {
    return start === this.text.length - 1 && this.text.charCodeAt(start) < 0x80;
  }

  private newline(): void {
    const start = this.at++;
    this.push('newline', '\n', start);
    this.line++;
    this.lineStart = this.at;
  }

  private carriageReturn(): void {
    const start = this.at++;
    if (this.saidLineEnd) return;
    this.saidLineEnd = true;
    this.problem('line-end', start, 'a carriage return; xl takes lines that end with a line feed alone', !this.isLast(start)); // prettier-ignore
  }

  private string(): void {
    const start = this.at;
    const whole = this.match(STRING);
    if (whole === undefined) {
      const end = this.text.indexOf('\n', start);
      this.at = end < 0 ? this.text.length : end;
      const close = `this string does not end on its line; close it with ${this.text[start]}`;
      this.problem('string', start, close, !this.isLast(start));
      return this.push(this.isLast(start) ? 'stray' : 'string', this.text.slice(start + 1, this.at).trimEnd(), start);
    }
    if (whole.includes('\0')) this.problem('string', start, 'there is a NUL in this string; take it away');
    this.push('string', this.unescaped(whole, start), start);
  }

  private unescaped(whole: string, start: number): string {
    let value = '';
    for (let i = 1; i < whole.length - 1;) {
      const from = whole.indexOf('\\', i);
      if (from < 0) return value + whole.slice(i, -1);
      value += whole.slice(i, from);
      const character = whole[from + 1]!;
      i = from + 2;
      const stands = ESCAPES[character];
      if (stands !== undefined) {
        value += stands;
        continue;
      }
      const taken = this.escapedNumber(whole, i, start);
      i += taken;
      if (taken === 0) value += character;
    }
    return value;
  }

  /** @returns how many characters behind the escape go with it */
  private escapedNumber(whole: string, at: number, start: number): number {
    const character = whole[at - 1]!;
    const taken = /[0-7]/.test(character) ? (ESCAPED_NUMBER.exec(whole.slice(at, at + 3))?.[0].length ?? 0) : 0;
    if (taken > 1)
      this.problem('string', start, 'xl leaves the number of an escape out of the string; write the character itself', false); // prettier-ignore
    else
      this.problem(
        'string',
        start,
        `xl does not read the escape \\${character} in a string; write the character itself`,
      );
    return taken > 1 ? taken : 0;
  }

  private unknown(): void {
    const start = this.at;
    this.match(REST_OF_WORD);
    const word = this.text.slice(start, this.at);
    const hint = /^[A-Z]/.test(word)
      ? 'keys are written in lower case, and texts in quotes'
      : /^[+\-.():]/.test(word)
        ? 'this is no Python: values are numbers, texts in quotes, and lists of them'
        : 'put text in quotes';
    this.problem(
      'character',
      start,
      `${JSON.stringify(word.slice(0, 40))} cannot stand here; ${hint}`,
      !this.isLast(start),
    );
    this.push(this.isLast(start) ? 'stray' : 'bad', word, start);
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private push(kind: TokenKind, value: string, start: number): void {
    this.found.push({ kind, value, range: this.range(start) });
  }

  private problem(code: XlCode, start: number, message: string, refused = true): void {
    if (this.problems.length >= MOST_PROBLEMS) return;
    const problem = { severity: 'error', code, message, range: this.range(start) } as const;
    this.problems.push(refused ? { ...problem, refused } : problem);
  }

  /** No token but a line feed, which ends one, reaches beyond its line. */
  private range(start: number): XlRange {
    const position = (offset: number): XlPosition => ({
      line: this.line,
      column: offset - this.lineStart + 1,
      offset,
    });
    return { start: position(start), end: position(Math.max(start, this.at)) };
  }
}
