// Command lines as the device tree tools read them: letters in clusters, values attached or apart, long names that may be
// cut short, operands anywhere between.
import { UsageError } from '../options';

export interface ToolOption {
  /** Without its dash. */
  readonly letter?: string;
  /** Without its dashes. */
  readonly name: string;
  /** What the usage text calls the value; without one the option is a switch. */
  readonly value?: string;
  readonly help: string;
}

export interface Given {
  /** The long name of the option. */
  readonly name: string;
  readonly value: string;
}

/** @throws UsageError for what the table does not have. */
export function readWords(
  table: readonly ToolOption[],
  words: readonly string[],
): { given: Given[]; operands: string[] } {
  const given: Given[] = [];
  const operands: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const next = (what: string): string => {
      const value = words[++i];
      if (value === undefined) throw new UsageError(`${what} needs a value`);
      return value;
    };
    if (word === '--') return { given, operands: [...operands, ...words.slice(i + 1)] };
    if (word.startsWith('--')) {
      const [head, value] = split(word.slice(2));
      const { name, value: wanted } = byName(table, head);
      if (wanted === undefined && value !== undefined) throw new UsageError(`--${name} takes no value`);
      given.push({ name, value: wanted === undefined ? '' : (value ?? next(`--${name}`)) });
    } else if (word.length > 1 && word.startsWith('-')) {
      for (let at = 1; at < word.length; at++) {
        const option = table.find(one => one.letter === word[at]);
        if (!option) throw new UsageError(`unknown option -${word[at]}`);
        if (option.value === undefined) {
          given.push({ name: option.name, value: '' });
          continue;
        }
        const attached = word.slice(at + 1);
        given.push({ name: option.name, value: attached === '' ? next(`-${option.letter}`) : attached });
        break;
      }
    } else operands.push(word);
  }
  return { given, operands };
}

function split(word: string): [head: string, value: string | undefined] {
  const equals = word.indexOf('=');
  return equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)];
}

function byName(table: readonly ToolOption[], head: string): ToolOption {
  const exact = table.find(option => option.name === head);
  const close = table.filter(option => option.name.startsWith(head));
  const option = exact ?? (close.length === 1 ? close[0] : undefined);
  if (option) return option;
  throw new UsageError(close.length > 1 ? `--${head} may be any of several options` : `unknown option --${head}`);
}

/** The rows of a table as a usage text shows them. */
export function describeTool(table: readonly ToolOption[]): string {
  const left = ({ letter, name, value }: ToolOption): string =>
    `  ${letter === undefined ? '   ' : `-${letter},`} --${name}${value === undefined ? '' : ` ${value}`}`;
  const width = Math.max(...table.map(option => left(option).length)) + 2;
  return table.map(option => `${left(option).padEnd(width)}${option.help}\n`).join('');
}

/** A number as C reads it: decimal, 0x or octal; what follows it does not count, and no number is 0. */
export function looseNumber(text: string): number {
  const match = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)/.exec(text);
  if (!match) return 0;
  const digits = match[2]!;
  const value = /^0[0-7]/.test(digits) ? parseInt(digits, 8) : Number(digits);
  return match[1] === '-' ? -value : value;
}
