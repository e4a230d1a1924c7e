// Keys with what they take, values, the words of devices, and files.
import { CompletionItemKind, InsertTextFormat, type CompletionItem, type Position } from 'vscode-languageserver';
import {
  DEVICE_PARAMETERS,
  DISK_FLAGS,
  DISK_FORMATS,
  DISK_PARAMETERS,
  VIF_FLAGS,
  VIF_PARAMETERS,
  XL_KEYS,
  type XlKey,
} from '../../xl';
import type { LanguageHost } from '../host';
import { describeKey } from './hover';

interface Place {
  /** Undefined where a statement begins. */
  readonly key: string | undefined;
  /** In a string: everything from its quote on. */
  readonly string: string | undefined;
  /** The word that is being typed. */
  readonly typed: string;
}

/** Where the cursor stands, from the text before it: what is typed is no statement yet. */
export function placeAt(text: string, offset: number): Place | undefined {
  const before = text.slice(0, offset);
  const line = before.slice(before.lastIndexOf('\n') + 1);
  const word = (pattern: RegExp, from: string): string => pattern.exec(from)?.[0] ?? '';
  const quote = openQuote(line);
  if (quote === undefined && line.includes('#')) return undefined;
  const key = keyOf(before);
  if (key === undefined) return { key, string: undefined, typed: word(/[\w.]*$/, line) };
  const string = quote === undefined ? undefined : line.slice(quote + 1);
  return { key, string, typed: string === undefined ? word(/[\w.]*$/, line) : word(/[^,=\s]*$/, string) };
}

/** The index of a quote on the line that is not closed. */
function openQuote(line: string): number | undefined {
  let open: number | undefined;
  for (let at = 0; at < line.length; at++) {
    const c = line[at]!;
    if (open === undefined && c === '#') return undefined;
    if (open === undefined && (c === '"' || c === "'")) open = at;
    else if (open !== undefined && c === '\\') at++;
    else if (open !== undefined && c === line[open]) open = undefined;
  }
  return open;
}

/** The key whose value the cursor is in: that of the line, or of a list that is still open. */
function keyOf(before: string): string | undefined {
  const own = /(?:^|\n|;)[ \t]*([a-z][._0-9a-z]*)[ \t]*\+?=[^\n]*$/.exec(before);
  if (own) return own[1];
  const list =
    /(?:^|\n)[ \t]*([a-z][._0-9a-z]*)[ \t]*\+?=[ \t]*\[((?:[^\]"'#]|#[^\n]*\n|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?)*)$/.exec(
      before.slice(-8192),
    );
  return list?.[1];
}

export async function completion(
  text: string,
  offset: number,
  position: Position,
  host: LanguageHost,
  folder: string,
): Promise<CompletionItem[]> {
  const place = placeAt(text, offset);
  if (!place) return [];
  const { line, character } = position;
  const range = { start: { line, character: character - place.typed.length }, end: position };
  const items = await itemsFor(place, host, folder);
  return items.map(({ insertText, ...item }) => ({ ...item, textEdit: { range, newText: insertText ?? item.label } }));

  async function itemsFor({ key, string, typed }: Place, on: LanguageHost, from: string): Promise<CompletionItem[]> {
    if (key === undefined) return [...XL_KEYS].filter(([, one]) => one.arm !== 'none').map(keyItem);
    const known = XL_KEYS.get(key);
    if (!known) return [];
    if (string === undefined)
      return (known.values ?? []).map(label => ({
        label,
        insertText: `"${label}"`,
        kind: CompletionItemKind.EnumMember,
      }));
    if (known.file) return files(on, from, string, typed);
    if (known.values) return known.values.map(label => ({ label, kind: CompletionItemKind.EnumMember }));
    return words(key, string);
  }
}

const keyItem = ([label, key]: readonly [string, XlKey]): CompletionItem => ({
  label,
  kind: CompletionItemKind.Property,
  detail: key.type,
  documentation: { kind: 'markdown', value: describeKey(label) },
  insertText: `${label} = ${valueSnippet(key)}`,
  insertTextFormat: InsertTextFormat.Snippet,
  sortText: `${key.replacedBy === undefined ? 0 : 1}${label}`,
});

function valueSnippet({ type, values }: XlKey): string {
  if (values) return `"\${1|${values.join(',')}|}"`;
  if (type.startsWith('list')) return '[ "$1" ]';
  return type === 'number' || type === 'boolean' ? '$1' : '"$1"';
}

/** Words of the text of a device; behind NAME= its values. */
function words(key: string, string: string): CompletionItem[] {
  const name = /(?:^|[,\s])([a-z][\w-]*)\s*=\s*[^,=]*$/.exec(string)?.[1];
  if (name !== undefined)
    return (name === 'format' ? DISK_FORMATS : name === 'access' ? ['ro', 'rw'] : []).map(label => ({
      label,
      kind: CompletionItemKind.EnumMember,
    }));
  const parameters = key === 'disk' ? DISK_PARAMETERS : key === 'vif' ? VIF_PARAMETERS : (DEVICE_PARAMETERS[key] ?? []);
  const flags = key === 'disk' ? DISK_FLAGS : key === 'vif' ? VIF_FLAGS : [];
  return [
    ...parameters.map(label => ({ label, insertText: `${label}=`, kind: CompletionItemKind.Property })),
    ...flags.map(label => ({ label, kind: CompletionItemKind.Keyword })),
  ];
}

async function files(host: LanguageHost, folder: string, string: string, typed: string): Promise<CompletionItem[]> {
  const inside = string.slice(0, string.length - typed.length) + typed.slice(0, typed.lastIndexOf('/') + 1);
  const from = inside.startsWith('/') ? inside : `${folder}/${inside}`;
  const entries = await host.list(from.replace(/(.)\/+$/, '$1')).catch(() => []);
  const before = typed.slice(0, typed.lastIndexOf('/') + 1);
  return entries.map(({ name, isFolder }) => ({
    label: before + name,
    kind: isFolder ? CompletionItemKind.Folder : CompletionItemKind.File,
    insertText: before + name + (isFolder ? '/' : ''),
  }));
}
