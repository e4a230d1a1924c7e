// What the compiler and the checks complain of, by file.
import { DiagnosticSeverity, type Diagnostic } from 'vscode-languageserver';
import type { DtError } from '../../dt';
import { visibleRange } from '../places';
import type { Analysis } from './analysis';

export const SOURCE = 'xenlab';

/** @returns an entry for every file of the source, so that what is gone is taken back */
export function diagnostics(analysis: Analysis): Map<string, Diagnostic[]> {
  const found = new Map<string, Diagnostic[]>([...analysis.texts.keys()].map(file => [file, []]));
  for (const error of analysis.errors) {
    const [file, diagnostic] = fromError(error, analysis.file);
    found.get(file)?.push(diagnostic);
  }
  return found;
}

function fromError(error: DtError, root: string): [string, Diagnostic] {
  const start = { line: 0, character: 0 };
  const isSource = error.place.kind === 'source';
  const range =
    error.place.kind === 'source' ? visibleRange(error.place.span) : { start, end: { line: 0, character: 1 } };
  const file = isSource ? (error.file ?? root) : root;
  return [
    file,
    { range, message: error.text, severity: DiagnosticSeverity.Error, code: `dt.${error.code}`, source: SOURCE },
  ];
}
