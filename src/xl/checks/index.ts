// Everything that can be said of a configuration: what xl refuses, what it passes over, and what goes wrong later.
import { MOST_PROBLEMS, type XlProblem } from '../problem';
import { type ReadXl, readXl } from '../reading/domain';
import type { XlHost } from '../reading/reader';
import { type CheckContext, RULES } from './rules';

export type Finding = XlProblem;

/** The findings of a configuration in the order of its lines, and what it was read into. */
export interface Checked extends ReadXl {
  readonly findings: readonly Finding[];
}

/** Checks a configuration. Never throws, whatever the text is. */
export function checkConfig(text: string, context: CheckContext = {}, host?: XlHost): Checked {
  const read = readXl(text, host);
  const { settings } = read;
  const own: XlProblem[] = [];
  for (const rule of RULES) rule({ text, settings, context, say: problem => void own.push(problem) });
  // What is missing may well be in a line that could not be read.
  const broken = read.file.problems.some(({ refused }) => refused);
  const all = [...settings.problems, ...own].filter(({ code }) => !(broken && code === 'missing'));
  return { ...read, findings: few(unique(all)) };
}

/** Of very many the first, and one at least of those for which xl refuses the file. */
function few(findings: XlProblem[]): XlProblem[] {
  const first = findings.slice(0, MOST_PROBLEMS);
  const reason = first.some(({ refused }) => refused) ? undefined : findings.find(({ refused }) => refused);
  return reason ? [...first, reason] : first;
}

/** One place, one code, one finding; an error goes before what is less. */
function unique(problems: readonly XlProblem[]): XlProblem[] {
  const kept = new Map<string, XlProblem>();
  const rank = ({ severity, refused }: XlProblem): number =>
    (refused ? 4 : 0) + ['information', 'warning', 'error'].indexOf(severity);
  for (const one of problems) {
    const { start, end } = one.range;
    const place = `${start.offset} ${end.offset} ${one.code === 'missing' ? one.message : one.code}`;
    const before = kept.get(place);
    if (!before || rank(one) > rank(before)) kept.set(place, { ...before, ...one, ...((one.fix ?? before?.fix) ? { fix: (one.fix ?? before?.fix)! } : {}) }); // prettier-ignore
  }
  return [...kept.values()].sort((a, b) => a.range.start.offset - b.range.start.offset);
}
