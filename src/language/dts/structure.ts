// The outline of a file: symbols, folding, selection.
import {
  FoldingRangeKind,
  SymbolKind,
  type DocumentSymbol,
  type FoldingRange,
  type SelectionRange,
  type WorkspaceSymbol,
} from 'vscode-languageserver';
import { SourceFile, type FileRange } from '../../dt/source/text';
import { locationOf, rangeOf } from '../places';
import type { Analysis } from './analysis';
import { wordAt } from './words';
import type { NodeSite } from './tree-index';

const MOST_WORKSPACE_SYMBOLS = 500;

/** Nodes inside each other, with their properties. */
export function documentSymbols(analysis: Analysis, file: string): DocumentSymbol[] {
  const symbol = (site: NodeSite): DocumentSymbol => ({
    name: site.name || '/',
    detail: site.labels.map(({ name }) => name).join(' '),
    kind: site.kind === 'delete' || site.kind === 'omit' ? SymbolKind.Null : SymbolKind.Class,
    range: rangeOf(site.range),
    selectionRange: rangeOf(inside(site.nameRange, site.range)),
    children: [
      ...site.properties
        .filter(({ range }) => range.file.name === file)
        .map(({ name, kind, range, nameRange }) => ({
          name,
          detail: kind === 'delete' ? 'deleted' : '',
          kind: SymbolKind.Property,
          range: rangeOf(range),
          selectionRange: rangeOf(inside(nameRange, range)),
        })),
      ...site.children.filter(({ range }) => range.file.name === file).map(symbol),
    ],
  });
  const { nodes } = analysis.index.file(file);
  return nodes.filter(({ parent }) => parent?.range.file.name !== file).map(symbol);
}

/** Editors refuse a symbol whose name lies outside of it, as it does when a macro makes one of the two. */
const inside = (range: FileRange, outer: FileRange): FileRange =>
  range.start >= outer.start && range.end <= outer.end ? range : outer;

/** Nodes and labels of all open sources that have the letters of a query in order. */
export function workspaceSymbols(analyses: readonly Analysis[], query: string): WorkspaceSymbol[] {
  const wanted = query.toLowerCase();
  const matches = (name: string): boolean => {
    let at = 0;
    for (const letter of name.toLowerCase()) if (letter === wanted[at]) at++;
    return at >= wanted.length;
  };
  const found = new Map<string, WorkspaceSymbol>();
  for (const { index } of analyses) {
    for (const { path, sites } of index.nodes.values()) {
      const site = sites.find(({ kind }) => kind === 'node' || kind === 'root');
      if (site && matches(path))
        add({ name: site.name, kind: SymbolKind.Class, location: locationOf(site.nameRange), containerName: path });
    }
    for (const label of index.labels.values())
      if (matches(label.name))
        add({
          name: label.name,
          kind: SymbolKind.Variable,
          location: locationOf(label.range),
          containerName: label.path,
        });
    if (found.size >= MOST_WORKSPACE_SYMBOLS) break;
  }
  return [...found.values()].slice(0, MOST_WORKSPACE_SYMBOLS);

  function add(symbol: WorkspaceSymbol): void {
    found.set(`${symbol.name} ${JSON.stringify(symbol.location)}`, symbol);
  }
}

/** Nodes, comments of several lines, conditions, runs of includes. */
export function foldingRanges(analysis: Analysis, file: string): FoldingRange[] {
  const source = new SourceFile(file, analysis.texts.get(file) ?? '');
  const line = (offset: number): number => source.position(offset).line - 1;
  const folds: FoldingRange[] = [];
  const add = (start: number, end: number, kind?: FoldingRange['kind']): void => {
    const [startLine, endLine] = [line(start), line(end)];
    if (endLine > startLine) folds.push({ startLine, endLine, ...(kind ? { kind } : {}) });
  };
  for (const { body } of analysis.index.file(file).nodes)
    // The line with the closing brace stays to be seen.
    if (body && body.file.name === file)
      add(body.start, Math.max(body.start, source.text.lastIndexOf('\n', body.end - 1)));
  const { comments, regions, includes } = analysis.directives(file);
  for (const { start, end } of comments) add(start, Math.max(start, end - 1), FoldingRangeKind.Comment);
  for (const { start, end } of regions) add(start, end, FoldingRangeKind.Region);
  const [first, last] = [includes[0], includes.at(-1)];
  if (first && last) add(first.start, last.end, FoldingRangeKind.Imports);
  return folds;
}

/** From the word at each place outwards: value, property, body, node, and the nodes around it. */
export function selectionRanges(analysis: Analysis, file: string, offsets: readonly number[]): SelectionRange[] {
  const source = new SourceFile(file, analysis.texts.get(file) ?? '');
  return offsets.map(offset => {
    const ranges: { start: number; end: number }[] = [];
    const word = wordAt(source.text, offset);
    if (word) ranges.push(word);
    const property = analysis.index.propertyAt(file, offset);
    for (const part of property?.syntax?.parts ?? []) ranges.push(part.span.range);
    if (property) ranges.push(property.nameRange, property.range);
    for (let node = analysis.index.nodeAt(file, offset); node; node = node.parent) {
      if (node.range.file.name !== file) break;
      ranges.push(node.nameRange, ...(node.body ? [node.body] : []), node.range);
    }
    ranges.push({ start: 0, end: source.text.length });
    const around = ranges.filter(({ start, end }) => start <= offset && offset <= end);
    // Each has to lie in the next.
    around.sort((a, b) => a.end - a.start - (b.end - b.start));
    let chain: SelectionRange | undefined;
    for (const { start, end } of around.reverse()) {
      const range = rangeOf({ file: source, start, end });
      chain = chain ? { range, parent: chain } : { range };
    }
    return chain!;
  });
}
