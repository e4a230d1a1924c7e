// What a person reads about a machine that says nothing: where it is, what happened, and why that may be.
import type { LabCard } from '../protocol';
import type { Evidence } from './evidence';
import { findCircle } from './exception-rules';
import { SILENCE_RULES, type SilenceRule } from './rules';
import { coreLine, exceptionLine } from './words';

/** Exceptions of one core that are shown. */
const SHOWN = 5;

const count = new Intl.NumberFormat('en-US');

function silence({ occasion, instructions }: Evidence): string {
  if (occasion === 'idle') return 'nothing was printed, and the machine only waits';
  const many = `${count.format(Math.round(instructions / 1e6))} million instructions`;
  return occasion === 'later' ? `nothing more was printed for ${many}` : `nothing was printed in the first ${many}`;
}

function* cores({ condition, name }: Evidence): Generator<string> {
  for (const [index, core] of condition.cores.entries()) {
    yield `cpu${index}: ${coreLine(core, name(index, core.pc))}`;
    if (core.exceptions.length > 0) yield `  last exceptions of cpu${index}, the latest last:`;
    for (const one of core.exceptions.slice(-SHOWN)) yield `  ${exceptionLine(one, name(index, one.pc))}`;
  }
}

/**
 * Tries the rules.
 * @param told codes that were told before; they are no reason for another card
 * @returns undefined when this is nothing to speak of
 */
export function silenceCard(evidence: Evidence, told: ReadonlySet<string> = new Set()): LabCard | undefined {
  const { occasion } = evidence;
  if (evidence.early && findCircle(evidence) === undefined) return undefined;
  const worth = ({ on }: SilenceRule): boolean => on.includes(occasion);
  const found = SILENCE_RULES.flatMap(rule => {
    // A machine that has spoken shows that its start was right.
    const why = worth(rule) || (rule.on.length === 0 && occasion !== 'later') ? rule.find(evidence) : undefined;
    return why === undefined ? [] : [{ rule, why }];
  });
  const main = found.find(({ rule }) => worth(rule));
  if (!main || told.has(main.rule.code)) return undefined;
  const { rule, why } = main;
  // That nothing else was found is no news beside something that was.
  const others = found.filter(one => one !== main && one.rule.code !== 'boot.silent');
  return {
    severity: rule.severity,
    code: rule.code,
    message: `${silence(evidence)}: ${why}; ${rule.remedy(evidence)}`,
    lines: [
      ...cores(evidence),
      ...(evidence.guests ?? []),
      ...others.map(({ rule: other, why: also }) => `also: ${also}; ${other.remedy(evidence)} [${other.code}]`),
    ],
  };
}
