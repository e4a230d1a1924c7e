// What the statements of a source add up to: nodes defined, extended and deleted in order. The first definition of a
// node is taken as a whole, without looking for names given twice, as dtc does.
import { DtError } from '../error';
import { MAX_DEPTH, MAX_ERRORS } from '../limits';
import { DraftNode, DraftProperty, LabelIndex, type NodePlace } from './draft';
import {
  PhandleCell,
  type DeletionSyntax,
  type LabelSyntax,
  type NodeBody,
  type NodeSyntax,
  type PropertySyntax,
  type Reference,
  type SourceSyntax,
} from './syntax';
import type { Span } from './text';

/** A node, or a statement that defines or extends one. */
type Defining = NodePlace & { readonly body: NodeBody };

/** The tree that is being put together. */
export class Draft {
  readonly errors: DtError[] = [];
  root: DraftNode | undefined;
  private readonly labels = new LabelIndex();
  private fragments = 0;

  /** @param plugin whether this is an overlay. */
  constructor(readonly plugin: boolean) {}

  /** The live node that a reference names. */
  find(ref: string): DraftNode | undefined {
    if (!this.root) return undefined;
    if (!ref.startsWith('/')) return this.labels.find(ref, this.root);
    let node: DraftNode | undefined = this.root;
    for (const part of ref.split('/')) if (part !== '') node = node?.children.firstLive(part);
    return node;
  }

  /** Like {@link find}, with a complaint when there is none. */
  require(target: Reference): DraftNode | undefined {
    const node = this.find(target.ref);
    if (!node) {
      const what = target.ref.startsWith('/') ? `the path ${target.ref}` : `the label ${target.ref}`;
      this.fail('reference', `no node has ${what}; define it, or correct the reference`, target.span);
    }
    return node;
  }

  fail(code: DtError['code'], text: string, span: Span): void {
    if (this.errors.length < MAX_ERRORS) this.errors.push(new DtError(code, text, { kind: 'source', span }));
  }

  define(place: Defining): void {
    if (this.root) return this.merge(this.root, [], place);
    this.root = new DraftNode('');
    this.fill(this.root, place);
    this.adopt(this.root, 1);
  }

  extend(target: DraftNode, labels: readonly LabelSyntax[], place: Defining): void {
    this.merge(target, labels, place);
  }

  /** What an overlay says of a node of the tree that it will be laid over: a fragment of its own. */
  fragment(target: Reference, place: Defining): void {
    this.root ??= new DraftNode('');
    const node = new DraftNode(`fragment@${this.fragments++}`);
    node.places.push({ span: place.span, body: place.body, isAround: true });
    node.parent = this.root;
    const property = targetProperty(target);
    node.properties.add(new DraftProperty(property.name, property));
    const overlay = new DraftNode('__overlay__');
    overlay.parent = node;
    this.fill(overlay, place);
    node.children.add(overlay);
    this.root.children.add(node);
    this.adopt(node, 2);
  }

  delete(node: DraftNode): void {
    node.deleted = true;
    for (const label of node.labels) this.labels.remove(label, node);
    node.labels = [];
    for (const property of node.properties.all) property.delete();
    for (const child of node.children.all) if (!child.deleted) this.delete(child);
  }

  /** A node as its definition alone has it. */
  private instantiate(syntax: NodeSyntax | DeletionSyntax): DraftNode {
    const node = new DraftNode(syntax.name);
    if (syntax.kind === 'deletion') {
      node.deleted = true;
      node.places.push(syntax);
    } else {
      if (syntax.labels.length > 0) {
        node.labels = unique(syntax.labels);
        node.wasLabelled = true;
      }
      node.omitIfUnreferenced = syntax.omitIfUnreferenced;
      this.fill(node, syntax);
    }
    return node;
  }

  private fill(node: DraftNode, place: Defining): void {
    const { body } = place;
    node.places.push(place);
    for (const syntax of body.properties) node.properties.add(propertyOf(syntax));
    for (const syntax of body.children) {
      const child = this.instantiate(syntax);
      child.parent = node;
      node.children.add(child);
    }
  }

  /** Carries out what a body says of a node that is there already. */
  private merge(node: DraftNode, labels: readonly LabelSyntax[], place: Defining): void {
    const { body } = place;
    node.deleted = false;
    node.places.push(place);
    for (const { name } of labels) {
      node.label(name);
      this.labels.add(name, node);
    }
    for (const syntax of body.properties) {
      if (syntax.kind === 'deletion') {
        node.properties.firstLive(syntax.name)?.delete();
        continue;
      }
      const old = node.properties.first(syntax.name);
      if (!old) node.properties.add(propertyOf(syntax));
      else {
        for (const { name } of syntax.labels) old.label(name);
        old.origin = syntax;
        old.deleted = false;
      }
    }
    for (const syntax of body.children) {
      if (syntax.kind === 'deletion') {
        const victim = node.children.firstLive(syntax.name);
        if (victim) this.delete(victim);
        continue;
      }
      const old = node.children.first(syntax.name);
      if (old) this.merge(old, syntax.labels, syntax);
      else {
        const child = this.instantiate(syntax);
        child.parent = node;
        node.children.add(child);
        this.adopt(child, node.depth + 1);
      }
    }
  }

  /** Makes the labels of a node that has come into the tree, and of all below, known. */
  private adopt(node: DraftNode, depth: number): void {
    if (depth > MAX_DEPTH) {
      this.fail('tree-depth', `nodes are nested more than ${MAX_DEPTH} deep; flatten the tree`, node.origins[0]!);
      return this.delete(node);
    }
    for (const label of node.labels) this.labels.add(label, node);
    for (const child of node.children.all) if (!child.deleted) this.adopt(child, depth + 1);
  }
}

/** The labels as they are kept, which is with the last one first. */
const unique = (labels: readonly LabelSyntax[]): string[] => {
  const names = labels.map(label => label.name);
  return names.length < 2 ? names : [...new Set(names)];
};

function propertyOf(syntax: PropertySyntax | DeletionSyntax): DraftProperty {
  if (syntax.kind === 'deletion') {
    const property = new DraftProperty(syntax.name, syntax);
    property.deleted = true;
    return property;
  }
  const property = new DraftProperty(syntax.name, syntax);
  if (syntax.labels.length > 0) property.labels = unique(syntax.labels);
  return property;
}

/** The property of a fragment that says what it is laid over. */
function targetProperty({ ref, span }: Reference): PropertySyntax {
  const common = { kind: 'property', nameSpan: span, labels: [], span } as const;
  if (!ref.startsWith('/')) {
    const cells = [new PhandleCell(span.source, span.start, span.end, ref)];
    return { ...common, name: 'target', parts: [{ kind: 'cells', bits: 32, cells, span, implied: true }] };
  }
  const bytes = new TextEncoder().encode(`${ref}\0`);
  return { ...common, name: 'target-path', parts: [{ kind: 'string', bytes, span }] };
}

/** Carries out the statements in order. */
export function merge(syntax: SourceSyntax): Draft {
  const draft = new Draft(syntax.plugin !== undefined);
  for (const statement of syntax.statements) {
    if (statement.kind === 'root') {
      draft.define(statement);
      continue;
    }
    if (statement.kind === 'extend' && draft.plugin && statement.labels.length === 0) {
      // A path is one of the other tree; a label is, unless this source has it.
      const own = statement.target.ref.startsWith('/') ? undefined : draft.find(statement.target.ref);
      if (own) draft.extend(own, [], statement);
      else draft.fragment(statement.target, statement);
      continue;
    }
    const target = draft.require(statement.target);
    if (!target) continue;
    if (statement.kind === 'deleteNode') draft.delete(target);
    else if (statement.kind === 'omitIfUnreferenced') target.omitIfUnreferenced = true;
    else draft.extend(target, statement.labels, statement);
  }
  return draft;
}
