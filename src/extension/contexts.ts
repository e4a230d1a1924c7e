// What `when` clauses of package.json know of the lab that the user looks at.
import * as vscode from 'vscode';
import type { LabRegistry } from './labs';

/** `toolstack`: domains can be made and seen. `other`: a machine without that. */
type LabContext = 'none' | 'booting' | 'toolstack' | 'other';

export function followContexts(labs: LabRegistry): vscode.Disposable {
  let last: LabContext | undefined;
  const update = (): void => {
    const lab = labs.active;
    const started = lab?.started;
    const context = !lab ? 'none' : !started ? 'booting' : started.toolstack ? 'toolstack' : 'other';
    if (context === last) return;
    last = context;
    void vscode.commands.executeCommand('setContext', 'xenlab.lab', context);
  };
  update();
  return vscode.Disposable.from(labs.onDidChange(update), vscode.debug.onDidChangeActiveDebugSession(update));
}
