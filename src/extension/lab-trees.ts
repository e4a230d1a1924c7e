// The trees of a running lab, asked when somebody wants to compare them.
import * as vscode from 'vscode';
import { describeProblem, problemsOf } from '../lab/problems';
import type { TreesOfLab } from './compare-trees';
import type { LabRegistry } from './labs';

export const treesOfActiveLab =
  (labs: LabRegistry): TreesOfLab =>
  async () => {
    const lab = labs.active;
    if (!lab?.started) return undefined;
    try {
      return { lab: lab.session.name, known: await lab.client.request('trees', {}) };
    } catch (error) {
      const why = problemsOf(error).map(describeProblem).join('; ');
      void vscode.window.showWarningMessage(`${lab.session.name} tells nothing of its trees: ${why}`);
      return undefined;
    }
  };
