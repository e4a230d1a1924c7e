// The expressions of #if: integers of 64 bits, signed unless a U says otherwise (C11 6.10.1).
import { unescape } from '../escapes';
import { STRENGTH } from '../expression';
import type { PpToken } from './token';

export interface ConditionHost {
  defined(name: string): boolean;
  /** Whether an include of this would find a file. */
  hasInclude(path: string, beside: boolean): boolean;
  /** Expands macros. */
  expand(tokens: readonly PpToken[]): PpToken[];
}

interface Value {
  readonly value: bigint;
  readonly unsigned: boolean;
}

class Malformed extends Error {}

const MAX_DEPTH = 200;

/** @returns whether the condition holds, or what is wrong with it. */
export function evaluateCondition(tokens: readonly PpToken[], host: ConditionHost): boolean | string {
  try {
    const expanded = host.expand(withoutQueries(tokens, host)).filter(token => token.kind !== 'padding');
    const reader = new ConditionReader(expanded);
    return reader.all() !== 0n;
  } catch (stop) {
    if (stop instanceof Malformed) return stop.message;
    throw stop;
  }
}

/** `defined X` and `__has_include(...)` ask before macros are expanded. */
function withoutQueries(tokens: readonly PpToken[], host: ConditionHost): PpToken[] {
  const out: PpToken[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    const answer = (yes: boolean): void => void out.push(numberLike(token, yes ? '1' : '0'));
    if (token.text === 'defined' && token.kind === 'name') {
      const bracket = tokens[i + 1]?.text === '(';
      const name = tokens[i + (bracket ? 2 : 1)];
      if (name?.kind !== 'name') throw new Malformed('defined needs a name');
      if (bracket && tokens[i + 3]?.text !== ')') throw new Malformed('defined(... has no )');
      answer(host.defined(name.text));
      i += bracket ? 3 : 1;
    } else if (token.text === '__has_include' && token.kind === 'name') {
      const close = tokens.findIndex((one, at) => at > i && one.text === ')');
      if (tokens[i + 1]?.text !== '(' || close < 0) throw new Malformed('__has_include needs ("file") or (<file>)');
      let inside = tokens.slice(i + 2, close);
      if (inside[0]?.kind === 'name') inside = host.expand(inside).filter(one => one.kind !== 'padding');
      const path = /^(?:"([^"]+)"|<([^>]+)>)$/.exec(inside.map(one => one.text).join(''));
      if (!path) throw new Malformed('__has_include needs ("file") or (<file>)');
      answer(host.hasInclude(path[1] ?? path[2]!, path[1] !== undefined));
      i = close;
    } else out.push(token);
  }
  return out;
}

function numberLike(token: PpToken, text: string): PpToken {
  return Object.assign(token.copy(), { kind: 'number', text } as const);
}

class ConditionReader {
  private at = 0;

  constructor(private readonly tokens: readonly PpToken[]) {}

  all(): bigint {
    if (this.tokens.length === 0) throw new Malformed('#if needs an expression');
    const { value } = this.choice(true, 0);
    const rest = this.tokens[this.at];
    if (rest) throw new Malformed(`the condition goes on with ${rest.text}, where it should end`);
    return value;
  }

  private takes(text: string): boolean {
    const token = this.tokens[this.at];
    if (token?.kind !== 'other' || token.text !== text) return false;
    this.at++;
    return true;
  }

  /** @param live false where the value does not count, so that a division by zero is no error there. */
  private choice(live: boolean, depth: number): Value {
    if (depth > MAX_DEPTH) throw new Malformed('the condition nests too deep; simplify it');
    const condition = this.binary(0, live, depth);
    if (!this.takes('?')) return condition;
    const yes = this.choice(live && condition.value !== 0n, depth + 1);
    if (!this.takes(':')) throw new Malformed('? has no :');
    const no = this.choice(live && condition.value === 0n, depth + 1);
    const unsigned = yes.unsigned || no.unsigned;
    return wrap((condition.value !== 0n ? yes : no).value, unsigned);
  }

  private binary(level: number, live: boolean, depth: number): Value {
    let left = this.unary(live, depth);
    for (;;) {
      const token = this.tokens[this.at];
      const strength = token?.kind === 'other' ? STRENGTH.get(token.text) : undefined;
      if (token === undefined || strength === undefined || strength < level) return left;
      this.at++;
      const { text } = token;
      const counts = live && !(text === '||' && left.value !== 0n) && !(text === '&&' && left.value === 0n);
      left = apply(text, left, this.binary(strength + 1, counts, depth + 1), counts);
    }
  }

  private unary(live: boolean, depth: number): Value {
    if (depth > MAX_DEPTH) throw new Malformed('the condition nests too deep; simplify it');
    const token = this.tokens[this.at++];
    if (!token) throw new Malformed('the condition ends too early');
    if (token.kind === 'number') return integer(token.text);
    // What is no macro is 0.
    if (token.kind === 'name') return { value: 0n, unsigned: false };
    if (token.kind === 'char') return character(token.text);
    switch (token.text) {
      case '(': {
        const value = this.choice(live, depth + 1);
        if (!this.takes(')')) throw new Malformed('( has no )');
        return value;
      }
      case '!':
        return { value: this.unary(live, depth + 1).value === 0n ? 1n : 0n, unsigned: false };
      case '~': {
        const { value, unsigned } = this.unary(live, depth + 1);
        return wrap(~value, unsigned);
      }
      case '-': {
        const { value, unsigned } = this.unary(live, depth + 1);
        return wrap(-value, unsigned);
      }
      case '+':
        return this.unary(live, depth + 1);
    }
    throw new Malformed(`${token.text} has no value in a condition`);
  }
}

const wrap = (value: bigint, unsigned: boolean): Value => ({
  value: unsigned ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value),
  unsigned,
});

function apply(operator: string, a: Value, b: Value, live: boolean): Value {
  const truth = (yes: boolean): Value => ({ value: yes ? 1n : 0n, unsigned: false });
  const unsigned = a.unsigned || b.unsigned;
  const x = wrap(a.value, unsigned).value;
  const y = wrap(b.value, unsigned).value;
  switch (operator) {
    case '||':
      return truth(a.value !== 0n || b.value !== 0n);
    case '&&':
      return truth(a.value !== 0n && b.value !== 0n);
    case '|':
      return wrap(x | y, unsigned);
    case '^':
      return wrap(x ^ y, unsigned);
    case '&':
      return wrap(x & y, unsigned);
    case '==':
      return truth(x === y);
    case '!=':
      return truth(x !== y);
    case '<':
      return truth(x < y);
    case '>':
      return truth(x > y);
    case '<=':
      return truth(x <= y);
    case '>=':
      return truth(x >= y);
    case '+':
      return wrap(x + y, unsigned);
    case '-':
      return wrap(x - y, unsigned);
    case '*':
      return wrap(x * y, unsigned);
    case '<<':
      return shifted(a, b.value);
    case '>>':
      return shifted(a, -b.value);
  }
  if (y === 0n) {
    if (live) throw new Malformed('division by zero');
    return { value: 0n, unsigned };
  }
  return wrap(operator === '/' ? x / y : x % y, unsigned);
}

/** To the left; by a negative number to the right. */
function shifted({ value, unsigned }: Value, by: bigint): Value {
  if (by >= 64n) return { value: 0n, unsigned };
  if (by <= -64n) return { value: value < 0n ? -1n : 0n, unsigned };
  return wrap(by >= 0n ? value << by : value >> -by, unsigned);
}

function integer(text: string): Value {
  const match = /^(0[xX][0-9a-fA-F]+|0[bB][01]+|\d+)([uU]?[lL]{0,2}|[lL]{1,2}[uU])$/.exec(text);
  const digits = match?.[1] ?? '';
  const octal = /^0\d/.test(digits);
  if (!match || digits.length > 70 || (octal && /[89]/.test(digits)))
    throw new Malformed(`${text.slice(0, 40)} is no integer`);
  const value = BigInt(octal ? `0o${digits.slice(1)}` : digits);
  if (value >= 1n << 64n) throw new Malformed(`${text.slice(0, 40)} needs more than 64 bits`);
  return wrap(value, /u/i.test(match[2]!) || value >= 1n << 63n);
}

function character(text: string): Value {
  const bytes = unescape(text.slice(1, -1));
  if (typeof bytes === 'number' || bytes.length === 0) throw new Malformed(`${text} is no character`);
  let value = 0n;
  // A char is signed, and several make one number, as in GCC.
  for (const byte of bytes) value = BigInt.asIntN(32, (value << 8n) | BigInt(byte));
  return { value: bytes.length === 1 ? BigInt.asIntN(8, value) : value, unsigned: false };
}
