// The palette's commands about device trees.
import * as vscode from 'vscode';
import { compileRequest } from '../language/protocol';
import { compareTrees, type TreesOfLab } from './compare-trees';
import type { TreeDocuments } from './tree-documents';

const SOURCES = '**/*.{dts,dtso}';
const MOST_FOUND = 500;

/** The source that is meant: the one a menu was opened on, the one in the editor, or one of the workspace. */
async function chooseSource(argument: unknown, title: string): Promise<vscode.Uri | undefined> {
  if (argument instanceof vscode.Uri) return argument;
  const document = vscode.window.activeTextEditor?.document;
  if (document?.languageId === 'dts') return document.uri;
  return chooseFile(SOURCES, title, 'Source');
}

async function chooseFile(glob: string, title: string, placeHolder: string): Promise<vscode.Uri | undefined> {
  const files = await vscode.workspace.findFiles(glob, '**/node_modules/**', MOST_FOUND);
  if (files.length === 0) {
    void vscode.window.showInformationMessage(`${title}: there is no ${glob.replace('**/', '')} in this workspace.`);
    return undefined;
  }
  const items = files
    .map(uri => ({ label: vscode.workspace.asRelativePath(uri), uri }))
    .sort((a, b) => a.label.localeCompare(b.label));
  return (await vscode.window.showQuickPick(items, { title, placeHolder }))?.uri;
}

/** By the names of the manifest; the argument is what a menu was opened on. @param treesOfLab where labs can run */
export const treeCommands = (
  trees: TreeDocuments,
  treesOfLab?: TreesOfLab,
): Record<string, (argument: unknown) => unknown> => ({
  'xenlab.compileTree': argument => compileTree(trees, argument),
  'xenlab.decompileTree': argument => decompileTree(trees, argument),
  'xenlab.previewTree': argument => previewTree(trees, 'source', argument),
  'xenlab.previewBlob': argument => previewTree(trees, 'blob', argument),
  'xenlab.compareTrees': argument => compareTrees(trees, argument, treesOfLab),
});

/** Writes the blob beside its source. */
async function compileTree({ client }: TreeDocuments, argument: unknown): Promise<void> {
  const source = await chooseSource(argument, 'Compile Device Tree');
  if (!source) return;
  const { blob, problems } = await client.sendRequest(compileRequest, { uri: source.toString() });
  if (blob === undefined) {
    const show = 'Show Problems';
    const [first = 'it cannot be read'] = problems;
    const answer = await vscode.window.showErrorMessage(`Not compiled: ${first}`, show);
    if (answer === show) await vscode.commands.executeCommand('workbench.actions.view.problems');
    return;
  }
  const bytes = Uint8Array.from(atob(blob), c => c.charCodeAt(0));
  const target = source.with({
    path: source.path.replace(/(\.[^./]*)?$/, source.path.endsWith('.dtso') ? '.dtbo' : '.dtb'),
  });
  await vscode.workspace.fs.writeFile(target, bytes);
  void vscode.window.showInformationMessage(`${vscode.workspace.asRelativePath(target)}: ${bytes.length} bytes.`);
}

async function decompileTree(trees: TreeDocuments, argument: unknown): Promise<void> {
  const title = 'Decompile Device Tree';
  const blob = argument instanceof vscode.Uri ? argument : await chooseFile('**/*.{dtb,dtbo}', title, 'Blob');
  if (blob) await show(trees.decompiled(blob));
}

async function previewTree(trees: TreeDocuments, form: 'source' | 'blob', argument: unknown): Promise<void> {
  const source = await chooseSource(argument, 'Preview Device Tree');
  if (source) await show(trees.preview(source, form), vscode.ViewColumn.Beside);
}

async function show(uri: vscode.Uri, viewColumn?: vscode.ViewColumn): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, {
    preview: false,
    preserveFocus: viewColumn !== undefined,
    ...(viewColumn ? { viewColumn } : {}),
  });
}
