// Entry of the extension: makes the parts and joins them.
import type * as vscode from 'vscode';
import { registerCommands } from './commands';
import { Consoles } from './consoles';
import { registerDebug } from './debug';
import { LabRegistry } from './labs';
import { StatusItem } from './status';

export function activate(context: vscode.ExtensionContext): void {
  const labs = new LabRegistry();
  const consoles = new Consoles();
  context.subscriptions.push(labs, consoles, new StatusItem(labs));
  registerDebug(context, labs, consoles);
  registerCommands(context, labs, consoles);
}
