// Statements of a domain's configuration, as xl's parser has them (Xen, tools/libs/util/libxlu_cfg_y.y): KEY = VALUE or
// KEY += VALUE, ended by a line feed or a semicolon. Lists may go on over lines and nest; nothing else does.
import { tokens, type Token, type TokenKind } from './lexer';
import { MOST_PROBLEMS, type XlCode, type XlProblem, type XlRange } from './problem';

/** Numbers are texts too, as in xl: which of them a value is, its reader decides. */
export type XlValue =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean; readonly range: XlRange }
  | { readonly kind: 'list'; readonly values: readonly XlValue[]; readonly range: XlRange };

export interface XlAssignment {
  readonly key: string;
  readonly keyRange: XlRange;
  readonly operator: '=' | '+=';
  readonly value: XlValue;
}

export interface XlFile {
  readonly assignments: readonly XlAssignment[];
  readonly problems: readonly XlProblem[];
}

/** Lists inside lists; real ones nest three deep. */
const MOST_DEPTH = 64;

/** Characters of a file; real ones have some thousands. */
export const MOST_TEXT = 1 << 18;
const TOP = { line: 1, column: 1, offset: 0 };

/** Parses a whole configuration. Never throws: what is wrong is in `problems`, what is right in `assignments`. */
export function parseXl(text: string): XlFile {
  if (text.length > MOST_TEXT) {
    const message = `the file has more than ${MOST_TEXT} characters, so that it is not read; a configuration has some thousands`;
    return {
      assignments: [],
      problems: [{ severity: 'error', code: 'size', message, range: { start: TOP, end: TOP }, refused: true }],
    };
  }
  const lexed = tokens(text);
  // What xl passes over at the end is no part of a statement.
  const parser = new Parser(lexed.tokens.filter(({ kind }) => kind !== 'stray'));
  const assignments = parser.file();
  const problems = [...lexed.problems, ...parser.problems];
  problems.sort((a, b) => a.range.start.offset - b.range.start.offset);
  return { assignments, problems: firstOfLine(problems).slice(0, MOST_PROBLEMS) };
}

/** What does not belong in a line, and what does not fit for that reason, is one mistake: the first says enough. */
function firstOfLine(problems: readonly XlProblem[]): XlProblem[] {
  let last = 0;
  return problems.filter(({ code, range: { start } }) => {
    if (code !== 'character' && code !== 'syntax') return true;
    const again = start.line === last;
    last = start.line;
    return !again;
  });
}

/** Thrown and caught inside of one statement: the rest of it is skipped. One is enough, and its stack is of no interest. */
class Skip extends Error {}
const SKIP = new Skip();

class Parser {
  readonly problems: XlProblem[] = [];
  private at = 0;

  constructor(private readonly found: readonly Token[]) {}

  file(): XlAssignment[] {
    const assignments: XlAssignment[] = [];
    while (this.token.kind !== 'end') {
      if (this.take('newline') || this.take(';')) continue;
      try {
        assignments.push(this.statement());
      } catch (error) {
        if (!(error instanceof Skip)) throw error;
        this.skipLine();
      }
    }
    return assignments;
  }

  private get token(): Token {
    return this.found[this.at]!;
  }

  private is(...kinds: TokenKind[]): boolean {
    return kinds.includes(this.token.kind);
  }

  private take(kind: TokenKind): Token | undefined {
    return this.token.kind === kind ? this.found[this.at++] : undefined;
  }

  private statement(): XlAssignment {
    const key = this.take('name');
    if (!key) this.fail('a statement begins with a key in lower case: KEY = VALUE');
    const operator = this.take('=') ?? this.take('+=');
    if (!operator) this.fail(`${key.value} needs = or += and a value behind it`);
    const value = this.value(key.value, 0);
    // Behind a list that was not closed the line feeds are gone.
    const newLine = this.found[this.at - 1]?.kind === 'newline';
    if (!newLine && !this.take('newline') && !this.take(';') && !this.is('end')) {
      const assignment = this.assignment(key, operator, value);
      this.complain('a line feed or a semicolon ends a value; only lists go on over lines');
      this.skipLine();
      return assignment;
    }
    return this.assignment(key, operator, value);
  }

  private assignment(key: Token, operator: Token, value: XlValue): XlAssignment {
    return { key: key.value, keyRange: key.range, operator: operator.kind === '=' ? '=' : '+=', value };
  }

  private value(key: string, depth: number): XlValue {
    const atom = this.take('string') ?? this.take('number');
    if (atom) return { kind: 'text', text: atom.value, quoted: atom.kind === 'string', range: atom.range };
    if (this.token.kind === '[') return this.list(key, depth);
    const what =
      this.token.kind === 'name' ? `${this.token.value} is no value: put text in quotes` : 'a value is missing here';
    return this.fail(`${key}: ${what}`);
  }

  private list(key: string, depth: number): XlValue {
    const open = this.token;
    this.at++;
    if (depth >= MOST_DEPTH) this.fail(`${key}: lists nest more than ${MOST_DEPTH} deep`);
    const values: XlValue[] = [];
    this.newlines();
    while (!this.is(']')) {
      if (this.is('end') || this.startsStatement()) {
        const range = { start: open.range.start, end: open.range.end };
        this.complain(`${key}: this list is not closed; end it with ]`, range);
        return { kind: 'list', values, range };
      }
      values.push(this.value(key, depth + 1));
      this.newlines();
      if (this.take(',')) this.newlines();
      else if (!this.is(']', 'end') && !this.startsStatement())
        this.fail(`${key}: a comma separates the values of a list`);
    }
    const close = this.token;
    this.at++;
    return { kind: 'list', values, range: { start: open.range.start, end: close.range.end } };
  }

  /** Whether a new statement begins here although a list is open: the closing bracket was forgotten. */
  private startsStatement(): boolean {
    const next = this.found[this.at + 1]?.kind;
    return this.token.kind === 'name' && (next === '=' || next === '+=');
  }

  private newlines(): void {
    while (this.take('newline'));
  }

  /** As xl does after an error: the statement ends where its line does. */
  private skipLine(): void {
    while (this.token.kind !== 'newline' && this.token.kind !== 'end') this.at++;
  }

  private fail(message: string): never {
    this.complain(message);
    throw SKIP;
  }

  private complain(message: string, range = this.token.range, code: XlCode = 'syntax'): void {
    if (this.problems.length < MOST_PROBLEMS)
      this.problems.push({ severity: 'error', code, message, range, refused: true });
  }
}
