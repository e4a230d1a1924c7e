// The language server's client: a worker on the desktop and in a browser alike; only the way to start it differs.
import * as vscode from 'vscode';
import type { BaseLanguageClient, LanguageClientOptions } from 'vscode-languageclient';
import { SHOW_REFERENCES } from '../language/dts/code-lens';
import { listFolderRequest, readFileRequest } from '../language/protocol';

/** Of documents that show trees. */
export const TREE_SCHEME = 'xenlab-tree';
export const LANGUAGES = ['dts', 'xl-cfg'] as const;

export const clientOptions = (isWeb: boolean): LanguageClientOptions => ({
  documentSelector: LANGUAGES.map(language => ({ language })),
  initializationOptions: { files: isWeb },
  diagnosticCollectionName: 'xenlab-languages',
  middleware: {
    // What nobody can edit has nothing to put right.
    handleDiagnostics: (uri, diagnostics, next) => next(uri, uri.scheme === TREE_SCHEME ? [] : diagnostics),
  },
});

/** Files of the workspace for a server that has none of its own, and the commands that its answers name. */
export function attach(client: BaseLanguageClient): vscode.Disposable {
  return vscode.Disposable.from(
    client.onRequest(readFileRequest, async ({ uri }) => {
      const bytes = await vscode.workspace.fs.readFile(vscode.Uri.parse(uri)).then(
        found => found,
        () => undefined,
      );
      return bytes ? base64(bytes) : null;
    }),
    client.onRequest(listFolderRequest, async ({ uri }) => {
      const entries = await vscode.workspace.fs.readDirectory(vscode.Uri.parse(uri)).then(
        found => found,
        () => [],
      );
      return entries.map(([name, type]) => ({ name, isFolder: (type & vscode.FileType.Directory) !== 0 }));
    }),
    vscode.commands.registerCommand(SHOW_REFERENCES, showReferences),
  );
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

interface Place {
  readonly line: number;
  readonly character: number;
}

/** Arguments are plain data, as the server sends them. */
function showReferences(
  uri: string,
  position: Place,
  locations: readonly { uri: string; range: { start: Place; end: Place } }[],
): Thenable<unknown> {
  const at = ({ line, character }: Place): vscode.Position => new vscode.Position(line, character);
  return vscode.commands.executeCommand(
    'editor.action.showReferences',
    vscode.Uri.parse(uri),
    at(position),
    locations.map(
      one => new vscode.Location(vscode.Uri.parse(one.uri), new vscode.Range(at(one.range.start), at(one.range.end))),
    ),
  );
}
