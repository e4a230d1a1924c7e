// Tokens of DTS. What a word is depends on where it stands: `1e0` is a name, a number with junk, or half a byte string.
// The rules that switch between the three are those of dtc, so that both divide every source alike.
import { commentEnd, isApostrophe, isQuote, isSlash, quoteEnd, stringEnd } from './scan';

export type TokenKind =
  /** `text` is the inside, escapes and all. */
  | 'string'
  | 'char'
  | 'number'
  /** `text` is the label without its colon. */
  | 'label'
  /** `&label` or `&{/path}`; `text` is the label or path. */
  | 'reference'
  /** A node or property name. */
  | 'name'
  /** Two hexadecimal digits. */
  | 'byte'
  /** `/word/` */
  | 'keyword'
  /** Anything else: operators, brackets, and what does not belong. */
  | 'punctuation'
  /** A string or character that has no end. */
  | 'open'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Where the lexer is: before names, inside a value, or inside the brackets of a byte string. */
type Mode = 'names' | 'value' | 'bytes';

const AMPERSAND = 38;
const BLANKS = /[ \t\n\v\f\r]*/y;
const LABEL = /([A-Za-z_]\w*):/y;
const LABEL_REFERENCE = /&([A-Za-z_]\w*)/y;
const PATH_REFERENCE = /&\{(\/[\w,.+*#?@/-]*)\}/y;
const NAME = /\\?([\w,.+*#?@-]+)/y;
const NUMBER = /(?:0[xX][0-9a-fA-F]+|[0-9]+)(?:ULL|UL|LL|U|L)?/y;
const BYTE = /[0-9a-fA-F]{2}/y;
const KEYWORD = /\/(?:dts-v1|plugin|memreserve|bits|incbin|include|delete-property|delete-node|omit-if-no-ref)\//y;
const OPERATOR = /<<|>>|<=|>=|==|!=|&&|\|\||[^]/uy;
const WORD = /\w+/y;

/** Literals without end after which the rest of the text is given up. */
const MAX_OPEN_LITERALS = 16;

/** The mode that a keyword begins; the others leave it as it is. */
const KEYWORD_MODE: ReadonlyMap<string, Mode> = new Map<string, Mode>([
  ['/dts-v1/', 'value'],
  ['/memreserve/', 'value'],
  ['/bits/', 'value'],
  ['/delete-property/', 'names'],
  ['/delete-node/', 'names'],
  ['/omit-if-no-ref/', 'names'],
]);

export class Lexer {
  private at = 0;
  private mode: Mode = 'value';
  private openLiterals = 0;

  constructor(private readonly text: string) {}

  /** The next token; `end` for ever after the last. */
  next(): Token {
    this.skipBlanks();
    const start = this.at;
    if (start >= this.text.length) return this.token('end', start, start);
    const c = this.text.charCodeAt(start);
    if (isQuote(c)) return this.quoted('string', stringEnd(this.text, start));
    if (isApostrophe(c)) return this.quoted('char', quoteEnd(this.text, start));
    return (
      (isSlash(c) ? this.match(KEYWORD, 'keyword') : undefined) ??
      (c === AMPERSAND ? this.match(PATH_REFERENCE, 'reference') : undefined) ??
      (c === AMPERSAND ? this.match(LABEL_REFERENCE, 'reference') : undefined) ??
      this.match(LABEL, 'label') ??
      this.word() ??
      this.match(OPERATOR, 'punctuation')!
    );
  }

  private word(): Token | undefined {
    switch (this.mode) {
      case 'names':
        return this.match(NAME, 'name');
      case 'bytes':
        return this.match(BYTE, 'byte');
      case 'value':
        // A word that is no number is an error: take it whole, for the message.
        return this.match(NUMBER, 'number') ?? this.match(WORD, 'punctuation');
    }
  }

  private match(pattern: RegExp, kind: TokenKind): Token | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    return match ? this.token(kind, this.at, pattern.lastIndex, match[1] ?? match[0]) : undefined;
  }

  private quoted(kind: 'string' | 'char', end: number): Token {
    const start = this.at;
    if (end >= 0) return this.token(kind, start, end, this.text.slice(start + 1, end - 1));
    // Go on behind the line: what follows is seldom part of the literal. Not for ever, for each costs the whole rest.
    const newline = ++this.openLiterals > MAX_OPEN_LITERALS ? -1 : this.text.indexOf('\n', start);
    return this.token('open', start, newline < 0 ? this.text.length : newline);
  }

  private token(kind: TokenKind, start: number, end: number, text = this.text.slice(start, end)): Token {
    this.at = end;
    if (kind === 'name') this.mode = 'value';
    else if (kind === 'keyword') this.mode = KEYWORD_MODE.get(text) ?? this.mode;
    else if (kind === 'punctuation') {
      if (text === '[') this.mode = 'bytes';
      else if (text === ']' && this.mode === 'bytes') this.mode = 'value';
      else if (text === '{' || text === ';') this.mode = 'names';
    }
    return { kind, text, start, end };
  }

  private skipBlanks(): void {
    for (;;) {
      BLANKS.lastIndex = this.at;
      BLANKS.exec(this.text);
      this.at = BLANKS.lastIndex;
      if (!isSlash(this.text.charCodeAt(this.at))) return;
      const end = commentEnd(this.text, this.at);
      if (end === this.at) return;
      // The preprocessor has complained of a comment without an end.
      this.at = end < 0 ? this.text.length : end;
    }
  }
}
