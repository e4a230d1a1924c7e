// Tokens of DTS. What a word is depends on where it stands: `1e0` is a name, a number with junk, or half a byte string.
// The rules that switch between the three are those of dtc, so that both divide every source alike.
import { commentEnd, isApostrophe, isQuote, isSlash, quoteEnd, stringEnd } from './scan';

export type TokenKind =
  // These three have no `text`: their value is read from the source.
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
const BACKSLASH = 92;
const COLON = 58;

const LETTER = 1;
const DIGIT = 2;
const HEX = 4;
/** What else a node or property name may have. */
const NAME_EXTRA = 8;
const LABEL_PART = LETTER | DIGIT;
const NAME_PART = LETTER | DIGIT | NAME_EXTRA;
/** What each ASCII character may be part of. */
const CLASS = new Uint8Array(128);
for (let c = 0; c < 128; c++) {
  const character = String.fromCharCode(c);
  if (/[A-Za-z_]/.test(character)) CLASS[c]! |= LETTER;
  if (/[0-9]/.test(character)) CLASS[c]! |= DIGIT;
  if (/[0-9A-Fa-f]/.test(character)) CLASS[c]! |= HEX;
  if (/[,.+*#?@-]/.test(character)) CLASS[c]! |= NAME_EXTRA;
}
const is = (c: number, mask: number): boolean => c < 128 && (CLASS[c]! & mask) !== 0;

const PATH_REFERENCE = /&\{(\/[\w,.+*#?@/-]*)\}/y;
const SUFFIX = /(?:ULL|UL|LL|U|L)?/y;
const KEYWORD = /\/(?:dts-v1|plugin|memreserve|bits|incbin|include|delete-property|delete-node|omit-if-no-ref)\//y;
const OPERATOR = /<<|>>|<=|>=|==|!=|&&|\|\||[^]/uy;

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
    const { text } = this;
    const start = this.skipBlanks();
    if (start >= text.length) return this.token('end', start, start, '');
    const c = text.charCodeAt(start);
    if (is(c, NAME_PART) || c === BACKSLASH) {
      const word = this.word(start, c);
      if (word) return word;
    } else if (isQuote(c)) return this.quoted('string', stringEnd(text, start));
    else if (isApostrophe(c)) return this.quoted('char', quoteEnd(text, start));
    else if (isSlash(c)) {
      KEYWORD.lastIndex = start;
      const keyword = KEYWORD.exec(text)?.[0];
      if (keyword !== undefined) {
        this.mode = KEYWORD_MODE.get(keyword) ?? this.mode;
        return this.token('keyword', start, start + keyword.length, keyword);
      }
    } else if (c === AMPERSAND) {
      const reference = this.reference(start);
      if (reference) return reference;
    }
    return this.punctuation(start, c);
  }

  private reference(start: number): Token | undefined {
    const { text } = this;
    if (is(text.charCodeAt(start + 1), LETTER)) {
      const end = this.skip(start + 2, LABEL_PART);
      return this.token('reference', start, end, text.slice(start + 1, end));
    }
    PATH_REFERENCE.lastIndex = start;
    const path = PATH_REFERENCE.exec(text);
    return path ? this.token('reference', start, PATH_REFERENCE.lastIndex, path[1]!) : undefined;
  }

  private punctuation(start: number, c: number): Token {
    const { text } = this;
    // < and > have longer forms; most of the rest is braces, commas and semicolons.
    let end = start + 1;
    if (c === 59 || c === 123) this.mode = 'names';
    else if (c === 91) this.mode = 'bytes';
    else if (c === 93) {
      if (this.mode === 'bytes') this.mode = 'value';
    } else if (c !== 125 && c !== 44 && c !== 40 && c !== 41) {
      OPERATOR.lastIndex = start;
      OPERATOR.exec(text);
      end = OPERATOR.lastIndex;
    }
    return this.token('punctuation', start, end, text.slice(start, end));
  }

  /** A label, or what a word is here; undefined where it is none. */
  private word(start: number, c: number): Token | undefined {
    const { text } = this;
    let end = start;
    if (is(c, LETTER)) {
      end = this.skip(start + 1, LABEL_PART);
      if (text.charCodeAt(end) === COLON) return this.token('label', start, end + 1, text.slice(start, end));
    }
    switch (this.mode) {
      case 'names': {
        const first = c === BACKSLASH ? start + 1 : start;
        end = this.skip(Math.max(end, first), NAME_PART);
        if (end === first) return undefined;
        this.mode = 'value';
        return this.token('name', start, end, text.slice(first, end));
      }
      case 'bytes':
        if (!is(c, HEX) || !is(text.charCodeAt(start + 1), HEX)) return undefined;
        return this.token('byte', start, start + 2, text.slice(start, start + 2));
      case 'value':
        if (is(c, DIGIT)) return this.token('number', start, this.numberEnd(start), '');
        // A word that is no number is an error: take it whole, for the message.
        return end > start ? this.token('punctuation', start, end, text.slice(start, end)) : undefined;
    }
  }

  private numberEnd(start: number): number {
    const { text } = this;
    let end = start + 1;
    const x = text.charCodeAt(end);
    if ((x === 120 || x === 88) && text.charCodeAt(start) === 48 && is(text.charCodeAt(end + 1), HEX))
      end = this.skip(end + 2, HEX);
    else end = this.skip(end, DIGIT);
    const next = text.charCodeAt(end);
    if (next !== 85 && next !== 76) return end;
    SUFFIX.lastIndex = end;
    SUFFIX.exec(text);
    return SUFFIX.lastIndex;
  }

  private skip(at: number, mask: number): number {
    while (is(this.text.charCodeAt(at), mask)) at++;
    return at;
  }

  private quoted(kind: 'string' | 'char', end: number): Token {
    const start = this.at;
    if (end >= 0) return this.token(kind, start, end, '');
    // Go on behind the line: what follows is seldom part of the literal. Not for ever, for each costs the whole rest.
    const newline = ++this.openLiterals > MAX_OPEN_LITERALS ? -1 : this.text.indexOf('\n', start);
    const stop = newline < 0 ? this.text.length : newline;
    return this.token('open', start, stop, this.text.slice(start, stop));
  }

  private token(kind: TokenKind, start: number, end: number, text: string): Token {
    this.at = end;
    return { kind, text, start, end };
  }

  /** @returns where the next token begins. */
  private skipBlanks(): number {
    const { text } = this;
    let { at } = this;
    for (;;) {
      const c = text.charCodeAt(at);
      if (c === 32 || (c <= 13 && c >= 9)) at++;
      else if (isSlash(c)) {
        const end = commentEnd(text, at);
        if (end === at) break;
        // The preprocessor has complained of a comment without an end.
        at = end < 0 ? text.length : end;
      } else break;
    }
    return (this.at = at);
  }
}
