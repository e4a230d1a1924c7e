// The device tree language for one client: documents in, answers out. Knows the protocol's types, not its wires.
import type {
  CompletionItem,
  Diagnostic,
  DocumentHighlight,
  Hover,
  Location,
  Position,
  Range,
  SelectionRange,
  WorkspaceEdit,
  WorkspaceSymbol,
} from 'vscode-languageserver';
import { KernelBindings, type BindingFiles } from '../../dt/bindings/kernel';
import type { FileCache } from '../files';
import { nameOf, uriOf, type LanguageHost } from '../host';
import { offsetOf } from '../places';
import type { LanguageService } from '../service';
import type { LanguageSettings } from '../settings';
import { BindingChecks } from './binding-checks';
import { Bindings } from './bindings';
import { codeActions } from './actions';
import type { Analysis } from './analysis';
import { codeLenses } from './code-lens';
import { completion } from './completion';
import { decompiled } from './decompile';
import { diagnostics } from './diagnostics';
import { format, minimalEdit } from './format';
import { hover } from './hover';
import { inlayHints } from './inlay-hints';
import { Knowledge } from './knowledge';
import { documentLinks } from './links';
import * as navigation from './navigation';
import { blobDump, compiledBlob, mergedSource } from './preview';
import { Project } from './project';
import { semanticTokens } from './semantic-tokens';
import { documentSymbols, foldingRanges, selectionRanges, workspaceSymbols } from './structure';

/** What is asked about: a place in a document. */
interface Asked {
  readonly analysis: Analysis;
  readonly file: string;
  readonly offset: number;
}

export class DtsLanguage {
  readonly knowledge = new Knowledge();
  readonly project: Project;
  /** Files that have diagnostics at the client, by the source that they come from. */
  private checks: BindingChecks | undefined;
  private byBinding = new WeakMap<Analysis, Map<string, Diagnostic[]>>();
  private readonly published = new Map<string, Set<string>>();

  constructor(
    private readonly host: LanguageHost,
    files: FileCache,
  ) {
    this.project = new Project(host, files);
  }

  /** @param changed told when something that takes its time is done, and answers may be others */
  configure(settings: LanguageSettings, changed: () => void): void {
    if (settings.kernelTree !== this.project.settings.kernelTree) void this.openBindings(settings.kernelTree, changed);
    this.project.settings = settings;
    this.knowledge.board = settings.board;
    this.project.changedAll();
  }

  private async openBindings(tree: string, changed: () => void): Promise<void> {
    const folder = `${tree}/Documentation/devicetree/bindings`;
    const found = tree === '' ? undefined : await KernelBindings.open(filesIn(this.host, folder));
    this.knowledge.bindings = new Bindings(found);
    this.checks = found && new BindingChecks(found);
    this.byBinding = new WeakMap();
    changed();
  }

  /** Holds open sources against the kernel's bindings. @returns whether there is something that was not known */
  async checkBindings(): Promise<boolean> {
    const { checks } = this;
    if (!checks) return false;
    let isNew = false;
    for (const analysis of await this.project.all()) {
      if (this.byBinding.has(analysis)) continue;
      const isOld = (): boolean => this.project.latest(analysis.file) !== analysis || this.checks !== checks;
      const found = await checks.check(analysis, this.knowledge, isOld);
      if (isOld()) return false;
      this.byBinding.set(analysis, found);
      isNew ||= found.size > 0;
    }
    return isNew;
  }

  /** Diagnostics of every open source, and empty ones for files that have none any more; by URI. */
  async diagnostics(): Promise<Map<string, Diagnostic[]>> {
    const found = new Map<string, Diagnostic[]>();
    const analyses = await this.project.all();
    const before = new Set([...this.published.values()].flatMap(files => [...files]));
    this.published.clear();
    for (const analysis of analyses) {
      const files = diagnostics(analysis);
      this.published.set(analysis.file, new Set(files.keys()));
      for (const [file, list] of files) {
        const uri = uriOf(file);
        const more = this.byBinding.get(analysis)?.get(file) ?? [];
        found.set(uri, unique([...(found.get(uri) ?? []), ...list, ...more]));
      }
    }
    for (const file of before) if (!found.has(uriOf(file))) found.set(uriOf(file), []);
    return found;
  }

  /** @param text of the document, as it is now */
  service(uri: string, text: string): LanguageService {
    return {
      hover: position => this.hover(uri, position),
      completion: position => this.completion(uri, text, position),
      definition: position => this.definition(uri, position),
      declaration: position => this.declaration(uri, position),
      references: (position, withDefinitions) => this.references(uri, position, withDefinitions),
      highlights: position => this.highlights(uri, position),
      prepareRename: position => this.prepareRename(uri, position),
      rename: (position, name) => this.rename(uri, position, name),
      documentSymbols: () => this.whole(uri, documentSymbols, []),
      foldingRanges: () => this.whole(uri, foldingRanges, []),
      selectionRanges: positions => this.selectionRanges(uri, positions),
      documentLinks: () => this.whole(uri, documentLinks, []),
      codeLenses: () => this.whole(uri, codeLenses, []),
      inlayHints: range => this.whole(uri, (analysis, file) => inlayHints(analysis, this.knowledge, file, range), []),
      codeActions: given => this.whole(uri, (analysis, file) => codeActions(analysis, file, given), []),
      format: () => {
        const formatted = format(text);
        return formatted === undefined ? [] : minimalEdit(text, formatted);
      },
      semanticTokens: () => this.whole(uri, semanticTokens, { data: [] }),
    };
  }

  private async hover(uri: string, position: Position): Promise<Hover | undefined> {
    const asked = await this.ask(uri, position);
    return asked && hover(asked.analysis, this.knowledge, asked.file, asked.offset);
  }

  /** @param text as it is now: what was typed last may not be compiled yet, and need not be for this */
  private async completion(uri: string, text: string, position: Position): Promise<CompletionItem[]> {
    const file = nameOf(uri);
    const analysis = this.project.latest(file) ?? (await this.project.analysis(file));
    if (!analysis) return [];
    const offset = offsetOf(text, position);
    return completion(analysis, this.knowledge, this.host, { file, text, offset, position });
  }

  private async definition(uri: string, position: Position): Promise<Location[]> {
    const asked = await this.ask(uri, position);
    return asked ? navigation.definition(asked.analysis, asked.file, asked.offset) : [];
  }

  private async declaration(uri: string, position: Position): Promise<Location[]> {
    const asked = await this.ask(uri, position);
    return asked ? navigation.declaration(asked.analysis, asked.file, asked.offset) : [];
  }

  private async references(uri: string, position: Position, withDefinitions: boolean): Promise<Location[]> {
    const asked = await this.ask(uri, position);
    if (!asked) return [];
    return navigation.references(await this.project.having(asked.file), asked.file, asked.offset, withDefinitions);
  }

  private async highlights(uri: string, position: Position): Promise<DocumentHighlight[]> {
    const asked = await this.ask(uri, position);
    return asked ? navigation.highlights(asked.analysis, asked.file, asked.offset) : [];
  }

  private async prepareRename(
    uri: string,
    position: Position,
  ): Promise<{ range: Range; placeholder: string } | undefined> {
    const asked = await this.ask(uri, position);
    return asked && navigation.prepareRename(asked.analysis, asked.file, asked.offset);
  }

  private async rename(uri: string, position: Position, name: string): Promise<WorkspaceEdit | undefined> {
    const asked = await this.ask(uri, position);
    if (!asked) return undefined;
    return navigation.rename(await this.project.having(asked.file), asked.file, asked.offset, name);
  }

  async workspaceSymbols(query: string): Promise<WorkspaceSymbol[]> {
    return workspaceSymbols(await this.project.all(), query);
  }

  private selectionRanges(uri: string, positions: readonly Position[]): Promise<SelectionRange[]> {
    return this.whole(
      uri,
      (analysis, file) => {
        const text = analysis.texts.get(file) ?? '';
        return selectionRanges(
          analysis,
          file,
          positions.map(position => offsetOf(text, position)),
        );
      },
      [],
    );
  }

  /** The tree that a document is a part of, as text. */
  preview(uri: string, form: 'source' | 'blob'): Promise<string | undefined> {
    return this.whole(
      uri,
      analysis => {
        if (form === 'source') return mergedSource(analysis);
        return analysis.tree ? blobDump(analysis.tree) : mergedSource(analysis);
      },
      undefined,
    );
  }

  compile(uri: string): Promise<{ blob: string | undefined; problems: readonly string[] }> {
    return this.whole(uri, compiledBlob, { blob: undefined, problems: ['there is no such file'] });
  }

  /** A blob as source. */
  async decompile(uri: string): Promise<string | undefined> {
    const file = nameOf(uri);
    const bytes = await this.host.read(file);
    return bytes && decompiled(bytes, file);
  }

  private async whole<T>(uri: string, answer: (analysis: Analysis, file: string) => T, otherwise: T): Promise<T> {
    const file = nameOf(uri);
    const analysis = await this.project.analysis(file);
    return analysis ? answer(analysis, file) : otherwise;
  }

  private ask(uri: string, position: Position): Promise<Asked | undefined> {
    return this.whole(
      uri,
      (analysis, file) => ({ analysis, file, offset: offsetOf(analysis.texts.get(file) ?? '', position) }),
      undefined,
    );
  }
}

/** The bindings' own files: most are looked at once, so they are not kept. */
export const filesIn = (host: LanguageHost, folder: string): BindingFiles => ({
  async read(path) {
    const bytes = await host.read(`${folder}/${path}`);
    return bytes && new TextDecoder().decode(bytes);
  },
  list: inside => host.list(inside === '' ? folder : `${folder}/${inside}`),
});

/** The same error from several sources that share a file is one error. */
function unique(all: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return all.filter(({ range, message }) => {
    const key = `${range.start.line}:${range.start.character}:${message}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}
