// What a compiler adds to a tree so that overlays fit: the paths of labels, and the places where phandles stand.
import { phandleOf } from '../access';
import { DtError } from '../error';
import type { DeviceTree, DtNode, ValueLayout } from '../tree';
import { DtProperty } from '../tree';

/** How a phandle is written: as in trees of before 2008, as the specification has it, or both. */
export type PhandleFormat = 'legacy' | 'epapr' | 'both';

/** The properties of each form, in the order in which dtc adds them. */
const PHANDLE_NAMES: Readonly<Record<PhandleFormat, readonly string[]>> = {
  legacy: ['linux,phandle'],
  epapr: ['phandle'],
  both: ['linux,phandle', 'phandle'],
};

/** Gives a node its number, in the properties of a format that it does not have. */
export function putPhandle(node: DtNode, phandle: number, format: PhandleFormat): void {
  for (const name of PHANDLE_NAMES[format]) if (!node.property(name)) appendCell(node, name, phandle);
}

const SYMBOLS = '__symbols__';
const FIXUPS = '__fixups__';
const LOCAL_FIXUPS = '__local_fixups__';

/** Adds `/__symbols__`, and a phandle to each node with a label. @returns labels that were there already. */
export function addSymbols(tree: DeviceTree, format: PhandleFormat = 'epapr'): string[] {
  const nodes = [...tree.nodes()];
  const numberOf = (node: DtNode): number | undefined => (tree.numbers ? tree.numbers.get(node) : phandleOf(node));
  const used = new Set(nodes.map(numberOf));
  return addLabels(tree, nodes, SYMBOLS, node => {
    if (numberOf(node) !== undefined) return;
    while (used.has(tree.nextPhandle)) tree.nextPhandle++;
    used.add(tree.nextPhandle);
    putPhandle(node, tree.nextPhandle, format);
  });
}

/** Adds an alias for each label. @returns labels that are aliases already. */
export function addAutoAliases(tree: DeviceTree): string[] {
  return addLabels(tree, [...tree.nodes()], 'aliases', () => undefined);
}

function addLabels(tree: DeviceTree, nodes: readonly DtNode[], name: string, visit: (node: DtNode) => void): string[] {
  const repeated: string[] = [];
  if (!nodes.some(node => node.wasLabelled || node.labels.length > 0)) return repeated;
  const list = tree.root.ensure(name);
  for (const node of nodes) {
    for (const label of node.labels) {
      if (list.property(label)) repeated.push(label);
      else putText(list, label, node.path);
    }
    if (node.wasLabelled || node.labels.length > 0) visit(node);
  }
  return repeated;
}

/**
 * Adds to an overlay `/__fixups__` (the phandles that the other tree has, by label) and `/__local_fixups__` (those of
 * its own, which the other tree may have given out too).
 * @returns names that make that impossible.
 */
export function addFixups(tree: DeviceTree): DtError[] {
  const errors: DtError[] = [];
  const labelled = new Map<string, DtNode>();
  for (const node of tree.nodes()) for (const label of node.labels) if (!labelled.has(label)) labelled.set(label, node);
  const own: { node: DtNode; property: DtProperty; offset: number }[] = [];
  const foreign = new Map<string, string[]>();
  for (const node of tree.nodes())
    for (const property of node.properties.values())
      for (const { offset, ref } of property.layout?.phandles ?? []) {
        if (ref.startsWith('/') ? nodeAt(tree.root, ref) : labelled.has(ref)) own.push({ node, property, offset });
        else {
          const places = foreign.get(ref) ?? [];
          if (places.length === 0) foreign.set(ref, places);
          const { path } = node;
          places.push(`${path}:${property.name}:${offset}`);
          if (path.includes(':') || property.name.includes(':')) errors.push(colon(path));
        }
      }
  if (foreign.size > 0) {
    const list = tree.root.ensure(FIXUPS);
    for (const [ref, places] of foreign) putText(list, ref, ...places);
  }
  if (own.length > 0) {
    const list = tree.root.ensure(LOCAL_FIXUPS);
    for (const { node, property, offset } of own) {
      let copy = list;
      if (node.parent) for (const part of node.path.slice(1).split('/')) copy = copy.ensure(part);
      appendCell(copy, property.name, offset);
    }
  }
  return errors;
}

const colon = (path: string): DtError =>
  new DtError('name-characters', 'a name in the path of a reference has a colon; rename it', { kind: 'node', path });

function nodeAt(root: DtNode, path: string): DtNode | undefined {
  let node: DtNode | undefined = root;
  for (const part of path.split('/')) if (part !== '') node = node?.child(part);
  return node;
}

/** Adds strings to a property, each one an element of its own. */
function putText(node: DtNode, name: string, ...strings: string[]): void {
  const old = node.property(name);
  let offset = old?.value.length ?? 0;
  const chunks = [...(old?.layout?.chunks ?? [])];
  const pieces = [old?.value ?? new Uint8Array()];
  for (const string of strings) {
    const bytes = new TextEncoder().encode(`${string}\0`);
    chunks.push({ kind: 'string', offset, length: bytes.length });
    pieces.push(bytes);
    offset += bytes.length;
  }
  node.put(new DtProperty(name, joined(pieces, offset), { ...layoutOf(old), chunks }));
}

/** Adds a cell to a property as an element of its own. */
function appendCell(node: DtNode, name: string, cell: number): void {
  const old = node.property(name);
  const offset = old?.value.length ?? 0;
  const bytes = Uint8Array.of(cell >>> 24, cell >>> 16, cell >>> 8, cell);
  const chunks = [...(old?.layout?.chunks ?? []), { kind: 'cells', bits: 32, offset, length: 4 } as const];
  const value = joined([old?.value ?? new Uint8Array(), bytes], offset + 4);
  node.put(new DtProperty(name, value, { ...layoutOf(old), chunks }));
}

const layoutOf = (property: DtProperty | undefined): ValueLayout =>
  property?.layout ?? { chunks: [], phandles: [], labels: [] };

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
