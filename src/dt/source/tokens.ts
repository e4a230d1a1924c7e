// The stream of tokens a parser reads, and how it complains and goes on.
import { DtError, type DtCode } from '../error';
import { MAX_ERRORS } from '../limits';
import { Lexer, type Token } from './lexer';
import { Span, type ExpandedText } from './text';

/** Thrown to leave a construct that makes no sense; caught where reading can go on. */
export class Resume {}

export class TokenStream {
  readonly errors: DtError[] = [];
  current: Token;
  /** One past the last token taken. */
  protected lastEnd = 0;
  private complainedAt = -1;
  private readonly lexer: Lexer;

  constructor(protected readonly text: ExpandedText) {
    this.lexer = new Lexer(text.text);
    this.current = this.lexer.next();
  }

  /** Takes the current token. */
  advance(): Token {
    const token = this.current;
    this.lastEnd = token.end;
    this.current = this.lexer.next();
    return token;
  }

  expect(text: string, where = ''): boolean {
    if (this.atPunctuation(text)) {
      this.advance();
      return true;
    }
    this.unexpected(where === '' ? text : `${text} ${where}`);
    return false;
  }

  error(code: DtCode, text: string, at: Token): void {
    this.errorAt(code, text, this.span(at));
  }

  protected errorAt(code: DtCode, text: string, span: Span): void {
    if (this.errors.length < MAX_ERRORS) this.errors.push(new DtError(code, text, { kind: 'source', span }));
  }

  /** Reports the current token. @returns what to throw to give the construct up. */
  protected unexpected(wanted: string): Resume {
    const { kind, text, start } = this.current;
    // Once for each place, though every construct around it gives up too.
    if (start === this.complainedAt) return new Resume();
    this.complainedAt = start;
    if (kind === 'open') this.error('token', `${text.slice(0, 20)} has no closing quote; add it`, this.current);
    else {
      const found = kind === 'end' ? 'the end of the file' : this.text.text.slice(this.current.start, this.current.end);
      this.error('syntax', `expected ${wanted}, found ${found.slice(0, 40)}`, this.current);
    }
    return new Resume();
  }

  /** Skips to the end of the construct that was given up: past its semicolon, or to the brace that closes around it. */
  protected resume(stop: unknown): void {
    if (!(stop instanceof Resume)) throw stop;
    for (let open = 0; this.current.kind !== 'end'; this.advance()) {
      if (this.atPunctuation('{')) open++;
      else if (this.atPunctuation('}')) {
        if (open === 0) return;
        open--;
      } else if (this.atPunctuation(';') && open === 0) {
        this.advance();
        return;
      }
    }
  }

  protected atKeyword(text: string): boolean {
    return this.current.kind === 'keyword' && this.current.text === text;
  }

  protected atPunctuation(text: string): boolean {
    return this.current.kind === 'punctuation' && this.current.text === text;
  }

  protected span(token: Token): Span {
    return new Span(this.text, token.start, token.end);
  }

  /** From a token to the last one taken. */
  protected from(token: Token): Span {
    return new Span(this.text, token.start, Math.max(token.start, this.lastEnd));
  }
}
