// All families of checks at once: what `xenlab dt-check` prints and editors show.
import { formatPlace, type DtError } from '../error';
import type { CompileResult } from '../source/compile';
import type { DeviceTree } from '../tree';
import type { Finding } from './finding';
import type { CheckSwitch } from './levels';
import { runBoardRules, runTranslationRules, BOARD_RULES, TRANSLATION_RULES, type MachineFacts } from './machine';
import { isCheckName, runChecks, type CheckOptions } from './runner';
import { runXenRules, XEN_RULES } from './xen';

export interface AllCheckOptions extends CheckOptions {
  /** The machine that the tree is to run on. */
  readonly machine?: MachineFacts | undefined;
}

const OWN_RULES = [...TRANSLATION_RULES, ...XEN_RULES, ...BOARD_RULES];
const OWN_IDS: ReadonlySet<string> = new Set(OWN_RULES.map(({ id }) => id));

/** Whether some check, dtc's or ours, has this name, with or without `no-`. */
export const isAnyCheckName = (name: string): boolean =>
  isCheckName(name) || OWN_IDS.has(name) || OWN_IDS.has(name.replace(/^no[-_]/, ''));

/** Switches over our own rules: one is off, or an error, by its own name alone. */
function switched(findings: readonly Finding[], switches: readonly CheckSwitch[] = []): Finding[] {
  const off = new Set<string>();
  const errors = new Set<string>();
  for (const { kind, name } of switches) {
    const id = OWN_IDS.has(name) ? name : name.replace(/^no[-_]/, '');
    if (id !== name) off.add(id);
    else off.delete(id);
    if (kind === 'error' && id === name) errors.add(id);
  }
  return findings
    .filter(({ id }) => !off.has(id))
    .map(finding => (errors.has(finding.id) ? { ...finding, severity: 'error' } : finding));
}

const ownFindings = (tree: DeviceTree, { machine, switches }: AllCheckOptions): Finding[] =>
  switched(
    [...runTranslationRules(tree), ...runXenRules(tree), ...(machine ? runBoardRules(tree, machine) : [])],
    switches,
  );

/** Every check over a finished tree. */
export const checkTree = (tree: DeviceTree, options: AllCheckOptions = {}): Finding[] => [
  ...runChecks(tree, options),
  ...ownFindings(tree, options),
];

/** Everything that is to be said of a source that was compiled with `options.checks`. */
export function checkResult(result: CompileResult, options: AllCheckOptions = {}): Finding[] {
  const early = result.errors.filter(error => !error.finding).map(fromError);
  const heard = result.findings.filter(({ path }) => path !== undefined);
  return [...early, ...heard, ...(result.tree ? ownFindings(result.tree, options) : [])];
}

/** An error of the compiler, or of a blob, as a finding. */
export function fromError({ code, text, place }: DtError): Finding {
  const span = place.kind === 'source' ? { span: place.span } : {};
  const where = place.kind === 'blob' ? `${formatPlace(place).replace(/^.*: /, '')}: ` : '';
  return { id: `dt.${code}`, severity: 'error', message: where + text, ...span };
}

/** `FILE:LINE:COLUMN: severity: [id] message`; what has no place in a source is said of `file` as a whole. */
export function checkMessage({ id, severity, path, property, message, span }: Finding, file: string): string {
  const begin = span?.begin;
  const place = begin ? `${begin.file}:${begin.line}:${begin.column}` : file;
  const about = path === undefined ? '' : `${path}${property === undefined ? '' : `:${property}`}: `;
  return `${place}: ${severity}: [${id}] ${about}${message.trimEnd()}\n`;
}
