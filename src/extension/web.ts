// Entry of the extension in a browser: the languages, which run anywhere. Machines need threads and files of a desktop.
//
// The extension host is a web worker that has nothing else to do, and not every one may start another: so the server is
// in it, at the other end of a channel.
import * as vscode from 'vscode';
import { LanguageClient } from 'vscode-languageclient/browser';
import { BrowserMessageReader, BrowserMessageWriter, createConnection } from 'vscode-languageserver/browser';
import { serve } from '../language/serve';
import { attach, clientOptions } from './language-client';
import { followDocuments } from './language-detection';
import { TreeDocuments } from './tree-documents';
import { treeCommands } from './trees';

function startServer(): { reader: BrowserMessageReader; writer: BrowserMessageWriter } {
  const { port1: ours, port2: its } = new MessageChannel();
  serve(createConnection(new BrowserMessageReader(its), new BrowserMessageWriter(its)), undefined);
  return { reader: new BrowserMessageReader(ours), writer: new BrowserMessageWriter(ours) };
}

export function activate(context: vscode.ExtensionContext): void {
  const start = (): Promise<ReturnType<typeof startServer>> => Promise.resolve(startServer());
  const client = new LanguageClient('xenlab', 'Xen Lab Languages', start, clientOptions(true));
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
