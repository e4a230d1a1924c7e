// Includes as links.
import type { DocumentLink } from 'vscode-languageserver';
import { SourceFile } from '../../dt/source/text';
import { uriOf } from '../host';
import { rangeIn } from '../places';
import type { Analysis } from './analysis';

export function documentLinks(analysis: Analysis, file: string): DocumentLink[] {
  const source = new SourceFile(file, analysis.texts.get(file) ?? '');
  return analysis.directives(file).includes.flatMap(include => {
    const target = analysis.included(file, include);
    if (target === undefined) return [];
    return [{ range: rangeIn(source, include.start, include.end), target: uriOf(target), tooltip: target }];
  });
}
