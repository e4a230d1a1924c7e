// A client of the language server in the same process: real messages over streams, files in memory.
import { PassThrough } from 'node:stream';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { createConnection } from 'vscode-languageserver/node';
import type { Diagnostic, Position, PublishDiagnosticsParams } from 'vscode-languageserver';
import type { LanguageHost } from '../../src/language/host';
import { serve } from '../../src/language/serve';

/** Files by path. */
export type Files = Record<string, string | Uint8Array>;

const hostOf = (files: Files): LanguageHost => ({
  read: async file => {
    const found = files[file];
    return typeof found === 'string' ? new TextEncoder().encode(found) : found;
  },
  list: async folder => {
    const names = new Map<string, boolean>();
    for (const file of Object.keys(files))
      if (file.startsWith(`${folder}/`)) {
        const [name = '', ...rest] = file.slice(folder.length + 1).split('/');
        names.set(name, rest.length > 0);
      }
    return [...names].map(([name, isFolder]) => ({ name, isFolder }));
  },
});

const DEADLINE_MS = 20_000;

export class Client {
  readonly connection: MessageConnection;
  private readonly published = new Map<string, PublishDiagnosticsParams>();
  private readonly texts = new Map<string, { text: string; version: number }>();
  private waiting: (() => void)[] = [];

  private constructor(readonly files: Files) {
    const [up, down] = [new PassThrough(), new PassThrough()];
    serve(createConnection(up, down), hostOf(files));
    this.connection = createMessageConnection(new StreamMessageReader(down), new StreamMessageWriter(up));
    this.connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
      this.published.set(params.uri, params);
      for (const wake of this.waiting.splice(0)) wake();
    });
    this.connection.listen();
  }

  static async start(files: Files, settings: object = {}): Promise<Client> {
    const client = new Client(files);
    await client.request('initialize', {
      processId: null,
      rootUri: null,
      capabilities: {},
      initializationOptions: { settings },
    });
    await client.connection.sendNotification('initialized', {});
    return client;
  }

  request<T>(method: string, params: object): Promise<T> {
    return this.connection.sendRequest<T>(method, params);
  }

  /** Opens a file, by default with what is on its disk. */
  async open(path: string, languageId = 'dts', text = String(this.files[path])): Promise<void> {
    this.texts.set(path, { text, version: 1 });
    const textDocument = { uri: uri(path), languageId, version: 1, text };
    await this.connection.sendNotification('textDocument/didOpen', { textDocument });
  }

  text(path: string): string {
    return this.texts.get(path)!.text;
  }

  /** Replaces what is in a document, as an editor does: a change of the range that differs. */
  async edit(path: string, change: (text: string) => string): Promise<void> {
    const before = this.texts.get(path)!;
    const text = change(before.text);
    const version = before.version + 1;
    this.texts.set(path, { text, version });
    let start = 0;
    while (start < text.length && text[start] === before.text[start]) start++;
    let end = 0;
    const most = Math.min(text.length, before.text.length) - start;
    while (end < most && text[text.length - 1 - end] === before.text[before.text.length - 1 - end]) end++;
    const range = {
      start: positionOf(before.text, start),
      end: positionOf(before.text, before.text.length - end),
    };
    await this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: uri(path), version },
      contentChanges: [{ range, text: text.slice(start, text.length - end) }],
    });
  }

  /** The place of the first `|` in a piece of the text, which is there once; the mark itself is not in the text. */
  at(path: string, marked: string): { textDocument: { uri: string }; position: Position } {
    const text = this.text(path);
    const piece = marked.replace('|', '');
    const found = text.indexOf(piece);
    if (found < 0 || text.indexOf(piece, found + 1) >= 0) throw new Error(`${path} has ${piece} not once`);
    return { textDocument: { uri: uri(path) }, position: positionOf(text, found + marked.indexOf('|')) };
  }

  /** Diagnostics of the current version of a document. */
  async diagnostics(path: string): Promise<Diagnostic[]> {
    const end = Date.now() + DEADLINE_MS;
    for (;;) {
      const found = this.published.get(uri(path));
      if (found && found.version === this.texts.get(path)?.version) return found.diagnostics;
      if (Date.now() > end) throw new Error(`no diagnostics of ${path}`);
      await new Promise<void>(resolve => {
        this.waiting.push(resolve);
        setTimeout(resolve, 200);
      });
    }
  }
}

export const uri = (path: string): string => `file://${path}`;

export function positionOf(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const line = before.split('\n').length - 1;
  return { line, character: offset - (before.lastIndexOf('\n') + 1) };
}

/** The text that a range of the protocol has. */
export function slice(text: string, { start, end }: { start: Position; end: Position }): string {
  const lines = text.split('\n');
  const offset = ({ line, character }: Position): number =>
    lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0) + character;
  return text.slice(offset(start), offset(end));
}
