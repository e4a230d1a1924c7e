// Places of src/xl as places of the protocol.
import type { Range } from 'vscode-languageserver';
import type { XlAssignment, XlRange } from '../../xl';

export const protocolRange = ({ start, end }: XlRange): Range => ({
  start: { line: start.line - 1, character: start.column - 1 },
  end: { line: end.line - 1, character: end.column - 1 },
});

export const holds = ({ start, end }: XlRange, offset: number): boolean =>
  start.offset <= offset && offset <= end.offset;

/** From the key to the end of the value. */
export const wholeOf = ({ keyRange, value }: XlAssignment): XlRange => ({
  start: keyRange.start,
  end: value.range.end,
});
