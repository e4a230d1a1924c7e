// Two trees beside each other: sources and blobs of the workspace, and what a running lab boots with and has made.
import * as vscode from 'vscode';
import { decompiled } from '../language/dts/decompile';
import type { LabTree, LabTrees } from '../lab/trees';
import { TREE_SCHEME } from './language-client';
import type { TreeDocuments } from './tree-documents';

const TITLE = 'Compare Device Trees';
const FILES = '**/*.{dts,dtso,dtb,dtbo}';
const MOST_FOUND = 500;

/** The trees of the lab that the person looks at; undefined when none runs, or when it does not answer. */
export type TreesOfLab = () => Promise<{ readonly lab: string; readonly known: LabTrees } | undefined>;

/** One of the two; its document is made when it is chosen. */
interface Side extends vscode.QuickPickItem {
  readonly key: string;
  readonly document: () => vscode.Uri;
}

const isSource = (uri: vscode.Uri): boolean => /\.(dtsi?|dtso|overlay)$/.test(uri.path);

/** @param argument the file that a menu was opened on */
export async function compareTrees(
  documents: TreeDocuments,
  argument: unknown,
  treesOfLab?: TreesOfLab,
): Promise<void> {
  const found = await treesOfLab?.();
  const active = activeSource();
  // Without a lab the source in the editor is meant, and nobody is asked.
  const given = argument instanceof vscode.Uri ? argument : found ? undefined : active;
  const ofLab = found?.known.trees.map(tree => sideOfLab(documents, tree)) ?? [];
  const files = [...(active ? [active] : []), ...(await filesOfWorkspace())];
  const ofFiles = new Map(files.map(uri => [uri.toString(), sideOfFile(documents, uri)]));
  const choose = (except: string | undefined, placeHolder: string): Promise<Side | undefined> => {
    const fits = ({ key }: Side): boolean => key !== except;
    const [lab, workspace] = [ofLab.filter(fits), [...ofFiles.values()].filter(fits)];
    return pick(found?.lab, lab, workspace, found?.known.unknown ?? [], placeHolder);
  };
  const first = given ? sideOfFile(documents, given) : await choose(undefined, 'First tree');
  if (!first) return;
  const second = await choose(first.key, `Compare ${first.label} with`);
  if (!second) return;
  const [left, right] = [first.document(), second.document()];
  await vscode.commands.executeCommand('vscode.diff', left, right, `${first.label} ↔ ${second.label}`);
}

function activeSource(): vscode.Uri | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document?.languageId === 'dts' && document.uri.scheme !== TREE_SCHEME ? document.uri : undefined;
}

async function filesOfWorkspace(): Promise<vscode.Uri[]> {
  const found = await vscode.workspace.findFiles(FILES, '**/node_modules/**', MOST_FOUND);
  return found.sort((a, b) => vscode.workspace.asRelativePath(a).localeCompare(vscode.workspace.asRelativePath(b)));
}

const sideOfFile = (documents: TreeDocuments, uri: vscode.Uri): Side => ({
  key: uri.toString(),
  label: vscode.workspace.asRelativePath(uri),
  document: () => (isSource(uri) ? documents.preview(uri, 'source') : documents.decompiled(uri)),
});

const sideOfLab = (documents: TreeDocuments, { name, about, domain, blob }: LabTree): Side => ({
  key: `lab ${domain ?? name}`,
  label: name,
  description: about,
  document: () => documents.text(`${name}.dts`, decompiled(blob, name)),
});

async function pick(
  lab: string | undefined,
  ofLab: readonly Side[],
  files: readonly Side[],
  unknown: readonly string[],
  placeHolder: string,
): Promise<Side | undefined> {
  if (ofLab.length + files.length === 0) {
    const what = ['there is no other device tree in this workspace, and none of a lab', ...unknown].join('; ');
    void vscode.window.showInformationMessage(`${TITLE}: ${what}.`);
    return undefined;
  }
  const heading = (label: string): vscode.QuickPickItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const items: (Side | vscode.QuickPickItem)[] = [
    ...(lab === undefined ? [] : [heading(lab), ...ofLab]),
    // What nobody here knows is not offered, and not missed in silence.
    ...unknown.map(line => ({ label: '$(info) not known', description: line })),
    ...(files.length === 0 || lab === undefined ? [] : [heading('workspace')]),
    ...files,
  ];
  const chosen = await vscode.window.showQuickPick(items, { title: TITLE, placeHolder });
  if (chosen && 'document' in chosen) return chosen;
  if (chosen) void vscode.window.showInformationMessage(`${TITLE}: not known: ${chosen.description}.`);
  return undefined;
}
