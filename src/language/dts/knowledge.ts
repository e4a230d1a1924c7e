// What features know besides the text: bindings, the board, and the decoder of the compiled tree.
import { getStrings, type DeviceTree, type DtNode, type DtProperty } from '../../dt';
import type { Board } from '../../emu/boards';
import type { Analysis } from './analysis';
import { Bindings } from './bindings';
import { boardOf } from './board';
import { attempt, Decoder } from './decode';

export class Knowledge {
  bindings = new Bindings();
  /** Name of the board to take where a tree does not say. */
  board = '';
  private readonly decoders = new WeakMap<DeviceTree, Decoder>();

  decoder(tree: DeviceTree): Decoder {
    let decoder = this.decoders.get(tree);
    if (!decoder) {
      decoder = new Decoder(tree);
      this.decoders.set(tree, decoder);
    }
    return decoder;
  }

  boardOf({ tree }: Analysis): Board | undefined {
    return tree && boardOf(tree, this.board);
  }

  /** The compatible strings of a node: as compiled, else as they are written. */
  compatibles(analysis: Analysis, path: string): readonly string[] {
    const node = analysis.node(path);
    const strings = node && attempt(() => getStrings(node, 'compatible'));
    if (strings) return strings;
    const site = analysis.index.nodes.get(path)?.properties.get('compatible')?.at(-1);
    const decoder = new TextDecoder();
    return (site?.syntax?.parts ?? []).flatMap(part =>
      part.kind === 'string' ? [decoder.decode(part.bytes.subarray(0, -1))] : [],
    );
  }
}

/** What a value says, in source form, for people; long ones are cut. */
export function shortValue(node: DtNode, name: string): string {
  const property = node.property(name);
  if (!property || property.value.length === 0) return '';
  const strings = /^[\x20-\x7e\0]+$/.test(new TextDecoder('latin1').decode(property.value))
    ? attempt(() => getStrings(node, name))
    : undefined;
  const isText = strings !== undefined && strings.every(one => one !== '');
  const text = isText ? strings.map(one => JSON.stringify(one)).join(', ') : cellsText(property);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

/** Cells in hexadecimal; references as the source has them. */
function cellsText({ value, layout }: DtProperty): string {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  if (value.length % 4 !== 0) return `[${[...value].map(byte => byte.toString(16).padStart(2, '0')).join(' ')}]`;
  const references = new Map(
    layout?.phandles.map(({ offset, ref }) => [offset, ref.startsWith('/') ? `&{${ref}}` : `&${ref}`]),
  );
  const cells = Array.from(
    { length: value.length / 4 },
    (_, i) => references.get(i * 4) ?? `0x${view.getUint32(i * 4).toString(16)}`,
  );
  return `<${cells.join(' ')}>`;
}
