// The palette's commands, category "Xen Lab".
import * as vscode from 'vscode';
import { BOARDS } from '../emu/boards';
import { checkSetup } from './check';
import type { Consoles } from './consoles';
import { bootConfiguration, workerFileOf } from './debug';
import { getImages } from './images';
import type { LabRegistry } from './labs';

export function registerCommands(context: vscode.ExtensionContext, labs: LabRegistry, consoles: Consoles): void {
  const channel = vscode.window.createOutputChannel('Xen Lab');
  context.subscriptions.push(channel);
  const commands: Record<string, () => unknown> = {
    'xenlab.bootBoard': bootBoard,
    'xenlab.openConsole': () => openConsole(labs, consoles),
    'xenlab.getImages': () => getImages(context),
    'xenlab.checkSetup': () => checkSetup(workerFileOf(context), channel),
  };
  for (const [name, command] of Object.entries(commands))
    context.subscriptions.push(vscode.commands.registerCommand(name, command));
}

async function bootBoard(): Promise<void> {
  const items = BOARDS.map(({ name, title }) => ({ label: name, description: title }));
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: 'Board to boot with its demo guest' });
  if (!chosen) return;
  await vscode.debug.startDebugging(vscode.workspace.workspaceFolders?.[0], bootConfiguration(chosen.label));
}

async function openConsole(labs: LabRegistry, consoles: Consoles): Promise<void> {
  const lab = labs.active;
  const names = lab?.started?.consoles ?? [];
  if (!lab || names.length === 0) {
    const boot = 'Boot Board';
    const answer = await vscode.window.showInformationMessage('No machine is running.', boot);
    if (answer === boot) await bootBoard();
    return;
  }
  const placeHolder = `Console of ${lab.session.name}`;
  const name = names.length === 1 ? names[0] : await vscode.window.showQuickPick(names, { placeHolder });
  if (name !== undefined) consoles.open(lab, name, { takeFocus: true });
}
