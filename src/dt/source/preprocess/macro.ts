// Macro definitions: what `#define` says, read once for each file and used by every source that includes it.
import { PpReader, PpToken, tokensOf } from './token';

/** Where a macro was defined. */
export interface MacroOrigin {
  readonly file: string;
  /** Of the directive's `#`. */
  readonly offset: number;
}

export interface Macro {
  readonly name: string;
  /** Undefined for a macro without brackets. */
  readonly parameters: readonly string[] | undefined;
  /** Whether the last parameter takes all that is left. */
  readonly variadic: boolean;
  readonly body: readonly PpToken[];
  /** The body as text when nothing in it can be a macro: most are a number. */
  readonly plain: string | undefined;
  /** `__LINE__` and its like, whose text depends on the place. */
  readonly special?: SpecialMacro;
  /** Absent for one that no file defines. */
  readonly origin?: MacroOrigin | undefined;
  /** While it is being expanded its name is no macro. */
  disabled: boolean;
}

export type SpecialMacro = '__FILE__' | '__LINE__' | '__COUNTER__' | '__INCLUDE_LEVEL__' | '__BASE_FILE__';
const SPECIAL: readonly SpecialMacro[] = ['__FILE__', '__LINE__', '__COUNTER__', '__INCLUDE_LEVEL__', '__BASE_FILE__'];

/** What cpp has defined for an assembler source when `-undef` takes away what the system adds. */
const ALWAYS = { __STDC__: '1', __STDC_HOSTED__: '1', __ASSEMBLER__: '1' };

/** The macros that every source begins with. */
export function initialMacros(defines: Readonly<Record<string, string>>): Macro[] {
  const macros = SPECIAL.map((special): Macro => ({
    name: special,
    parameters: undefined,
    variadic: false,
    body: [],
    plain: undefined,
    special,
    disabled: false,
  }));
  for (const [head, body] of Object.entries({ ...ALWAYS, ...defines })) {
    const macro = parseMacro(`${head} ${body}`);
    if (typeof macro !== 'string') macros.push(macro);
  }
  return macros;
}

/** @returns the macro of a `#define` with this text behind it, or what is wrong. */
export function parseMacro(text: string, origin?: MacroOrigin): Macro | string {
  const reader = new PpReader(text, 0);
  const name = reader.next();
  if (name?.kind !== 'name') return name ? `${name.text} is no name for a macro` : '#define needs a name';
  if (name.text === 'defined' || name.text === '__has_include') return `${name.text} cannot be a macro`;
  let parameters: string[] | undefined;
  let variadic = false;
  if (text[reader.at] === '(') {
    reader.next();
    const list = parseParameters(reader);
    if (typeof list === 'string') return `macro ${name.text}: ${list}`;
    ({ names: parameters, variadic } = list);
  }
  const body = parseBody(tokensOf(text.slice(reader.at)), parameters);
  if (typeof body === 'string') return `macro ${name.text}: ${body}`;
  const plain = body.some(token => token.kind === 'name' || token.kind === 'parameter' || token.paste)
    ? undefined
    : body.map(token => (token.space ? ' ' : '') + token.text).join('');
  return { name: name.text, parameters, variadic, body, plain, origin, disabled: false };
}

function parseParameters(reader: PpReader): { names: string[]; variadic: boolean } | string {
  const names: string[] = [];
  for (let token = reader.next(); ; token = reader.next()) {
    if (!token) return 'its parameters have no )';
    if (token.text === ')' && names.length === 0) return { names, variadic: false };
    let variadic = false;
    if (token.text === '...') {
      names.push('__VA_ARGS__');
      variadic = true;
    } else if (token.kind !== 'name') return `${token.text} cannot be a parameter`;
    else if (names.includes(token.text)) return `parameter ${token.text} is there twice`;
    else names.push(token.text);
    let next = reader.next();
    // GNU: `args...` names what is left.
    if (next?.text === '...' && !variadic) {
      variadic = true;
      next = reader.next();
    }
    if (next?.text === ')') return { names, variadic };
    if (next?.text !== ',' || variadic)
      return next ? 'its parameters are not parted by commas' : 'its parameters have no )';
  }
}

function parseBody(tokens: PpToken[], parameters: readonly string[] | undefined): PpToken[] | string {
  const body: PpToken[] = [];
  for (let i = 0; i < tokens.length; i++) {
    let token = tokens[i]!;
    const first = body.length === 0;
    if (token.text === '##') {
      const last = body.at(-1);
      if (!last || i + 1 === tokens.length) return '## cannot stand at an end of it';
      last.paste = true;
      continue;
    }
    const quoted = token.text === '#' && parameters !== undefined && tokens[i + 1]?.kind === 'name';
    const name = quoted ? tokens[i + 1]! : token;
    const index = name.kind === 'name' ? (parameters?.indexOf(name.text) ?? -1) : -1;
    if (index >= 0) {
      const space = token.space;
      token = new PpToken('parameter', name.text, first ? false : space);
      token.parameter = index;
      token.quoted = quoted;
      if (quoted) i++;
    } else if (first && token.space) token = token.copy(false);
    body.push(token);
  }
  return body;
}
