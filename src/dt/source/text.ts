// Files, positions, and the text that the lexer sees: all files and macros laid out in one string, with a map back.

/** A line and column of a file, both from 1; columns count UTF-16 units, as editors do. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One file of source. */
export class SourceFile {
  private lineStarts: number[] | undefined;
  /** Line markers: from an offset on, lines have other numbers and maybe are of another file. */
  private markers: { readonly offset: number; readonly line: number; readonly file: string }[] | undefined;

  constructor(
    readonly name: string,
    readonly text: string,
  ) {}

  /** The position of an offset into `text`. */
  position(offset: number): Position {
    this.lineStarts ??= starts(this.text);
    const line = lastNotAbove(this.lineStarts, offset);
    const column = offset - this.lineStarts[line]! + 1;
    const marker = this.markers?.findLast(one => one.offset <= offset);
    if (!marker) return { file: this.name, line: line + 1, column };
    return { file: marker.file, line: marker.line + line - lastNotAbove(this.lineStarts, marker.offset), column };
  }

  /** Says that the line that begins at `offset` is called `line`, of `file` if that is given. Offsets must rise. */
  mark(offset: number, line: number, file?: string): void {
    this.markers ??= [];
    this.markers.push({ offset, line, file: file ?? this.markers.at(-1)?.file ?? this.name });
  }
}

/** A range in one file. */
export interface FileRange {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}

/**
 * Where stretches of expanded text come from: copied from a file, or put in the place of a macro's name. Columns, for
 * there are thousands.
 */
interface Segments {
  readonly offsets: readonly number[];
  readonly files: readonly SourceFile[];
  /** For a macro the place of its use, all of which stands for every character of the result. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly macros: readonly boolean[];
}

/** What the preprocessor hands to the lexer. Offsets into `text` lead back to the files through `locate`. */
export class ExpandedText {
  private constructor(
    readonly text: string,
    private readonly segments: Segments,
  ) {}

  /** The file and range that `[start, end)` of the expanded text comes from. */
  locate(start: number, end: number): FileRange {
    const { offsets, files, starts, ends, macros } = this.segments;
    const first = lastNotAbove(offsets, start);
    const file = files[first]!;
    if (macros[first]) return { file, start: starts[first]!, end: ends[first]! };
    const from = starts[first]! + start - offsets[first]!;
    const last = end > start ? lastNotAbove(offsets, end - 1) : first;
    // A range that leaves its file (it began in an include) ends where the file does.
    if (files[last] !== file || starts[last]! < starts[first]!)
      return { file, start: from, end: Math.max(from, ends[first]!) };
    return { file, start: from, end: macros[last] ? ends[last]! : starts[last]! + end - offsets[last]! };
  }

  /** Collects segments in order. */
  static builder(): ExpandedTextBuilder {
    const parts: string[] = [];
    const segments = { offsets: [] as number[], files: [] as SourceFile[], starts: [] as number[] };
    const rest = { ends: [] as number[], macros: [] as boolean[] };
    let length = 0;
    const put = (text: string, file: SourceFile, start: number, end: number, macro: boolean): void => {
      if (text === '') return;
      parts.push(text);
      segments.offsets.push(length);
      segments.files.push(file);
      segments.starts.push(start);
      rest.ends.push(end);
      rest.macros.push(macro);
      length += text.length;
    };
    return {
      get length() {
        return length;
      },
      copy: (file, start, end) => put(file.text.slice(start, end), file, start, end, false),
      replace: (file, start, end, text) => put(text, file, start, end, true),
      finish: file => {
        // Where the end of the input is said to be.
        put('\n', file, file.text.length, file.text.length, true);
        return new ExpandedText(parts.join(''), { ...segments, ...rest });
      },
    };
  }
}

export interface ExpandedTextBuilder {
  readonly length: number;
  /** Appends `[start, end)` of a file as it stands. */
  copy(file: SourceFile, start: number, end: number): void;
  /** Appends `text` in the place of `[start, end)` of a file. */
  replace(file: SourceFile, start: number, end: number, text: string): void;
  /** Ends the text; the last position is the end of `file`. */
  finish(file: SourceFile): ExpandedText;
}

/** A range of expanded text that knows its files; positions are computed when asked for. */
export class Span {
  constructor(
    readonly source: ExpandedText,
    readonly start: number,
    readonly end: number,
  ) {}

  get range(): FileRange {
    return this.source.locate(this.start, this.end);
  }

  get begin(): Position {
    const { file, start } = this.range;
    return file.position(start);
  }

  /** One past the last character. */
  get finish(): Position {
    const { file, end } = this.range;
    return file.position(end);
  }

  /** From the start of this to the end of `last`. */
  to(last: Span): Span {
    return new Span(this.source, this.start, Math.max(this.start, last.end));
  }
}

/**
 * Part of a source. There are many parts and few questions about where they are, so a span is made when one is asked.
 */
export class Ranged {
  constructor(
    private readonly source: ExpandedText,
    private readonly start: number,
    private readonly end: number,
  ) {}

  get span(): Span {
    return new Span(this.source, this.start, this.end);
  }

  /** From an offset of the expanded text to another. */
  protected within(start: number, end: number): Span {
    return new Span(this.source, start, end);
  }
}

function starts(text: string): number[] {
  const result = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) result.push(at + 1);
  return result;
}

/** Index of the last element that is not above `value`; 0 when there is none. `sorted` is never empty. */
function lastNotAbove(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (sorted[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
