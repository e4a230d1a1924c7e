// What the compiler and the checks complain of, by file.
import { DiagnosticSeverity, type Diagnostic, type Range } from 'vscode-languageserver';
import type { DtError, Finding, Span } from '../../dt';
import { locationOf, rangeOf, visibleRange } from '../places';
import type { Analysis } from './analysis';

export const SOURCE = 'xenlab';
/** Where what has no place is shown. */
const START: Range = { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } };

/** @returns an entry for every file of the source, so that what is gone is taken back */
export function diagnostics(analysis: Analysis): Map<string, Diagnostic[]> {
  const found = new Map<string, Diagnostic[]>([...analysis.texts.keys()].map(file => [file, []]));
  for (const error of analysis.errors) {
    const [file, diagnostic] = fromError(error, analysis.file);
    found.get(file)?.push(diagnostic);
  }
  for (const finding of analysis.findings) {
    const [file, diagnostic] = fromFinding(finding, analysis.file);
    found.get(file)?.push(diagnostic);
  }
  return found;
}

const SEVERITIES = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
} as const;

/** A finding of a check, and the file that it is shown in. */
export function fromFinding({ id, severity, message, span, also }: Finding, root: string): [string, Diagnostic] {
  const related = (also ?? []).map(one => ({ location: locationOf(one.range), message: 'also defined here' }));
  return [
    span?.range.file.name ?? root,
    {
      range: span ? headOf(span) : START,
      message: message.trim(),
      severity: SEVERITIES[severity],
      code: id,
      source: SOURCE,
      ...(related.length > 0 ? { relatedInformation: related } : {}),
    },
  ];
}

/** Of a whole node its first line: nobody wants a page of underlines. */
function headOf(span: Span): Range {
  const { file, start, end } = span.range;
  const newline = file.text.indexOf('\n', start);
  return rangeOf({ file, start, end: newline < 0 ? end : Math.min(end, newline) });
}

function fromError(error: DtError, root: string): [string, Diagnostic] {
  const isSource = error.place.kind === 'source';
  const range = error.place.kind === 'source' ? visibleRange(error.place.span) : START;
  const file = isSource ? (error.file ?? root) : root;
  return [
    file,
    { range, message: error.text, severity: DiagnosticSeverity.Error, code: `dt.${error.code}`, source: SOURCE },
  ];
}
