// Languages on the desktop: the server in a worker thread of the extension host.
import * as path from 'node:path';
import { Worker } from 'node:worker_threads';
import * as vscode from 'vscode';
import { PortMessageReader, PortMessageWriter } from 'vscode-jsonrpc/node';
import { LanguageClient } from 'vscode-languageclient/node';
import { attach, clientOptions } from './language-client';
import { followDocuments } from './language-detection';
import { TreeDocuments } from './tree-documents';

/** Of the heap. What is alive of a board is 40 MiB; without a limit the garbage of each keystroke would lie for long. */
const LIMITS = { maxOldGenerationSizeMb: 200 };

export function registerLanguages(context: vscode.ExtensionContext): TreeDocuments {
  const start = (): Promise<{ reader: PortMessageReader; writer: PortMessageWriter }> => {
    const script = context.asAbsolutePath(path.join('dist', 'language.cjs'));
    const worker = new Worker(script, { name: 'xenlab-languages', resourceLimits: LIMITS });
    return Promise.resolve({ reader: new PortMessageReader(worker), writer: new PortMessageWriter(worker) });
  };
  const client = new LanguageClient('xenlab', 'Xen Lab Languages', start, clientOptions(false));
  const trees = new TreeDocuments(client);
  context.subscriptions.push(followDocuments(), attach(client), trees, new vscode.Disposable(() => void client.stop()));
  void client.start();
  return trees;
}
