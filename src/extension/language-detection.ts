// A .cfg can be anybody's. One that sets what only a domain has becomes xl-cfg when it is opened.
import * as vscode from 'vscode';

/** Lines that are looked at; a configuration says early what it is of. */
const MOST_LINES = 60;
const KEYS =
  /^\s*(?:name|kernel|ramdisk|memory|maxmem|vcpus|disk|vif|extra|cmdline|type|on_crash|vuart|device_tree)\s*\+?=\s*["'[\d]/;
/** Keys that one file has to have: other languages have a `name` too. */
const ENOUGH = 2;

export function followDocuments(): vscode.Disposable {
  for (const document of vscode.workspace.textDocuments) look(document);
  return vscode.workspace.onDidOpenTextDocument(look);
}

function look(document: vscode.TextDocument): void {
  if (document.languageId !== 'properties' || !document.fileName.endsWith('.cfg')) return;
  let found = 0;
  for (let line = 0; line < Math.min(document.lineCount, MOST_LINES); line++)
    if (KEYS.test(document.lineAt(line).text) && ++found >= ENOUGH) {
      void vscode.languages.setTextDocumentLanguage(document, 'xl-cfg');
      return;
    }
}
