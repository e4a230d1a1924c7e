// Cases of checks: a source, flags of dtc, and what dtc prints.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { CheckSwitch } from '../../src/dt';
import { path, text } from './fixtures';

export interface CheckCase {
  readonly name: string;
  readonly flags: readonly string[];
  readonly source: string;
}

export const EXPECTED = path('checks.expected');

const sections = (whole: string): [string, string][] =>
  whole
    .split(/^=== /m)
    .slice(1)
    .map(section => {
      const end = section.indexOf('\n');
      return [section.slice(0, end), section.slice(end + 1)];
    });

export const readCases = (): CheckCase[] =>
  sections(text('checks.cases')).map(([title, body]) => {
    const [name = '', flags] = title.split('  ');
    return { name, flags: flags?.split(' ') ?? [], source: `/dts-v1/;\n${body}` };
  });

export const readExpected = (): Map<string, string> => new Map(sections(readFileSync(EXPECTED, 'utf8')));

/** What the flags mean to our checks. */
export function optionsOf({ flags }: CheckCase): { switches: CheckSwitch[]; quiet: number } {
  const switches = flags.flatMap((flag, i): CheckSwitch[] =>
    flag === '-W' || flag === '-E' ? [{ kind: flag === '-W' ? 'warning' : 'error', name: flags[i + 1]! }] : [],
  );
  return { switches, quiet: flags.filter(flag => flag === '-q').length };
}

/** Lines of checks only: not dtc's last words, nor what it says of files. */
export const onlyChecks = (errors: string): string => errors.replace(/^ERROR: Input tree has errors.*\n/m, '');

export function dtcSays({ flags, source }: CheckCase): string {
  const { stderr, error } = spawnSync('dtc', ['-I', 'dts', '-O', 'dtb', ...flags, '-'], {
    input: source,
    encoding: 'latin1',
  });
  if (error) throw error;
  return onlyChecks(stderr);
}
