// "Get Debian Images": the command line's own `xenlab images get`, in a terminal.
import * as path from 'node:path';
import * as vscode from 'vscode';

/** Asks for a folder and fetches into it. */
export async function getImages(context: vscode.ExtensionContext): Promise<void> {
  const standard = vscode.workspace.workspaceFolders?.[0]?.uri ?? context.globalStorageUri;
  const chosen = await vscode.window.showInputBox({
    title: 'Get Debian Images',
    prompt: "Folder for Debian's kernels, Xen and RAM disks (about 130 MB to download)",
    value: path.join(standard.fsPath, 'images'),
    validateInput: value => (path.isAbsolute(value) ? undefined : 'An absolute path is needed'),
  });
  if (chosen === undefined) return;
  // The editor's own Node runs it: none has to be installed.
  const terminal = vscode.window.createTerminal({
    name: 'Debian images',
    shellPath: process.execPath,
    shellArgs: [context.asAbsolutePath(path.join('dist', 'xenlab.mjs')), 'images', 'get', chosen],
    env: { ELECTRON_RUN_AS_NODE: '1' },
    iconPath: new vscode.ThemeIcon('cloud-download'),
  });
  terminal.show();
}
