// The palette's commands, category "Xen Lab".
import * as vscode from 'vscode';
import { BOARDS } from '../emu/boards';
import { checkSetup } from './check';
import { createDomain } from './create-domain';
import { bootConfiguration, workerFileOf } from './debug';
import { type DomainPorts, openConsole, perform } from './domains';
import { getImages } from './images';
import { treesOfActiveLab } from './lab-trees';
import type { TreeDocuments } from './tree-documents';
import { treeCommands } from './trees';
import { isDomainNode } from './views/domain-item';
import { DOMAINS_VIEW } from './views/domain-tree';
import type { MemoryMapPanel } from './views/memory-map';

export function registerCommands(
  context: vscode.ExtensionContext,
  ports: DomainPorts,
  memoryMap: MemoryMapPanel,
  trees: TreeDocuments,
): void {
  const channel = vscode.window.createOutputChannel('Xen Lab');
  context.subscriptions.push(channel);
  // The argument is what a menu was opened on: a row of the list of domains, or a file.
  const commands: Record<string, (argument: unknown) => unknown> = {
    'xenlab.bootBoard': bootBoard,
    'xenlab.createDomain': argument => createDomain(ports, argument),
    'xenlab.destroyDomain': argument => perform(ports, 'destroy', argument),
    'xenlab.pauseDomain': argument => perform(ports, 'pause', argument),
    'xenlab.unpauseDomain': argument => perform(ports, 'unpause', argument),
    'xenlab.shutDownDomain': argument => perform(ports, 'shutdown', argument),
    'xenlab.rebootDomain': argument => perform(ports, 'reboot', argument),
    'xenlab.openConsole': argument => openConsole(ports, argument),
    'xenlab.showDomains': () => vscode.commands.executeCommand(`${DOMAINS_VIEW}.focus`),
    'xenlab.showMemoryMap': argument => memoryMap.show(isDomainNode(argument) ? argument.row.id : undefined),
    ...treeCommands(trees, treesOfActiveLab(ports.labs)),
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
