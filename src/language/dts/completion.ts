// What can be typed where the cursor stands.
import { CompletionItemKind, InsertTextFormat, type CompletionItem, type Position } from 'vscode-languageserver';
import { getStrings } from '../../dt';
import type { PropertyBinding } from '../../dt/bindings/binding';
import { specifierOf } from '../../dt/bindings/specifiers';
import { folderOf, type LanguageHost } from '../host';
import type { Analysis } from './analysis';
import { cursorAt, type CursorPlace } from './cursor';
import { attempt } from './decode';
import type { Knowledge } from './knowledge';
import { childPath } from './tree-index';

type Value = Extract<CursorPlace, { kind: 'value' }>;
type Member = Extract<CursorPlace, { kind: 'member' }>;

/** More would only make the list slow; the editor asks again when it is incomplete. */
const MOST_ITEMS = 2000;

const DIRECTIVES = ['include', 'define', 'undef', 'if', 'ifdef', 'ifndef', 'elif', 'else', 'endif', 'error'];
const TOP_LEVEL: readonly (readonly [label: string, snippet: string, about: string])[] = [
  ['/dts-v1/', '/dts-v1/;', 'the version, before everything else'],
  ['/plugin/', '/plugin/;', 'this source is an overlay'],
  ['/ {', '/ {\n\t$0\n};', 'the root node'],
  ['/memreserve/', '/memreserve/ ${1:0x0} ${2:0x1000};', 'RAM that nobody may use'],
  ['/delete-node/', '/delete-node/ &${1:label};', 'removes a node'],
  ['/omit-if-no-ref/', '/omit-if-no-ref/ &${1:label};', 'removes a node that nothing refers to'],
  ['#include', '#include "$1"', 'another file, here'],
];
const IN_NODE: readonly (readonly [label: string, snippet: string, about: string])[] = [
  ['/delete-node/', '/delete-node/ ${1:name};', 'removes a child node'],
  ['/delete-property/', '/delete-property/ ${1:name};', 'removes a property'],
];

export interface CompletionRequest {
  readonly file: string;
  /** As it is now, which may be later than the analysis. */
  readonly text: string;
  readonly offset: number;
  readonly position: Position;
}

export async function completion(
  analysis: Analysis,
  knowledge: Knowledge,
  host: LanguageHost,
  request: CompletionRequest,
): Promise<CompletionItem[]> {
  const place = cursorAt(request.text, request.offset);
  const { line, character } = request.position;
  /** Puts an item in the place of what has been typed. */
  const replacing = (typed: string, items: readonly CompletionItem[]): CompletionItem[] => {
    const range = { start: { line, character: character - typed.length }, end: { line, character } };
    return items.slice(0, MOST_ITEMS).map(({ insertText, ...item }) => ({
      ...item,
      filterText: item.filterText ?? item.label,
      textEdit: { range, newText: insertText ?? item.label },
    }));
  };
  switch (place.kind) {
    case 'nothing':
      return [];
    case 'directive':
      return replacing(
        place.typed,
        DIRECTIVES.map(label => ({ label, kind: CompletionItemKind.Keyword })),
      );
    case 'include': {
      const typed = place.typed.slice(place.typed.lastIndexOf('/') + 1);
      return replacing(typed, await files(analysis, host, request.file, place));
    }
    case 'member':
      return replacing(place.typed, members(analysis, knowledge, place));
    case 'value':
      return replacing(place.typed, values(analysis, knowledge, place));
  }
}

/** The path of the node that headers of braces lead to. */
function pathOf(analysis: Analysis, nodes: readonly string[]): string {
  let path = '/';
  for (const name of nodes) {
    if (name === '/') path = '/';
    else if (name.startsWith('&')) {
      const ref = name.slice(1).replace(/^\{|\}$/g, '');
      path = analysis.index.target(ref) ?? name;
    } else path = childPath(path, name);
  }
  return path;
}

async function files(
  analysis: Analysis,
  host: LanguageHost,
  file: string,
  { typed, beside }: Extract<CursorPlace, { kind: 'include' }>,
): Promise<CompletionItem[]> {
  const inside = typed.slice(0, typed.lastIndexOf('/') + 1);
  const folders = [...(beside ? [folderOf(file)] : []), ...analysis.includePaths];
  const found = new Map<string, CompletionItem>();
  for (const folder of folders)
    for (const { name, isFolder } of await host.list(`${folder}/${inside}`.replace(/\/$/, '')).catch(() => [])) {
      if (found.has(name) || (!isFolder && !/\.(?:dtsi?|dtso|h)$/.test(name))) continue;
      const kind = isFolder ? CompletionItemKind.Folder : CompletionItemKind.File;
      found.set(name, { label: name, kind, detail: folder, insertText: isFolder ? `${name}/` : name });
    }
  return [...found.values()];
}

const snippet = ([label, insertText, detail]: readonly [string, string, string]): CompletionItem => ({
  label,
  insertText,
  detail,
  insertTextFormat: InsertTextFormat.Snippet,
  kind: CompletionItemKind.Keyword,
});

function members(analysis: Analysis, knowledge: Knowledge, { nodes }: Member): CompletionItem[] {
  if (nodes.length === 0) return [...TOP_LEVEL.map(snippet), ...extensions(analysis)];
  const path = pathOf(analysis, nodes);
  const strings = knowledge.compatibles(analysis, path);
  const node = analysis.node(path);
  const properties = [...knowledge.bindings.properties(strings, path)].map(([name, binding], rank): CompletionItem => ({
    label: name,
    kind: CompletionItemKind.Property,
    detail: node?.property(name) ? `is set: ${binding.type ?? ''}` : (binding.type ?? ''),
    documentation: binding.about,
    insertText: propertySnippet(name, binding),
    insertTextFormat: InsertTextFormat.Snippet,
    sortText: `1${String(rank).padStart(4, '0')}`,
  }));
  const known = new Set(properties.map(({ label }) => label));
  const like = similarProperties(analysis, strings).filter(name => !known.has(name));
  const others = like.map((label): CompletionItem => ({
    label,
    kind: CompletionItemKind.Property,
    detail: 'as nodes like this one have',
    sortText: `2${label}`,
  }));
  const children = [...(node?.children.keys() ?? [])].map((label): CompletionItem => ({
    label,
    kind: CompletionItemKind.Class,
    detail: 'a child that is there already',
    insertText: `${label} {\n\t$0\n};`,
    insertTextFormat: InsertTextFormat.Snippet,
    sortText: `3${label}`,
  }));
  return [...properties, ...others, ...children, ...IN_NODE.map(snippet)];
}

/** `&label { ... };` for each label. */
function extensions({ index }: Analysis): CompletionItem[] {
  return [...index.labels.values()]
    .filter(({ property }) => property === undefined)
    .map(({ name, path }) => ({
      label: `&${name}`,
      kind: CompletionItemKind.Reference,
      detail: path,
      insertText: `&${name} {\n\t$0\n};`,
      insertTextFormat: InsertTextFormat.Snippet,
    }));
}

/** Names that nodes with one of these strings have. */
function similarProperties(analysis: Analysis, strings: readonly string[]): string[] {
  const [first] = strings;
  if (first === undefined || !analysis.tree) return [];
  const names = new Set<string>();
  for (const node of analysis.tree.nodes())
    if (attempt(() => getStrings(node, 'compatible'))?.[0] === first)
      for (const name of node.properties.keys()) names.add(name);
  names.delete('phandle');
  return [...names];
}

function propertySnippet(name: string, { type, values }: PropertyBinding): string {
  switch (type) {
    case 'flag':
      return `${name};`;
    case 'string':
    case 'strings':
      return values ? `${name} = "\${1|${values.join(',')}|}";` : `${name} = "$1";`;
    case 'phandle':
      return `${name} = <&$1>;`;
    case 'bytes':
      return `${name} = [$1];`;
    default:
      return `${name} = <$1>;`;
  }
}

function values(analysis: Analysis, knowledge: Knowledge, place: Value): CompletionItem[] {
  if (place.in === 'bytes') return [];
  if (place.in === 'string') return strings(analysis, knowledge, place);
  const wantsNode = specifierOf(place.property) !== undefined;
  const labels = [...analysis.index.labels.values()].map(({ name, path }): CompletionItem => ({
    label: `&${name}`,
    kind: CompletionItemKind.Reference,
    detail: path,
    sortText: `${wantsNode && suits(analysis, place.property, path) ? 0 : 1}${name}`,
  }));
  const paths = place.typed.startsWith('&{')
    ? [...analysis.index.nodes.keys()]
        .filter(path => path.startsWith('/'))
        .map((path): CompletionItem => ({
          label: `&{${path}}`,
          kind: CompletionItemKind.Reference,
        }))
    : [];
  if (place.in === 'outside') return [...labels, ...paths];
  const macros = [...analysis.macros()].map(([label, [first]]): CompletionItem => ({
    label,
    kind: CompletionItemKind.Constant,
    detail: first!.body,
    sortText: `2${label}`,
  }));
  return [...labels, ...paths, ...macros];
}

/** Whether a node gives what a property refers to. */
function suits(analysis: Analysis, property: string, path: string): boolean {
  const cells = specifierOf(property);
  const node = analysis.node(path);
  if (property === 'interrupt-parent') return node?.property('interrupt-controller') !== undefined;
  return cells !== undefined && cells !== '' && node?.property(cells) !== undefined;
}

function strings(analysis: Analysis, knowledge: Knowledge, { property, nodes }: Value): CompletionItem[] {
  const path = pathOf(analysis, nodes);
  if (property === 'compatible') {
    const used = new Set<string>();
    for (const node of analysis.tree?.nodes() ?? [])
      for (const one of attempt(() => getStrings(node, 'compatible')) ?? []) used.add(one);
    return [...new Set([...used, ...knowledge.bindings.compatibles()])].map(label => ({
      label,
      kind: CompletionItemKind.Value,
      detail: knowledge.bindings.of(label)?.title ?? '',
      sortText: `${used.has(label) ? 0 : 1}${label}`,
    }));
  }
  const isPath = property === 'stdout-path' || property === 'stdin-path' || path === '/aliases';
  if (isPath) {
    const aliases = path === '/aliases' ? [] : [...(analysis.node('/aliases')?.properties.keys() ?? [])];
    const paths = [...analysis.index.nodes.keys()].filter(one => one.startsWith('/'));
    return [...aliases, ...paths].map(label => ({ label, kind: CompletionItemKind.Value }));
  }
  const known = knowledge.bindings.property(knowledge.compatibles(analysis, path), path, property);
  return (known?.binding.values ?? []).map(label => ({ label, kind: CompletionItemKind.EnumMember }));
}
