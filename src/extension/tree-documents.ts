// Trees as documents that nobody writes: what a source comes to, what a blob says, what a lab has made.
import * as vscode from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';
import { TREE_SCHEME } from './language-client';
import { compiledNotification, decompileRequest, previewRequest } from '../language/protocol';

/** What a document shows: of a source its merged tree or its blob, of a blob its source, or a text that was given. */
type Shown =
  | { readonly kind: 'source' | 'blob'; readonly uri: string }
  | { readonly kind: 'decompiled'; readonly uri: string }
  | { readonly kind: 'text'; readonly id: number };

export class TreeDocuments implements vscode.Disposable, vscode.TextDocumentContentProvider {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #texts = new Map<number, string>();
  /** Editors of an earlier window, which are opened again, have none of the texts of this one. */
  #lastText = Date.now();
  readonly #subscriptions: vscode.Disposable;

  constructor(readonly client: BaseLanguageClient) {
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      vscode.workspace.registerTextDocumentContentProvider(TREE_SCHEME, this),
      client.onNotification(compiledNotification, ({ uris }) => this.#refresh(new Set(uris))),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        const shown = shownBy(uri);
        if (shown?.kind === 'text') this.#texts.delete(shown.id);
      }),
    );
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const shown = shownBy(uri);
    if (!shown) return '';
    if (shown.kind === 'text')
      return this.#texts.get(shown.id) ?? '// What was shown here is gone; ask for it again.\n';
    const text =
      shown.kind === 'decompiled'
        ? await this.client.sendRequest(decompileRequest, { uri: shown.uri })
        : await this.client.sendRequest(previewRequest, { uri: shown.uri, form: shown.kind });
    return text ?? '// There is no tree here.\n';
  }

  /** The document that shows what a source comes to; it follows the source. */
  preview(source: vscode.Uri, form: 'source' | 'blob'): vscode.Uri {
    return documentFor(`${nameOf(source)} (${form === 'source' ? 'merged).dts' : 'blob).txt'}`, {
      kind: form,
      uri: source.toString(),
    });
  }

  decompiled(blob: vscode.Uri): vscode.Uri {
    return documentFor(`${nameOf(blob)}.dts`, { kind: 'decompiled', uri: blob.toString() });
  }

  /** A document that stays as it is, until it is closed. */
  text(name: string, text: string): vscode.Uri {
    const id = ++this.#lastText;
    this.#texts.set(id, text);
    return documentFor(name, { kind: 'text', id });
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #refresh(compiled: ReadonlySet<string>): void {
    for (const { uri } of vscode.workspace.textDocuments) {
      const shown = shownBy(uri);
      if (shown && 'uri' in shown && compiled.has(shown.uri)) this.#changed.fire(uri);
    }
  }
}

const nameOf = ({ path }: vscode.Uri): string => path.slice(path.lastIndexOf('/') + 1);

const documentFor = (name: string, shown: Shown): vscode.Uri =>
  vscode.Uri.from({ scheme: TREE_SCHEME, path: `/${name}`, query: JSON.stringify(shown) });

function shownBy({ scheme, query }: vscode.Uri): Shown | undefined {
  return scheme === TREE_SCHEME ? (JSON.parse(query) as Shown) : undefined;
}
