// The language server on any connection: which requests there are, and who answers them. Nothing that comes in ends it.
import {
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  ResponseError,
  TextDocuments,
  TextDocumentSyncKind,
  type Connection,
  type InitializeParams,
  type ServerCapabilities,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { clientHost } from './client-host';
import { RenameRefused } from './dts/navigation';
import { LEGEND } from './dts/semantic-tokens';
import { DtsLanguage } from './dts/language';
import { FileCache } from './files';
import { nameOf, type LanguageHost } from './host';
import {
  compiledNotification,
  compileRequest,
  decompileRequest,
  previewRequest,
  type InitializationOptions,
} from './protocol';
import type { LanguageService } from './service';
import { readSettings } from './settings';
import { XlLanguage, type LookAtFiles } from './xl/language';

/** A pause in typing after which diagnostics are made; each keystroke starts it anew. */
const PAUSE_MS = 20;
/** A longer one, for what is not needed at once: nodes against the kernel's bindings. */
const LULL_MS = 400;
/** What a refused rename is for clients. */
const REQUEST_FAILED = -32803;

const CAPABILITIES: ServerCapabilities = {
  textDocumentSync: TextDocumentSyncKind.Incremental,
  hoverProvider: true,
  completionProvider: { triggerCharacters: ['&', '"', '<', '#', '/', '{', '=', ','] },
  definitionProvider: true,
  declarationProvider: true,
  referencesProvider: true,
  documentHighlightProvider: true,
  renameProvider: { prepareProvider: true },
  documentSymbolProvider: true,
  workspaceSymbolProvider: true,
  foldingRangeProvider: true,
  selectionRangeProvider: true,
  documentLinkProvider: {},
  codeLensProvider: {},
  inlayHintProvider: true,
  codeActionProvider: { codeActionKinds: ['quickfix'] },
  documentFormattingProvider: true,
  semanticTokensProvider: { legend: LEGEND, full: true },
};

/** Serves until the connection ends. @param local files of where the server runs, for clients without their own @param look at what configurations of domains name */
export function serve(connection: Connection, local: LanguageHost | undefined, look?: LookAtFiles): void {
  const documents = new TextDocuments(TextDocument);
  let server: Server | undefined;
  connection.onInitialize((params: InitializeParams) => {
    const options = (params.initializationOptions ?? {}) as InitializationOptions;
    const host = options.files === true || !local ? clientHost(connection) : local;
    server = new Server(connection, documents, host, params, look);
    server.configure(options.settings);
    return { capabilities: CAPABILITIES, serverInfo: { name: 'xenlab' } };
  });
  connection.onInitialized(() => server?.initialized());
  documents.onDidOpen(({ document }) => server?.opened(document));
  documents.onDidChangeContent(({ document }) => server?.changed(document));
  documents.onDidClose(({ document }) => server?.closed(document));
  answer(
    connection,
    uri => server?.service(uri),
    () => server?.dts,
  );
  documents.listen(connection);
  connection.listen();
}

/** One line for each request. What a language does not do is answered with nothing. */
function answer(
  connection: Connection,
  service: (uri: string) => LanguageService | undefined,
  dts: () => DtsLanguage | undefined,
): void {
  const of = ({ textDocument: { uri } }: { textDocument: { uri: string } }): LanguageService => service(uri) ?? NOTHING;
  connection.onHover(asked => of(asked).hover?.(asked.position));
  connection.onCompletion(asked => of(asked).completion?.(asked.position));
  connection.onDefinition(asked => of(asked).definition?.(asked.position));
  connection.onDeclaration(asked => of(asked).declaration?.(asked.position));
  connection.onReferences(asked => of(asked).references?.(asked.position, asked.context.includeDeclaration));
  connection.onDocumentHighlight(asked => of(asked).highlights?.(asked.position));
  connection.onPrepareRename(asked => refusable(() => of(asked).prepareRename?.(asked.position)));
  connection.onRenameRequest(asked => refusable(() => of(asked).rename?.(asked.position, asked.newName)));
  connection.onDocumentSymbol(asked => of(asked).documentSymbols?.());
  connection.onWorkspaceSymbol(({ query }) => dts()?.workspaceSymbols(query));
  connection.onFoldingRanges(asked => of(asked).foldingRanges?.());
  connection.onSelectionRanges(asked => of(asked).selectionRanges?.(asked.positions));
  connection.onDocumentLinks(asked => of(asked).documentLinks?.());
  connection.onCodeLens(asked => of(asked).codeLenses?.());
  connection.languages.inlayHint.on(asked => of(asked).inlayHints?.(asked.range));
  connection.onCodeAction(asked => of(asked).codeActions?.(asked.context.diagnostics));
  connection.onDocumentFormatting(asked => of(asked).format?.());
  connection.languages.semanticTokens.on(async asked => (await of(asked).semanticTokens?.()) ?? { data: [] });
  connection.onRequest(
    compileRequest,
    async ({ uri }) => (await dts()?.compile(uri)) ?? { blob: undefined, problems: [] },
  );
  connection.onRequest(decompileRequest, async ({ uri }) => (await dts()?.decompile(uri)) ?? null);
  connection.onRequest(previewRequest, async ({ uri, form }) => (await dts()?.preview(uri, form)) ?? null);
}

const NOTHING: LanguageService = {};

/** What cannot be renamed is an answer, not a fault. */
async function refusable<T>(work: () => Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RenameRefused) throw new ResponseError(REQUEST_FAILED, error.message);
    throw error;
  }
}

class Server {
  readonly dts: DtsLanguage;
  private readonly xl: XlLanguage;
  private readonly files: FileCache;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private later: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly documents: TextDocuments<TextDocument>,
    host: LanguageHost,
    private readonly client: InitializeParams,
    look: LookAtFiles | undefined,
  ) {
    this.files = new FileCache(host);
    this.dts = new DtsLanguage(host, this.files);
    this.xl = new XlLanguage(host, look);
    connection.onDidChangeWatchedFiles(({ changes }) => {
      const names = changes.map(({ uri }) => nameOf(uri));
      this.files.forget(names);
      // A file that is new may be one that an include looked for.
      if (changes.some(({ type }) => type !== 2)) this.dts.project.changedAll();
      else this.dts.project.changed(names);
      this.soon();
    });
    connection.onDidChangeConfiguration(({ settings }) => void this.reconfigure(settings));
    connection.onShutdown(() => {
      clearTimeout(this.timer);
      clearTimeout(this.later);
    });
  }

  initialized(): void {
    const { workspace } = this.client.capabilities;
    if (workspace?.didChangeConfiguration?.dynamicRegistration === true)
      void this.connection.client.register(DidChangeConfigurationNotification.type, { section: 'xenlab' });
    if (workspace?.didChangeWatchedFiles?.dynamicRegistration === true)
      void this.connection.client.register(DidChangeWatchedFilesNotification.type, {
        watchers: [{ globPattern: '**/*.{dts,dtsi,dtso,h,cfg,xl}' }],
      });
    void this.reconfigure(undefined);
  }

  configure(settings: unknown): void {
    this.dts.configure(readSettings(settings), () => this.soon());
  }

  /** The language of a document; undefined of one that is not open, or of another language. */
  service(uri: string): LanguageService | undefined {
    const document = this.documents.get(uri);
    if (document?.languageId === 'dts') return this.dts.service(uri, document.getText());
    return document?.languageId === 'xl-cfg' ? this.xl.service(uri, document.getText()) : undefined;
  }

  opened(document: TextDocument): void {
    if (document.languageId === 'xl-cfg') this.soon();
    if (document.languageId !== 'dts') return;
    const file = nameOf(document.uri);
    this.files.setOpen(file, () => document.getText());
    this.dts.project.opened(file);
    this.soon();
  }

  changed(document: TextDocument): void {
    if (document.languageId === 'xl-cfg') this.soon();
    if (document.languageId !== 'dts') return;
    this.dts.project.changed([nameOf(document.uri)]);
    this.soon();
  }

  closed(document: TextDocument): void {
    if (document.languageId === 'xl-cfg') {
      this.xl.closed(document.uri);
      void this.connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
    }
    if (document.languageId !== 'dts') return;
    const file = nameOf(document.uri);
    this.files.setOpen(file, undefined);
    this.files.forget([file]);
    this.dts.project.closed(file);
    this.soon();
  }

  /** Asks a client that can be asked, for clients differ in what they send. */
  private async reconfigure(sent: unknown): Promise<void> {
    const canAsk = this.client.capabilities.workspace?.configuration === true;
    const section = typeof sent === 'object' && sent !== null ? (Reflect.get(sent, 'xenlab') as unknown) : undefined;
    const settings = canAsk ? await this.connection.workspace.getConfiguration('xenlab') : section;
    if (settings === undefined || settings === null) return;
    this.configure(settings);
    this.soon();
  }

  private soon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.publish(), PAUSE_MS);
  }

  private async publishXl(uri: string, version: number): Promise<void> {
    const text = this.documents.get(uri)?.getText();
    if (text === undefined) return;
    const diagnostics = await this.xl.diagnostics(uri, text);
    // Files were looked at meanwhile: what was typed then has diagnostics of its own.
    if (this.documents.get(uri)?.version === version)
      void this.connection.sendDiagnostics({ uri, diagnostics, version });
  }

  private async checkBindings(): Promise<void> {
    if (await this.dts.checkBindings()) await this.publish();
  }

  private async publish(): Promise<void> {
    const found = await this.dts.diagnostics();
    for (const { uri, languageId, version } of this.documents.all())
      if (languageId === 'xl-cfg') await this.publishXl(uri, version);
    for (const [uri, diagnostics] of found) {
      const version = this.documents.get(uri)?.version;
      void this.connection.sendDiagnostics({ uri, diagnostics, ...(version === undefined ? {} : { version }) });
    }
    void this.connection.sendNotification(compiledNotification, { uris: [...found.keys()] });
    clearTimeout(this.later);
    this.later = setTimeout(() => void this.checkBindings(), LULL_MS);
  }
}
