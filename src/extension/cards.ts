// Cards of a running machine as notifications with a next step; the Debug Console has the particulars.
import * as vscode from 'vscode';
import { describeProblem } from '../lab/problems';
import type { LabCard } from '../lab/protocol';

const PAUSE = 'Pause There';
const DETAILS = 'Show Details';

/** Information alone is no reason to interrupt anybody: it stands in the Debug Console. */
export async function showCard(session: vscode.DebugSession, card: LabCard): Promise<void> {
  if (card.severity !== 'warning') return;
  const answer = await vscode.window.showWarningMessage(
    `${session.name}: ${describeProblem(card)}`,
    ...[PAUSE, DETAILS],
  );
  if (answer === PAUSE) await session.customRequest('pause', { threadId: 1 });
  if (answer === DETAILS) await vscode.commands.executeCommand('workbench.debug.action.focusRepl');
}
