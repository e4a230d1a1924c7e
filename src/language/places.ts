// Places of the compiler as places of the protocol, and back.
import type { Location, Position, Range } from 'vscode-languageserver';
import { SourceFile, type FileRange, type Position as SourcePosition, type Span } from '../dt/source/text';
import { uriOf } from './host';

const protocol = ({ line, column }: SourcePosition): Position => ({ line: line - 1, character: column - 1 });

export function rangeOf({ file, start, end }: FileRange): Range {
  return { start: protocol(file.position(start)), end: protocol(file.position(end)) };
}

export const locationOf = (range: FileRange): Location => ({ uri: uriOf(range.file.name), range: rangeOf(range) });

/** A place in a text that is not one of the compiler's files. */
export const rangeIn = (file: SourceFile, start: number, end: number): Range => rangeOf({ file, start, end });

/** Of a span that may be empty: editors show nothing of an empty range, so it takes a character in. */
export function visibleRange(span: Span): Range {
  const { file, start, end } = span.range;
  return rangeOf({ file, start, end: Math.max(end, Math.min(start + 1, file.text.length)) });
}

/** The offset of a position; beyond the end of its line it is that end. */
export function offsetOf(text: string, { line, character }: Position): number {
  let start = 0;
  for (let i = 0; i < line; i++) {
    const next = text.indexOf('\n', start);
    if (next < 0) return text.length;
    start = next + 1;
  }
  const end = text.indexOf('\n', start);
  return Math.min(start + Math.max(0, character), end < 0 ? text.length : end);
}

export const contains = ({ start, end }: { start: number; end: number }, offset: number): boolean =>
  start <= offset && offset <= end;
