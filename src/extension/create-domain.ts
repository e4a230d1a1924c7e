// "Create Domain": from the configuration that is open, from one of the workspace, or from any other.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { type DomainPorts, labWithDomains } from './domains';
import type { EditorLab } from './labs';
import { showProblems } from './problems';

const CONFIGURATION = /\.(cfg|xl)$/i;
const GLOB = '**/*.{cfg,xl}';
const MOST_FOUND = 200;

/** @param argument the file it was called for in the explorer, if any */
export async function createDomain(ports: DomainPorts, argument: unknown): Promise<void> {
  const lab = await labWithDomains(ports);
  if (!lab) return;
  const file = argument instanceof vscode.Uri ? argument : (openConfiguration() ?? (await pick()));
  if (!file) return;
  if (file.scheme !== 'file') {
    void vscode.window.showErrorMessage('The kernel of a domain is read from the local disk: its configuration has to be there too.'); // prettier-ignore
    return;
  }
  if (await isSaved(file)) await create(ports, lab, file.fsPath);
}

function openConfiguration(): vscode.Uri | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document && CONFIGURATION.test(document.fileName) ? document.uri : undefined;
}

async function pick(): Promise<vscode.Uri | undefined> {
  const files = await vscode.workspace.findFiles(GLOB, '**/node_modules/**', MOST_FOUND);
  const items: { label: string; description?: string; uri?: vscode.Uri }[] = files
    .map(uri => ({ uri, shown: vscode.workspace.asRelativePath(uri) }))
    .sort((a, b) => a.shown.localeCompare(b.shown))
    .map(({ uri, shown }) => ({ label: path.basename(shown), description: path.dirname(shown), uri }));
  const title = 'Create Domain';
  if (items.length > 0) {
    items.push({ label: '$(folder-opened) Browse...' });
    const chosen = await vscode.window.showQuickPick(items, { title, placeHolder: 'Configuration for xl' });
    if (!chosen || chosen.uri) return chosen?.uri;
  }
  const filters = { 'Configuration for xl': ['cfg', 'xl'], 'All files': ['*'] };
  return (await vscode.window.showOpenDialog({ title, openLabel: 'Create', filters }))?.[0];
}

/** The lab reads files, not editors. */
async function isSaved(file: vscode.Uri): Promise<boolean> {
  const document = vscode.workspace.textDocuments.find(one => one.uri.toString() === file.toString());
  return !document?.isDirty || document.save();
}

async function create({ consoles, marks }: DomainPorts, lab: EditorLab, file: string): Promise<void> {
  const title = `Creating a domain from ${path.basename(file)}`;
  marks.clear(file);
  try {
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      async (_, token) => {
        // It does not run before it is sure that it is wanted.
        const id = await lab.client.request('domain', { verb: 'create', file, paused: true });
        const verb = token.isCancellationRequested ? 'destroy' : 'unpause';
        await lab.client.request('domain', { verb, domain: id });
        const name = lab.domains.find(row => row.id === id)?.console;
        if (verb === 'unpause' && name !== undefined) consoles.open(lab, name, { takeFocus: false });
      },
    );
  } catch (error) {
    showProblems(error, marks);
  }
}
