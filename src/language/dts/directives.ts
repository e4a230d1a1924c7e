// The lines of the preprocessor in one file: what it includes and which macros it defines, with their places.
import { directiveEnd, directiveName, withoutComments } from '../../dt/source/directive';
import { commentEnd, isQuote, isSlash, stringEnd } from '../../dt/source/scan';

export interface IncludeSite {
  /** As it is written, without quotes or brackets. */
  readonly path: string;
  /** Of the path, without quotes or brackets. */
  readonly start: number;
  readonly end: number;
  /** Whether the folder of the file itself is looked in: not for `<...>`. */
  readonly beside: boolean;
}

export interface MacroSite {
  readonly name: string;
  /** Of the name. */
  readonly start: number;
  readonly end: number;
  /** `(a, b)` of a macro with parameters. */
  readonly parameters: string | undefined;
  readonly body: string;
  /** The comment on the line, or above it. */
  readonly about: string | undefined;
}

export interface Directives {
  readonly includes: readonly IncludeSite[];
  readonly macros: readonly MacroSite[];
  /** From each condition to its end, for folding. */
  readonly regions: readonly { readonly start: number; readonly end: number }[];
  readonly comments: readonly { readonly start: number; readonly end: number }[];
  readonly hasVersion: boolean;
}

/** What a scan stops at: a directive, a quote, a slash. */
const NEXT = /^[ \t]*#|["/]/gm;
const KEYWORD_INCLUDE = /\/include\/\s*"([^"\n]*)"/y;
const VERSION = '/dts-v1/';

/** Finds them in a text. */
export function directivesOf(text: string): Directives {
  const includes: IncludeSite[] = [];
  const macros: MacroSite[] = [];
  const regions: { start: number; end: number }[] = [];
  const comments: { start: number; end: number }[] = [];
  const open: number[] = [];
  let hasVersion = false;
  const next = new RegExp(NEXT);
  for (let match = next.exec(text); match; match = next.exec(text)) {
    const at = match.index;
    const first = text.charCodeAt(at);
    if (isQuote(first)) {
      const end = stringEnd(text, at);
      next.lastIndex = end < 0 ? text.length : end;
    } else if (isSlash(first)) {
      const end = commentEnd(text, at);
      if (end !== at) {
        const stop = end < 0 ? text.length : end;
        comments.push({ start: at, end: stop });
        next.lastIndex = stop;
        continue;
      }
      if (text.startsWith(VERSION, at)) hasVersion = true;
      KEYWORD_INCLUDE.lastIndex = at;
      const include = KEYWORD_INCLUDE.exec(text);
      if (include) {
        const start = text.indexOf('"', at) + 1;
        includes.push({ path: include[1]!, start, end: start + include[1]!.length, beside: true });
        next.lastIndex = KEYWORD_INCLUDE.lastIndex;
      }
    } else {
      const name = directiveName(text, at);
      if (name === undefined) continue;
      const end = directiveEnd(text, at);
      const from = text.indexOf(name, at) + name.length;
      if (name === 'include') include(text, from, end, includes);
      else if (name === 'define') define(text, from, end, comments, macros);
      else if (name === 'if' || name === 'ifdef' || name === 'ifndef') open.push(at);
      else if (name === 'endif') {
        const start = open.pop();
        if (start !== undefined) regions.push({ start, end });
      }
      next.lastIndex = Math.max(end, at + 1);
    }
  }
  return { includes, macros, regions, comments, hasVersion };
}

function include(text: string, from: number, end: number, includes: IncludeSite[]): void {
  const match = /^\s*(?:"([^"]+)"|<([^>]+)>)/.exec(text.slice(from, end));
  const path = match?.[1] ?? match?.[2];
  if (!match || path === undefined) return;
  const start = from + match[0].length - path.length - 1;
  includes.push({ path, start, end: start + path.length, beside: match[1] !== undefined });
}

function define(
  text: string,
  from: number,
  end: number,
  comments: readonly { start: number; end: number }[],
  macros: MacroSite[],
): void {
  const line = text.slice(from, end);
  const match = /^\s+([A-Za-z_]\w*)(\([^)]*\))?/.exec(line);
  if (!match) return;
  const name = match[1]!;
  const start = from + match[0].length - name.length - (match[2]?.length ?? 0);
  const above = comments.at(-1);
  const own = /\/\*([^]*?)\*\/|\/\/(.*)/.exec(line);
  const about =
    own?.[1] ??
    own?.[2] ??
    (above && /^\s*#\s*define\b/.test(text.slice(above.end, from)) ? inside(text, above) : undefined);
  macros.push({
    name,
    start,
    end: start + name.length,
    parameters: match[2],
    body: withoutComments(line.slice(match[0].length)).trim(),
    about: about?.trim(),
  });
}

const inside = (text: string, { start, end }: { start: number; end: number }): string =>
  text
    .slice(start, end)
    .replace(/^\/[/*]+|\*\/$/g, '')
    .replaceAll(/\n\s*\*/g, ' ');
