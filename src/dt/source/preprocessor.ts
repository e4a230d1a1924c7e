// Includes, object-like macros and comments: makes one text of many files, and remembers where each stretch is from.
//
// #include, #define without parameters, #undef, #ifdef, #ifndef, #else and #endif are done here; /include/ is too, for
// it also switches files between any two tokens. Lines that begin with # and are none of C's directives (property
// names such as #address-cells) pass through, as they do through cpp in assembler mode.
import { DtError, type DtCode } from '../error';
import { MAX_INCLUDES, MAX_INCLUDE_DEPTH, MAX_MACRO_DEPTH, MAX_SOURCE } from '../limits';
import { Conditions, directiveEnd, directiveName, withoutComments } from './directive';
import { candidates, type SourceReader } from './reader';
import { commentEnd, isApostrophe, isQuote, isSlash, quoteEnd, stringEnd } from './scan';
import { ExpandedText, SourceFile, Span, type ExpandedTextBuilder } from './text';

export interface PreprocessorOptions {
  /** Without one, every include is an error. */
  readonly reader?: SourceReader;
  /** Folders searched after the one of the including file. */
  readonly includePaths?: readonly string[];
}

interface Macro {
  readonly body: string;
  readonly hasParameters: boolean;
}

/** The next thing that is not plain text: a directive, quote, slash, identifier, or number (whose letters are its own). */
const NEXT = /^[ \t]*#|["'/]|[A-Za-z_]\w*|\.?\d(?:[eEpP][+-]|[\w.])*/gm;
/** What one replacement of a macro weighs, in characters of {@link MAX_SOURCE}. */
const EXPANSION_COST = 64;

const INCLUDE_KEYWORD = /\/include\/[ \t\r\n\f\v]*/y;

/** @returns the text of the file with everything it includes, and what was wrong on the way. */
export function preprocess(file: SourceFile, options: PreprocessorOptions): { text: ExpandedText; errors: DtError[] } {
  const run = new Preprocessor(options);
  run.file(file, 1);
  return { text: run.out.finish(file), errors: run.errors };
}

class Preprocessor {
  readonly out: ExpandedTextBuilder = ExpandedText.builder();
  readonly errors: DtError[] = [];
  private readonly macros = new Map<string, Macro>();
  private includes = 0;
  /** Characters of macros gone through. */
  private work = 0;
  private tooLarge = false;

  constructor(private readonly options: PreprocessorOptions) {}

  file(file: SourceFile, depth: number): void {
    const { text } = file;
    const conditions = new Conditions();
    let copied = 0;
    const copyTo = (end: number): void => {
      if (conditions.active) this.copy(file, copied, end);
    };
    const next = new RegExp(NEXT);
    for (let match = next.exec(text); match && !this.tooLarge; match = next.exec(text)) {
      const at = match.index;
      const word = match[0];
      const first = word.charCodeAt(0);
      let end = next.lastIndex;
      if (isSlash(first) || isQuote(first) || isApostrophe(first)) {
        end = this.literal(file, at);
        const include = conditions.active && isSlash(first) && end === at ? this.keyword(text, at) : undefined;
        if (include) {
          copyTo(at);
          end = this.include(file, at, include.path, depth, include.end);
          copied = end;
        } else if (end === at) end++;
      } else if (word.trimStart().startsWith('#')) {
        const name = directiveName(text, at);
        if (name === undefined) continue;
        copyTo(at);
        const argument = text.indexOf(name, at) + name.length;
        end = directiveEnd(text, at);
        this.directive(file, at, name, text.slice(argument, end), conditions, depth);
        copied = end;
      } else if (this.macros.has(word) && conditions.active) {
        copyTo(at);
        this.out.replace(file, at, end, this.expand(file, at, end, word, new Set()));
        copied = end;
      }
      next.lastIndex = end;
    }
    copyTo(text.length);
    const open = conditions.innermost;
    if (open !== undefined) this.fail('preprocessor', file, open, open + 1, 'this condition has no #endif; add one');
  }

  private copy(file: SourceFile, start: number, end: number): void {
    if (this.out.length + end - start > MAX_SOURCE) this.failLarge(file, start);
    else this.out.copy(file, start, end);
  }

  /** The end of the comment, string or character at `at`; `at` itself for any other slash. */
  private literal(file: SourceFile, at: number): number {
    const { text } = file;
    const first = text.charCodeAt(at);
    if (isApostrophe(first)) {
      const end = quoteEnd(text, at);
      return end < 0 ? lineEnd(text, at) : end;
    }
    const end = isSlash(first) ? commentEnd(text, at) : stringEnd(text, at);
    // The lexer complains of a string without an end; here the rest of the file is part of it.
    if (end < 0 && isSlash(first)) this.fail('token', file, at, at + 2, 'this comment has no end; close it with */');
    return end < 0 ? text.length : end;
  }

  /** An `/include/ "path"` at `at`. */
  private keyword(text: string, at: number): { path: string; end: number } | undefined {
    INCLUDE_KEYWORD.lastIndex = at;
    const match = INCLUDE_KEYWORD.exec(text);
    if (!match || !isQuote(text.charCodeAt(INCLUDE_KEYWORD.lastIndex))) return undefined;
    const quote = INCLUDE_KEYWORD.lastIndex;
    const end = stringEnd(text, quote);
    return end < 0 ? undefined : { path: text.slice(quote + 1, end - 1), end };
  }

  /** Puts a file in the place of `[at, end)`. @returns `end`. */
  private include(file: SourceFile, at: number, path: string, depth: number, end: number, beside = true): number {
    const paths = candidates(path, file.name, this.options.includePaths ?? [], beside);
    if (depth >= MAX_INCLUDE_DEPTH || ++this.includes > MAX_INCLUDES) {
      this.fail('include', file, at, end, `${path} is one include too many: do files include each other without end?`);
      return end;
    }
    for (const candidate of paths) {
      const text = this.options.reader?.text(candidate);
      if (text === undefined) continue;
      // Line ends on both sides: no token and no directive goes from one file into another.
      this.out.replace(file, at, end, '\n');
      this.file(new SourceFile(candidate, text), depth + 1);
      this.out.replace(file, at, end, '\n');
      return end;
    }
    const looked = paths.length === 0 ? 'no include path is set' : `not found as ${paths.join(', ')}`;
    this.fail('include', file, at, end, `cannot include ${path}: ${looked}; correct the name or the include paths`);
    return end;
  }

  private directive(
    file: SourceFile,
    at: number,
    name: string,
    rest: string,
    conditions: Conditions,
    depth: number,
  ): void {
    const argument = withoutComments(rest).trim();
    const word = /^[A-Za-z_]\w*/.exec(argument)?.[0] ?? '';
    const fail = (text: string): void => this.fail('preprocessor', file, at, at + 1, text);
    switch (name) {
      case 'ifdef':
      case 'ifndef':
        if (word === '') fail(`#${name} needs a name`);
        return conditions.enter(this.macros.has(word) === (name === 'ifdef'), at);
      case 'if':
        if (conditions.active) fail('#if is not supported here; run cpp over the file first');
        return conditions.enter(false, at);
      case 'elif':
        return fail('#elif is not supported here; run cpp over the file first');
      case 'else':
        if (!conditions.otherwise()) fail('#else without #ifdef; remove it');
        return;
      case 'endif':
        if (!conditions.leave()) fail('#endif without #ifdef; remove it');
        return;
    }
    if (!conditions.active) return;
    switch (name) {
      case 'define': {
        if (word === '') return fail('#define needs a name');
        const body = argument.slice(word.length);
        this.macros.set(word, { body: body.trim(), hasParameters: body.startsWith('(') });
        return;
      }
      case 'undef':
        this.macros.delete(word);
        return;
      case 'include': {
        const path = /^(?:"([^"]+)"|<([^>]+)>)$/.exec(argument);
        if (!path) return fail('#include needs "file" or <file>');
        this.include(file, at, path[1] ?? path[2]!, depth, at + 1, path[1] !== undefined);
        return;
      }
      case 'error':
        fail(`#error ${argument}`);
    }
    // warning, pragma and line markers of an earlier preprocessor change nothing.
  }

  /** What stands for a macro's name, with the macros in it replaced; one inside itself stays as it is, as in C. */
  private expand(file: SourceFile, at: number, end: number, name: string, within: Set<string>): string {
    const { body, hasParameters } = this.macros.get(name)!;
    if (hasParameters) {
      this.fail('preprocessor', file, at, end, `macro ${name} has parameters, which is not supported; run cpp first`);
      return '0';
    }
    this.work += body.length + EXPANSION_COST;
    if (within.size >= MAX_MACRO_DEPTH || this.work > MAX_SOURCE) {
      this.failLarge(file, at);
      return '';
    }
    within.add(name);
    let result = '';
    let copied = 0;
    const next = new RegExp(NEXT);
    for (let match = next.exec(body); match && !this.tooLarge; match = next.exec(body)) {
      const word = match[0];
      const first = word.charCodeAt(0);
      if (isQuote(first) || isApostrophe(first)) {
        const close = quoteEnd(body, match.index);
        next.lastIndex = close < 0 ? body.length : close;
      } else if (this.macros.has(word) && !within.has(word)) {
        result += body.slice(copied, match.index) + this.expand(file, at, end, word, within);
        copied = next.lastIndex;
      }
    }
    within.delete(name);
    return result + body.slice(copied);
  }

  private failLarge(file: SourceFile, at: number): void {
    if (this.tooLarge) return;
    this.tooLarge = true;
    this.fail(
      'tree-large',
      file,
      at,
      at + 1,
      `macros or includes grow beyond ${MAX_SOURCE} characters or nest too deep here; simplify them`,
    );
  }

  private fail(code: DtCode, file: SourceFile, start: number, end: number, text: string): void {
    const builder = ExpandedText.builder();
    builder.copy(file, start, end);
    const span = new Span(builder.finish(file), 0, end - start);
    this.errors.push(new DtError(code, text, { kind: 'source', span }));
  }
}

function lineEnd(text: string, at: number): number {
  const newline = text.indexOf('\n', at);
  return newline < 0 ? text.length : newline;
}
