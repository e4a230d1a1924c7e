// Entry of the extension in a browser: the languages, which run anywhere. Machines need threads and files of a desktop.
import * as vscode from 'vscode';
import { LanguageClient } from 'vscode-languageclient/browser';
import { attach, clientOptions } from './language-client';
import { followDocuments } from './language-detection';
import { TreeDocuments } from './tree-documents';
import { treeCommands } from './trees';

export function activate(context: vscode.ExtensionContext): void {
  const script = vscode.Uri.joinPath(context.extensionUri, 'dist', 'web', 'language.js');
  const worker = new Worker(script.toString(true), { name: 'xenlab-languages' });
  const client = new LanguageClient('xenlab', 'Xen Lab Languages', worker, clientOptions(true));
  const trees = new TreeDocuments(client);
  const commands = treeCommands(trees);
  const { contributes } = context.extension.packageJSON as {
    contributes: { commands: { command: string; title: string }[] };
  };
  for (const { command, title } of contributes.commands)
    commands[command] ??= () =>
      vscode.window.showInformationMessage(`${title} needs VS Code on a desktop: here only the languages run.`);
  context.subscriptions.push(followDocuments(), attach(client), trees, new vscode.Disposable(() => void client.stop()));
  for (const [name, command] of Object.entries(commands))
    context.subscriptions.push(vscode.commands.registerCommand(name, command));
  void client.start();
}
