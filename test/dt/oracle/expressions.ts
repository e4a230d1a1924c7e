// Integer expressions of the language: every operator, every form of a literal.
import type { Random } from '../fuzz';

const BINARY = ['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>', '<', '>', '<=', '>=', '==', '!=', '&&', '||'];
const LITERALS = [
  // Not '\\\\': dtc goes on to the next ' in the file, wherever it is.
  '0', '1', '2', '3', '7', '010', '0777', '0x0', '0xFF', '0xdeadbeef', '0xffffffff', '4294967295', '42U', '42UL', '42ULL', '0x7L', '1LL',
  "'a'", "'\\n'", "'\\0'", "'\\x7f'", "'\\''", "'\"'", "'0'",
] as const; // prettier-ignore
const LARGE = [
  '0x100000000',
  '0xffffffffffffffff',
  '18446744073709551615',
  '0x8000000000000000',
  '01777777777777777777777',
];
const WRONG = [
  '08',
  '0x',
  '1.5',
  "''",
  "'ab'",
  '1u',
  '0b1',
  '18446744073709551616',
  '1LU',
  '(1',
  '()',
  '(1 +)',
  '(1 / 0)',
  '(5 % 0)',
  'x',
  "'\\xg'",
];

/** A literal or a bracketed expression; one of `wrong` is none. */
export function expression(random: Random, wrong: number): string {
  if (random.below(wrong) === 0) return random.of(WRONG);
  if (random.below(3) > 0) return random.of(LITERALS);
  const inner = operation(random, 0);
  // Most values do not fit in a cell unless they are cut down.
  return random.below(20) === 0 ? `(${inner})` : `((${inner}) & 0xffff)`;
}

function operand(random: Random, depth: number): string {
  if (depth > 3 || random.below(2) === 0) return random.of(random.below(6) === 0 ? LARGE : LITERALS);
  const inner = operation(random, depth + 1);
  return random.below(2) === 0 ? `(${inner})` : inner;
}

function operation(random: Random, depth: number): string {
  switch (random.below(6)) {
    case 0:
      return `${random.of(['-', '~', '!', '- -', '!!', '~-'])}${operand(random, depth)}`;
    case 1:
      return `${operand(random, depth)} ? ${operand(random, depth)} : ${operand(random, depth)}`;
    default: {
      const operator = random.of(BINARY);
      const right = operator === '/' || operator === '%' ? random.of(['1', '3', '0x10', '7U']) : operand(random, depth);
      const shift = operator === '<<' || operator === '>>' ? random.of(['0', '1', '4', '31', '32', '63']) : right;
      const blank = random.below(2) === 0 ? ' ' : '';
      // A minus that meets another is no operator of this language, and /* begins a comment.
      return `${operand(random, depth)}${blank}${operator}${blank || ' '}${shift}`;
    }
  }
}
