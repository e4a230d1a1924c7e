// The compiler: source text in, a tree and all complaints out.
import { structureError } from '../checks/errors';
import type { Finding } from '../checks/finding';
import { CheckRunner, type CheckOptions } from '../checks/runner';
import type { DtError } from '../error';
import { MAX_ERRORS } from '../limits';
import type { DeviceTree } from '../tree';
import { merge } from './merge';
import { parse } from './parser';
import { preprocess, type Preprocessed, type PreprocessorOptions } from './preprocessor';
import { addGenerated, Resolution, type ResolveOptions } from './resolve';
import type { SourceSyntax } from './syntax';
import { SourceFile } from './text';
import type { FileUse } from './values';

export interface CompileOptions extends PreprocessorOptions, ResolveOptions {
  /** The name of the source, for errors and for finding includes beside it. */
  readonly file?: string;
  /** With this the finished tree is checked too; without, only what no tree may have is. */
  readonly checks?: CheckOptions;
}

export interface CompileResult {
  /** Absent when there were errors. */
  readonly tree: DeviceTree | undefined;
  /** Whether the source could be read; what errors there are then comes from checks. */
  readonly isWellFormed: boolean;
  /** In the order of the phases, then of the source. */
  readonly errors: readonly DtError[];
  /** What checks found, in dtc's order; those that are errors are among `errors` too. */
  readonly findings: readonly Finding[];
  /** `#warning`s of the source. */
  readonly warnings: readonly DtError[];
  /** The files that were read, in the order of the text, as often as it asks for them. */
  readonly files: readonly string[];
  /** All that could be understood, with ranges. */
  readonly syntax: SourceSyntax;
  /**
   * The tree as far as it could be understood; {@link tree} when there were no errors. References that lead nowhere are
   * all ones in it, or empty.
   */
  readonly partialTree: DeviceTree;
  /** The files that were included, and the macros that were defined at the end. */
  readonly preprocessed: Preprocessed;
}

/** Compiles a device tree source. Never throws: bad input is in `errors`, up to a hundred of them. */
export function compileSource(text: string, options: CompileOptions = {}): CompileResult {
  const file = new SourceFile(options.file ?? 'source', text);
  const preprocessed = preprocess(file, options);
  const { syntax, errors, files } = parse(preprocessed.text, options);
  // Where the text was cut, what the parser misses there is no news.
  const early = preprocessed.complete ? [...preprocessed.errors, ...errors] : preprocessed.errors;
  const draft = merge(syntax);
  const resolution = new Resolution(draft, options);
  const suspicious = resolution.find();
  const runner = new CheckRunner({ ...options.checks, plugin: draft.plugin });
  // What parsing missed makes references and labels wrong that are not.
  if ((suspicious || options.checks) && early.length + draft.errors.length === 0) runner.draft(draft);
  const bare = resolution.build(syntax, options.forced && options.checks ? runner.steps() : undefined);
  const sound = early.length + draft.errors.length === 0 && !runner.hasErrors;
  if (sound && options.checks) runner.tree(bare);
  const { findings } = runner;
  const refused = [...early, ...draft.errors, ...findings.flatMap(structureError)].slice(0, MAX_ERRORS);
  if (sound && refused.length === 0) refused.push(...addGenerated(bare, options));
  return {
    tree: refused.length > 0 ? undefined : bare,
    isWellFormed: early.length + draft.errors.length === 0,
    errors: refused,
    findings,
    warnings: preprocessed.warnings,
    syntax,
    get files() {
      const uses: FileUse[] = [...preprocessed.inclusions, ...files];
      return uses.sort((a, b) => a.offset - b.offset).map(({ path }) => path);
    },
    partialTree: bare,
    preprocessed,
  };
}

/** As {@link compileSource}, for callers that only go on with a tree. @throws DtError the first error. */
export function loadSource(text: string, options: CompileOptions = {}): DeviceTree {
  const { tree, errors } = compileSource(text, options);
  if (!tree) throw errors[0]!;
  return tree;
}
