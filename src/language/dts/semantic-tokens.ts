// What words are, where the grammar cannot know: macros, references that lead nowhere, deleted things.
import { SemanticTokensBuilder, type SemanticTokens, type SemanticTokensLegend } from 'vscode-languageserver';
import { SourceFile, type FileRange } from '../../dt/source/text';
import type { Analysis } from './analysis';

const TYPES = ['class', 'property', 'variable', 'macro'] as const;
const MODIFIERS = ['declaration', 'deprecated'] as const;

export const LEGEND: SemanticTokensLegend = { tokenTypes: [...TYPES], tokenModifiers: [...MODIFIERS] };

interface Token {
  readonly start: number;
  readonly end: number;
  readonly type: (typeof TYPES)[number];
  readonly modifier?: (typeof MODIFIERS)[number];
}

export function semanticTokens(analysis: Analysis, file: string): SemanticTokens {
  const source = new SourceFile(file, analysis.texts.get(file) ?? '');
  const sites = analysis.index.file(file);
  const tokens: Token[] = [];
  const add = ({ start, end }: Pick<FileRange, 'start' | 'end'>, rest: Omit<Token, 'start' | 'end'>): void => {
    if (end > start) tokens.push({ start, end, ...rest });
  };
  for (const { kind, nameRange } of sites.nodes) {
    if (kind === 'node') add(nameRange, { type: 'class', modifier: 'declaration' });
    else if (kind === 'delete' && source.text[nameRange.start] !== '&')
      add(nameRange, { type: 'class', modifier: 'deprecated' });
  }
  for (const { kind, nameRange } of sites.properties)
    add(nameRange, { type: 'property', ...(kind === 'delete' ? { modifier: 'deprecated' as const } : {}) });
  for (const { range, name } of sites.labels)
    add({ start: range.start, end: range.start + name.length }, { type: 'variable', modifier: 'declaration' });
  for (const { range } of sites.references) if (source.text[range.start] === '&') add(range, { type: 'variable' });
  for (const range of macroNames(analysis, source)) add(range, { type: 'macro' });
  return encode(tokens, source);
}

/** Words that are macros, outside of comments and strings. */
function* macroNames(analysis: Analysis, { name, text }: SourceFile): Iterable<{ start: number; end: number }> {
  const macros = analysis.macros();
  if (macros.size === 0) return;
  const pattern = /\/\*[^]*?\*\/|\/\/.*|"(?:[^"\\\n]|\\.)*"|(?<![\w.])[A-Za-z_]\w*/g;
  const definitions = new Set(analysis.directives(name).macros.map(({ start }) => start));
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const start = match.index;
    if (macros.has(match[0]) && !definitions.has(start)) yield { start, end: start + match[0].length };
  }
}

function encode(tokens: Token[], source: SourceFile): SemanticTokens {
  tokens.sort((a, b) => a.start - b.start || b.end - a.end);
  const builder = new SemanticTokensBuilder();
  let last = 0;
  for (const { start, end, type, modifier } of tokens) {
    // A macro can stand for a name, or a reference: the first that begins there has the word.
    if (start < last) continue;
    last = end;
    const { line, column } = source.position(start);
    const bits = modifier === undefined ? 0 : 1 << MODIFIERS.indexOf(modifier);
    builder.push(line - 1, column - 1, end - start, TYPES.indexOf(type), bits);
  }
  return builder.build();
}
