// Trees as YAML, as dtc 1.6.1 prints them through libyaml: nodes are mappings, values are sequences of typed elements.
import type { DeviceTree, DtNode, DtProperty } from '../tree';
import { isType, marksOf, type MarkType } from './markers';

/** Where libyaml breaks a line. */
const WIDTH = 80;

export function printYaml(tree: DeviceTree): string {
  const emitter = new YamlEmitter();
  emitter.document(tree.root);
  return emitter.text;
}

class YamlEmitter {
  text = '---\n-';
  private column = 1;

  document(root: DtNode): void {
    this.node(root, 2, true);
    this.text += '...\n';
  }

  private put(text: string): void {
    this.text += text;
    this.column += text.length;
  }

  private line(indent: number): void {
    this.text += `\n${' '.repeat(indent)}`;
    this.column = indent;
  }

  /** @param inline whether the first key stands on the line that is open (behind the dash of a sequence). */
  private node(node: DtNode, indent: number, inline: boolean): void {
    const { properties, children } = node;
    if (properties.size + children.size === 0) {
      this.put(' {}');
      if (inline) this.text += '\n';
      return;
    }
    let first = inline;
    const key = (name: string): void => {
      if (first) this.put(' ');
      else this.line(indent);
      first = false;
      this.put(`${name}:`);
    };
    for (const property of properties.values()) {
      key(plain(property.name));
      this.property(property, indent + 2);
    }
    for (const child of children.values()) {
      // libyaml marks what it had to quote, unless it was told that this is of no account, as with properties.
      key(plain(child.name).replace(/^'/, "! '"));
      this.node(child, indent + 2, false);
    }
    if (inline) this.text += '\n';
  }

  private property(property: DtProperty, indent: number): void {
    const { value } = property;
    if (value.length === 0) return this.put(' true');
    const marks = marksOf(property);
    const types = marks.filter(isType);
    const phandles = new Set(marks.filter(mark => mark.kind === 'phandle').map(mark => mark.offset));
    this.put(' [');
    let written = 0;
    types.forEach((mark, i) => {
      const end = types[i + 1]?.offset ?? value.length;
      if (end === mark.offset) return;
      if (written++ > 0) this.put(',');
      if (this.column > WIDTH) this.line(indent);
      else if (written > 1) this.put(' ');
      if (mark.kind === 'string') this.string(value.subarray(mark.offset, end - 1), indent + 2);
      else this.integers(value, mark.offset, end, mark.kind, phandles, indent + 2);
    });
    this.put(']');
  }

  private integers(
    value: Uint8Array,
    start: number,
    end: number,
    type: Exclude<MarkType, 'string'>,
    phandles: ReadonlySet<number>,
    indent: number,
  ): void {
    if (type !== 'u32') this.put(`!${type} `);
    const size = { u8: 1, u16: 2, u32: 4, u64: 8 }[type];
    this.put('[');
    for (let at = start; at < end; at += size) {
      if (at > start) this.put(',');
      if (this.column > WIDTH) this.line(indent);
      else if (at > start) this.put(' ');
      let number = 0n;
      for (let i = 0; i < size; i++) number = (number << 8n) | BigInt(value[at + i] ?? 0);
      this.put(`${phandles.has(at) ? '!phandle ' : ''}0x${number.toString(16)}`);
    }
    this.put(']');
  }

  /** In double quotes; a long one is broken at its blanks. */
  private string(bytes: Uint8Array, indent: number): void {
    this.put('"');
    let afterBlank = false;
    bytes.forEach((byte, at) => {
      if (byte === 0x20) {
        if (!afterBlank && this.column > WIDTH && at > 0 && at < bytes.length - 1) {
          this.line(indent);
          if (bytes[at + 1] === 0x20) this.put('\\');
        } else this.put(' ');
        afterBlank = true;
        return;
      }
      afterBlank = false;
      this.put(ESCAPES.get(byte) ?? (byte < 0x20 || byte > 0x7e ? hexadecimal(byte) : String.fromCharCode(byte)));
    });
    this.put('"');
  }
}

const hexadecimal = (byte: number): string => `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0, '\\0'],
  [7, '\\a'],
  [8, '\\b'],
  [9, '\\t'],
  [10, '\\n'],
  [11, '\\v'],
  [12, '\\f'],
  [13, '\\r'],
  [0x1b, '\\e'],
  [0x22, '\\"'],
  [0x5c, '\\\\'],
]);

/** What makes a plain scalar something else at its beginning, or anywhere. */
const NOT_PLAIN = /^[#,[\]{}&*!|>'"%@`]|^[-?:]$|^(?:---|\.\.\.)|:$/;

/** A name without quotes where YAML lets it stand so. */
const plain = (name: string): string => (NOT_PLAIN.test(name) ? `'${name}'` : name);
