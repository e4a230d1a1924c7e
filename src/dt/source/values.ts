// The right-hand side of a property: cells, strings, bytes, files and references, with labels anywhere between.
import { evaluate, halves, integerOf, type ExpressionInput, type Integer } from './expression';
import { unescape } from './escapes';
import type { Token } from './lexer';
import { candidates, type SourceReader } from './reader';
import {
  CellsPart,
  IntegerCell,
  PhandleCell,
  StringPart,
  type ByteItem,
  type Cell,
  type LabelSyntax,
  type Reference,
  type ValuePart,
} from './syntax';
import { Span, type ExpandedText } from './text';
import { Slab } from './slab';
import { Resume, TokenStream } from './tokens';

export interface ParserOptions {
  /** For /incbin/. */
  readonly reader?: SourceReader;
  readonly includePaths?: readonly string[];
}

/** A file that a source reads. */
export interface FileUse {
  readonly path: string;
  /** In the text that all files make together. */
  readonly offset: number;
}

const NO_LABELS: readonly LabelSyntax[] = [];

export class ValueParser extends TokenStream implements ExpressionInput {
  private readonly slab = new Slab();
  /** Files whose bytes are in values, and where they are named. */
  readonly files: FileUse[] = [];

  constructor(
    text: ExpandedText,
    private readonly options: ParserOptions,
  ) {
    super(text);
  }

  protected value(): ValuePart[] {
    const parts: ValuePart[] = [];
    do {
      // The equals sign, or the comma before the next part.
      this.advance();
      for (const label of this.labels()) parts.push({ kind: 'label', ...label });
      parts.push(this.part());
      for (const label of this.labels()) parts.push({ kind: 'label', ...label });
    } while (this.atPunctuation(','));
    return parts;
  }

  private part(): ValuePart {
    const start = this.current;
    switch (start.kind) {
      case 'string':
        this.advance();
        return new StringPart(this.text, start.start, start.end, this.string(start));
      case 'reference':
        return { kind: 'path', ...this.reference('a node') };
      case 'keyword':
        if (start.text === '/bits/') return this.cells(this.bits(), start);
        if (start.text === '/incbin/') return this.binary();
        break;
      case 'punctuation':
        if (start.text === '<') return this.cells(32, start);
        if (start.text === '[') return this.bytes();
    }
    throw this.unexpected('a value: <cells>, "string", [bytes] or &label');
  }

  private bits(): 8 | 16 | 32 | 64 {
    this.advance();
    const token = this.current;
    if (token.kind !== 'number') throw this.unexpected('the number of bits, without brackets');
    this.advance();
    const bits = Number(this.integer(token));
    if (bits === 8 || bits === 16 || bits === 32 || bits === 64) return bits;
    this.error('expression', `elements cannot have ${bits} bits; use 8, 16, 32 or 64`, token);
    return 32;
  }

  private cells(bits: 8 | 16 | 32 | 64, start: Token): ValuePart {
    if (!this.expect('<')) throw new Resume();
    const cells: Cell[] = [];
    while (!this.atPunctuation('>')) {
      const token = this.current;
      if (token.kind === 'label') {
        for (const label of this.labels()) cells.push({ kind: 'label', ...label });
      } else if (token.kind === 'reference') {
        if (bits !== 32) this.error('expression', 'a reference needs a cell of 32 bits', token);
        cells.push(new PhandleCell(this.text, token.start, token.end, this.advance().text));
      } else {
        cells.push(this.integerCell(bits, token));
      }
    }
    this.advance();
    return new CellsPart(this.text, start.start, this.lastEnd, bits, cells);
  }

  private integerCell(bits: 8 | 16 | 32 | 64, token: Token): IntegerCell {
    const [high, low] = halves(this.primary(0));
    const end = this.lastEnd;
    if (bits === 64) return new IntegerCell(this.text, token.start, end, high, low);
    // The bits above must be all zero, or all one for a negative number.
    const mask = bits === 32 ? 0xffffffff : (1 << bits) - 1;
    const positive = high === 0 && low <= mask;
    if (!positive && (high !== 0xffffffff || (low | mask) >>> 0 !== 0xffffffff))
      this.errorAt('expression', `the value does not fit in ${bits} bits`, this.from(token));
    return new IntegerCell(this.text, token.start, end, 0, (low & mask) >>> 0);
  }

  private bytes(): ValuePart {
    const start = this.advance();
    const bytes: ByteItem[] = [];
    while (!this.atPunctuation(']')) {
      if (this.current.kind === 'label') for (const label of this.labels()) bytes.push({ kind: 'label', ...label });
      else if (this.current.kind === 'byte') bytes.push({ kind: 'byte', value: parseInt(this.advance().text, 16) });
      else throw this.unexpected('two hexadecimal digits or ]');
    }
    this.advance();
    return { kind: 'bytes', bytes, span: this.from(start) };
  }

  /** `/incbin/("file")` or `/incbin/("file", offset, length)`. */
  private binary(): ValuePart {
    const start = this.advance();
    if (!this.expect('(')) throw new Resume();
    const name = this.current;
    if (name.kind !== 'string') throw this.unexpected('the name of a file');
    this.advance();
    let range: [offset: Integer, length: Integer] | undefined;
    if (this.atPunctuation(',')) {
      this.advance();
      const offset = this.primary(0);
      if (!this.expect(',')) throw new Resume();
      range = [offset, this.primary(0)];
    }
    this.expect(')');
    const span = this.from(start);
    const from = span.begin.file;
    const paths = candidates(this.inside(name), from, this.options.includePaths ?? [], true);
    for (const path of paths) {
      const bytes = this.options.reader?.bytes?.(path);
      if (bytes) this.files.push({ path, offset: start.start });
      if (bytes && range) return { kind: 'file', bytes: slice(bytes, ...range), span };
      if (bytes) return { kind: 'file', bytes, span };
    }
    const text = `cannot read ${this.inside(name)}: not found as ${paths.join(', ')}; correct the name`;
    this.errorAt('include', text, this.span(name));
    return { kind: 'file', bytes: new Uint8Array(), span };
  }

  /** A literal or a bracketed expression. */
  primary(depth: number): Integer {
    const token = this.current;
    if (token.kind === 'number') return this.integer(this.advance());
    if (token.kind === 'char') {
      const bytes = this.literal(this.advance());
      if (bytes.length !== 1)
        this.error('token', `a character literal holds one byte, this one ${bytes.length}; correct it`, token);
      return bytes[0] ?? 0;
    }
    if (!this.atPunctuation('(')) throw this.unexpected('a number, or an expression in brackets');
    this.advance();
    const value = evaluate(this, depth + 1);
    if (!this.expect(')')) throw new Resume();
    return value;
  }

  private integer(token: Token): Integer {
    const { start, end } = token;
    const source = this.text.text;
    // A digit or a short number: nearly all.
    if (end - start < 11) {
      let value = 0;
      let at = start;
      const hexadecimal = end - start > 2 && (source.charCodeAt(start + 1) | 32) === 120;
      if (hexadecimal)
        for (at += 2; at < end; at++) {
          const digit = hexDigit(source.charCodeAt(at));
          if (digit < 0) break;
          value = value * 16 + digit;
        }
      else if (source.charCodeAt(start) !== 48 || end - start === 1)
        for (; at < end; at++) {
          const digit = source.charCodeAt(at) - 48;
          if (digit < 0 || digit > 9) break;
          value = value * 10 + digit;
        }
      if (at === end) return value;
    }
    const digits = source.slice(start, end).replace(/[UL]+$/, '');
    const octal = /^0[0-9]/.test(digits);
    if (octal && /[89]/.test(digits)) {
      this.error('token', `${digits} begins with 0 and so is octal, where 8 and 9 are no digits`, token);
      return 0;
    }
    const value = digits.length > 30 ? undefined : BigInt(octal ? `0o${digits.slice(1)}` : digits);
    if (value !== undefined && value < 1n << 64n) return integerOf(value);
    this.error('token', 'the number needs more than 64 bits', token);
    return 0;
  }

  /** The bytes of a string with the final NUL. */
  private string(token: Token): Uint8Array {
    const { text } = this.text;
    const start = token.start + 1;
    const length = token.end - start - 1;
    const bytes = this.slab.take(length + 1);
    for (let i = 0; i < length; i++) {
      const c = text.charCodeAt(start + i);
      // Escapes and letters outside ASCII are rare.
      if (c === 92 || c > 126) return terminated(this.literal(token));
      bytes[i] = c;
    }
    return bytes;
  }

  /** The inside of a string or character. */
  private inside(token: Token): string {
    return this.text.text.slice(token.start + 1, token.end - 1);
  }

  private literal(token: Token): Uint8Array {
    const bytes = unescape(this.inside(token));
    if (typeof bytes !== 'number') return bytes;
    const at = token.start + 1 + bytes;
    this.errorAt('token', '\\x needs one or two hexadecimal digits', new Span(this.text, at, at + 2));
    return new Uint8Array();
  }

  protected reference(what: string): Reference {
    const token = this.current;
    if (token.kind !== 'reference') throw this.unexpected(`&label of ${what}`);
    this.advance();
    return { ref: token.text, span: this.span(token) };
  }

  protected labels(): readonly LabelSyntax[] {
    if (this.current.kind !== 'label') return NO_LABELS;
    const labels: LabelSyntax[] = [];
    while (this.current.kind === 'label') {
      const token = this.advance();
      labels.push({ name: token.text, span: this.span(token) });
    }
    return labels;
  }
}

function terminated(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length + 1);
  result.set(bytes);
  return result;
}

/** What lies beyond the end of the file is left out, as dtc does. */
function slice(bytes: Uint8Array, offset: Integer, length: Integer): Uint8Array {
  const end = Number(offset) + Number(length);
  return offset >= bytes.length ? new Uint8Array() : bytes.subarray(Number(offset), Math.min(end, bytes.length));
}

/** The value of a hexadecimal digit, or -1. */
function hexDigit(c: number): number {
  if (c >= 48 && c <= 57) return c - 48;
  const letter = (c | 32) - 87;
  return letter >= 10 && letter <= 15 ? letter : -1;
}
