// Formatting of configurations: `key = value`, lists that go on over lines indented by four blanks. Only blanks change.
import { tokens } from '../../xl';

/** @returns undefined when the text cannot be formatted without a doubt about its meaning */
export function format(text: string): string | undefined {
  let depth = 0;
  const lines = text.split('\n').map(line => {
    const content = line.trim();
    const before = depth;
    depth = Math.max(0, depth + balance(content));
    if (content === '') return '';
    if (before > 0) return '    '.repeat(content.startsWith(']') ? before - 1 : before) + content;
    return content.replace(/^([a-z][._0-9a-z]*)[ \t]*(\+?=)[ \t]*/, '$1 $2 ');
  });
  const result = lines.join('\n');
  const ended = result.endsWith('\n') ? result : `${result}\n`;
  return same(text.endsWith('\n') ? text : `${text}\n`, ended) ? ended : undefined;
}

/** Brackets that a line opens, less those that it closes, outside of strings and comments. */
function balance(line: string): number {
  const code = line.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|#.*/g, '');
  return (code.match(/\[/g)?.length ?? 0) - (code.match(/\]/g)?.length ?? 0);
}

function same(a: string, b: string): boolean {
  const [first, second] = [tokens(a), tokens(b)];
  if (first.problems.length > 0 || second.problems.length > 0) return false;
  return (
    first.tokens.length === second.tokens.length &&
    first.tokens.every(({ kind, value }, n) => kind === second.tokens[n]!.kind && value === second.tokens[n]!.value)
  );
}
