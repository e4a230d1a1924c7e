// One pass over a file finds every place where the preprocessor may have something to do. It depends on the text alone,
// so a header that hundreds of sources include is gone over once.
import { directiveEnd, directiveName, withoutComments } from '../directive';
import { commentEnd, quoteEnd, stringEnd } from '../scan';
import { parseMacro, type Macro, type MacroOrigin } from './macro';
import { isDigit, isNameStart, lineEnd, nameEnd, numberEnd, tokensOf, type PpToken } from './token';

/** A word that may be a macro's. Each is there once, so that asking for its macro costs a comparison. */
export class Name {
  private macro: Macro | undefined;
  /** The run that set it. */
  private run = 0;

  constructor(readonly text: string) {}

  /** The macro of this name in a run. */
  in(run: number): Macro | undefined {
    return this.run === run ? this.macro : undefined;
  }

  set(run: number, macro: Macro | undefined): void {
    this.run = run;
    this.macro = macro;
  }
}

/** All names that were met. */
class Names {
  private readonly names = new Map<string, Name>();

  get size(): number {
    return this.names.size;
  }

  get(text: string): Name {
    const known = this.names.get(text);
    if (known) return known;
    const name = new Name(text);
    this.names.set(text, name);
    return name;
  }
}

export enum Place {
  /** A name, which may be that of a macro. */
  Name,
  Directive,
  /** `/include/ "file"` */
  Include,
  /** A backslash at the end of a line. */
  Splice,
  /** A comment without an end. */
  OpenComment,
}

/** One directive; what it says is read when it first counts. */
export class Directive {
  private body: string | undefined;
  private definition: { readonly macro: Macro; readonly name: Name } | string | undefined;
  private subject: Name | undefined;
  private tokenList: PpToken[] | undefined;

  constructor(
    readonly name: string,
    private readonly rest: string,
    private readonly origin: MacroOrigin,
    private readonly names: Names,
  ) {}

  /** What stands behind the name, without comments. */
  get text(): string {
    return (this.body ??= withoutComments(this.rest).trim());
  }

  /** Of a `#define`: the macro, or what is wrong. */
  get macro(): { readonly macro: Macro; readonly name: Name } | string {
    if (this.definition === undefined) {
      const macro = parseMacro(this.text, this.origin);
      this.definition = typeof macro === 'string' ? macro : { macro, name: this.names.get(macro.name) };
    }
    return this.definition;
  }

  get tokens(): PpToken[] {
    return (this.tokenList ??= tokensOf(this.text));
  }

  /** The name that `#ifdef` and `#undef` are about; an empty one when there is none. */
  get word(): Name {
    if (this.subject === undefined) {
      const first = this.tokens[0];
      this.subject = this.names.get(first?.kind === 'name' ? first.text : '');
    }
    return this.subject;
  }
}

/** A text with its places, in order. */
export class ScannedFile {
  /** Where and what each place is, and where it ends. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly kinds: Uint8Array;
  /** The name, directive or path of each place. */
  readonly things: readonly (string | Name | Directive | undefined)[];

  constructor(
    readonly name: string,
    readonly text: string,
    names: Names,
  ) {
    const scanner = new Scanner(name, text, names);
    scanner.scan();
    this.starts = Int32Array.from(scanner.starts);
    this.ends = Int32Array.from(scanner.ends);
    this.kinds = Uint8Array.from(scanner.kinds);
    this.things = scanner.things;
  }
}

const INCLUDE = /\/include\/[ \t\r\n\f\v]*/y;

class Scanner {
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly kinds: Place[] = [];
  readonly things: (string | Name | Directive | undefined)[] = [];

  constructor(
    private readonly file: string,
    private readonly text: string,
    private readonly names: Names,
  ) {}

  private put(kind: Place, start: number, end: number, thing?: string | Name | Directive): number {
    this.starts.push(start);
    this.ends.push(end);
    this.kinds.push(kind);
    this.things.push(thing);
    return end;
  }

  scan(): void {
    const { text } = this;
    const { length } = text;
    let lineStart = 0;
    /** Only blanks and comments since the line began. */
    let fresh = true;
    for (let i = 0; i < length;) {
      const c = text.charCodeAt(i);
      if (c === 32 || c === 9) {
        i++;
        continue;
      }
      if (c === 10) {
        lineStart = ++i;
        fresh = true;
        continue;
      }
      if (c === 47) {
        const end = this.slash(i);
        if (end !== i + 1 && text.charCodeAt(i + 1) !== 105) {
          i = end;
          continue;
        }
        i = end;
      } else if (c === 35 && fresh) i = this.hash(lineStart, i);
      else if (isNameStart(c)) {
        const end = nameEnd(text, i);
        i = this.put(Place.Name, i, end, this.names.get(text.slice(i, end)));
      } else if (isDigit(c) || (c === 46 && isDigit(text.charCodeAt(i + 1)))) i = numberEnd(text, i);
      else if (c === 34 || c === 39) {
        const close = quoteEnd(text, i);
        i = this.splices(i, close < 0 ? lineEnd(text, i) : close);
      } else if (c === 92 && this.isSplice(i)) {
        i = this.put(Place.Splice, i, i + (text.charCodeAt(i + 1) === 13 ? 3 : 2));
        continue;
      } else i++;
      fresh = false;
    }
  }

  private isSplice(at: number): boolean {
    const next = this.text.charCodeAt(at + 1);
    return next === 10 || (next === 13 && this.text.charCodeAt(at + 2) === 10);
  }

  /** Strings may be continued on the next line too. */
  private splices(start: number, end: number): number {
    for (let at = this.text.indexOf('\\', start); at >= 0 && at < end; at = this.text.indexOf('\\', at + 2))
      if (this.isSplice(at)) this.put(Place.Splice, at, at + (this.text.charCodeAt(at + 1) === 13 ? 3 : 2));
    return end;
  }

  private slash(at: number): number {
    const { text } = this;
    const end = commentEnd(text, at);
    if (end < 0) return this.put(Place.OpenComment, at, text.length);
    if (end > at) return end;
    INCLUDE.lastIndex = at;
    if (INCLUDE.test(text) && text.charCodeAt(INCLUDE.lastIndex) === 34) {
      const quote = INCLUDE.lastIndex;
      const close = stringEnd(text, quote);
      if (close >= 0) return this.put(Place.Include, at, close, text.slice(quote + 1, close - 1));
    }
    return at + 1;
  }

  private hash(lineStart: number, at: number): number {
    const { text } = this;
    // What stands before it on its line are blanks, or comments.
    const name = directiveName(text, /[^ \t]/.test(text.slice(lineStart, at)) ? at : lineStart);
    if (name === undefined) return at + 1;
    const end = directiveEnd(text, at);
    const rest = text.slice(text.indexOf(name, at) + name.length, end);
    return this.put(Place.Directive, at, end, new Directive(name, rest, { file: this.file, offset: at }, this.names));
  }
}

/** Names that are kept once; typing makes ever new ones. */
const MAX_NAMES = 200_000;

/** What has been read already, kept between compilations: scanned files by their name. */
export class SourceCache {
  private readonly files = new Map<string, ScannedFile>();
  private names = new Names();
  private runs = 0;
  private size = 0;

  /** @param limit characters of source that are kept. */
  constructor(private readonly limit = 8 << 20) {}

  /** Begins a run, in which no name is a macro yet. @returns its number. */
  begin(): number {
    if (this.names.size > MAX_NAMES) {
      this.names = new Names();
      this.files.clear();
      this.size = 0;
    }
    return ++this.runs;
  }

  name(text: string): Name {
    return this.names.get(text);
  }

  /** The scan of a text; that of the last text of this name when nothing changed. */
  scan(name: string, text: string): ScannedFile {
    const known = this.files.get(name);
    if (known) this.forget(name, known);
    const scanned = known?.text === text ? known : new ScannedFile(name, text, this.names);
    // The last one used is the last one to go.
    this.size += text.length;
    this.files.set(name, scanned);
    for (const [oldest, file] of this.files) {
      if (this.size <= this.limit || oldest === name) break;
      this.forget(oldest, file);
    }
    return scanned;
  }

  private forget(name: string, file: ScannedFile): void {
    this.files.delete(name);
    this.size -= file.text.length;
  }
}
