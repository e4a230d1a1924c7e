// Runs dtc's checks in dtc's order: first those of what a source says, then those of the finished tree.
import { MAX_FINDINGS } from '../limits';
import type { DraftNode } from '../source/draft';
import type { Draft } from '../source/merge';
import type { Steps } from '../source/resolve';
import type { DeviceTree } from '../tree';
import type { DtcRule, Fail, Scene } from './dtc/rule';
import { byPath, isNoPhandle } from './dtc/rule';
import { shownPath } from './dtc/names';
import { DTC_RULES, MEANING_RULES, STRUCTURE_RULES } from './dtc/table';
import type { Finding } from './finding';
import { CheckLevels, type CheckSwitch } from './levels';
import { subjectOfDraft, subjectOfTree, type Subject } from './subject';

export interface CheckOptions {
  /** In order, as -W and -E of dtc. A name that no check has is of no account here: see {@link isCheckName}. */
  readonly switches?: readonly CheckSwitch[];
  /** Whether the tree is an overlay. */
  readonly plugin?: boolean;
  /** Whether to end with the first check that finds an error, as dtc does. */
  readonly stopAtError?: boolean;
  /** How many -q: the first silences warnings, the second errors. */
  readonly quiet?: number;
}

type Outcome = 'passed' | 'failed' | 'not run';

const BY_ID: ReadonlyMap<string, DtcRule> = new Map(DTC_RULES.map(rule => [rule.id, rule]));

/** Whether dtc knows `name`, with or without `no-`. */
export const isCheckName = (name: string): boolean => BY_ID.has(name.replace(/^no[-_]/, ''));

/** One run over one tree. */
export class CheckRunner {
  readonly findings: Finding[] = [];
  /** Whether a check whose level is error found something. */
  hasErrors = false;
  private readonly levels = new CheckLevels();
  private draftRoot: DraftNode | undefined;
  private readonly outcomes = new Map<string, Outcome>();

  constructor(private readonly options: CheckOptions = {}) {
    for (const one of options.switches ?? []) this.levels.apply(one);
  }

  /** Checks a merged source, before its references are resolved. */
  draft(draft: Draft): void {
    this.draftRoot = draft.root;
    if (draft.root) this.run(STRUCTURE_RULES, new TreeScene(subjectOfDraft(draft.root), true, this.options.plugin));
  }

  /** Checks a finished tree; all of it when there was no draft before. */
  tree(tree: DeviceTree): void {
    const root = subjectOfTree(tree, this.draftRoot);
    const scene = new TreeScene(root, false, this.options.plugin ?? tree.plugin);
    if (this.outcomes.size === 0) return this.run(DTC_RULES, scene);
    for (const node of root.walk()) {
      const phandle = (node.property('phandle') ?? node.property('linux,phandle'))?.onlyCell ?? 0;
      if (!isNoPhandle(phandle)) scene.give(node, phandle);
    }
    this.run(MEANING_RULES, scene);
  }

  /** Which of the steps that are part of checks were taken; a check that did not run took none. */
  steps(): Steps {
    const ran = (id: string): boolean => {
      const outcome = this.outcomes.get(id);
      return outcome === 'passed' || outcome === 'failed';
    };
    return {
      names: ran('name_properties'),
      numbers: ran('explicit_phandles'),
      phandles: ran('phandle_references'),
      paths: ran('path_references'),
      omission: ran('omit_unused_nodes'),
    };
  }

  private run(rules: readonly DtcRule[], scene: TreeScene): void {
    for (const rule of rules) {
      if (this.levels.severity(rule.id) === undefined) continue;
      if (this.hasErrors && this.options.stopAtError) return;
      this.check(rule, scene);
    }
  }

  private check(rule: DtcRule, scene: TreeScene): Outcome {
    const known = this.outcomes.get(rule.id);
    if (known) return known;
    let outcome: Outcome = 'passed';
    for (const id of rule.needs ?? []) {
      const need = BY_ID.get(id)!;
      const stopped = this.hasErrors && this.options.stopAtError === true;
      const before = stopped ? this.outcomes.get(id) : this.check(need, scene);
      if (before === 'passed') continue;
      outcome = 'not run';
      this.report(rule, { message: `Failed prerequisite '${id}'` });
    }
    if (outcome === 'passed' && rule.check) {
      const fail: Fail = (node, message, property, fix, origin) => {
        outcome = 'failed';
        const span = origin ?? property?.span ?? node.origins[0];
        const dtcSpan = property?.span ?? node.definitions[0];
        this.report(rule, {
          path: shownPath(node),
          message,
          ...(property && { property: property.name }),
          ...(span && { span }),
          ...(span && { dtcSpan: dtcSpan ?? null }),
          ...(!property && node.definitions.length > 1 && { also: node.definitions.slice(1) }),
          ...(fix && { fix }),
        });
      };
      for (const node of scene.nodes) rule.check(node, fail, scene);
    }
    this.outcomes.set(rule.id, outcome);
    if (outcome !== 'passed' && this.levels.severity(rule.id) === 'error') this.hasErrors = true;
    return outcome;
  }

  private report(rule: DtcRule, finding: Omit<Finding, 'id' | 'severity'>): void {
    const severity = this.levels.severity(rule.id);
    if (severity === undefined || !this.levels.isHeard(rule.id, this.options.quiet ?? 0)) return;
    if (this.findings.length < MAX_FINDINGS) this.findings.push({ id: rule.id, severity, ...finding });
  }
}

/** A tree under check, with its indexes. */
class TreeScene implements Scene {
  readonly nodes: readonly Subject[];
  readonly plugin: boolean;
  private readonly phandles = new Map<number, Subject>();
  private readonly labels = new Map<string, Subject>();

  constructor(
    readonly root: Subject,
    readonly isDraft: boolean,
    plugin = false,
  ) {
    this.plugin = plugin;
    this.nodes = [...root.walk()];
    for (const node of this.nodes)
      for (const label of node.labels) if (!this.labels.has(label)) this.labels.set(label, node);
  }

  byPhandle(phandle: number): Subject | undefined {
    return this.phandles.get(phandle);
  }

  give(node: Subject, phandle: number): void {
    node.phandle = phandle;
    if (!this.phandles.has(phandle)) this.phandles.set(phandle, node);
  }

  byRef(ref: string): Subject | undefined {
    if (ref === '/') return this.root;
    return ref.startsWith('/') ? byPath(this.root, ref) : this.labels.get(ref);
  }
}

/**
 * dtc's checks over a finished tree, from a source or from a blob.
 * @returns findings in dtc's order, at most {@link MAX_FINDINGS}.
 */
export function runChecks(tree: DeviceTree, options: CheckOptions = {}): Finding[] {
  const runner = new CheckRunner(options);
  runner.tree(tree);
  return runner.findings;
}
