// A quick look at a draft for what checks refuse. It says only whether they are worth running: they say what is wrong.
import { MAX_NAME } from '../limits';
import type { DraftNode, DraftProperty } from './draft';
import type { Draft } from './merge';
import type { ByteItem, Cell } from './syntax';
import type { Span } from './text';

/**
 * Reports names that are too long to be in a tree.
 * @returns whether some check of the draft might find an error, apart from references that lead nowhere.
 */
export function isSuspicious(nodes: readonly DraftNode[], draft: Draft): boolean {
  const labels = new Labels();
  let suspicious = false;
  for (const node of nodes) {
    if (BAD_NODE.test(node.name)) suspicious = true;
    if (node.name.length > MAX_NAME) reportLength(node.name, node.places[0]!.span, draft);
    if (hasDuplicates(node.properties.all) || hasDuplicates(node.children.all)) suspicious = true;
    for (const property of node.properties.all) {
      const { name } = property;
      if (name === 'name') suspicious = true;
      if (property.deleted) continue;
      if (SPECIAL.has(name) || name.includes('@')) suspicious = true;
      if (name.length > MAX_NAME) reportLength(name, property.span, draft);
      labels.property(property);
    }
    for (const label of node.labels) labels.claim(label, node);
  }
  return suspicious || labels.collide;
}

/** What the lexer lets through and checks do not. */
const BAD_NODE = /[*#?]|@.*@/;
/** Properties that a check reads. */
const SPECIAL: ReadonlySet<string> = new Set(['phandle', 'linux,phandle']);

/** Things that were deleted where they were defined count too, as they do for dtc. */
function hasDuplicates(things: readonly { readonly name: string }[]): boolean {
  if (things.length > 8) return new Set(things.map(thing => thing.name)).size < things.length;
  for (let i = 1; i < things.length; i++)
    for (let k = 0; k < i; k++) if (things[i]!.name === things[k]!.name) return true;
  return false;
}

function reportLength(name: string, span: Span, draft: Draft): void {
  draft.fail('name', `a name of ${name.length} characters; the limit is ${MAX_NAME}, the specification's 31`, span);
}

/** Who has which label: nodes, properties and places in values share one space of names. */
class Labels {
  collide = false;
  private readonly owners = new Map<string, unknown>();

  claim(label: string, owner: unknown): void {
    const other = this.owners.get(label);
    if (other === undefined) this.owners.set(label, owner);
    else if (other !== owner) this.collide = true;
  }

  property(property: DraftProperty): void {
    for (const label of property.labels) this.claim(label, property);
    for (const part of property.syntax?.parts ?? []) {
      if (part.kind === 'label') this.claim(part.name, part);
      else if (part.kind === 'cells') this.items(part.cells);
      else if (part.kind === 'bytes') this.items(part.bytes);
    }
  }

  private items(items: readonly (Cell | ByteItem)[]): void {
    for (const item of items) if (item.kind === 'label') this.claim(item.name, item);
  }
}
