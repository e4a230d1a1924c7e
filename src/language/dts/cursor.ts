// Where in the language a cursor stands, told from the text before it alone: what is being typed is no syntax yet.
import { commentEnd, isQuote, isSlash, stringEnd } from '../../dt/source/scan';

export type CursorPlace =
  /** A comment, or inside a word that nothing is known of. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'include'; readonly typed: string; readonly beside: boolean }
  | { readonly kind: 'directive'; readonly typed: string }
  /** Where a statement, property or node begins; `nodes` are the headers of the braces around, outermost first. */
  | { readonly kind: 'member'; readonly nodes: readonly string[]; readonly typed: string }
  | {
      readonly kind: 'value';
      readonly nodes: readonly string[];
      readonly property: string;
      /** What the value is inside of. */
      readonly in: 'cells' | 'string' | 'bytes' | 'outside';
      /** The word, string or reference up to the cursor. */
      readonly typed: string;
    };

const DIRECTIVE_LINE = /^[ \t]*#[ \t]*(\w*)([^\n]*)$/;
/** What can be typed in one go: a name, a reference, a path reference. */
const WORD = /(?:&(?:\{[^}\s]*)?|[#/\\])?[\w,.+*#?@/-]*$/;

export function cursorAt(text: string, offset: number): CursorPlace {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const scan = scanTo(text, offset);
  if (scan.state === 'comment') return { kind: 'nothing' };
  const line = text.slice(lineStart, offset);
  if (scan.state === 'code') {
    const directive = DIRECTIVE_LINE.exec(line);
    if (directive && scan.property === undefined && !/^#(?:address|size)-/.test(line.trim())) {
      if (directive[1] === 'include') {
        const path = /^\s*(["<])([^">]*)$/.exec(directive[2]!);
        return path ? { kind: 'include', typed: path[2]!, beside: path[1] === '"' } : { kind: 'nothing' };
      }
      if (directive[2] === '') return { kind: 'directive', typed: directive[1]! };
      return { kind: 'nothing' };
    }
  } else {
    const typed = text.slice(scan.stringStart + 1, offset);
    if (
      /\/include\/\s*$/.test(text.slice(lineStart, scan.stringStart)) ||
      /#\s*include\s*$/.test(text.slice(lineStart, scan.stringStart))
    )
      return { kind: 'include', typed, beside: true };
    if (scan.property === undefined) return { kind: 'nothing' };
    return { kind: 'value', nodes: scan.nodes, property: scan.property, in: 'string', typed };
  }
  const typed = WORD.exec(line)?.[0] ?? '';
  if (scan.property === undefined) return { kind: 'member', nodes: scan.nodes, typed };
  const place = scan.bracket === '<' ? 'cells' : scan.bracket === '[' ? 'bytes' : 'outside';
  return { kind: 'value', nodes: scan.nodes, property: scan.property, in: place, typed };
}

interface Scan {
  readonly state: 'code' | 'comment' | 'string';
  readonly stringStart: number;
  readonly nodes: readonly string[];
  /** The property whose value is open. */
  readonly property: string | undefined;
  readonly bracket: string | undefined;
}

const STOPS = /["/{};=<>[\]]/g;

/** Reads from the beginning: braces, strings and comments have to be counted from there. */
function scanTo(text: string, offset: number): Scan {
  const nodes: string[] = [];
  let statement = 0;
  let property: string | undefined;
  let bracket: string | undefined;
  const stops = new RegExp(STOPS);
  const done = (state: Scan['state'], stringStart = 0): Scan => ({ state, stringStart, nodes, property, bracket });
  for (let match = stops.exec(text); match && match.index < offset; match = stops.exec(text)) {
    const at = match.index;
    const c = text.charCodeAt(at);
    if (isQuote(c)) {
      const end = stringEnd(text, at);
      // A string that runs on over lines is one that is being typed.
      const newline = text.indexOf('\n', at);
      const stop =
        end < 0 || (newline >= 0 && newline < end && newline < offset) ? (newline < 0 ? text.length : newline) : end;
      if (stop > offset || (end < 0 && stop >= offset)) return done('string', at);
      if (stop === offset && end !== stop) return done('string', at);
      stops.lastIndex = stop;
      continue;
    }
    if (isSlash(c)) {
      const end = commentEnd(text, at);
      if (end === at) continue;
      const stop = end < 0 ? text.length : end;
      if (stop > offset || (stop === offset && text[at + 1] === '/')) return done('comment');
      stops.lastIndex = stop;
      continue;
    }
    switch (text[at]) {
      case '{':
        if (text[at - 1] === '&') {
          // A path reference.
          const close = text.indexOf('}', at);
          if (close < 0 || close >= offset) return done('code');
          stops.lastIndex = close + 1;
          break;
        }
        nodes.push(headerOf(text.slice(statement, at)));
        statement = at + 1;
        property = bracket = undefined;
        break;
      case '}':
        nodes.pop();
        statement = at + 1;
        property = bracket = undefined;
        break;
      case ';':
        statement = at + 1;
        property = bracket = undefined;
        break;
      case '=':
        property ??= propertyOf(text.slice(statement, at));
        break;
      case '<':
      case '[':
        if (property !== undefined) bracket ??= text[at];
        break;
      case '>':
      case ']':
        bracket = undefined;
        break;
    }
  }
  return done('code');
}

const plain = (text: string): string =>
  text.replaceAll(/\/\*[^]*?\*\/|\/\/.*|^[ \t]*#[ \t]*(?:include|define|undef|if\w*|el\w*|endif)\b.*$/gm, ' ');

/** Of what stands before a brace: the name, path or reference, without labels. */
const headerOf = (text: string): string => /(\S+)\s*$/.exec(plain(text))?.[1]?.replace(/^(?:\w+:)+/, '') ?? '';

const propertyOf = (text: string): string | undefined => /([\w,.+*#?@-]+)\s*$/.exec(plain(text))?.[1];
