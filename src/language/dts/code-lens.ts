// Who refers to a node, above it.
import type { CodeLens } from 'vscode-languageserver';
import { uriOf } from '../host';
import { locationOf, rangeOf } from '../places';
import type { Analysis } from './analysis';

/** The client's command: shows places beside a position. Arguments: URI, position, locations. */
export const SHOW_REFERENCES = 'xenlab.showReferences';

export function codeLenses(analysis: Analysis, file: string): CodeLens[] {
  const { index } = analysis;
  return index.file(file).nodes.flatMap(site => {
    if (site.kind !== 'node' || site.labels.length === 0) return [];
    const found = index.referencesTo(site.path);
    const range = rangeOf(site.nameRange);
    const title = found.length === 1 ? '1 reference' : `${found.length} references`;
    const locations = found.map(reference => locationOf(reference.range));
    return [{ range, command: { title, command: SHOW_REFERENCES, arguments: [uriOf(file), range.start, locations] } }];
  });
}
