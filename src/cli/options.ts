// Command lines as data: a table of options, one parser for all tables, and the usage text made from the same rows.
import { didYouMean } from '../dt/nearest';

/** What was typed makes no sense: one line, exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Option<Target> {
  /** With the dashes. */
  readonly name: string;
  /** What the usage text calls the value; without one the option is a switch. */
  readonly value?: string;
  readonly help: string;
  /** Planned: refused, saying this. */
  readonly later?: string;
  /** May be given more than once. */
  readonly repeatable?: boolean;
  /** Puts the value where it belongs; throws UsageError when it cannot. `value` is empty for switches. */
  readonly apply: (target: Target, value: string) => void;
}

/**
 * Reads `--name value`, `--name=value` and, after `--` or without dashes, operands.
 * @returns the operands
 */
export function parseOptions<Target>(
  table: readonly Option<Target>[],
  words: readonly string[],
  target: Target,
): string[] {
  const operands: string[] = [];
  const seen = new Set<string>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === '--') return [...operands, ...words.slice(i + 1)];
    if (!word.startsWith('-') || word === '-') {
      operands.push(word);
      continue;
    }
    const equals = word.indexOf('=');
    const name = equals < 0 ? word : word.slice(0, equals);
    const option = table.find(one => one.name === name);
    if (!option)
      throw new UsageError(
        `unknown option ${name}${didYouMean(
          name,
          table.map(one => one.name),
        )}`,
      );
    if (option.later !== undefined) throw new UsageError(`${name} cannot be used in this release: ${option.later}`);
    if (seen.has(name) && !option.repeatable) throw new UsageError(`${name} is given twice`);
    seen.add(name);
    if (option.value === undefined) {
      if (equals >= 0) throw new UsageError(`${name} takes no value`);
      option.apply(target, '');
      continue;
    }
    const value = equals < 0 ? words[++i] : word.slice(equals + 1);
    if (value === undefined) throw new UsageError(`${name} needs a value: ${option.value}`);
    option.apply(target, value);
  }
  return operands;
}

/** @returns a decimal or 0x number */
export function parseNumber(name: string, text: string, minimum: number, maximum: number): number {
  const value = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : NaN;
  if (value >= minimum && value <= maximum) return value;
  throw new UsageError(`${name} must be a whole number from ${minimum} to ${maximum}, not "${text}"`);
}

/** @returns a positive number of seconds */
export function parseSeconds(name: string, text: string): number {
  const value = /^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : NaN;
  if (value > 0 && value <= 1e6) return value;
  throw new UsageError(`${name} must be a number of seconds, not "${text}"`);
}

export function parseChoice<Choice extends string>(name: string, text: string, choices: readonly Choice[]): Choice {
  const found = choices.find(choice => choice === text);
  if (found !== undefined) return found;
  throw new UsageError(`${name} must be ${choices.join(' or ')}, not "${text}"${didYouMean(text, choices)}`);
}

/** The rows of a table as the usage text shows them. */
export function describeOptions<Target>(table: readonly Option<Target>[]): string {
  const present = table.filter(option => option.later === undefined);
  const left = (option: Option<Target>): string => `  ${option.name}${option.value ? ` ${option.value}` : ''}`;
  const width = Math.min(32, Math.max(...present.map(option => left(option).length)) + 2);
  return present
    .map(option => {
      const head = left(option);
      const gap = head.length < width ? ' '.repeat(width - head.length) : `\n${' '.repeat(width)}`;
      return `${head}${gap}${option.help}\n`;
    })
    .join('');
}
