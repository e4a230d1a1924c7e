// What a key means, and what xl makes of the text of a device.
import type { Hover } from 'vscode-languageserver';
import { readXlDisk, readXlVif, XL_KEYS, type XlKey, type XlValue } from '../../xl';
import type { XlDocument } from './document';
import { holds, protocolRange } from './places';

export function hover({ checked }: XlDocument, offset: number): Hover | undefined {
  for (const { key, keyRange, value } of checked.file.assignments) {
    if (holds(keyRange, offset))
      return { contents: { kind: 'markdown', value: describeKey(key) }, range: protocolRange(keyRange) };
    if (!holds(value.range, offset)) continue;
    const text = textAt(value, offset);
    const understood = text && describeDevice(key, text.text);
    if (text && understood)
      return { contents: { kind: 'markdown', value: understood }, range: protocolRange(text.range) };
    return { contents: { kind: 'markdown', value: describeKey(key) }, range: protocolRange(value.range) };
  }
  return undefined;
}

export function describeKey(name: string): string {
  const key = XL_KEYS.get(name);
  if (!key) return `**${name}**: xl has no such key, and passes over it without a word`;
  const facts = [`**${name}**: ${key.type}`, key.docs, ...factsOf(key)];
  return facts.join('\n\n');
}

function factsOf(key: XlKey): string[] {
  const rows: string[] = [];
  if (key.values) rows.push(`values: ${key.values.map(one => `\`${one}\``).join(', ')}`);
  else if (key.allowed !== undefined) rows.push(`values: ${key.allowed}`);
  if (key.default !== undefined) rows.push(`default: ${key.default}`);
  if (key.arm === 'only') rows.push('for guests on ARM alone');
  if (key.arm === 'none') rows.push(`means nothing on ARM${key.why === undefined ? '' : `: ${key.why}`}`);
  if (key.newer) rows.push('newer than Xen 4.17, which passes over it without a word');
  if (key.replacedBy !== undefined) rows.push(`old: write \`${key.replacedBy}\``);
  return rows.length > 0 ? [rows.map(row => `- ${row}`).join('\n')] : [];
}

type Text = Extract<XlValue, { kind: 'text' }>;

function textAt(value: XlValue, offset: number): Text | undefined {
  if (value.kind === 'text') return value;
  const inside = value.values.find(one => holds(one.range, offset));
  return inside && textAt(inside, offset);
}

/** What xl understands, a line for each thing. */
function describeDevice(key: string, text: string): string | undefined {
  if (key !== 'disk' && key !== 'vif') return undefined;
  const found: object = key === 'disk' ? readXlDisk(text).disk : readXlVif(text).vif;
  const rows = Object.entries(found).map(([name, value]) => `- ${name}: \`${String(value)}\``);
  return rows.length > 0 ? [`**${key}**, as xl reads it`, rows.join('\n')].join('\n\n') : undefined;
}
