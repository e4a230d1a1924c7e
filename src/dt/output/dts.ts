// Trees as dtc 1.6.1 prints them with -O dts, byte for byte: values by their marks, with labels inside.
import type { Span } from '../source/text';
import type { DeviceTree, DtNode, DtProperty } from '../tree';
import { isType, marksOf, type Mark, type MarkType } from './markers';

export interface DtsOptions {
  /** How often -T was given: once for lines, twice for columns too. */
  readonly annotate?: number;
  /** The name of the main source, which annotations are relative to. */
  readonly file?: string;
}

export function printDts(tree: DeviceTree, options: DtsOptions = {}): string {
  const printer = new DtsPrinter(options);
  const lines = tree.reservations.map(
    ({ address, size, labels }) => `${prefix(labels)}/memreserve/\t${hex(address, 16)} ${hex(size, 16)};\n`,
  );
  printer.node(tree.root, 0);
  return `/dts-v1/;\n\n${lines.join('')}${printer.out.join('')}`;
}

const prefix = (labels: readonly string[]): string => labels.map(label => `${label}: `).join('');
const hex = (value: number | bigint, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`;

const OPEN = { u8: '[', u16: '/bits/ 16 <', u32: '<', u64: '/bits/ 64 <', string: '' } as const;
const CLOSE = { u8: ']', u16: '>', u32: '>', u64: '>', string: '' } as const;

class DtsPrinter {
  readonly out: string[] = [];
  private readonly level: number;

  constructor(private readonly options: DtsOptions) {
    this.level = options.annotate ?? 0;
  }

  node(node: DtNode, depth: number): void {
    const indent = '\t'.repeat(depth);
    const name = node.name === '' ? '/' : node.name;
    this.out.push(`${indent}${prefix(node.labels)}${name} {${this.comment(node.definitions, true)}\n`);
    for (const property of node.properties.values())
      this.out.push(
        `${indent}\t${prefix(property.labels)}${property.name}${valueText(property)};${this.place(property)}\n`,
      );
    for (const child of node.children.values()) {
      this.out.push('\n');
      this.node(child, depth + 1);
    }
    this.out.push(`${indent}};${this.comment(node.definitions, false)}\n`);
  }

  private place({ syntax }: DtProperty): string {
    // What the compiler made itself, the target of a fragment too, has no place.
    const made = syntax?.parts.some(part => part.kind === 'cells' && part.implied);
    return this.comment(syntax && !made ? [syntax.nameSpan.to(syntax.span)] : [], true);
  }

  private comment(spans: readonly Span[], first: boolean): string {
    if (this.level === 0) return '';
    if (spans.length === 0) return this.level > 1 ? ' /* <no-file>:<no-line> */' : '';
    return ` /* ${spans.map(span => this.position(span, first)).join(', ')} */`;
  }

  private position(span: Span, first: boolean): string {
    const { begin, finish } = span;
    if (this.level > 1) return `${begin.file}:${begin.line}:${begin.column}-${finish.line}:${finish.column}`;
    const main = this.options.file ?? begin.file;
    return `${relative(begin.file, main)}:${first ? begin.line : finish.line}`;
  }
}

/** A file as seen from the folder of the main source; as it is when the two share no folder. */
function relative(file: string, main: string): string {
  let common = -1;
  for (let i = 0; i < file.length && file[i] === main[i]; i++) if (file[i] === '/') common = i;
  if (common < 0) return file;
  const up = main.slice(common + 1).split('/').length - 1;
  return '../'.repeat(up) + file.slice(common + 1);
}

function valueText(property: DtProperty): string {
  const { value } = property;
  if (value.length === 0) return '';
  let marks = marksOf(property);
  if (!marks.some(isType)) marks = [{ kind: guess(value, marks), offset: 0 }, ...marks];
  let text = ' =';
  let type: MarkType | undefined;
  marks.forEach((mark, i) => {
    const end = marks[i + 1]?.offset ?? value.length;
    const whole = (marks.slice(i + 1).find(isType)?.offset ?? value.length) - mark.offset;
    if (isType(mark)) {
      type = mark.kind;
      text += ` ${OPEN[type]}`;
    } else if (mark.kind === 'label') text += ` ${mark.ref}:`;
    else if (mark.offset > 0) text += ' ';
    if (type === undefined) return;
    text += elements(value, mark.offset, end, type);
    // The next type begins where this stretch ends; an empty one counts as the rest of the value, as it does for dtc.
    if (end - mark.offset !== (whole || value.length - mark.offset)) return;
    text += end === value.length ? CLOSE[type] : `${CLOSE[type]},`;
    type = undefined;
  });
  return text;
}

/** What a value of unknown type is taken for. */
function guess(value: Uint8Array, marks: readonly Mark[]): MarkType {
  let zeros = 0;
  let isText = value.at(-1) === 0;
  for (const byte of value) {
    if (byte === 0) zeros++;
    else if (!(byte >= 0x20 && byte < 0x7f) && !(byte >= 7 && byte <= 13)) isText = false;
  }
  const labels = marks.filter(mark => mark.kind === 'label');
  if (isText && zeros <= value.length - zeros && labels.every(({ offset }) => offset === 0 || value[offset - 1] === 0))
    return 'string';
  return value.length % 4 === 0 && labels.every(({ offset }) => offset % 4 === 0) ? 'u32' : 'u8';
}

function elements(value: Uint8Array, start: number, end: number, type: MarkType): string {
  if (type === 'string') return start === end ? '' : stringText(value.subarray(start, end - 1));
  const size = { u8: 1, u16: 2, u32: 4, u64: 8 }[type];
  const items: string[] = [];
  for (let at = start; at < end; at += size) {
    let digits = '';
    for (let i = 0; i < size; i++) digits += (value[at + i] ?? 0).toString(16).padStart(2, '0');
    items.push(size === 1 ? digits : `0x${digits.replace(/^0+(?=..)/, '')}`);
  }
  return items.join(' ');
}

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0, '\\0'],
  [7, '\\a'],
  [8, '\\b'],
  [9, '\\t'],
  [10, '\\n'],
  [11, '\\v'],
  [12, '\\f'],
  [13, '\\r'],
  [0x22, '\\"'],
  [0x5c, '\\\\'],
]);

function stringText(bytes: Uint8Array): string {
  let text = '"';
  bytes.forEach((byte, at) => {
    const escape = ESCAPES.get(byte);
    const next = bytes[at + 1] ?? 0;
    // dtc writes the short form before digits too, where it means another character.
    if (byte === 0 && next >= 0x30 && next <= 0x37) text += '\\x00';
    else if (escape !== undefined) text += escape;
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += `\\x${byte.toString(16).padStart(2, '0')}`;
  });
  return `${text}"`;
}
