// Checks that are ours: rules as rows, each looking at the whole of what it knows about.
import type { DtNode } from '../tree';
import type { Finding, Fix, Severity } from './finding';

/** What more there is to say of a finding. */
export interface Particulars {
  /** The property that it is about. */
  readonly property?: string;
  readonly fix?: readonly Fix[];
}

/** Says that something is wrong with a node: what, where, why, and the remedy behind a semicolon. */
export type Report = (node: DtNode, message: string, particulars?: Particulars) => void;

export interface Rule<Scene> {
  readonly id: string;
  readonly severity: Severity;
  /** For the documents: what the rule is, and what happens when it is broken. */
  readonly about: string;
  readonly check: (scene: Scene, report: Report) => void;
}

/** Findings in the order of the rules, at most `most` of each. */
export function runRules<Scene>(rules: readonly Rule<Scene>[], scene: Scene, most = 100): Finding[] {
  return rules.flatMap(({ id, severity, check }) => {
    const found: Finding[] = [];
    check(scene, (node, message, { property, fix } = {}) => {
      if (found.length >= most) return;
      const syntax = property === undefined ? undefined : node.property(property)?.syntax;
      const span = syntax ? syntax.nameSpan.to(syntax.span) : node.origins[0];
      found.push({
        id,
        severity,
        path: node.path,
        message,
        ...(property !== undefined && { property }),
        ...(span && { span }),
        ...(fix && { fix }),
      });
    });
    return found;
  });
}
