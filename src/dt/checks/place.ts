// Places as dtc gives them: lines and columns of the file the compiler read, or, where that file came out of cpp, of
// the file that its line markers name. Columns count bytes.
import type { SourceFile, Span } from '../source/text';

/** A line marker: from `line` on, lines are those of `file`. */
interface Marker {
  readonly line: number;
  readonly file: string;
  readonly number: number;
}

interface Lines {
  readonly isAscii: boolean;
  readonly starts: readonly number[];
  readonly markers: readonly Marker[];
}

const LONG = 4096;

const MARKER = /^#(?:line)?[ \t]+(\d+)[ \t]+"((?:[^"\\\n]|\\.)*)"/;

const tables = new WeakMap<SourceFile, Lines>();

function linesOf(file: SourceFile): Lines {
  let lines = tables.get(file);
  if (!lines) {
    const starts = [0];
    const markers: Marker[] = [];
    for (let at = 0; at >= 0 && at < file.text.length;) {
      if (file.text[at] === '#') {
        const match = MARKER.exec(file.text.slice(at, at + 1024));
        if (match) markers.push({ line: starts.length + 1, file: match[2]!, number: Number(match[1]) });
      }
      const end = file.text.indexOf('\n', at);
      if (end < 0) break;
      starts.push(end + 1);
      at = end + 1;
    }
    lines = { starts, markers, isAscii: /^[\0-\x7f]*$/.test(file.text) };
    tables.set(file, lines);
  }
  return lines;
}

/** Index of the last element for which `isBefore` holds; -1 when there is none. */
function last<T>(sorted: readonly T[], isBefore: (one: T) => boolean): number {
  let low = -1;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (isBefore(sorted[middle]!)) low = middle;
    else high = middle - 1;
  }
  return low;
}

interface Point {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

function pointOf(file: SourceFile, offset: number): Point {
  const { starts, markers, isAscii } = linesOf(file);
  const index = last(starts, start => start <= offset);
  // Past so many characters of a line nobody reads columns, and counting them for each finding takes its time.
  const start = starts[index]!;
  const column =
    1 +
    (isAscii || offset - start > LONG
      ? offset - start
      : new TextEncoder().encode(file.text.slice(start, offset)).length);
  const line = index + 1;
  const marker = markers[last(markers, one => one.line <= line)];
  if (!marker) return { file: file.name, line, column };
  return { file: marker.file, line: marker.number + line - marker.line, column };
}

/** A range as dtc prints it: `FILE:LINE.COLUMN-LINE.COLUMN`, with the line once when it is one. */
export function dtcPlace(span: Span): string {
  const { file: startFile, start } = span.source.locate(span.start, span.start);
  const { file: endFile, end } = span.source.locate(Math.max(span.start, span.end - 1), span.end);
  const from = pointOf(startFile, start);
  const to = pointOf(endFile, end);
  const begin = `${to.file}:${from.line}.${from.column}`;
  if (from.line !== to.line) return `${begin}-${to.line}.${to.column}`;
  return from.column === to.column ? begin : `${begin}-${to.column}`;
}
