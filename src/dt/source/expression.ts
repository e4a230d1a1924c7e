// Integer expressions: those of C over unsigned 64-bit numbers, as dtc evaluates them.
import { MAX_EXPRESSION_DEPTH } from '../limits';
import type { Token } from './lexer';

/** What the evaluator needs of the parser. */
export interface ExpressionInput {
  readonly current: Token;
  advance(): Token;
  /** Takes this punctuation or reports that it is missing. */
  expect(text: string): boolean;
  /** A literal, or a bracketed expression by way of {@link evaluate}. */
  primary(depth: number): Integer;
  error(code: 'expression' | 'syntax', text: string, at: Token): void;
}

/** A number as it is kept here: a bigint from 2^53 on. */
export type Integer = number | bigint;

const BITS32 = 2 ** 32;

/** An unsigned 64-bit number in the form that costs least. */
export function integerOf(value: bigint): Integer {
  const wrapped = BigInt.asUintN(64, value);
  return wrapped <= Number.MAX_SAFE_INTEGER ? Number(wrapped) : wrapped;
}

/** The halves of a number, each of 32 bits without sign. */
export function halves(value: Integer): [high: number, low: number] {
  if (typeof value === 'number') return [Math.floor(value / BITS32), value >>> 0];
  return [Number(value >> 32n), Number(value & 0xffffffffn)];
}

const isZero = (value: Integer): boolean => value === 0;

/** Binary operators of C by strength, also those of #if; those of one row group to the left. */
export const STRENGTH: ReadonlyMap<string, number> = new Map(
  [
    ['||'],
    ['&&'],
    ['|'],
    ['^'],
    ['&'],
    ['==', '!='],
    ['<', '>', '<=', '>='],
    ['<<', '>>'],
    ['+', '-'],
    ['*', '/', '%'],
  ].flatMap((row, level) => row.map(operator => [operator, level] as const)),
);

/** What each operator does. Division is by more than zero. */
const OPERATORS: ReadonlyMap<string, (a: bigint, b: bigint) => bigint> = new Map([
  ['|', (a, b) => a | b],
  ['^', (a, b) => a ^ b],
  ['&', (a, b) => a & b],
  ['<<', (a, b) => (b < 64n ? a << b : 0n)],
  ['>>', (a, b) => (b < 64n ? a >> b : 0n)],
  ['+', (a, b) => a + b],
  ['-', (a, b) => a - b],
  ['*', (a, b) => a * b],
  ['/', (a, b) => a / b],
  ['%', (a, b) => a % b],
]);

function apply(operator: string, a: Integer, b: Integer): Integer {
  switch (operator) {
    case '||':
      return isZero(a) && isZero(b) ? 0 : 1;
    case '&&':
      return isZero(a) || isZero(b) ? 0 : 1;
    case '==':
      return a === b ? 1 : 0;
    case '!=':
      return a === b ? 0 : 1;
    case '<':
      return a < b ? 1 : 0;
    case '>':
      return a > b ? 1 : 0;
    case '<=':
      return a <= b ? 1 : 0;
    case '>=':
      return a >= b ? 1 : 0;
  }
  // Nearly all numbers are small enough to do without bigints.
  if (typeof a === 'number' && typeof b === 'number' && a < BITS32 && b < BITS32) {
    switch (operator) {
      case '|':
        return (a | b) >>> 0;
      case '&':
        return (a & b) >>> 0;
      case '^':
        return (a ^ b) >>> 0;
      case '+':
        return a + b;
      case '<<':
        if (b <= 20) return a * 2 ** b;
        break;
      case '>>':
        return b < 32 ? a >>> b : 0;
      case '/':
        return Math.floor(a / b);
      case '%':
        return a % b;
    }
  }
  return integerOf(OPERATORS.get(operator)!(BigInt(a), BigInt(b)));
}

/**
 * Evaluates the expression at the input's current token.
 * @param depth of brackets and operators around it.
 * @returns an unsigned 64-bit number; 0 after an error, which has been reported.
 */
export function evaluate(input: ExpressionInput, depth: number): Integer {
  if (depth > MAX_EXPRESSION_DEPTH) {
    input.error('expression', `the expression nests deeper than ${MAX_EXPRESSION_DEPTH}; simplify it`, input.current);
    return 0;
  }
  const condition = binary(input, 0, depth);
  if (!takes(input, '?')) return condition;
  const yes = evaluate(input, depth + 1);
  if (!input.expect(':')) return 0;
  const no = evaluate(input, depth + 1);
  return isZero(condition) ? no : yes;
}

/** Operators of a level or stronger. */
function binary(input: ExpressionInput, level: number, depth: number): Integer {
  let left = unary(input, depth);
  for (;;) {
    const token = input.current;
    const strength = token.kind === 'punctuation' ? STRENGTH.get(token.text) : undefined;
    if (strength === undefined || strength < level) return left;
    input.advance();
    const right = binary(input, strength + 1, depth);
    if (isZero(right) && (token.text === '/' || token.text === '%')) {
      input.error('expression', 'division by zero; correct the divisor', token);
      left = 0;
    } else left = apply(token.text, left, right);
  }
}

const UNARY: ReadonlySet<string> = new Set(['-', '~', '!']);

function unary(input: ExpressionInput, depth: number): Integer {
  const pending: string[] = [];
  while (input.current.kind === 'punctuation' && UNARY.has(input.current.text)) pending.push(input.advance().text);
  let value = input.primary(depth);
  for (let operator = pending.pop(); operator !== undefined; operator = pending.pop()) {
    if (operator === '!') value = isZero(value) ? 1 : 0;
    else value = integerOf(operator === '-' ? -BigInt(value) : ~BigInt(value));
  }
  return value;
}

function takes(input: ExpressionInput, text: string): boolean {
  if (input.current.kind !== 'punctuation' || input.current.text !== text) return false;
  input.advance();
  return true;
}
