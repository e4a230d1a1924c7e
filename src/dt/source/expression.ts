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
  primary(depth: number): bigint;
  error(code: 'expression' | 'syntax', text: string, at: Token): void;
}

const unsigned = (n: bigint): bigint => BigInt.asUintN(64, n);
const truth = (b: boolean): bigint => (b ? 1n : 0n);

/** Binary operators by falling strength; all group to the left. Division is apart, for it can fail. */
const LEVELS: readonly ReadonlyMap<string, (a: bigint, b: bigint) => bigint>[] = [
  new Map([['||', (a, b) => truth(a !== 0n || b !== 0n)]]),
  new Map([['&&', (a, b) => truth(a !== 0n && b !== 0n)]]),
  new Map([['|', (a, b) => a | b]]),
  new Map([['^', (a, b) => a ^ b]]),
  new Map([['&', (a, b) => a & b]]),
  new Map([
    ['==', (a, b) => truth(a === b)],
    ['!=', (a, b) => truth(a !== b)],
  ]),
  new Map([
    ['<', (a, b) => truth(a < b)],
    ['>', (a, b) => truth(a > b)],
    ['<=', (a, b) => truth(a <= b)],
    ['>=', (a, b) => truth(a >= b)],
  ]),
  new Map([
    ['<<', (a, b) => (b < 64n ? unsigned(a << b) : 0n)],
    ['>>', (a, b) => (b < 64n ? a >> b : 0n)],
  ]),
  new Map([
    ['+', (a, b) => unsigned(a + b)],
    ['-', (a, b) => unsigned(a - b)],
  ]),
  new Map([
    ['*', (a, b) => unsigned(a * b)],
    ['/', (a, b) => a / b],
    ['%', (a, b) => a % b],
  ]),
];

const UNARY: ReadonlyMap<string, (a: bigint) => bigint> = new Map([
  ['-', a => unsigned(-a)],
  ['~', a => unsigned(~a)],
  ['!', a => truth(a === 0n)],
]);

/**
 * Evaluates the expression at the input's current token.
 * @param depth of brackets and operators around it.
 * @returns an unsigned 64-bit number; 0 after an error, which has been reported.
 */
export function evaluate(input: ExpressionInput, depth: number): bigint {
  if (depth > MAX_EXPRESSION_DEPTH) {
    input.error('expression', `the expression nests deeper than ${MAX_EXPRESSION_DEPTH}; simplify it`, input.current);
    return 0n;
  }
  const condition = binary(input, 0, depth);
  if (!takes(input, '?')) return condition;
  const yes = evaluate(input, depth + 1);
  if (!input.expect(':')) return 0n;
  const no = evaluate(input, depth + 1);
  return condition !== 0n ? yes : no;
}

function binary(input: ExpressionInput, level: number, depth: number): bigint {
  const operators = LEVELS[level];
  if (!operators) return unary(input, depth);
  let left = binary(input, level + 1, depth);
  for (;;) {
    const token = input.current;
    const apply = token.kind === 'punctuation' ? operators.get(token.text) : undefined;
    if (!apply) return left;
    input.advance();
    const right = binary(input, level + 1, depth);
    if (right === 0n && (token.text === '/' || token.text === '%')) {
      input.error('expression', 'division by zero; correct the divisor', token);
      left = 0n;
    } else left = apply(left, right);
  }
}

function unary(input: ExpressionInput, depth: number): bigint {
  const pending: ((a: bigint) => bigint)[] = [];
  for (;;) {
    const token = input.current;
    const apply = token.kind === 'punctuation' ? UNARY.get(token.text) : undefined;
    if (!apply) break;
    input.advance();
    pending.push(apply);
  }
  return pending.reduceRight((value, apply) => apply(value), input.primary(depth));
}

function takes(input: ExpressionInput, text: string): boolean {
  if (input.current.kind !== 'punctuation' || input.current.text !== text) return false;
  input.advance();
  return true;
}
