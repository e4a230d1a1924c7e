// The compiler: source text in, a tree and all complaints out.
import { structureError } from '../checks/errors';
import type { Finding } from '../checks/finding';
import { CheckRunner, type CheckOptions } from '../checks/runner';
import type { DtError } from '../error';
import { MAX_ERRORS } from '../limits';
import type { DeviceTree } from '../tree';
import { merge } from './merge';
import { parse } from './parser';
import { preprocess } from './preprocessor';
import type { SourceReader } from './reader';
import { resolve } from './resolve';
import type { SourceSyntax } from './syntax';
import { SourceFile } from './text';
import { checkLengths } from './validity';

export interface CompileOptions {
  /** The name of the source, for errors and for finding includes beside it. */
  readonly file?: string;
  /** How includes are read; without one every include is an error. */
  readonly reader?: SourceReader;
  /** Folders for includes, after the one of the file that includes. */
  readonly includePaths?: readonly string[];
  /** With this the finished tree is checked too; without, only what no tree may have is. */
  readonly checks?: CheckOptions;
}

export interface CompileResult {
  /** Absent when there were errors. */
  readonly tree: DeviceTree | undefined;
  /** In the order of the phases, then of the source. */
  readonly errors: readonly DtError[];
  /** What checks found, in dtc's order; those that are errors are among `errors` too. */
  readonly findings: readonly Finding[];
  /** All that could be understood, with ranges. */
  readonly syntax: SourceSyntax;
}

/** Compiles a device tree source. Never throws: bad input is in `errors`, up to a hundred of them. */
export function compileSource(text: string, options: CompileOptions = {}): CompileResult {
  const file = new SourceFile(options.file ?? 'source', text);
  const expanded = preprocess(file, options);
  const { syntax, errors } = parse(expanded.text, options);
  const early = [...expanded.errors, ...errors];
  if (early.length > 0) return { tree: undefined, errors: early, findings: [], syntax };
  const draft = merge(syntax);
  if (draft.root) checkLengths(draft.root, draft);
  const runner = new CheckRunner(options.checks);
  if (draft.errors.length === 0) runner.draft(draft);
  const tree = draft.errors.length > 0 || runner.hasErrors ? undefined : resolve(draft, syntax.reservations);
  if (tree && options.checks) runner.tree(tree);
  const { findings } = runner;
  const refused = [...draft.errors, ...findings.flatMap(structureError)].slice(0, MAX_ERRORS);
  return { tree: refused.length > 0 ? undefined : tree, errors: refused, findings, syntax };
}

/** As {@link compileSource}, for callers that only go on with a tree. @throws DtError the first error. */
export function loadSource(text: string, options: CompileOptions = {}): DeviceTree {
  const { tree, errors } = compileSource(text, options);
  if (!tree) throw errors[0]!;
  return tree;
}
