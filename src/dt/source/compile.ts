// The compiler: source text in, a tree and all complaints out.
import type { DtError } from '../error';
import type { DeviceTree } from '../tree';
import { merge } from './merge';
import { parse } from './parser';
import { preprocess } from './preprocessor';
import type { SourceReader } from './reader';
import { resolve } from './resolve';
import type { SourceSyntax } from './syntax';
import { SourceFile } from './text';

export interface CompileOptions {
  /** The name of the source, for errors and for finding includes beside it. */
  readonly file?: string;
  /** How includes are read; without one every include is an error. */
  readonly reader?: SourceReader;
  /** Folders for includes, after the one of the file that includes. */
  readonly includePaths?: readonly string[];
}

export interface CompileResult {
  /** Absent when there were errors. */
  readonly tree: DeviceTree | undefined;
  /** In the order of the phases, then of the source. */
  readonly errors: readonly DtError[];
  /** All that could be understood, with ranges. */
  readonly syntax: SourceSyntax;
}

/** Compiles a device tree source. Never throws: bad input is in `errors`, up to a hundred of them. */
export function compileSource(text: string, options: CompileOptions = {}): CompileResult {
  const file = new SourceFile(options.file ?? 'source', text);
  const expanded = preprocess(file, options);
  const { syntax, errors } = parse(expanded.text, options);
  const early = [...expanded.errors, ...errors];
  if (early.length > 0) return { tree: undefined, errors: early, syntax };
  const draft = merge(syntax);
  const tree = resolve(draft, syntax.reservations);
  return { tree: draft.errors.length > 0 ? undefined : tree, errors: draft.errors, syntax };
}

/** As {@link compileSource}, for callers that only go on with a tree. @throws DtError the first error. */
export function loadSource(text: string, options: CompileOptions = {}): DeviceTree {
  const { tree, errors } = compileSource(text, options);
  if (!tree) throw errors[0]!;
  return tree;
}
