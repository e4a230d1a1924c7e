// Entry of the extension: makes the parts and joins them.
import type * as vscode from 'vscode';
import { registerCommands } from './commands';
import { Consoles } from './consoles';
import { followContexts } from './contexts';
import { registerDebug } from './debug';
import { LabRegistry } from './labs';
import { registerLanguages } from './languages';
import { ProblemMarks } from './problems';
import { StatusItem } from './status';
import { DomainTree } from './views/domain-tree';
import { MemoryMapPanel } from './views/memory-map';

export function activate(context: vscode.ExtensionContext): void {
  const labs = new LabRegistry();
  const consoles = new Consoles();
  const marks = new ProblemMarks();
  const memoryMap = new MemoryMapPanel(context.extensionUri, labs);
  context.subscriptions.push(labs, consoles, marks, memoryMap);
  context.subscriptions.push(new StatusItem(labs), new DomainTree(labs), followContexts(labs));
  const trees = registerLanguages(context);
  registerDebug(context, labs, consoles, marks);
  registerCommands(context, { labs, consoles, marks }, memoryMap, trees);
}
