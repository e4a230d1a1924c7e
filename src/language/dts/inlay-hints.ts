// Hints between the text: what cells mean, which node a number or a label stands for.
import { InlayHintKind, type InlayHint, type Range } from 'vscode-languageserver';
import type { FileRange } from '../../dt/source/text';
import { rangeOf } from '../places';
import type { Analysis } from './analysis';
import { writtenCells } from './cells';
import type { Knowledge } from './knowledge';
import type { NodeSite, PropertySite } from './tree-index';

export function inlayHints(analysis: Analysis, knowledge: Knowledge, file: string, within: Range): InlayHint[] {
  const hints: InlayHint[] = [];
  const { properties, nodes } = analysis.index.file(file);
  const isShown = ({ file: source, start, end }: FileRange): boolean =>
    source.position(end).line > within.start.line && source.position(start).line - 1 <= within.end.line;
  for (const site of properties) if (isShown(site.range)) hints.push(...cellHints(analysis, knowledge, site));
  for (const site of nodes) if (site.kind === 'extend' && isShown(site.nameRange)) hints.push(pathHint(site));
  return hints;
}

function cellHints(analysis: Analysis, knowledge: Knowledge, site: PropertySite): InlayHint[] {
  const { path } = site.node;
  const node = analysis.node(path);
  // Only the last one that sets a property is what was compiled.
  if (!node || !analysis.tree || analysis.index.nodes.get(path)?.properties.get(site.name)?.at(-1) !== site) return [];
  const entries = knowledge.decoder(analysis.tree).entries(node, site.name);
  if (entries.length === 0) return [];
  const cells = writtenCells(site);
  const hints: InlayHint[] = [];
  let last = -1;
  for (const { first, count, text } of entries) {
    const end = cells[first + count - 1];
    // A macro can stand for cells of several entries: one place, one hint.
    if (!end || end.range.end <= last || end.range.file.name !== site.range.file.name) continue;
    last = end.range.end;
    // What is written as a label says itself what it names.
    if (count === 1 && cells[first]!.ref !== undefined) continue;
    const { end: position } = rangeOf(end.range);
    hints.push({
      position,
      label: text,
      kind: InlayHintKind.Type,
      paddingLeft: true,
      tooltip: `${site.name} of ${path}`,
    });
  }
  return hints;
}

const pathHint = (site: NodeSite): InlayHint => ({
  position: rangeOf(site.nameRange).end,
  label: site.path,
  kind: InlayHintKind.Type,
  paddingLeft: true,
});
