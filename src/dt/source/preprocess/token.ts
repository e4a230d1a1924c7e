// Preprocessing tokens (C11 6.4): what macros are made of. Coarser than DTS tokens, and blind to what they will mean.
import { commentEnd, isApostrophe, isQuote, isSlash, quoteEnd } from '../scan';

export type PpKind =
  | 'name'
  /** Anything that begins with a digit, or a point and a digit: `0x1f`, `12ab_c`. */
  | 'number'
  | 'string'
  | 'char'
  | 'other'
  /** A parameter inside a macro's body. */
  | 'parameter'
  /** No text: marks where an expansion begins or ends, for the question whether a blank is needed there. */
  | 'padding';

export class PpToken {
  /** This name met its own macro while that was being expanded: it stays a name for ever (C11 6.10.3.4). */
  fixed = false;
  /** `##` follows. */
  paste = false;
  /** Of a parameter: its number, and whether `#` stands before it. */
  parameter = -1;
  quoted = false;
  /** Of padding: the name that was expanded here. */
  source: PpToken | undefined = undefined;

  constructor(
    readonly kind: PpKind,
    readonly text: string,
    /** Whether blanks stand before it. */
    readonly space: boolean,
  ) {}

  /** The same token with other marks. */
  copy(space = this.space): PpToken {
    const token = new PpToken(this.kind, this.text, space);
    token.fixed = this.fixed;
    token.paste = this.paste;
    token.parameter = this.parameter;
    token.quoted = this.quoted;
    return token;
  }
}

/** Padding that came from no macro's name. */
export const PADDING = new PpToken('padding', '', false);

export function paddingOf(source: PpToken): PpToken {
  const token = new PpToken('padding', '', false);
  token.source = source;
  return token;
}

const HASH = 35;
const NAME = 1;
const DIGIT = 2;
/** What each ASCII character may be in a name or number. */
const CLASS = new Uint8Array(128);
for (const c of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_') CLASS[c.charCodeAt(0)] = NAME;
for (const c of '0123456789') CLASS[c.charCodeAt(0)] = DIGIT;

export const isNameStart = (c: number): boolean => c < 128 && CLASS[c] === NAME;
export const isDigit = (c: number): boolean => c >= 48 && c <= 57;
export const isNamePart = (c: number): boolean => c < 128 && CLASS[c] !== 0;

/** One past the name that begins at `at`. */
export function nameEnd(text: string, at: number): number {
  let i = at + 1;
  while (isNamePart(text.charCodeAt(i))) i++;
  return i;
}

const POINT = 46;

/** Whether a number begins at `at`. */
export const isNumberStart = (text: string, at: number): boolean => {
  const c = text.charCodeAt(at);
  return isDigit(c) || (c === POINT && isDigit(text.charCodeAt(at + 1)));
};

/** One past the number that begins at `at`. A sign belongs to it behind e or p, whatever C makes of that later. */
export function numberEnd(text: string, at: number): number {
  for (let i = at + 1; ; i++) {
    const c = text.charCodeAt(i);
    if (isNamePart(c) || c === POINT) continue;
    if ((c === 43 || c === 45) && 'eEpP'.includes(text[i - 1]!)) continue;
    return i;
  }
}

/** Operators of more than one character, as far as macros can see them. */
const LONG = /##|<<=?|>>=?|&&|\|\||->|\+\+|--|\.\.\.|[-+*/%&|^<>=!]=/y;
const BLANK = /[ \t\v\f\r\n]/;

/** Reads tokens from a text, blanks and comments in between. */
export class PpReader {
  /** Whether what is read are the arguments of a macro. Directives between them are carried out, elsewhere they end it. */
  inArguments = false;

  /** @param skipDirective where the text goes on behind the directive at an offset; the offset when there is none. */
  constructor(
    readonly text: string,
    public at: number,
    private readonly end = text.length,
    private readonly skipDirective?: (at: number) => number,
  ) {}

  /** The next token, or undefined at the end. */
  next(): PpToken | undefined {
    const { text, end } = this;
    let space = false;
    let at = this.at;
    for (; at < end; at++) {
      const c = text.charCodeAt(at);
      if (c === 32 || (c >= 9 && c <= 13)) space = true;
      else if (c === 92 && /^\r?\n/.test(text.slice(at + 1, at + 3))) at += text[at + 1] === '\r' ? 2 : 1;
      else if (isSlash(c)) {
        const close = commentEnd(text, at);
        if (close === at) break;
        space = true;
        at = (close < 0 ? end : close) - 1;
      } else if (c === HASH && this.inArguments && this.skipDirective) {
        const behind = this.skipDirective(at);
        if (behind === at) break;
        space = true;
        at = behind - 1;
      } else break;
    }
    if (at >= end) {
      this.at = end;
      return undefined;
    }
    const [kind, stop] = this.measure(at);
    this.at = Math.min(stop, end);
    return new PpToken(kind, text.slice(at, this.at), space);
  }

  private measure(at: number): [PpKind, number] {
    const { text } = this;
    const c = text.charCodeAt(at);
    if (isNameStart(c)) return ['name', nameEnd(text, at)];
    if (isNumberStart(text, at)) return ['number', numberEnd(text, at)];
    if (isQuote(c) || isApostrophe(c)) {
      const close = quoteEnd(text, at);
      if (close < 0) return ['other', lineEnd(text, at)];
      return [isQuote(c) ? 'string' : 'char', close];
    }
    LONG.lastIndex = at;
    const long = LONG.exec(text);
    return ['other', at + (long ? long[0].length : 1)];
  }
}

/** All tokens of a text. */
export function tokensOf(text: string): PpToken[] {
  const reader = new PpReader(text, 0);
  const tokens: PpToken[] = [];
  for (let token = reader.next(); token; token = reader.next()) tokens.push(token);
  return tokens;
}

export function lineEnd(text: string, at: number): number {
  const newline = text.indexOf('\n', at);
  return newline < 0 ? text.length : newline;
}

/** Whether two tokens side by side would read as one, or as others: then a blank must part them. */
export function wouldJoin(left: PpToken, right: PpToken): boolean {
  const c = right.kind === 'other' ? right.text[0]! : right.kind === 'number' && right.text[0] === '.' ? '.' : '';
  switch (left.kind) {
    case 'name':
      if (right.kind === 'number') return /^\w+$/.test(right.text);
      return right.kind === 'name' || right.kind === 'string' || right.kind === 'char';
    case 'number':
      if (right.kind === 'number' || right.kind === 'name' || right.kind === 'char') return true;
      return c === '.' || c === '+' || c === '-';
    case 'other':
      break;
    default:
      return false;
  }
  if (c === '=' && /^(?:[=!<>+\-*/%&|^]|>>|<<)$/.test(left.text)) return true;
  switch (left.text) {
    case '>':
    case '+':
    case '&':
    case '|':
      return c === left.text;
    case '<':
      return c === '<' || c === '%' || c === ':';
    case '-':
      return c === '-' || c === '>';
    case '/':
      return c === '/' || c === '*';
    case '%':
      return c === ':' || c === '%';
    case ':':
      return c === ':' || c === '>';
    case '->':
      return c === '*';
    case '.':
      return c === '.' || c === '%' || right.kind === 'number';
    case '#':
      return c === '#' || c === '%';
    case '\\':
      return right.kind === 'name';
    default:
      return false;
  }
}

export const isBlank = (text: string): boolean => BLANK.test(text);
