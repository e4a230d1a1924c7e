// Lays an overlay over a tree, as libfdt does it for fdtoverlay and for boot loaders.
import { findNode, phandleOf } from '../access';
import { viewOf } from '../bytes';
import { DtError } from '../error';
import type { DeviceTree, DtNode } from '../tree';

const NO_PHANDLE = 0xffffffff;
const PHANDLES = ['phandle', 'linux,phandle'];

/**
 * Changes `base` to what it is under the overlay; the overlay is used up. After an error neither is of any use.
 * @throws DtError
 */
export function applyOverlay(base: DeviceTree, overlay: DeviceTree): void {
  const delta = largestPhandle(base);
  for (const node of overlay.nodes()) raisePhandles(node, delta);
  const local = overlay.root.child('__local_fixups__');
  if (local) raiseReferences(overlay.root, local, delta);
  resolveFixups(base, overlay);
  for (const fragment of overlay.root.children.values()) {
    const content = fragment.child('__overlay__');
    if (content) merge(targetOf(base, fragment), content);
  }
  addSymbols(base, overlay);
}

const fail = (path: string, text: string): DtError =>
  new DtError('overlay', `${text}; compile base and overlay with -@`, { kind: 'node', path });

function largestPhandle(tree: DeviceTree): number {
  let largest = 0;
  for (const node of tree.nodes()) {
    const phandle = phandleOf(node) ?? 0;
    if (phandle !== NO_PHANDLE) largest = Math.max(largest, phandle);
  }
  return largest;
}

function raisePhandles(node: DtNode, delta: number): void {
  for (const name of PHANDLES) {
    const property = node.property(name);
    if (!property) continue;
    if (property.value.length !== 4) throw fail(node.path, `${name} is no cell`);
    const raised = viewOf(property.value).getUint32(0) + delta;
    if (raised >= NO_PHANDLE) throw fail(node.path, 'there is no phandle left');
    putCell(node, name, 0, raised);
  }
}

/** Properties are not changed in place: each change makes a new one. */
function putCell(node: DtNode, name: string, offset: number, cell: number): void {
  const value = node.property(name)?.value.slice();
  if (!value || offset + 4 > value.length) throw fail(node.path, `a fixup names offset ${offset} of ${name}`);
  viewOf(value).setUint32(offset, cell >>> 0);
  node.set(name, value);
}

function raiseReferences(node: DtNode, fixups: DtNode, delta: number): void {
  for (const { name, value } of fixups.properties.values()) {
    if (value.length % 4 !== 0) throw fail(fixups.path, `${name} is no list of offsets`);
    for (let at = 0; at < value.length; at += 4) {
      const offset = viewOf(value).getUint32(at);
      const old = node.property(name)?.value;
      if (!old || offset + 4 > old.length) throw fail(fixups.path, `there is no offset ${offset} in ${name}`);
      putCell(node, name, offset, viewOf(old).getUint32(offset) + delta);
    }
  }
  for (const below of fixups.children.values()) {
    const child = node.child(below.name);
    if (!child) throw fail(below.path, 'there is no such node in the overlay');
    raiseReferences(child, below, delta);
  }
}

const FIXUP = /^([^:]+):([^:]+):(\d+)$/;

function resolveFixups(base: DeviceTree, overlay: DeviceTree): void {
  const symbols = base.root.child('__symbols__');
  for (const { name: label, value } of overlay.root.child('__fixups__')?.properties.values() ?? []) {
    if (value.at(-1) !== 0) throw fail('/__fixups__', `${label} is no text`);
    for (const fixup of new TextDecoder().decode(value.subarray(0, -1)).split('\0')) {
      const [, path = '', name = '', offset] = FIXUP.exec(fixup) ?? [];
      if (offset === undefined) throw fail('/__fixups__', `${label} has "${fixup}", which is no PATH:PROPERTY:OFFSET`);
      const symbol = symbols?.property(label);
      if (!symbol) throw fail('/__symbols__', `the base has no label ${label}`);
      const target = findNode(base, textOf(symbol.value));
      const phandle = target && phandleOf(target);
      if (!phandle) throw fail('/__symbols__', `label ${label} of the base is on no node with a phandle`);
      const node = findNode(overlay, path);
      if (!node) throw fail('/__fixups__', `there is no ${path} in the overlay`);
      putCell(node, name, Number(offset), phandle);
    }
  }
}

const textOf = (value: Uint8Array): string => new TextDecoder().decode(value).replace(/\0[^]*$/, '');

function targetOf(base: DeviceTree, fragment: DtNode): DtNode {
  const target = fragment.property('target');
  const phandle = target?.value.length === 4 ? viewOf(target.value).getUint32(0) : undefined;
  if (target && (phandle === undefined || phandle === NO_PHANDLE))
    throw fail(fragment.path, 'its target is no phandle');
  if (phandle) {
    for (const node of base.nodes()) if (phandleOf(node) === phandle) return node;
    throw fail(fragment.path, `no node of the base has phandle ${phandle}`);
  }
  const path = fragment.property('target-path');
  if (!path) throw fail(fragment.path, 'it has no target');
  const node = findNode(base, textOf(path.value));
  if (!node) throw fail(fragment.path, `there is no ${textOf(path.value)} in the base`);
  return node;
}

function merge(target: DtNode, content: DtNode): void {
  for (const { name, value } of content.properties.values()) target.setFirst(name, value);
  for (const child of content.children.values()) merge(target.child(child.name) ?? target.addFirst(child.name), child);
}

const INSIDE = /^\/([^/]+)\/__overlay__(?:\/(.*))?$/;

/** The labels of the overlay become labels of the base, for overlays that come after it. */
function addSymbols(base: DeviceTree, overlay: DeviceTree): void {
  const symbols = overlay.root.child('__symbols__');
  if (!symbols) return;
  const list = base.root.child('__symbols__') ?? base.root.addFirst('__symbols__');
  for (const { name, value } of symbols.properties.values()) {
    if (value.indexOf(0) !== value.length - 1 || value[0] !== 0x2f) throw fail(symbols.path, `${name} is no path`);
    const inside = INSIDE.exec(textOf(value));
    // What is in no fragment does not come into the base.
    if (!inside) continue;
    const fragment = overlay.root.child(inside[1]!);
    if (!fragment?.child('__overlay__')) throw fail(symbols.path, `there is no ${inside[1]} in the overlay`);
    const named = fragment.property('target') ? undefined : fragment.property('target-path');
    const target = named ? textOf(named.value) : targetOf(base, fragment).path;
    // With a slash at the end even where nothing follows it, as libfdt has it.
    const path = `${target === '/' ? '' : target}/${inside[2] ?? ''}`;
    list.setFirst(name, new TextEncoder().encode(`${path}\0`));
  }
}
