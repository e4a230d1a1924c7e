// What a place in the text is about: the thing that go to definition, references, highlights and rename all ask for.
import { alias, findNode } from '../../dt';
import type { FileRange } from '../../dt/source/text';
import { SourceFile } from '../../dt/source/text';
import { contains } from '../places';
import type { Analysis } from './analysis';
import { attempt } from './decode';
import { wordAt } from './words';

export type Subject =
  | { readonly kind: 'label'; readonly name: string; readonly path: string | undefined; readonly range: FileRange }
  | { readonly kind: 'node'; readonly path: string; readonly range: FileRange }
  | { readonly kind: 'property'; readonly path: string; readonly name: string; readonly range: FileRange }
  | { readonly kind: 'macro'; readonly name: string; readonly range: FileRange }
  | { readonly kind: 'file'; readonly file: string; readonly range: FileRange };

export function subjectAt(analysis: Analysis, file: string, offset: number): Subject | undefined {
  const { index } = analysis;
  const text = analysis.texts.get(file) ?? '';
  const source = new SourceFile(file, text);
  const { includes, comments } = analysis.directives(file);
  const include = includes.find(site => contains(site, offset));
  if (include) {
    const target = analysis.included(file, include);
    return target === undefined
      ? undefined
      : { kind: 'file', file: target, range: { file: source, start: include.start, end: include.end } };
  }
  if (comments.some(({ start, end }) => start < offset && offset < end)) return undefined;
  const reference = index.referenceAt(file, offset);
  if (reference && text[reference.range.start] === '&') {
    const path = index.target(reference.ref);
    if (!reference.ref.startsWith('/')) return { kind: 'label', name: reference.ref, path, range: reference.range };
    return path === undefined ? undefined : { kind: 'node', path, range: reference.range };
  }
  const label = index.labelAt(file, offset);
  if (label) return { kind: 'label', name: label.name, path: label.path, range: label.range };
  const word = wordAt(text, offset);
  if (word && analysis.macro(word.text).length > 0)
    return { kind: 'macro', name: word.text, range: { file: source, start: word.start, end: word.end } };
  const property = index.propertyAt(file, offset);
  if (property && contains(property.nameRange, offset))
    return { kind: 'property', path: property.node.path, name: property.name, range: property.nameRange };
  if (property) return stringSubject(analysis, property.range, text, offset, source);
  const node = index.nodeAt(file, offset);
  return node && contains(node.nameRange, offset)
    ? { kind: 'node', path: node.path, range: node.nameRange }
    : undefined;
}

/** A string that is a path or an alias, as in `stdout-path` and `aliases`. */
function stringSubject(
  analysis: Analysis,
  within: FileRange,
  text: string,
  offset: number,
  file: SourceFile,
): Subject | undefined {
  const from = text.lastIndexOf('"', offset - 1);
  const to = text.indexOf('"', offset);
  if (from < within.start || to < 0 || to >= within.end || !analysis.tree) return undefined;
  const [name = ''] = text.slice(from + 1, to).split(':');
  const { tree } = analysis;
  const node = /^[/\w]/.test(name) ? attempt(() => findNode(tree, name)) : undefined;
  const isNamed = name.startsWith('/') || attempt(() => alias(tree, name)) !== undefined;
  return node && isNamed ? { kind: 'node', path: node.path, range: { file, start: from + 1, end: to } } : undefined;
}
