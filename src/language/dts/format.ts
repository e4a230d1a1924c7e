// Formatting: indentation by tabs, one blank where blanks belong, none where they do not. Only what stands between tokens
// changes, so the meaning cannot; whether that is so is looked at each time, and if in doubt nothing is changed.
import type { TextEdit } from 'vscode-languageserver';
import { directiveEnd, directiveName } from '../../dt/source/directive';
import { Lexer } from '../../dt/source/lexer';
import { commentEnd, isQuote, isSlash, quoteEnd, stringEnd } from '../../dt/source/scan';
import { SourceFile } from '../../dt/source/text';
import { rangeIn } from '../places';

/** @returns undefined when the text cannot be formatted without a doubt about its meaning */
export function format(text: string): string | undefined {
  const lines = text.split('\n');
  const out: string[] = [];
  let state: State = { depth: 0, open: 0, bracket: 0, inComment: false, inString: false, inDirective: false };
  let blanks = 0;
  for (const line of lines) {
    const before = state;
    state = after(line, before);
    const verbatim = before.inString || before.inDirective || isDirective(line, before);
    const content = verbatim ? line.replace(/\r$/, '') : line.trim();
    if (content === '' && !verbatim) {
      blanks++;
      continue;
    }
    // Never more than one empty line, and none behind an opening or before a closing brace.
    const isClosing = content.startsWith('}');
    if (blanks > 0 && out.length > 0 && !isClosing && !out.at(-1)!.endsWith('{')) out.push('');
    blanks = 0;
    if (verbatim) out.push(content);
    else if (before.inComment) out.push(`${'\t'.repeat(before.depth)}${content.startsWith('*') ? ' ' : ''}${content}`);
    else out.push(indent(content, before) + tidy(content));
  }
  // A string that never ends takes everything in.
  const result = state.inString ? out.join('\n') : `${out.join('\n').trimEnd()}\n`;
  return sameTokens(text, result) ? result : undefined;
}

/** The edit that makes one text of another: only what is between the parts that are the same. */
export function minimalEdit(before: string, after: string): TextEdit[] {
  if (before === after) return [];
  const least = Math.min(before.length, after.length);
  let start = 0;
  while (start < least && before[start] === after[start]) start++;
  let end = 0;
  while (end < least - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  const range = rangeIn(new SourceFile('', before), start, before.length - end);
  return [{ range, newText: after.slice(start, after.length - end) }];
}

interface State {
  /** Braces. */
  readonly depth: number;
  /** 1 where a statement has begun and not ended. */
  readonly open: number;
  /** < and [ that are open. */
  readonly bracket: number;
  readonly inComment: boolean;
  readonly inString: boolean;
  /** A backslash carries a directive on. */
  readonly inDirective: boolean;
}

const isDirective = (line: string, { inComment, inString }: State): boolean =>
  !inComment && !inString && directiveName(line, 0) !== undefined;

/** The state behind a line. */
function after(line: string, before: State): State {
  let { depth, open, bracket, inComment, inString } = before;
  if (isDirective(line, before) || before.inDirective) return { ...before, inDirective: /\\\r?$/.test(line) };
  for (let at = 0; at < line.length;) {
    if (inComment) {
      const end = line.indexOf('*/', at);
      if (end < 0) break;
      inComment = false;
      at = end + 2;
      continue;
    }
    if (inString) {
      const end = stringEnd(`"${line.slice(at)}`, 0);
      if (end < 0) break;
      inString = false;
      at += end - 1;
      continue;
    }
    const c = line.charCodeAt(at);
    if (isQuote(c)) {
      const end = stringEnd(line, at);
      if (end < 0) {
        inString = true;
        break;
      }
      at = end;
      open = 1;
      continue;
    }
    if (line[at] === "'") {
      const end = quoteEnd(line, at);
      at = end < 0 ? line.length : end;
      open = 1;
      continue;
    }
    if (isSlash(c) && line[at + 1] === '/') break;
    if (isSlash(c) && line[at + 1] === '*') {
      const end = commentEnd(line, at);
      if (end < 0) inComment = true;
      at = end < 0 ? line.length : end;
      continue;
    }
    const character = line[at]!;
    if (character === '{' && line[at - 1] === '&') {
      const close = line.indexOf('}', at);
      at = close < 0 ? line.length : close + 1;
      continue;
    }
    if (character === '{') {
      depth++;
      open = bracket = 0;
    } else if (character === '}') {
      depth = Math.max(0, depth - 1);
      open = bracket = 0;
    } else if (character === ';') open = bracket = 0;
    else if (character === '<' || character === '[') bracket++;
    else if (character === '>' || character === ']') bracket = Math.max(0, bracket - 1);
    if (!/[\s{};]/.test(character)) open = 1;
    at++;
  }
  return { depth, open, bracket, inComment, inString, inDirective: false };
}

/** Lines that go on with a statement stand one tab further in. */
function indent(content: string, { depth, open }: State): string {
  const closing = /^\}/.test(content) ? 1 : 0;
  return '\t'.repeat(Math.max(0, depth - closing + (closing ? 0 : open)));
}

/** Blanks inside of a line. Strings, characters and comments stay as they are. */
function tidy(line: string): string {
  let result = '';
  let code = '';
  const flush = (): void => {
    result += code
      .replaceAll(/[ \t]+/g, ' ')
      .replaceAll(/ *= */g, (match, at: number, whole: string) =>
        /[=!<>]/.test(whole[at - 1] ?? '') || whole[at + match.length] === '=' ? match : ' = ',
      )
      .replaceAll(/(?<![&<]) ?\{/g, ' {')
      .replaceAll(/ +;/g, ';')
      .replaceAll(/ +,/g, ',');
    code = '';
  };
  for (let at = 0; at < line.length;) {
    const c = line.charCodeAt(at);
    let end = at;
    if (isQuote(c)) end = stringEnd(line, at);
    else if (line[at] === "'") end = quoteEnd(line, at);
    else if (isSlash(c)) end = commentEnd(line, at);
    if (end === at) {
      code += line[at++];
      continue;
    }
    flush();
    const stop = end < 0 ? line.length : end;
    result += line.slice(at, stop);
    at = stop;
  }
  flush();
  return result.trim();
}

/** Whether two texts are the same but for blanks: the same directives, comments and tokens in the same order. */
function sameTokens(a: string, b: string): boolean {
  const [first, second] = [words(a), words(b)];
  return first.length === second.length && first.every((word, n) => word === second[n]);
}

function words(text: string): string[] {
  const found: string[] = [];
  const pieces: string[] = [];
  // Directives are lines of their own; the lexer reads what is between them.
  let copied = 0;
  for (const match of text.matchAll(/^[ \t]*#/gm)) {
    const at = match.index;
    if (at < copied || directiveName(text, at) === undefined) continue;
    const end = directiveEnd(text, at);
    pieces.push(text.slice(copied, at));
    found.push(text.slice(at, end).trimEnd());
    copied = end;
  }
  pieces.push(text.slice(copied));
  const joined = pieces.join('\n');
  const lexer = new Lexer(joined);
  for (let token = lexer.next(); token.kind !== 'end'; token = lexer.next())
    found.push(`${token.kind} ${joined.slice(token.start, token.end)}`);
  return found;
}
