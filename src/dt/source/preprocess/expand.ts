// Macro expansion (C11 6.10.3), with cpp's rules for the blanks of its output: where an expansion begins or ends there
// is none, unless two tokens would otherwise become one.
import type { Macro } from './macro';
import { PADDING, paddingOf, PpToken, tokensOf, wouldJoin, type PpReader } from './token';

/** Tokens that are being gone through; those of a macro's body keep it disabled. */
interface Context {
  readonly tokens: readonly PpToken[];
  at: number;
  readonly macro: Macro | undefined;
  /** An argument on its own: nothing behind its end is seen. */
  readonly closed: boolean;
}

/** One argument, as written, and expanded when that is first asked for. */
interface Argument {
  readonly raw: PpToken[];
  expanded?: PpToken[];
}

/** Ends an expansion that grows beyond its bounds. */
export class ExpansionLimit extends Error {}

export interface ExpanderHost {
  macro(name: string): Macro | undefined;
  /** The text of `__LINE__` and its like here. */
  special(macro: Macro): string;
  /** Reports what is wrong with a macro's use. */
  complain(text: string): void;
  /** Counts the cost of a step. @throws ExpansionLimit */
  spend(amount: number): void;
}

const MAX_CONTEXTS = 10_000;
const MAX_NESTED_ARGUMENTS = 200;

export class Expander {
  private readonly contexts: Context[] = [];
  /** Above 0 while arguments are collected: names stay names. */
  private collecting = 0;
  private nested = 0;
  /** Where the last token of the input was looked for, blanks before it and all. */
  private inputBefore = 0;

  /** @param input what follows the name in its file; none for the lines of directives. */
  constructor(
    private readonly host: ExpanderHost,
    private readonly input: PpReader | undefined,
  ) {}

  /** @returns the expansion of the macro that `name` names; undefined when it is no use of it. */
  expandName(name: PpToken, macro: Macro): PpToken[] | undefined {
    if (!this.enter(macro, name)) {
      this.unwind();
      return undefined;
    }
    const out: PpToken[] = [paddingOf(name)];
    try {
      while (this.contexts.length > 0) {
        const token = this.next();
        if (!token) break;
        out.push(token);
      }
    } finally {
      this.unwind();
    }
    return out;
  }

  /** Expands tokens that nothing follows. */
  expandList(tokens: readonly PpToken[]): PpToken[] {
    try {
      return this.expandClosed(tokens);
    } finally {
      this.unwind();
    }
  }

  private unwind(): void {
    for (const { macro } of this.contexts.splice(0)) if (macro) macro.disabled = false;
    this.collecting = 0;
    this.nested = 0;
  }

  private expandClosed(tokens: readonly PpToken[]): PpToken[] {
    if (++this.nested > MAX_NESTED_ARGUMENTS) throw new ExpansionLimit();
    const depth = this.contexts.length;
    const { collecting } = this;
    this.collecting = 0;
    this.push(tokens, undefined, true);
    const out: PpToken[] = [];
    for (let token = this.next(); token; token = this.next()) out.push(token);
    this.contexts.length = depth;
    this.collecting = collecting;
    this.nested--;
    return out;
  }

  private push(tokens: readonly PpToken[], macro: Macro | undefined, closed = false): void {
    if (this.contexts.length > MAX_CONTEXTS) throw new ExpansionLimit();
    this.contexts.push({ tokens, at: 0, macro, closed });
  }

  /** The next token of the result; undefined at the end of the input or of a closed context. */
  private next(): PpToken | undefined {
    for (;;) {
      this.host.spend(1);
      const context = this.contexts.at(-1);
      let token: PpToken | undefined;
      if (!context) {
        if (!this.input) return undefined;
        this.inputBefore = this.input.at;
        token = this.input.next();
        if (!token) return undefined;
      } else if (context.at < context.tokens.length) {
        token = context.tokens[context.at++]!;
        if (token.paste) {
          this.paste(context, token);
          continue;
        }
      } else {
        if (context.closed) return undefined;
        this.contexts.pop();
        if (context.macro) context.macro.disabled = false;
        return PADDING;
      }
      if (token.kind !== 'name' || token.fixed) return token;
      const macro = this.host.macro(token.text);
      if (!macro) return token;
      if (macro.disabled) {
        const fixed = token.copy();
        fixed.fixed = true;
        return fixed;
      }
      if (this.collecting > 0) return token;
      if (this.enter(macro, token)) return paddingOf(token);
      return token;
    }
  }

  /** Puts a macro's body on the stack. @returns false when brackets are missing: then the name is only a name. */
  private enter(macro: Macro, name: PpToken): boolean {
    if (macro.special) {
      this.push(tokensOf(this.host.special(macro)), undefined);
      return true;
    }
    let { body } = macro;
    if (macro.parameters) {
      this.collecting++;
      const args = this.collect(macro, name);
      this.collecting--;
      if (!args) return false;
      if (macro.parameters.length > 0) body = this.substitute(macro, args);
    }
    macro.disabled = true;
    this.push(body, macro);
    return true;
  }

  /** Reads the arguments in brackets behind a name. */
  private collect(macro: Macro, name: PpToken): Argument[] | undefined {
    let padding: PpToken | undefined;
    let token = this.next();
    for (; token?.kind === 'padding'; token = this.next())
      if (!padding || (!padding.space && !token.source)) padding = token;
    if (token?.text !== '(' || token.kind !== 'other') {
      if (token) this.putBack();
      if (padding) this.push([padding], undefined);
      return undefined;
    }
    if (this.input) this.input.inArguments = true;
    const args = this.readArguments(macro, name);
    if (this.input) this.input.inArguments = false;
    return args && this.counted(macro, args);
  }

  /** What stands behind the opening bracket, up to the one that closes it. */
  private readArguments(macro: Macro, name: PpToken): Argument[] | undefined {
    const parameters = macro.parameters!;
    const args: Argument[] = [];
    let raw: PpToken[] = [];
    let depth = 0;
    for (;;) {
      const token = this.next();
      if (!token) {
        this.host.complain(`the arguments of macro ${name.text} have no ); add it`);
        return undefined;
      }
      if (token.kind === 'padding') {
        if (raw.length > 0) raw.push(token);
        continue;
      }
      if (token.kind === 'other') {
        if (token.text === '(') depth++;
        else if (token.text === ')' && depth-- === 0) break;
        else if (token.text === ',' && depth === 0 && !(macro.variadic && args.length + 1 === parameters.length)) {
          args.push({ raw: trimmed(raw) });
          raw = [];
          continue;
        }
      }
      raw.push(token);
    }
    args.push({ raw: trimmed(raw) });
    return args;
  }

  private counted(macro: Macro, args: Argument[]): Argument[] | undefined {
    const wanted = macro.parameters!.length;
    if (args.length === wanted) return args;
    if (wanted === 0 && args.length === 1 && args[0]!.raw.length === 0) return [];
    // What is left for the last parameter may be nothing at all.
    if (macro.variadic && args.length + 1 === wanted) return [...args, { raw: [] }];
    const { name } = macro;
    this.host.complain(`macro ${name} takes ${wanted} arguments, not ${args.length}; correct them`);
    return undefined;
  }

  private putBack(): void {
    const context = this.contexts.at(-1);
    if (context) context.at--;
    else if (this.input) this.input.at = this.inputBefore;
  }

  /** The body with arguments for parameters. */
  private substitute(macro: Macro, args: readonly Argument[]): PpToken[] {
    const out: PpToken[] = [];
    const { body } = macro;
    for (let i = 0; i < body.length; i++) {
      const token = body[i]!;
      if (token.kind !== 'parameter') {
        out.push(token);
        continue;
      }
      const argument = args[token.parameter]!;
      const pasted = i > 0 && body[i - 1]!.paste;
      this.host.spend(argument.raw.length + 1);
      if (token.quoted) {
        const text = stringOf(argument.raw);
        const string = new PpToken('string', text, token.space);
        string.paste = token.paste;
        out.push(string);
        continue;
      }
      if (!pasted && !token.paste) {
        argument.expanded ??= this.expandClosed(argument.raw);
        this.host.spend(argument.expanded.length);
        if (i > 0) out.push(paddingOf(token));
        for (const one of argument.expanded) out.push(one);
        out.push(PADDING);
        continue;
      }
      const { raw } = argument;
      if (pasted) {
        const before = out.at(-1);
        if (before?.text === ',' && macro.variadic && token.parameter === macro.parameters!.length - 1) {
          // GNU: `, ## args` leaves the comma out when nothing is left, and joins nothing otherwise.
          if (raw.length === 0) out.pop();
          else out[out.length - 1] = withPaste(before, false);
        } else if (raw.length === 0 && before) out[out.length - 1] = withPaste(before, token.paste);
      } else if (i > 0) out.push(paddingOf(token));
      raw.forEach((one, k) => out.push(k === raw.length - 1 && token.paste ? withPaste(one, true) : one));
      if (!token.paste) out.push(PADDING);
    }
    return out;
  }

  /** Joins a token with those behind its `##`, and goes on with the result. */
  private paste(context: Context, first: PpToken): void {
    let left = first;
    for (;;) {
      let right = context.tokens[context.at++];
      while (right?.kind === 'padding' && !right.source) right = context.tokens[context.at++];
      if (!right || right.kind === 'padding') break;
      const whole = tokensOf(left.text + right.text);
      if (whole.length !== 1) {
        // Assembler sources may ask for what is no token: the two then stand side by side.
        context.at--;
        left = withPaste(left, false);
        break;
      }
      left = new PpToken(whole[0]!.kind, whole[0]!.text, first.space);
      if (!right.paste) break;
    }
    this.push([left.paste ? withPaste(left, false) : left], undefined);
  }
}

function withPaste(token: PpToken, paste: boolean): PpToken {
  const copy = token.copy();
  copy.paste = paste;
  return copy;
}

function trimmed(tokens: PpToken[]): PpToken[] {
  while (tokens.at(-1)?.kind === 'padding') tokens.pop();
  return tokens;
}

/** What `#` makes of an argument. */
function stringOf(tokens: readonly PpToken[]): string {
  let text = '';
  let space = false;
  for (const token of tokens) {
    if (token.kind === 'padding') {
      space ||= token.source?.space ?? false;
      continue;
    }
    if (text !== '' && (token.space || space)) text += ' ';
    space = false;
    text += token.kind === 'string' || token.kind === 'char' ? token.text.replaceAll(/[\\"]/g, '\\$&') : token.text;
  }
  return `"${text}"`;
}

/**
 * The text of an expansion between two neighbours.
 * @param before the token that it follows without a blank, if there is one
 * @param after the token that follows it without a blank, if there is one
 */
export function textOf(tokens: readonly PpToken[], before: PpToken | undefined, after: PpToken | undefined): string {
  let text = '';
  let previous = before;
  let padded = false;
  let source: PpToken | undefined;
  const needsBlank = (token: PpToken): boolean => {
    if (!padded) return token.space;
    const from = source ?? token;
    return from.space || (previous !== undefined && wouldJoin(previous, token));
  };
  for (const token of tokens) {
    if (token.kind === 'padding') {
      if (!source || (!source.space && !token.source)) source = token.source;
      padded = true;
      continue;
    }
    text += needsBlank(token) ? ` ${token.text}` : token.text;
    padded = false;
    source = undefined;
    previous = token;
  }
  return after && needsBlank(after) ? `${text} ` : text;
}
