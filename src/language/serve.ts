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
import { readSettings } from './settings';

/** A pause in typing after which diagnostics are made; each keystroke starts it anew. */
const PAUSE_MS = 30;
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

/** Serves until the connection ends. @param local files of where the server runs, for clients without their own */
export function serve(connection: Connection, local: LanguageHost | undefined): void {
  const documents = new TextDocuments(TextDocument);
  let server: Server | undefined;
  connection.onInitialize((params: InitializeParams) => {
    const options = (params.initializationOptions ?? {}) as InitializationOptions;
    const host = options.files === true || !local ? clientHost(connection) : local;
    server = new Server(connection, documents, host, params);
    server.configure(options.settings);
    return { capabilities: CAPABILITIES, serverInfo: { name: 'xenlab' } };
  });
  connection.onInitialized(() => server?.initialized());
  documents.onDidOpen(({ document }) => server?.opened(document));
  documents.onDidChangeContent(({ document }) => server?.changed(document));
  documents.onDidClose(({ document }) => server?.closed(document));
  answer(connection, documents, () => server?.dts);
  documents.listen(connection);
  connection.listen();
}

/** One line for each request. */
function answer(
  connection: Connection,
  documents: TextDocuments<TextDocument>,
  dts: () => DtsLanguage | undefined,
): void {
  connection.onHover(({ textDocument: { uri }, position }) => dts()?.hover(uri, position));
  connection.onCompletion(({ textDocument: { uri }, position }) => {
    const text = documents.get(uri)?.getText();
    return text === undefined ? [] : dts()?.completion(uri, text, position);
  });
  connection.onDefinition(({ textDocument: { uri }, position }) => dts()?.definition(uri, position));
  connection.onDeclaration(({ textDocument: { uri }, position }) => dts()?.declaration(uri, position));
  connection.onReferences(({ textDocument: { uri }, position, context }) =>
    dts()?.references(uri, position, context.includeDeclaration),
  );
  connection.onDocumentHighlight(({ textDocument: { uri }, position }) => dts()?.highlights(uri, position));
  connection.onPrepareRename(({ textDocument: { uri }, position }) =>
    refusable(() => dts()?.prepareRename(uri, position)),
  );
  connection.onRenameRequest(({ textDocument: { uri }, position, newName }) =>
    refusable(() => dts()?.rename(uri, position, newName)),
  );
  connection.onDocumentSymbol(({ textDocument: { uri } }) => dts()?.documentSymbols(uri));
  connection.onWorkspaceSymbol(({ query }) => dts()?.workspaceSymbols(query));
  connection.onFoldingRanges(({ textDocument: { uri } }) => dts()?.foldingRanges(uri));
  connection.onSelectionRanges(({ textDocument: { uri }, positions }) => dts()?.selectionRanges(uri, positions));
  connection.onDocumentLinks(({ textDocument: { uri } }) => dts()?.documentLinks(uri));
  connection.onCodeLens(({ textDocument: { uri } }) => dts()?.codeLenses(uri));
  connection.languages.inlayHint.on(({ textDocument: { uri }, range }) => dts()?.inlayHints(uri, range));
  connection.onCodeAction(({ textDocument: { uri }, context }) => dts()?.codeActions(uri, context.diagnostics));
  connection.onDocumentFormatting(({ textDocument: { uri } }) => dts()?.format(documents.get(uri)?.getText() ?? ''));
  connection.languages.semanticTokens.on(
    async ({ textDocument: { uri } }) => (await dts()?.semanticTokens(uri)) ?? { data: [] },
  );
  connection.onRequest(
    compileRequest,
    async ({ uri }) => (await dts()?.compile(uri)) ?? { blob: undefined, problems: [] },
  );
  connection.onRequest(decompileRequest, async ({ uri }) => (await dts()?.decompile(uri)) ?? null);
  connection.onRequest(previewRequest, async ({ uri, form }) => (await dts()?.preview(uri, form)) ?? null);
}

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
  private readonly files: FileCache;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly documents: TextDocuments<TextDocument>,
    host: LanguageHost,
    private readonly client: InitializeParams,
  ) {
    this.files = new FileCache(host);
    this.dts = new DtsLanguage(host, this.files);
    connection.onDidChangeWatchedFiles(({ changes }) => {
      const names = changes.map(({ uri }) => nameOf(uri));
      this.files.forget(names);
      // A file that is new may be one that an include looked for.
      if (changes.some(({ type }) => type !== 2)) this.dts.project.changedAll();
      else this.dts.project.changed(names);
      this.soon();
    });
    connection.onDidChangeConfiguration(({ settings }) => void this.reconfigure(settings));
    connection.onShutdown(() => clearTimeout(this.timer));
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

  opened(document: TextDocument): void {
    if (document.languageId !== 'dts') return;
    const file = nameOf(document.uri);
    this.files.setOpen(file, () => document.getText());
    this.dts.project.opened(file);
    this.soon();
  }

  changed(document: TextDocument): void {
    if (document.languageId !== 'dts') return;
    this.dts.project.changed([nameOf(document.uri)]);
    this.soon();
  }

  closed(document: TextDocument): void {
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

  private async publish(): Promise<void> {
    const found = await this.dts.diagnostics();
    for (const [uri, diagnostics] of found) {
      const version = this.documents.get(uri)?.version;
      void this.connection.sendDiagnostics({ uri, diagnostics, ...(version === undefined ? {} : { version }) });
    }
    void this.connection.sendNotification(compiledNotification, { uris: [...found.keys()] });
    if (await this.dts.checkBindings()) await this.publish();
  }
}
