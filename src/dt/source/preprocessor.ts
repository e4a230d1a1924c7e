// The C preprocessor: makes one text of many files, and remembers where each stretch is from.
//
// It does what cpp does in assembler mode. `/include/` is done here too, for it also switches files between any two
// tokens. Lines that begin with # and are none of C's directives (property names such as #address-cells) pass through.
import { DtError, type DtCode } from '../error';
import { MAX_ERRORS, MAX_INCLUDES, MAX_INCLUDE_DEPTH, MAX_MACRO_STEPS, MAX_SOURCE } from '../limits';
import { Conditions } from './directive';
import { evaluateCondition } from './preprocess/condition';
import { Expander, ExpansionLimit, textOf } from './preprocess/expand';
import { initialMacros, type Macro } from './preprocess/macro';
import { Directive, Place, SourceCache, type Name, type ScannedFile } from './preprocess/scan';
import { isNamePart, PpReader, PpToken } from './preprocess/token';
import { candidates, type SourceReader } from './reader';
import { ExpandedText, SourceFile, Span, type ExpandedTextBuilder } from './text';

export interface PreprocessorOptions {
  /** Without one, every include is an error. */
  readonly reader?: SourceReader;
  /** Folders searched after the one of the including file. */
  readonly includePaths?: readonly string[];
  /** Macros that are there from the start: names (with parameters in brackets, if any) and bodies. */
  readonly defines?: Readonly<Record<string, string>>;
  /** What is known of files from earlier runs. */
  readonly cache?: SourceCache;
}

/** An include that was found. */
export interface Inclusion {
  readonly path: string;
  /** The directive. */
  readonly span: Span;
  /** Where its text begins in that which all files make together. */
  readonly offset: number;
}

export interface Preprocessed {
  readonly text: ExpandedText;
  readonly errors: DtError[];
  /** `#warning`s. */
  readonly warnings: DtError[];
  readonly inclusions: readonly Inclusion[];
  /** Whether the text is whole; it is cut where a limit was reached. */
  readonly complete: boolean;
  /** As they are at the end of the source. */
  readonly macros: ReadonlyMap<string, Macro>;
}

/** As the kernel's makefile has it. */
const DEFAULT_DEFINES = { __DTS__: '1' };
/** Characters that a macro without other macros in it may have for each step. */
const PLAIN_PER_STEP = 8;

/** @returns the text of the file with everything it includes, and what was wrong on the way. */
export function preprocess(file: SourceFile, options: PreprocessorOptions): Preprocessed {
  const run = new Preprocessor(options, file.name);
  run.file(file, 1);
  const { errors, warnings, inclusions } = run;
  const history = run.definitions;
  return {
    text: run.out.finish(file),
    errors,
    warnings,
    inclusions,
    complete: !run.tooLarge,
    get macros() {
      const macros = new Map<string, Macro>();
      for (const one of history)
        if (typeof one === 'string') macros.delete(one);
        else macros.set(one.name, one);
      return macros;
    },
  };
}

class Preprocessor {
  readonly out: ExpandedTextBuilder = ExpandedText.builder();
  readonly errors: DtError[] = [];
  readonly warnings: DtError[] = [];
  readonly inclusions: Inclusion[] = [];
  /** Macros in the order of their definitions, and names that stopped to be some. */
  readonly definitions: (Macro | string)[] = [];
  private readonly run: number;
  private readonly cache: SourceCache;
  private includes = 0;
  /** Tokens of macros gone through. */
  private work = 0;
  tooLarge = false;
  private counter = 0;
  /** Files that say #pragma once and were read. */
  private readonly once = new Set<string>();
  /** Where the macro stands that is being expanded. */
  private here: { file: SourceFile; at: number; depth: number };

  constructor(
    private readonly options: PreprocessorOptions,
    private readonly main: string,
  ) {
    this.cache = options.cache ?? new SourceCache();
    this.run = this.cache.begin();
    this.here = { file: new SourceFile(main, ''), at: 0, depth: 0 };
    for (const macro of initialMacros(options.defines ?? DEFAULT_DEFINES))
      this.define(this.cache.name(macro.name), macro);
  }

  private define(name: Name, macro: Macro): void {
    name.set(this.run, macro);
    this.definitions.push(macro);
  }

  file(file: SourceFile, depth: number): void {
    const { text } = file;
    // Before a look at it: what is too large is not worth the memory.
    if (this.out.length + text.length > MAX_SOURCE) return this.failLarge(file, 0);
    const scanned = this.cache.scan(file.name, text);
    const { starts, ends, kinds, things } = scanned;
    const conditions = new Conditions();
    const skipDirective = (at: number): number => this.skipDirective(file, at, scanned, conditions, depth);
    let copied = 0;
    const count = starts.length;
    for (let i = 0; i < count && !this.tooLarge; i++) {
      const start = starts[i]!;
      const end = ends[i]!;
      const kind: Place = kinds[i]!;
      const thing = things[i];
      if (kind === Place.Directive) {
        if (start < copied || !(thing instanceof Directive)) continue;
        if (conditions.active) this.copy(file, copied, start);
        copied = end;
        this.directive(file, start, thing, conditions, depth);
        continue;
      }
      // What lies before was part of a macro's arguments.
      if (!conditions.active || start < copied) continue;
      if (kind === Place.Name) {
        const macro = (thing as Name).in(this.run);
        if (!macro) continue;
        const stop = this.expand(file, start, end, macro, copied, depth, skipDirective);
        if (stop >= 0) copied = stop;
      } else if (kind === Place.OpenComment)
        this.fail('token', file, start, start + 2, 'this comment has no end; close it with */');
      else {
        this.copy(file, copied, start);
        copied = end;
        if (kind === Place.Include) this.include(file, start, thing as string, depth, end, true);
      }
    }
    if (conditions.active) this.copy(file, copied, text.length);
    const open = conditions.innermost;
    if (open !== undefined) this.fail('preprocessor', file, open, open + 1, 'this condition has no #endif; add one');
  }

  private copy(file: SourceFile, start: number, end: number): void {
    if (start >= end) return;
    if (this.out.length + end - start > MAX_SOURCE) this.failLarge(file, start);
    else this.out.copy(file, start, end);
  }

  // Includes.

  /** Puts a file in the place of `[at, end)`. */
  private include(file: SourceFile, at: number, path: string, depth: number, end: number, beside: boolean): void {
    if (depth >= MAX_INCLUDE_DEPTH || ++this.includes > MAX_INCLUDES) {
      this.fail('include', file, at, end, `${path} is one include too many: do files include each other without end?`);
      // The rest would be the same again and again.
      this.tooLarge = true;
      return;
    }
    const paths = candidates(path, file.name, this.options.includePaths ?? [], beside);
    for (const candidate of paths) {
      if (this.once.has(candidate)) return;
      const text = this.options.reader?.text(candidate);
      if (text === undefined) continue;
      this.inclusions.push({ path: candidate, span: spanOf(file, at, end), offset: this.out.length });
      // Line ends on both sides: no token and no directive goes from one file into another.
      this.out.replace(file, at, end, '\n');
      this.file(new SourceFile(candidate, text), depth + 1);
      this.out.replace(file, at, end, '\n');
      return;
    }
    const looked = paths.length === 0 ? 'no include path is set' : `not found as ${paths.join(', ')}`;
    this.fail('include', file, at, end, `cannot include ${path}: ${looked}; correct the name or the include paths`);
  }

  // Directives.

  private directive(file: SourceFile, at: number, line: Directive, conditions: Conditions, depth: number): void {
    const { name } = line;
    switch (name) {
      case 'ifdef':
      case 'ifndef':
        if (conditions.active && line.word.text === '') this.refuse(file, at, `#${name} needs a name`);
        return conditions.enter(conditions.active && (line.word.in(this.run) !== undefined) === (name === 'ifdef'), at);
      case 'if':
        return conditions.enter(conditions.active && this.holds(file, at, line, depth), at);
      case 'elif': {
        const wanted = conditions.wantsAnother;
        if (!conditions.another(wanted && this.holds(file, at, line, depth)))
          this.refuse(file, at, '#elif without #if; remove it');
        return;
      }
      case 'else':
        if (!conditions.otherwise()) this.refuse(file, at, '#else without #if; remove it');
        return;
      case 'endif':
        if (!conditions.leave()) this.refuse(file, at, '#endif without #if; remove it');
        return;
    }
    if (!conditions.active) return;
    switch (name) {
      case 'define': {
        const { macro } = line;
        if (typeof macro === 'string') return this.refuse(file, at, macro);
        this.define(macro.name, macro.macro);
        return;
      }
      case 'undef':
        if (line.word.text === '') return this.refuse(file, at, '#undef needs a name');
        line.word.set(this.run, undefined);
        this.definitions.push(line.word.text);
        return;
      case 'include': {
        const path = this.includePath(file, at, line, depth);
        if (!path) return this.refuse(file, at, '#include needs "file" or <file>');
        return this.include(file, at, path[1] ?? path[2]!, depth, at + 1, path[1] !== undefined);
      }
      case 'error':
        return this.refuse(file, at, `#error ${line.text}`);
      case 'warning':
        if (this.warnings.length < MAX_ERRORS)
          this.warnings.push(new DtError('preprocessor', `#warning ${line.text}`, place(file, at, at + 1)));
        return;
      case 'pragma':
        if (line.text === 'once' && depth > 1) this.once.add(file.name);
        return;
      default:
        this.lineMarker(file, at, name === 'line' ? line.text : `${name} ${line.text}`);
    }
  }

  /**
   * Carries out the directive at an offset, which is among the arguments of a macro, and those of what is left out behind it.
   * @returns where the arguments go on; the offset when there is no directive.
   */
  private skipDirective(file: SourceFile, at: number, scanned: ScannedFile, open: Conditions, depth: number): number {
    const { starts, ends, kinds, things, text } = scanned;
    const { here } = this;
    let behind = at;
    for (let i = indexOf(starts, at); i < starts.length; i++) {
      const line = things[i];
      if (kinds[i] !== Place.Directive || !(line instanceof Directive) || starts[i]! < behind) continue;
      behind = ends[i]!;
      if (line.name === 'include' && open.active)
        this.refuse(file, starts[i]!, "#include is among a macro's arguments; move it in front of the macro");
      else this.directive(file, starts[i]!, line, open, depth);
      this.here = here;
      if (open.active) return behind;
    }
    return behind === at ? at : text.length;
  }

  private includePath(file: SourceFile, at: number, line: Directive, depth: number): RegExpExecArray | null {
    const form = /^(?:"([^"]+)"|<([^>]+)>)$/;
    const path = form.exec(line.text);
    if (path || line.word.text === '') return path;
    // A macro may stand for either form.
    const tokens = this.expandLine(file, at, line.tokens, depth);
    return form.exec(textOf(tokens, undefined, undefined).trim());
  }

  /** `NUMBER` or `NUMBER "file"`: what the next line is to be called. */
  private lineMarker(file: SourceFile, at: number, text: string): void {
    const match = /^(\d+)(?:\s+"((?:[^"\\]|\\.)*)")?/.exec(text);
    if (!match) return this.fail('preprocessor', file, at, at + 1, '#line needs a number, and may name a file');
    const newline = file.text.indexOf('\n', at);
    if (newline >= 0) file.mark(newline + 1, Number(match[1]), match[2]?.replaceAll(/\\(.)/g, '$1'));
  }

  private holds(file: SourceFile, at: number, line: Directive, depth: number): boolean {
    const result = evaluateCondition(line.tokens, {
      defined: name => this.cache.name(name).in(this.run) !== undefined,
      hasInclude: (path, beside) =>
        candidates(path, file.name, this.options.includePaths ?? [], beside).some(
          candidate => this.options.reader?.text(candidate) !== undefined,
        ),
      expand: tokens => this.expandLine(file, at, tokens, depth),
    });
    if (typeof result !== 'string') return result;
    this.fail('preprocessor', file, at, at + 1, `#${line.name}: ${result}`);
    return false;
  }

  // Macros.

  /**
   * Puts what a macro stands for in the place of its name (and arguments), with all the text before it.
   * @returns where the file goes on; -1 when the name is no use of the macro.
   */
  private expand(
    file: SourceFile,
    start: number,
    end: number,
    macro: Macro,
    copied: number,
    depth: number,
    skipDirective: (at: number) => number,
  ): number {
    const { text } = file;
    this.here = { file, at: start, depth };
    if (macro.plain !== undefined && macro.parameters === undefined && isParted(text, start, end)) {
      this.copy(file, copied, start);
      this.work += macro.plain.length / PLAIN_PER_STEP;
      if (this.work > MAX_MACRO_STEPS) this.failLarge(file, start);
      else this.out.replace(file, start, end, macro.plain);
      return end;
    }
    const input = new PpReader(text, end, text.length, skipDirective);
    const name = new PpToken('name', macro.name, start > 0 && text.charCodeAt(start - 1) <= 32);
    const tokens = this.guarded(file, start, () => this.expander(file, start, input).expandName(name, macro));
    if (!tokens) return this.tooLarge ? end : -1;
    const stop = input.at;
    const before = name.space ? undefined : neighbour(text, start);
    let result = textOf(tokens, before, following(text, stop));
    // The blanks before the name stand there already.
    if (name.space) result = result.trimStart();
    this.copy(file, copied, start);
    this.out.replace(file, start, stop, result);
    return stop;
  }

  private expandLine(file: SourceFile, at: number, tokens: readonly PpToken[], depth: number): PpToken[] {
    this.here = { file, at, depth };
    return this.guarded(file, at, () => this.expander(file, at, undefined).expandList(tokens)) ?? [];
  }

  private expander(file: SourceFile, at: number, input: PpReader | undefined): Expander {
    return new Expander(
      {
        macro: text => this.cache.name(text).in(this.run),
        special: macro => this.special(macro),
        complain: text => this.fail('preprocessor', file, at, at + 1, text),
        spend: amount => this.spend(file, at, amount),
      },
      input,
    );
  }

  /** Runs an expansion; one that grows too large ends the run. */
  private guarded<T>(file: SourceFile, at: number, run: () => T): T | undefined {
    try {
      return run();
    } catch (stop) {
      if (!(stop instanceof ExpansionLimit)) throw stop;
      this.failLarge(file, at);
      return undefined;
    }
  }

  private spend(file: SourceFile, at: number, amount: number): void {
    this.work += amount;
    if (this.work <= MAX_MACRO_STEPS) return;
    this.failLarge(file, at);
    throw new ExpansionLimit();
  }

  private special({ special }: Macro): string {
    const { file, at, depth } = this.here;
    const position = file.position(at);
    switch (special) {
      case '__FILE__':
        return JSON.stringify(position.file);
      case '__BASE_FILE__':
        return JSON.stringify(this.main);
      case '__LINE__':
        return String(position.line);
      case '__INCLUDE_LEVEL__':
        return String(depth - 1);
      default:
        return String(this.counter++);
    }
  }

  // Complaints.

  private refuse(file: SourceFile, at: number, text: string): void {
    this.fail('preprocessor', file, at, at + 1, text);
  }

  private failLarge(file: SourceFile, at: number): void {
    if (this.tooLarge) return;
    this.tooLarge = true;
    const text = 'the macros or includes here nest too deep, or grow too large; simplify them';
    this.fail('tree-large', file, at, at + 1, text);
  }

  private fail(code: DtCode, file: SourceFile, start: number, end: number, text: string): void {
    if (this.errors.length < MAX_ERRORS) this.errors.push(new DtError(code, text, place(file, start, end)));
  }
}

function spanOf(file: SourceFile, start: number, end: number): Span {
  const builder = ExpandedText.builder();
  builder.copy(file, start, end);
  return new Span(builder.finish(file), 0, end - start);
}

const place = (file: SourceFile, start: number, end: number) =>
  ({ kind: 'source', span: spanOf(file, start, end) }) as const;

/** Where a number is in a sorted list; its length when it is not there. */
function indexOf(sorted: Int32Array, wanted: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === wanted ? low : sorted.length;
}

/** Whether blanks or brackets stand on both sides, so that nothing can join. */
function isParted(text: string, start: number, end: number): boolean {
  return PARTS.has(text.charCodeAt(start - 1)) && PARTS.has(text.charCodeAt(end));
}

const PARTS: ReadonlySet<number> = new Set([...'\t\n\r ()<;,'].map(c => c.charCodeAt(0)).concat('>'.charCodeAt(0)));

/** The token that ends right before an offset. */
function neighbour(text: string, at: number): PpToken | undefined {
  if (at === 0) return undefined;
  return new PpToken('other', text[at - 1]!, false);
}

/** The token that begins right at an offset; none when blanks do. */
function following(text: string, at: number): PpToken | undefined {
  if (at >= text.length || text.charCodeAt(at) <= 32) return undefined;
  if (text.startsWith('/*', at) || text.startsWith('//', at)) return undefined;
  return isNamePart(text.charCodeAt(at)) ? new PpToken('name', text[at]!, false) : new PpReader(text, at).next();
}
