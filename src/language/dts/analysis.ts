// One source with everything it includes, as the compiler sees it at one moment.
import { compileSource, checkTree, type DeviceTree, DtError, type DtNode, type Finding } from '../../dt';
import { textsOf } from '../../dt/checks/values';
import { candidates } from '../../dt/source/reader';
import type { SourceSyntax } from '../../dt/source/syntax';
import { boardNamed, BOARDS, machineFacts } from '../../emu/boards';
import type { FileCache } from '../files';
import { directivesOf, type Directives, type IncludeSite, type MacroSite } from './directives';
import { TreeIndex } from './tree-index';

export interface MacroDefinition extends MacroSite {
  readonly file: string;
}

export interface AnalysisOptions {
  readonly includePaths: readonly string[];
  /** A file that others include, looked at alone: what it refers to is elsewhere. */
  readonly fragment: boolean;
}

/** Characters of a source; the largest board of Linux has 250,000. */
const MOST_TEXT = 4 << 20;

/** What a fragment cannot have, so that its lack says nothing. */
const OUTSIDE_OF_FRAGMENTS: ReadonlySet<string> = new Set(['version', 'reference', 'preprocessor']);

export class Analysis {
  readonly index: TreeIndex;
  private readonly lines = new Map<string, Directives>();
  private definitions: Map<string, MacroDefinition[]> | undefined;
  private found: readonly Finding[] | undefined;
  private paths: Map<string, DtNode> | undefined;

  private constructor(
    /** The source itself. */
    readonly file: string,
    readonly syntax: SourceSyntax,
    readonly errors: readonly DtError[],
    /** As last compiled without errors: {@link isCurrent} tells whether this text is what it was compiled from. */
    readonly tree: DeviceTree | undefined,
    readonly isCurrent: boolean,
    /** Every file that was read, by name, the source first. */
    readonly texts: ReadonlyMap<string, string>,
    private readonly options: AnalysisOptions,
    before: Analysis | undefined,
  ) {
    this.index = new TreeIndex(syntax);
    // Headers do not change while a source is edited.
    for (const [name, found] of before?.lines ?? [])
      if (texts.get(name) === before?.texts.get(name)) this.lines.set(name, found);
  }

  /** Compiles `file`. @param before whose tree serves until there is one again */
  static async of(
    file: string,
    files: FileCache,
    options: AnalysisOptions,
    before: Analysis | undefined,
  ): Promise<Analysis | undefined> {
    const text = await files.text(file);
    if (text === undefined) return undefined;
    if (text.length > MOST_TEXT) return Analysis.tooLarge(file, text.length, options);
    const texts = new Map([[file, text]]);
    const { result } = await files.complete(reader => {
      const noting = {
        ...reader,
        text: (name: string) => {
          const found = reader.text(name);
          if (found !== undefined) texts.set(name, found);
          return found;
        },
      };
      return compileSource(text, { file, reader: noting, includePaths: options.includePaths });
    });
    const errors = options.fragment
      ? result.errors.filter(({ code }) => !OUTSIDE_OF_FRAGMENTS.has(code))
      : result.errors;
    // What was whole before serves better than the parts that are left; at first there are only those.
    const tree = result.tree ?? before?.tree ?? result.partialTree;
    return new Analysis(file, result.syntax, errors, tree, result.tree !== undefined, texts, options, before);
  }

  /** What the checks say of the tree; nothing as long as there are errors, for then it is an older one. */
  get findings(): readonly Finding[] {
    if (!this.isCurrent || !this.tree) return [];
    if (!this.found) {
      const board = boardNamed(BOARDS, textsOf(this.tree.root, 'compatible'));
      const machine = board && machineFacts(board);
      this.found = checkTree(this.tree, { machine }).filter(({ path }) => path !== undefined);
    }
    return this.found;
  }

  get isFragment(): boolean {
    return this.options.fragment;
  }

  /** In the place of a source that nobody wrote by hand: it would cost the editor more than it is worth. */
  private static tooLarge(file: string, size: number, options: AnalysisOptions): Analysis {
    const { syntax } = compileSource('', { file });
    const text = `the file has ${size} characters, too many to look at while typing (${MOST_TEXT}); xenlab dtc compiles it`;
    const error = new DtError('tree-large', text, { kind: 'node', path: file });
    return new Analysis(file, syntax, [error], undefined, false, new Map([[file, '']]), options, undefined);
  }

  /** The compiled node of a path. */
  node(path: string): DtNode | undefined {
    if (!this.paths) {
      this.paths = new Map();
      const add = (node: DtNode, at: string): void => {
        this.paths!.set(at, node);
        for (const child of node.children.values()) add(child, at === '/' ? `/${child.name}` : `${at}/${child.name}`);
      };
      if (this.tree) add(this.tree.root, '/');
    }
    return this.paths.get(path);
  }

  directives(file: string): Directives {
    let found = this.lines.get(file);
    if (!found) {
      found = directivesOf(this.texts.get(file) ?? '');
      this.lines.set(file, found);
    }
    return found;
  }

  /** Definitions of a macro, in the order of the files. */
  macro(name: string): readonly MacroDefinition[] {
    return this.macros().get(name) ?? [];
  }

  macros(): ReadonlyMap<string, readonly MacroDefinition[]> {
    if (!this.definitions) {
      this.definitions = new Map();
      for (const file of this.texts.keys())
        for (const site of this.directives(file).macros) {
          const list = this.definitions.get(site.name);
          if (list) list.push({ ...site, file });
          else this.definitions.set(site.name, [{ ...site, file }]);
        }
    }
    return this.definitions;
  }

  /** The file that an include reads; undefined when none is there. */
  included(from: string, { path, beside }: Pick<IncludeSite, 'path' | 'beside'>): string | undefined {
    return candidates(path, from, this.options.includePaths, beside).find(name => this.texts.has(name));
  }

  get includePaths(): readonly string[] {
    return this.options.includePaths;
  }
}
