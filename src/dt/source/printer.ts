// Trees as source for people: references as such, strings of a list one by one. What a source said about its values is said
// again; for a blob it is guessed. output/dts.ts prints as dtc does, byte for byte.
import { phandleOf } from '../access';
import { viewOf } from '../bytes';
import type { Chunk, DeviceTree, DtNode, DtProperty, ValueLayout } from '../tree';
import { directiveName } from './directive';
import { escapeByte } from './escapes';

/** Prints a tree so that compiling the text gives the same blob. */
export function printSource(tree: DeviceTree): string {
  return new Printer(tree).print();
}

/** The properties that hold the number of their own node. */
const PHANDLES: ReadonlySet<string> = new Set(['phandle', 'linux,phandle']);

const hex = (value: bigint | number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`;

class Printer {
  private readonly lines: string[] = [];
  private readonly labelled = new Map<string, DtNode>();

  constructor(private readonly tree: DeviceTree) {
    for (const node of tree.nodes()) for (const label of node.labels) this.labelled.set(label, node);
  }

  print(): string {
    this.lines.push('/dts-v1/;', '');
    for (const { address, size, labels } of this.tree.reservations)
      this.lines.push(`${prefix(labels)}/memreserve/\t${hex(address, 16)} ${hex(size, 16)};`);
    this.node(this.tree.root, '/', '');
    this.lines.push('');
    return this.lines.join('\n');
  }

  private node(node: DtNode, name: string, indent: string): void {
    // A root cannot be labelled where it is defined.
    this.lines.push(`${indent}${indent === '' ? '' : prefix(node.labels)}${name} {`);
    const inner = `${indent}\t`;
    for (const property of node.properties.values()) this.lines.push(`${inner}${this.property(property)};`);
    for (const child of node.children.values()) {
      this.lines.push('');
      this.node(child, child.name, inner);
    }
    this.lines.push(`${indent}};`);
    if (indent === '') for (const label of node.labels) this.lines.push('', `${label}: &{/} {`, '};');
  }

  private property(property: DtProperty): string {
    const { name, value, labels } = property;
    // A backslash keeps the preprocessor from a name like #if; the compiler takes it away.
    const head = `${prefix(labels)}${directiveName(name, 0) === undefined ? '' : '\\'}${name}`;
    const layout = property.layout ?? { chunks: this.guess(value), phandles: [], labels: [] };
    if (value.length === 0) return head;
    // The number of a node is printed as one: a reference to itself would ask for another.
    const target = PHANDLES.has(name) ? () => undefined : (ref: string) => this.target(ref);
    return `${head} = ${new ValuePrinter(value, layout, target).print()}`;
  }

  /** The node that a reference of the source still names; edits may have taken it away. */
  private target(ref: string): DtNode | undefined {
    if (!ref.startsWith('/')) return this.labelled.get(ref);
    let node: DtNode | undefined = this.tree.root;
    for (const part of ref.split('/')) if (part !== '') node = node?.child(part);
    return node;
  }

  /** What a value without a layout most likely is. */
  private guess(value: Uint8Array): Chunk[] {
    const { length } = value;
    const whole = { offset: 0, length };
    if (isTextList(value)) return strings(value);
    return length % 4 === 0 ? [{ kind: 'cells', bits: 32, ...whole }] : [{ kind: 'bytes', ...whole }];
  }
}

const prefix = (labels: readonly string[]): string => labels.map(label => `${label}: `).join('');

/** Prints one value. Labels stand before the element at their offset, or behind the last. */
class ValuePrinter {
  private readonly view: DataView;
  private nextLabel = 0;
  private nextPhandle = 0;

  constructor(
    private readonly value: Uint8Array,
    private readonly layout: ValueLayout,
    private readonly target: (ref: string) => DtNode | undefined,
  ) {
    this.view = viewOf(value);
  }

  print(): string {
    const chunks = this.layout.chunks.map(chunk => `${this.labelsAt(chunk.offset)}${this.chunk(chunk)}`);
    const last = this.labelsAt(this.value.length).trimEnd();
    return last === '' ? chunks.join(', ') : `${chunks.join(', ')} ${last}`;
  }

  private chunk(chunk: Chunk): string {
    switch (chunk.kind) {
      case 'path':
      case 'string': {
        const end = chunk.offset + chunk.length - 1;
        if (chunk.kind === 'path') {
          const path = String.fromCharCode(...this.value.subarray(chunk.offset, end));
          if (this.target(chunk.ref)?.path === path) return reference(chunk.ref);
        }
        return this.string(chunk.offset, end);
      }
      case 'bytes':
        return `[${this.elements(chunk, 1, offset => this.view.getUint8(offset).toString(16).padStart(2, '0'))}]`;
      case 'cells':
        return this.cells(chunk, chunk.bits);
    }
  }

  private cells(chunk: Chunk, bits: 8 | 16 | 32 | 64): string {
    const body = this.elements(chunk, bits / 8, offset => {
      if (bits === 64) return hex(this.view.getBigUint64(offset), 2);
      if (bits === 16) return hex(this.view.getUint16(offset), 2);
      if (bits === 8) return hex(this.view.getUint8(offset), 2);
      const cell = this.view.getUint32(offset);
      const phandle = this.layout.phandles[this.nextPhandle];
      if (phandle?.offset !== offset) return hex(cell, 2);
      this.nextPhandle++;
      const target = this.target(phandle.ref);
      return target && phandleOf(target) === cell ? reference(phandle.ref) : hex(cell, 2);
    });
    return bits === 32 ? `<${body}>` : `/bits/ ${bits} <${body}>`;
  }

  private elements({ offset, length }: Chunk, size: number, print: (offset: number) => string): string {
    const items: string[] = [];
    for (let at = offset; at < offset + length; at += size) items.push(`${this.labelsAt(at)}${print(at)}`);
    return items.join(' ');
  }

  private string(start: number, end: number): string {
    let text = '';
    for (let at = start; at < end; at++) {
      const byte = this.value[at]!;
      const next = this.value[at + 1]!;
      // dtc's short form of NUL, unless it would swallow a digit.
      text += byte === 0 && at + 1 < end && (next < 0x30 || next > 0x37) ? '\\0' : escapeByte(byte);
    }
    return `"${text}"`;
  }

  /** The labels up to an offset that have not been printed. */
  private labelsAt(offset: number): string {
    let text = '';
    for (; (this.layout.labels[this.nextLabel]?.offset ?? Infinity) <= offset; this.nextLabel++)
      text += `${this.layout.labels[this.nextLabel]!.name}: `;
    return text;
  }
}

const reference = (ref: string): string => (ref.startsWith('/') ? `&{${ref}}` : `&${ref}`);

const isPrintable = (byte: number): boolean => byte >= 0x20 && byte < 0x7f;
const isSpace = (byte: number): boolean => byte === 9 || byte === 10;

/** One or more strings, none empty, of printable characters. */
function isTextList(value: Uint8Array): boolean {
  if (value.length < 2 || value[0] === 0 || value.at(-1) !== 0) return false;
  return value.every((byte, i) => (byte === 0 ? value[i - 1] !== 0 : isPrintable(byte) || isSpace(byte)));
}

function strings(value: Uint8Array): Chunk[] {
  const chunks: Chunk[] = [];
  for (let offset = 0; offset < value.length;) {
    const length = value.indexOf(0, offset) + 1 - offset;
    chunks.push({ kind: 'string', offset, length });
    offset += length;
  }
  return chunks;
}
