// What every node must satisfy: those of dtc's checks that are errors by default and need no references.
import { MAX_NAME } from '../limits';
import type { Draft, DraftNode, DraftProperty } from './merge';
import type { ByteItem, Cell, LabelSyntax, ValuePart } from './syntax';
import type { Span } from './text';
import { rawValue } from './value';

/** Reports names and labels that no tree may have, and drops redundant "name" properties. */
export function checkNames(root: DraftNode, draft: Draft): void {
  const labels = new Labels(draft);
  for (const node of root.walk()) {
    checkDuplicates(node, draft);
    if (node !== root) checkNodeName(node, draft);
    for (const property of node.properties.live()) {
      checkLength(property.name, property.span, draft);
      if (property.name.includes('@'))
        draft.fail('name-characters', `property name ${property.name} has an @; rename it`, property.span);
      labels.property(node, property);
    }
    for (const label of node.labels) labels.claim(label, node, node.path, node.origins[0]!);
    removeNameProperty(node, draft);
  }
}

function checkDuplicates(node: DraftNode, draft: Draft): void {
  const properties = new Set<string>();
  for (const { name, span } of node.properties.live()) {
    if (properties.has(name))
      draft.fail('duplicate-property', `${node.path} has two properties ${name}; remove one`, span);
    properties.add(name);
  }
  // A node deleted in the body that also defined it counts too, as it does for dtc.
  const children = new Set<string>();
  for (const child of node.children.all) {
    if (children.has(child.name)) {
      const span = child.origins[0] ?? node.origins[0]!;
      draft.fail('duplicate-node', `${node.path} has two nodes ${child.name}; merge or rename one`, span);
    }
    if (!child.deleted) children.add(child.name);
  }
}

function checkLength(name: string, span: Span, draft: Draft): void {
  if (name.length > MAX_NAME)
    draft.fail('name', `a name of ${name.length} characters; the limit is ${MAX_NAME}, the specification's 31`, span);
}

function checkNodeName({ name, origins }: DraftNode, draft: Draft): void {
  checkLength(name, origins[0]!, draft);
  const bad = /[^\w,.+@-]/.exec(name)?.[0];
  if (bad !== undefined) draft.fail('name-characters', `node name ${name} has a ${bad}; rename it`, origins[0]!);
  if (name.indexOf('@') !== name.lastIndexOf('@'))
    draft.fail('name-characters', `node name ${name} has more than one @; rename it`, origins[0]!);
}

/** A "name" property repeats the name of its node and is left out, as in every format version since 16. */
function removeNameProperty(node: DraftNode, draft: Draft): void {
  const property = node.properties.firstLive('name');
  if (!property) return;
  const expected = node.name.replace(/@.*/, '');
  const text = String.fromCharCode(...rawValue(property.syntax).subarray(0, MAX_NAME + 1));
  if (text === `${expected}\0`) property.delete();
  else draft.fail('name-property', `the "name" property must be "${expected}"; remove it`, property.span);
}

/** Who has which label: nodes, properties and places in values share one space of names. */
class Labels {
  private readonly owners = new Map<string, { owner: unknown; name: string }>();

  constructor(private readonly draft: Draft) {}

  claim(label: string, owner: unknown, name: string, span: Span): void {
    const other = this.owners.get(label);
    if (!other) this.owners.set(label, { owner, name });
    else if (other.owner !== owner)
      this.draft.fail('duplicate-label', `label ${label} is on ${other.name} already; rename one`, span);
  }

  property(node: DraftNode, property: DraftProperty): void {
    const name = `property ${property.name} of ${node.path}`;
    for (const label of property.labels) this.claim(label, property, name, property.span);
    for (const label of valueLabels(property.syntax?.parts ?? [])) this.claim(label.name, label, name, label.span);
  }
}

function* valueLabels(parts: readonly ValuePart[]): IterableIterator<LabelSyntax> {
  for (const part of parts) {
    if (part.kind === 'label') yield part;
    const items: readonly (Cell | ByteItem)[] =
      part.kind === 'cells' ? part.cells : part.kind === 'bytes' ? part.bytes : [];
    for (const item of items) if (item.kind === 'label') yield item;
  }
}
