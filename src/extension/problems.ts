// Problems as people see them in the editor: one line, a button that leads to the place, and a mark there.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { LANGUAGES } from './language-client';
import { describeProblem, problemsOf } from '../lab/problems';
import type { LabProblem } from '../lab/protocol';

const SEVERITIES = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
} as const;

const placeOf = ({ line = 1, column = 1 }: LabProblem): vscode.Position =>
  new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1));

/** Whether the language server marks it already, for as long as the document is open. */
const isShownByLanguage = ({ code, file }: LabProblem): boolean =>
  /^(?:dt|xl)\./.test(code) &&
  vscode.workspace.textDocuments.some(
    ({ languageId, uri }) => LANGUAGES.some(one => one === languageId) && uri.fsPath === file,
  );

/** Marks in text files, where the place is known. */
export class ProblemMarks implements vscode.Disposable {
  readonly #diagnostics = vscode.languages.createDiagnosticCollection('xenlab');

  /** Adds to what is marked. */
  mark(problems: readonly LabProblem[]): void {
    for (const one of problems) {
      if (one.file === undefined || one.line === undefined || isShownByLanguage(one)) continue;
      const uri = vscode.Uri.file(one.file);
      const at = placeOf(one);
      // The file's name and place stand beside the message already.
      const message = one.message.replace(`${one.file}:${one.line}:${one.column}: `, '');
      const diagnostic = new vscode.Diagnostic(new vscode.Range(at, at), message, SEVERITIES[one.severity]);
      diagnostic.code = one.code;
      diagnostic.source = 'xenlab';
      this.#diagnostics.set(uri, [...(this.#diagnostics.get(uri) ?? []), diagnostic]);
    }
  }

  /** @param file its marks only; without one, all */
  clear(file?: string): void {
    if (file === undefined) this.#diagnostics.clear();
    else this.#diagnostics.delete(vscode.Uri.file(file));
  }

  dispose(): void {
    this.#diagnostics.dispose();
  }
}

/** Says why something was not done, marks the place, and offers to open it. Does not wait for the person. */
export function showProblems(error: unknown, marks: ProblemMarks): void {
  const problems = problemsOf(error);
  marks.mark(problems);
  const [first] = problems;
  if (!first) return;
  const { file } = first;
  const short = file === undefined ? first.message : first.message.replace(file, vscode.workspace.asRelativePath(file));
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more, see Problems)` : '';
  const open = file !== undefined && first.line !== undefined ? [`Open ${path.basename(file)}`] : [];
  void vscode.window
    .showErrorMessage(describeProblem({ ...first, message: short }) + more, ...open)
    .then(answer => (answer === undefined ? undefined : openAt(first)));
}

async function openAt(problem: LabProblem): Promise<void> {
  const at = placeOf(problem);
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(problem.file!));
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(at, at) });
}
