// Quick fixes for what is wrong at a place.
import { CodeActionKind, type CodeAction, type Diagnostic, type Range, type TextEdit } from 'vscode-languageserver';
import { uriOf } from '../host';
import { offsetOf, rangeIn } from '../places';
import type { Fix } from '../../dt';
import { distance } from '../../dt/nearest';
import { SourceFile } from '../../dt/source/text';
import type { Analysis } from './analysis';
import { fromFinding } from './diagnostics';
import { editsOf, wholeLines } from './fixes';

type Maker = (analysis: Analysis, file: string, diagnostic: Diagnostic) => CodeAction[];

/** By the code of the diagnostic. */
const FIXES: Readonly<Record<string, Maker>> = {
  'dt.syntax': missingPunctuation,
  'dt.version': missingVersion,
  'dt.reference': nearbyLabels,
  'dt.property-order': moveProperty,
};

export function codeActions(analysis: Analysis, file: string, given: readonly Diagnostic[]): CodeAction[] {
  return given.flatMap(diagnostic => [
    ...(FIXES[String(diagnostic.code)]?.(analysis, file, diagnostic) ?? []),
    ...proposed(analysis, diagnostic),
  ]);
}

/** What the check itself proposes. */
function proposed(analysis: Analysis, diagnostic: Diagnostic): CodeAction[] {
  const finding = analysis.findings.find(one => {
    const [, found] = fromFinding(one, analysis.file);
    return (
      found.code === diagnostic.code && sameRange(found.range, diagnostic.range) && found.message === diagnostic.message
    );
  });
  const changes = finding?.fix && editsOf(analysis, finding.fix);
  if (!changes) return [];
  const title = finding.fix.map(titleOf).join(', ');
  return [{ title, kind: CodeActionKind.QuickFix, diagnostics: [diagnostic], isPreferred: true, edit: { changes } }];
}

const sameRange = (a: Range, b: Range): boolean =>
  a.start.line === b.start.line && a.start.character === b.start.character && a.end.line === b.end.line;

function titleOf(fix: Fix): string {
  switch (fix.kind) {
    case 'rename-node':
    case 'rename-property':
      return `Rename to ${fix.name}`;
    case 'set-property':
      return `Set ${fix.property}${fix.value === '' ? '' : ` = ${fix.value}`}`;
    case 'remove-property':
      return `Remove ${fix.property}`;
    case 'remove-node':
      return `Remove ${fix.path}`;
    case 'add-node':
      return `Add ${fix.name}`;
  }
}

function fix(title: string, file: string, diagnostic: Diagnostic, edits: TextEdit[]): CodeAction {
  return {
    title,
    kind: CodeActionKind.QuickFix,
    diagnostics: [diagnostic],
    isPreferred: true,
    edit: { changes: { [uriOf(file)]: edits } },
  };
}

const insert = (source: SourceFile, offset: number, newText: string): TextEdit => ({
  range: rangeIn(source, offset, offset),
  newText,
});

/** `expected ; after ...`: behind the last thing before the place. */
function missingPunctuation(analysis: Analysis, file: string, diagnostic: Diagnostic): CodeAction[] {
  const wanted = /^expected ([;>}]|\{)(?: |,)/.exec(String(diagnostic.message))?.[1];
  if (wanted === undefined) return [];
  const source = new SourceFile(file, analysis.texts.get(file) ?? '');
  const at = offsetOf(source.text, diagnostic.range.start);
  const end = endOfCode(analysis, file, source.text, at);
  return [fix(`Insert ${wanted}`, file, diagnostic, [insert(source, end, wanted)])];
}

/** Behind the last character before `at` that is neither blank nor part of a comment. */
function endOfCode(analysis: Analysis, file: string, text: string, at: number): number {
  const { comments } = analysis.directives(file);
  for (;;) {
    while (at > 0 && /\s/.test(text[at - 1]!)) at--;
    const comment = comments.find(({ start, end }) => start < at && at <= end);
    if (!comment) return at;
    at = comment.start;
  }
}

function missingVersion(analysis: Analysis, file: string, diagnostic: Diagnostic): CodeAction[] {
  const source = new SourceFile(file, analysis.texts.get(file) ?? '');
  return [fix('Insert /dts-v1/;', file, diagnostic, [insert(source, 0, '/dts-v1/;\n\n')])];
}

/** Labels that look like the one that is not there. */
function nearbyLabels(analysis: Analysis, file: string, diagnostic: Diagnostic): CodeAction[] {
  const source = new SourceFile(file, analysis.texts.get(file) ?? '');
  const at = offsetOf(source.text, diagnostic.range.start);
  const reference = analysis.index.referenceAt(file, at);
  if (!reference || reference.ref.startsWith('/')) return [];
  const near = [...analysis.index.labels.keys()]
    .map(label => ({ label, distance: distance(label, reference.ref) }))
    .filter(one => one.distance <= Math.max(2, reference.ref.length / 3))
    .sort((a, b) => a.distance - b.distance);
  return near.slice(0, 3).map(({ label }) => ({
    ...fix(`Change to &${label}`, file, diagnostic, [
      { range: rangeIn(source, reference.range.start, reference.range.end), newText: `&${label}` },
    ]),
    isPreferred: label === near[0]!.label,
  }));
}

/** A property behind a child node goes before the first one. */
function moveProperty(analysis: Analysis, file: string, diagnostic: Diagnostic): CodeAction[] {
  const source = new SourceFile(file, analysis.texts.get(file) ?? '');
  const property = analysis.index.propertyAt(file, offsetOf(source.text, diagnostic.range.start));
  const child = property?.node.children.find(({ range }) => range.file.name === file);
  if (!property || !child || child.range.start > property.range.start) return [];
  const { start, end } = wholeLines(property.range);
  const to = source.text.lastIndexOf('\n', child.range.start - 1) + 1;
  const moved = source.text.slice(start, end);
  return [
    fix('Move before the first child node', file, diagnostic, [
      insert(source, to, moved.endsWith('\n') ? moved : `${moved}\n`),
      { range: rangeIn(source, start, end), newText: '' },
    ]),
  ];
}
