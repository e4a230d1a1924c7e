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

/** A stretch of expanded text: copied from a file, or put in the place of a macro's name. */
interface Segment {
  readonly file: SourceFile;
  /** Where it comes from: for a macro the place of its use, all of which stands for every character of the result. */
  readonly start: number;
  readonly end: number;
  readonly macro: boolean;
}

/** A range in one file. */
export interface FileRange {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}

/** What the preprocessor hands to the lexer. Offsets into `text` lead back to the files through `locate`. */
export class ExpandedText {
  private constructor(
    readonly text: string,
    private readonly offsets: readonly number[],
    private readonly segments: readonly Segment[],
  ) {}

  /** The file and range that `[start, end)` of the expanded text comes from. */
  locate(start: number, end: number): FileRange {
    const first = lastNotAbove(this.offsets, start);
    const segment = this.segments[first]!;
    if (segment.macro) return { file: segment.file, start: segment.start, end: segment.end };
    const from = segment.start + start - this.offsets[first]!;
    const last = end > start ? lastNotAbove(this.offsets, end - 1) : first;
    const other = this.segments[last]!;
    // A range that leaves its file (it began in an include) ends where the file does.
    if (other.file !== segment.file || other.start < segment.start)
      return { file: segment.file, start: from, end: Math.max(from, segment.end) };
    return {
      file: segment.file,
      start: from,
      end: other.macro ? other.end : other.start + end - this.offsets[last]!,
    };
  }

  /** Collects segments in order. */
  static builder(): ExpandedTextBuilder {
    const parts: string[] = [];
    const offsets: number[] = [];
    const segments: Segment[] = [];
    let length = 0;
    const put = (text: string, segment: Segment): void => {
      if (text === '') return;
      parts.push(text);
      offsets.push(length);
      segments.push(segment);
      length += text.length;
    };
    return {
      get length() {
        return length;
      },
      copy: (file, start, end) => put(file.text.slice(start, end), { file, start, end, macro: false }),
      replace: (file, start, end, text) => put(text, { file, start, end, macro: true }),
      finish: file => {
        // Where the end of the input is said to be.
        parts.push('\n');
        offsets.push(length);
        segments.push({ file, start: file.text.length, end: file.text.length, macro: true });
        return new ExpandedText(parts.join(''), offsets, segments);
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
