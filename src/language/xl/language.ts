// The language of domain configurations for one client: documents in, answers out.
import {
  CodeActionKind,
  DiagnosticSeverity,
  SymbolKind,
  type CodeAction,
  type Diagnostic,
  type DocumentLink,
  type DocumentSymbol,
  type FoldingRange,
  type Hover,
  type Position,
} from 'vscode-languageserver';
import { filesOf, parseXl, XlSettings, type FileFacts, type XlAssignment, type XlProblem } from '../../xl';
import { minimalEdit } from '../dts/format';
import { folderOf, nameOf, uriOf, type LanguageHost } from '../host';
import { offsetOf } from '../places';
import type { LanguageService } from '../service';
import { completion } from './completion';
import { XlDocument } from './document';
import { format } from './format';
import { hover } from './hover';
import { protocolRange, wholeOf } from './places';

/** What is in the files that a configuration names, by path; `folder` is that of the configuration. */
export type LookAtFiles = (text: string, folder: string) => Promise<ReadonlyMap<string, FileFacts>>;

/** Files are looked at anew when a configuration names others, or after this time. */
const LOOK_AGAIN_MS = 5000;

const SOURCE = 'xenlab';
const SEVERITIES = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
} as const;

interface Looked {
  readonly paths: string;
  readonly at: number;
  readonly facts: ReadonlyMap<string, FileFacts>;
}

export class XlLanguage {
  private readonly documents = new Map<string, XlDocument>();
  private readonly looked = new Map<string, Looked>();

  constructor(
    private readonly host: LanguageHost,
    private readonly look: LookAtFiles | undefined,
  ) {}

  closed(uri: string): void {
    this.documents.delete(uri);
    this.looked.delete(uri);
  }

  /** @param text of the document, as it is now */
  service(uri: string, text: string): LanguageService {
    return {
      hover: position => this.hover(uri, text, position),
      completion: position => completion(text, offsetOf(text, position), position, this.host, folderOf(nameOf(uri))),
      documentLinks: () => this.links(uri, text),
      documentSymbols: () => parseXl(text).assignments.map(symbolOf),
      foldingRanges: () => folds(text),
      codeActions: given => this.codeActions(uri, text, given),
      format: () => {
        const formatted = format(text);
        return formatted === undefined ? [] : minimalEdit(text, formatted);
      },
    };
  }

  async diagnostics(uri: string, text: string): Promise<Diagnostic[]> {
    const { checked } = await this.document(uri, text);
    return checked.findings.map(fromProblem);
  }

  private async hover(uri: string, text: string, position: Position): Promise<Hover | undefined> {
    return hover(await this.document(uri, text), offsetOf(text, position));
  }

  private async links(uri: string, text: string): Promise<DocumentLink[]> {
    const folder = folderOf(nameOf(uri));
    const { files } = await this.document(uri, text);
    return filesOf(new XlSettings(parseXl(text))).flatMap(({ path, range }) => {
      // What is known not to be there is no link; a device of dom0 is none here either.
      if (path.startsWith('/dev/') || /^\w+:/.test(path) || files.get(path)?.kind === 'missing') return [];
      const target = uriOf(path.startsWith('/') ? path : `${folder}/${path}`);
      return [{ range: protocolRange(range), target, tooltip: path }];
    });
  }

  private async codeActions(uri: string, text: string, given: readonly Diagnostic[]): Promise<CodeAction[]> {
    const { checked } = await this.document(uri, text);
    return given.flatMap(diagnostic => {
      const problem = checked.findings.find(one => isSame(fromProblem(one), diagnostic));
      if (!problem?.fix || problem.fix.edits.length === 0) return [];
      const edits = problem.fix.edits.map(one => ({ range: protocolRange(one.range), newText: one.text }));
      const { title } = problem.fix;
      return [
        {
          title,
          kind: CodeActionKind.QuickFix,
          diagnostics: [diagnostic],
          isPreferred: true,
          edit: { changes: { [uri]: edits } },
        },
      ];
    });
  }

  private async document(uri: string, text: string): Promise<XlDocument> {
    const known = this.documents.get(uri);
    const files = await this.files(uri, text);
    if (known && known.text === text && known.files === files) return known;
    const document = new XlDocument(text, files);
    this.documents.set(uri, document);
    return document;
  }

  private async files(uri: string, text: string): Promise<ReadonlyMap<string, FileFacts>> {
    if (!this.look) return new Map();
    const paths = filesOf(new XlSettings(parseXl(text)))
      .map(({ path }) => path)
      .join('\n');
    const before = this.looked.get(uri);
    if (before && before.paths === paths && performance.now() - before.at < LOOK_AGAIN_MS) return before.facts;
    const facts = await this.look(text, folderOf(nameOf(uri))).catch(() => new Map<string, FileFacts>());
    this.looked.set(uri, { paths, at: performance.now(), facts });
    return facts;
  }
}

const fromProblem = ({ severity, code, message, range }: XlProblem): Diagnostic => ({
  range: protocolRange(range),
  message,
  severity: SEVERITIES[severity],
  code: `xl.${code}`,
  source: SOURCE,
});

const isSame = (a: Diagnostic, b: Diagnostic): boolean =>
  a.message === b.message &&
  a.range.start.line === b.range.start.line &&
  a.range.start.character === b.range.start.character;

const folds = (text: string): FoldingRange[] =>
  parseXl(text).assignments.flatMap(({ keyRange, value }) => {
    const [startLine, endLine] = [keyRange.start.line - 1, value.range.end.line - 1];
    return endLine > startLine ? [{ startLine, endLine }] : [];
  });

function symbolOf(assignment: XlAssignment): DocumentSymbol {
  const { key, keyRange, value } = assignment;
  const isList = value.kind === 'list';
  return {
    name: key,
    detail: isList ? '' : value.text,
    kind: isList ? SymbolKind.Array : SymbolKind.Property,
    range: protocolRange(wholeOf(assignment)),
    selectionRange: protocolRange(keyRange),
    children: (isList ? value.values : []).map(one => ({
      name: one.kind === 'text' && one.text !== '' ? one.text : '(empty)',
      kind: SymbolKind.String,
      range: protocolRange(one.range),
      selectionRange: protocolRange(one.range),
    })),
  };
}
