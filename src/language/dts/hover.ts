// What stands under the mouse: a node as the compiler sees it, a property with its origin and meaning, a macro, a file.
import type { Hover, MarkupContent } from 'vscode-languageserver';
import { physicalReg, type DtNode } from '../../dt';
import { STANDARD_NODES } from '../../dt/bindings/standard';
import type { FileRange } from '../../dt/source/text';
import { SourceFile } from '../../dt/source/text';
import { baseOf } from '../host';
import { contains, rangeIn, rangeOf } from '../places';
import type { Analysis } from './analysis';
import { describeDevice, deviceOf } from './board';
import { cellAt } from './cells';
import { attempt, formatSize, hex } from './decode';
import { shortValue, type Knowledge } from './knowledge';
import type { PropertySite } from './tree-index';
import { wordAt } from './words';

/** Properties and children of a node that a hover lists. */
const MOST_LINES = 24;

const markdown = (value: string): MarkupContent => ({ kind: 'markdown', value });
const code = (text: string): string => `\`\`\`dts\n${text}\n\`\`\``;

/** @param offset into the text of `file` as the analysis has it */
export function hover(analysis: Analysis, knowledge: Knowledge, file: string, offset: number): Hover | undefined {
  const text = analysis.texts.get(file) ?? '';
  const source = new SourceFile(file, text);
  const { index } = analysis;
  const say = (parts: readonly string[], range: FileRange): Hover | undefined =>
    parts.length === 0 ? undefined : { contents: markdown(parts.join('\n\n')), range: rangeOf(range) };

  const include = analysis.directives(file).includes.find(site => contains(site, offset));
  if (include) {
    const target = analysis.included(file, include);
    return {
      contents: markdown(target === undefined ? 'not found' : `\`${target}\``),
      range: rangeIn(source, include.start, include.end),
    };
  }
  if (analysis.directives(file).comments.some(({ start, end }) => start < offset && offset < end)) return undefined;
  const reference = index.referenceAt(file, offset);
  if (reference) {
    const path = index.target(reference.ref);
    return say(
      path === undefined ? [`no node has ${reference.ref}`] : describeNode(analysis, knowledge, path),
      reference.range,
    );
  }
  const label = index.labelAt(file, offset);
  if (label) return say(describeNode(analysis, knowledge, label.path), label.range);
  const macro = macroHover(analysis, source, offset);
  if (macro) return macro;
  const property = index.propertyAt(file, offset);
  if (property) {
    if (contains(property.nameRange, offset))
      return say(describeProperty(analysis, knowledge, property), property.nameRange);
    return valueHover(analysis, knowledge, property, offset);
  }
  const node = index.nodeAt(file, offset);
  if (node && contains(node.nameRange, offset))
    return say(describeNode(analysis, knowledge, node.path), node.nameRange);
  return undefined;
}

function macroHover(analysis: Analysis, source: SourceFile, offset: number): Hover | undefined {
  const word = wordAt(source.text, offset);
  const definitions = word ? analysis.macro(word.text) : [];
  if (!word || definitions.length === 0) return undefined;
  const parts = definitions.map(({ name, parameters = '', body, file, about }) =>
    [code(`#define ${name}${parameters} ${body}`), `${about ?? ''} — ${baseOf(file)}`].join('\n'),
  );
  return { contents: markdown(parts.join('\n\n')), range: rangeIn(source, word.start, word.end) };
}

/** A node as all of the source makes it. */
export function describeNode(analysis: Analysis, knowledge: Knowledge, path: string): string[] {
  const node = analysis.node(path);
  const entry = analysis.index.nodes.get(path);
  const parts: string[] = [];
  const known = knowledge.bindings.ofStrings(knowledge.compatibles(analysis, path));
  const about = STANDARD_NODES[path.replace(/@[^/]*$/, '')]?.about;
  if (known) parts.push(`**${known.binding.title}** (\`${known.compatible}\`)`);
  else if (about !== undefined) parts.push(`**${about}**`);
  if (known?.binding.about !== undefined) parts.push(known.binding.about);
  parts.push(code(node ? nodeText(node) : `${path} { /* not in the compiled tree */ };`));
  const facts = [`path \`${path}\``];
  if (node) facts.push(...addresses(node));
  const places = (entry?.sites ?? []).filter(({ kind }) => kind !== 'delete' && kind !== 'omit');
  if (places.length > 0)
    facts.push(
      `from ${places.map(({ nameRange: { file, start } }) => `${baseOf(file.name)}:${file.position(start).line}`).join(', ')}`,
    );
  const { length } = analysis.index.referencesTo(path);
  if (length > 0) facts.push(`${length} reference${length === 1 ? '' : 's'}`);
  parts.push(facts.map(fact => `- ${fact}`).join('\n'));
  const board = knowledge.boardOf(analysis);
  const device = node && board && deviceOf(board, node);
  if (device) parts.push(describeDevice(board, device));
  if (!analysis.isCurrent && analysis.tree) parts.push('_as last compiled without errors_');
  return parts;
}

function nodeText(node: DtNode): string {
  const labels = node.labels.map(label => `${label}: `).join('');
  const lines = [...node.properties.keys()].map(name => {
    const value = shortValue(node, name);
    return `\t${name}${value === '' ? '' : ` = ${value}`};`;
  });
  const children = [...node.children.keys()].map(name => `\t${name} { ... };`);
  const all = [...lines, ...children];
  const shown =
    all.length > MOST_LINES ? [...all.slice(0, MOST_LINES), `\t/* ${all.length - MOST_LINES} more */`] : all;
  return [`${labels}${node.name || '/'} {`, ...shown, '};'].join('\n');
}

function addresses(node: DtNode): string[] {
  if (!node.property('reg')) return [];
  const regions = attempt(() => physicalReg(node));
  if (!regions) return [];
  const isAddress = node.parent?.property('ranges') !== undefined || !node.parent?.parent;
  if (regions.length === 0) return ['no address of the processor: a bus above has no `ranges` for it'];
  if (!isAddress) return [];
  return regions.map(
    ({ address, size }) =>
      `at ${hex(address)}${size > 0n ? `–${hex(address + size - 1n)} (${formatSize(size)})` : ''} for the processor`,
  );
}

/** A property: what it means, what it comes to, and every place that sets it. */
export function describeProperty(analysis: Analysis, knowledge: Knowledge, site: PropertySite): string[] {
  const { path } = site.node;
  const node = analysis.node(path);
  const parts: string[] = [];
  const known = knowledge.bindings.property(knowledge.compatibles(analysis, path), path, site.name);
  if (known) parts.push(`${known.binding.about}\n\n_${known.from}_`);
  const property = node?.property(site.name);
  if (node && property) {
    const value = shortValue(node, site.name);
    parts.push(code(`${site.name}${value === '' ? '' : ` = ${value}`};`));
    const entries = analysis.tree ? knowledge.decoder(analysis.tree).entries(node, site.name) : [];
    if (entries.length > 0) parts.push(entries.map(({ text }) => `- ${text}`).join('\n'));
  }
  const origins = analysis.index.nodes.get(path)?.properties.get(site.name) ?? [];
  const rows = origins.map(({ kind, nameRange: { file, start } }, n) => {
    const counts = n === origins.length - 1 ? '' : ' (overridden)';
    return `- ${kind === 'delete' ? 'deleted' : 'set'} in ${baseOf(file.name)}:${file.position(start).line}${counts}`;
  });
  if (rows.length > 0) parts.push(rows.join('\n'));
  return parts;
}

/** A cell: its number, and what the entry that it is a part of means. */
function valueHover(analysis: Analysis, knowledge: Knowledge, site: PropertySite, offset: number): Hover | undefined {
  const cell = cellAt(site, offset);
  if (!cell) return undefined;
  const node = analysis.node(site.node.path);
  const entries = node && analysis.tree ? knowledge.decoder(analysis.tree).entries(node, site.name) : [];
  const isLast = analysis.index.nodes.get(site.node.path)?.properties.get(site.name)?.at(-1) === site;
  const entry = isLast
    ? entries.find(({ first, count }) => first <= cell.index && cell.index < first + count)
    : undefined;
  const parts = [`\`${hex(cell.value)}\` = ${cell.value}`];
  if (entry) parts.push(entry.text);
  return { contents: markdown(parts.join('\n\n')), range: rangeOf(cell.range) };
}
