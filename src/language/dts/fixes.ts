// Changes of the tree, as checks propose them, as edits of the sources that the tree comes from.
import type { TextEdit } from 'vscode-languageserver';
import type { Fix } from '../../dt';
import type { FileRange } from '../../dt/source/text';
import { uriOf } from '../host';
import { rangeOf } from '../places';
import type { Analysis } from './analysis';
import type { NodeSite, PropertySite } from './tree-index';

export type Edits = Record<string, TextEdit[]>;

/** @returns undefined when a change has no place in the sources, for example because a macro made what it is about */
export function editsOf(analysis: Analysis, fixes: readonly Fix[]): Edits | undefined {
  const edits: Edits = {};
  const add = (at: FileRange, newText: string): true => {
    (edits[uriOf(at.file.name)] ??= []).push({ range: rangeOf(at), newText });
    return true;
  };
  for (const fix of fixes) if (!apply(analysis, fix, add)) return undefined;
  return edits;
}

type Add = (at: FileRange, newText: string) => true;

function apply(analysis: Analysis, fix: Fix, add: Add): boolean {
  const entry = analysis.index.nodes.get(fix.path);
  if (!entry) return false;
  const bodies = entry.sites.filter(({ body }) => body !== undefined);
  switch (fix.kind) {
    case 'rename-node':
      return renameAll(
        entry.sites.filter(({ kind }) => kind === 'node' || kind === 'delete'),
        fix.name,
        add,
      );
    case 'rename-property':
      return renameAll(entry.properties.get(fix.property) ?? [], fix.name, add);
    case 'set-property': {
      const site = entry.properties.get(fix.property)?.findLast(one => one.kind === 'property');
      if (site) return replaceValue(site, fix.value, add);
      return insertProperty(bodies.at(-1), fix.value === '' ? fix.property : `${fix.property} = ${fix.value}`, add);
    }
    case 'remove-property': {
      const sites = entry.properties.get(fix.property) ?? [];
      return sites.length > 0 && sites.every(({ range }) => add(wholeLines(range), ''));
    }
    case 'remove-node': {
      const sites = entry.sites.filter(({ kind }) => kind !== 'root');
      return sites.length > 0 && sites.every(({ range }) => add(wholeLines(range), ''));
    }
    case 'add-node':
      return insertNode(bodies.at(-1), fix.name, fix.body, add);
  }
}

function renameAll(sites: readonly (NodeSite | PropertySite)[], name: string, add: Add): boolean {
  const areWritten = sites.every(
    ({ nameRange: { file, start, end }, name: old }) => file.text.slice(start, end) === old,
  );
  return sites.length > 0 && areWritten && sites.every(({ nameRange }) => add(nameRange, name));
}

function replaceValue({ nameRange, range }: PropertySite, value: string, add: Add): boolean {
  const { file, end } = range;
  if (nameRange.file.name !== file.name || file.text[end - 1] !== ';') return false;
  return add({ file, start: nameRange.end, end: end - 1 }, value === '' ? '' : ` = ${value}`);
}

/** Properties come before child nodes: behind the last one, or behind the brace. */
function insertProperty(site: NodeSite | undefined, text: string, add: Add): boolean {
  if (!site?.body) return false;
  const { file, start } = site.body;
  const last = site.properties.findLast(({ range }) => range.file.name === file.name);
  const at = last ? last.range.end : start + 1;
  const indent = last ? indentOf(last.range) : `${indentOf(site.range)}\t`;
  return add({ file, start: at, end: at }, `\n${indent}${text};`);
}

function insertNode(site: NodeSite | undefined, name: string, body: string, add: Add): boolean {
  if (!site?.body) return false;
  const { file, end } = site.body;
  const outer = indentOf(site.range);
  const lines = body.split('\n').filter(line => line.trim() !== '');
  const text = [`\t${name} {`, ...lines.map(line => `\t\t${line.trim()}`), '\t};'].map(line => outer + line).join('\n');
  const at = file.text.lastIndexOf('\n', end - 1) + 1;
  const isAlone = file.text.slice(at, end - 1).trim() === '';
  return isAlone
    ? add({ file, start: at, end: at }, `\n${text}\n`)
    : add({ file, start: end - 1, end: end - 1 }, `\n${text}\n${outer}`);
}

const indentOf = ({ file, start }: FileRange): string =>
  /^[ \t]*/.exec(file.text.slice(file.text.lastIndexOf('\n', start - 1) + 1, start))?.[0] ?? '';

/** With the rest of its lines when nothing else is on them. */
export function wholeLines({ file, start, end }: FileRange): FileRange {
  const { text } = file;
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const newline = text.indexOf('\n', end);
  const to = newline < 0 ? text.length : newline + 1;
  const isAlone = text.slice(from, start).trim() === '' && text.slice(end, to).trim() === '';
  return isAlone ? { file, start: from, end: to } : { file, start, end };
}
