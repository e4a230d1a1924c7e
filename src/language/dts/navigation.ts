// Where things are defined and used: definition, declaration, references, highlights, rename.
import type { DocumentHighlight, Location, Range, WorkspaceEdit } from 'vscode-languageserver';
import { SourceFile, type FileRange } from '../../dt/source/text';
import { uriOf } from '../host';
import { locationOf, rangeOf } from '../places';
import type { Analysis } from './analysis';
import { subjectAt, type Subject } from './subject';
import type { LabelSite, ReferenceSite } from './tree-index';

interface Occurrence {
  readonly range: FileRange;
  /** Whether it makes the thing what it is, rather than using it. */
  readonly isDefinition: boolean;
}

/** Of a label without its colon. */
export const labelName = ({ range: { file, start }, name }: LabelSite): FileRange => ({
  file,
  start,
  end: start + name.length,
});
/** Of a reference without its & and braces; whole where a macro stands for it. */
function referenceName({ range, ref }: ReferenceSite): FileRange {
  const { file, start, end } = range;
  const skip = ref.startsWith('/') ? 2 : 1;
  return file.text.startsWith(ref, start + skip)
    ? { file, start: start + skip, end: start + skip + ref.length }
    : { file, start, end };
}

/** Every place that is about a subject, in the order of the source. */
function occurrences(analysis: Analysis, subject: Subject): Occurrence[] {
  const { index } = analysis;
  const found: Occurrence[] = [];
  const add = (range: FileRange, isDefinition: boolean): void => void found.push({ range, isDefinition });
  switch (subject.kind) {
    case 'label':
      for (const file of analysis.texts.keys())
        for (const site of index.file(file).labels) if (site.name === subject.name) add(labelName(site), true);
      for (const site of index.references) if (site.ref === subject.name) add(referenceName(site), false);
      break;
    case 'node':
      for (const site of index.nodes.get(subject.path)?.sites ?? [])
        add(site.nameRange, site.kind === 'node' || site.kind === 'root');
      for (const site of index.referencesTo(subject.path)) if (site.kind !== 'extend') add(referenceName(site), false);
      break;
    case 'property':
      for (const site of index.nodes.get(subject.path)?.properties.get(subject.name) ?? [])
        add(site.nameRange, site.kind === 'property');
      break;
    case 'macro':
      for (const file of analysis.texts.keys()) found.push(...macroUses(analysis, file, subject.name));
      break;
    case 'file':
      add({ file: new SourceFile(subject.file, analysis.texts.get(subject.file) ?? ''), start: 0, end: 0 }, true);
  }
  return found;
}

function macroUses(analysis: Analysis, file: string, name: string): Occurrence[] {
  const source = new SourceFile(file, analysis.texts.get(file) ?? '');
  const { comments, macros } = analysis.directives(file);
  const definitions = new Set(macros.filter(one => one.name === name).map(({ start }) => start));
  const found: Occurrence[] = [];
  const pattern = new RegExp(`"(?:[^"\\\\\\n]|\\\\.)*"|(?<![\\w.])${name}\\b`, 'g');
  let comment = 0;
  for (let match = pattern.exec(source.text); match; match = pattern.exec(source.text)) {
    const start = match.index;
    while (comment < comments.length && comments[comment]!.end <= start) comment++;
    if (match[0] !== name || (comments[comment] && comments[comment]!.start <= start)) continue;
    found.push({ range: { file: source, start, end: start + name.length }, isDefinition: definitions.has(start) });
  }
  return found;
}

/** Places apart, without doubles: a file can be included twice, and be part of several sources. */
function unique(locations: readonly Location[]): Location[] {
  const seen = new Set<string>();
  return locations.filter(({ uri, range: { start, end } }) => {
    const key = `${uri}:${start.line}:${start.character}:${end.line}:${end.character}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

/** Where the thing at a place is made. From a node or property that is extended: to where it was defined before. */
export function definition(analysis: Analysis, file: string, offset: number): Location[] {
  const subject = subjectAt(analysis, file, offset);
  if (!subject) return [];
  const all = occurrences(analysis, subject).filter(one => one.isDefinition);
  // Where the question is asked from is no answer, unless it is the only one.
  const elsewhere = all.filter(({ range }) => !isSame(range, subject.range));
  return unique((elsewhere.length > 0 ? elsewhere : all).map(({ range }) => locationOf(range)));
}

/** Where the thing at a place is first mentioned in the order of the source. */
export function declaration(analysis: Analysis, file: string, offset: number): Location[] {
  const subject = subjectAt(analysis, file, offset);
  const first = subject && occurrences(analysis, subject).find(one => one.isDefinition);
  return first ? [locationOf(first.range)] : [];
}

/** Every place about the thing, in all sources that have the file. */
export function references(
  analyses: readonly Analysis[],
  file: string,
  offset: number,
  withDefinitions: boolean,
): Location[] {
  const found = analyses.flatMap(analysis => {
    const subject = subjectAt(analysis, file, offset);
    if (!subject) return [];
    // To refer to a label is to refer to its node, by whatever name.
    const path = subject.kind === 'label' ? subject.path : undefined;
    const others: Occurrence[] =
      path === undefined
        ? []
        : analysis.index.referencesTo(path).map(site => ({ range: referenceName(site), isDefinition: false }));
    const all = [...occurrences(analysis, subject), ...others];
    return all.filter(one => withDefinitions || !one.isDefinition).map(({ range }) => locationOf(range));
  });
  return unique(found);
}

export function highlights(analysis: Analysis, file: string, offset: number): DocumentHighlight[] {
  const subject = subjectAt(analysis, file, offset);
  if (!subject || subject.kind === 'file') return [];
  return occurrences(analysis, subject)
    .filter(({ range }) => range.file.name === file)
    .map(({ range, isDefinition }) => ({ range: rangeOf(range), kind: isDefinition ? 3 : 2 }));
}

/** Why a rename is not done, for people. */
export class RenameRefused extends Error {}

const NOT_RENAMED =
  'only labels and macros can be renamed: names of nodes and properties mean something to those who read the tree';

/** @returns what would be renamed @throws RenameRefused */
export function prepareRename(analysis: Analysis, file: string, offset: number): { range: Range; placeholder: string } {
  const subject = subjectAt(analysis, file, offset);
  if (subject?.kind === 'label') {
    const start = subject.range.start + (subject.range.file.text[subject.range.start] === '&' ? 1 : 0);
    const range = rangeOf({ ...subject.range, start, end: start + subject.name.length });
    return { range, placeholder: subject.name };
  }
  if (subject?.kind === 'macro') return { range: rangeOf(subject.range), placeholder: subject.name };
  throw new RenameRefused(NOT_RENAMED);
}

/** @throws RenameRefused */
export function rename(analyses: readonly Analysis[], file: string, offset: number, name: string): WorkspaceEdit {
  if (!/^[A-Za-z_]\w*$/.test(name)) throw new RenameRefused(`${name} is no name: use letters, digits and _`);
  const changes = new Map<string, Map<string, { range: Range; newText: string }>>();
  for (const analysis of analyses) {
    const subject = subjectAt(analysis, file, offset);
    if (subject?.kind !== 'label' && subject?.kind !== 'macro') continue;
    if (subject.kind === 'label' && analysis.index.labels.has(name))
      throw new RenameRefused(`there is a label ${name} already`);
    if (subject.kind === 'macro' && analysis.macro(name).length > 0)
      throw new RenameRefused(`there is a macro ${name} already`);
    for (const { range } of occurrences(analysis, subject)) {
      const text = range.file.text.slice(range.start, range.end);
      if (text !== subject.name)
        throw new RenameRefused(
          `${range.file.name}:${range.file.position(range.start).line} names ${subject.name} through the macro ${text}; rename by hand`,
        );
      const uri = uriOf(range.file.name);
      const edits = changes.get(uri) ?? new Map<string, { range: Range; newText: string }>();
      edits.set(String(range.start), { range: rangeOf(range), newText: name });
      changes.set(uri, edits);
    }
  }
  if (changes.size === 0) throw new RenameRefused(NOT_RENAMED);
  return { changes: Object.fromEntries([...changes].map(([uri, edits]) => [uri, [...edits.values()]])) };
}

const isSame = (a: FileRange, b: FileRange): boolean =>
  a.file.name === b.file.name && a.start < b.end && b.start < a.end;
