// What the statements of a source add up to: nodes defined, extended and deleted in order.
//
// Byte equality with dtc rests on its order of things: what is deleted keeps its place and comes back there when it is
// defined again, and the first definition of a node is taken as a whole, without looking for names given twice.
import { DtError } from '../error';
import { MAX_DEPTH, MAX_ERRORS } from '../limits';
import type { DeletionSyntax, NodeBody, NodeSyntax, PropertySyntax, Reference, SourceSyntax } from './syntax';
import type { Span } from './text';

/** Things in order, found by name; more than one may have the same. */
class Named<T extends { readonly name: string; deleted: boolean }> {
  readonly all: T[] = [];
  private readonly byName = new Map<string, T[]>();

  add(item: T): void {
    this.all.push(item);
    const same = this.byName.get(item.name);
    if (same) same.push(item);
    else this.byName.set(item.name, [item]);
  }

  /** The first of this name, deleted or not. */
  first(name: string): T | undefined {
    return this.byName.get(name)?.[0];
  }

  firstLive(name: string): T | undefined {
    return this.byName.get(name)?.find(item => !item.deleted);
  }

  *live(): IterableIterator<T> {
    for (const item of this.all) if (!item.deleted) yield item;
  }
}

export class DraftProperty {
  deleted = false;
  labels: string[] = [];

  constructor(
    readonly name: string,
    /** Absent where the only mention is a deletion. */
    public syntax: PropertySyntax | undefined,
    public span: Span,
  ) {}

  delete(): void {
    this.deleted = true;
    this.labels = [];
  }
}

export class DraftNode {
  deleted = false;
  labels: string[] = [];
  origins: Span[] = [];
  /** From the brace to the semicolon of each of them: the place that dtc gives a node. */
  definitions: Span[] = [];
  omitIfUnreferenced = false;
  /** Whether a value names this node. */
  referenced = false;
  phandle = 0;
  parent: DraftNode | undefined;
  readonly properties = new Named<DraftProperty>();
  readonly children = new Named<DraftNode>();

  constructor(readonly name: string) {}

  get path(): string {
    if (!this.parent) return '/';
    return this.parent.parent ? `${this.parent.path}/${this.name}` : `/${this.name}`;
  }

  /** 1 for a root. */
  get depth(): number {
    return this.parent ? this.parent.depth + 1 : 1;
  }

  /** This node and all below it that live, parents first. */
  *walk(): IterableIterator<DraftNode> {
    yield this;
    for (const child of this.children.live()) yield* child.walk();
  }
}

/** Nodes by label. */
class Labels {
  private readonly nodes = new Map<string, DraftNode[]>();

  add(label: string, node: DraftNode): void {
    const same = this.nodes.get(label);
    if (!same) this.nodes.set(label, [node]);
    else if (!same.includes(node)) same.push(node);
  }

  remove(label: string, node: DraftNode): void {
    const same = this.nodes.get(label);
    if (same) same.splice(same.indexOf(node), 1);
  }

  find(label: string, root: DraftNode): DraftNode | undefined {
    const same = this.nodes.get(label);
    if (!same || same.length < 2) return same?.[0];
    // Two nodes with one label are an error unless one goes later; until then the first in the tree has it.
    for (const node of root.walk()) if (same.includes(node)) return node;
    return undefined;
  }
}

/** The tree that is being put together. */
export class Draft {
  readonly errors: DtError[] = [];
  root: DraftNode | undefined;
  private readonly labels = new Labels();

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

  define(body: NodeBody, span: Span): void {
    const node = new DraftNode('');
    this.fill(node, body, span);
    if (this.root) return this.merge(this.root, node);
    this.root = node;
    this.adopt(node, 1);
  }

  extend(target: DraftNode, labels: readonly string[], body: NodeBody, span: Span): void {
    for (const label of labels) this.label(target, label);
    const node = new DraftNode(target.name);
    this.fill(node, body, span);
    this.merge(target, node);
  }

  delete(node: DraftNode): void {
    node.deleted = true;
    for (const label of node.labels) this.labels.remove(label, node);
    node.labels = [];
    for (const property of node.properties.live()) property.delete();
    for (const child of node.children.live()) this.delete(child);
  }

  /** A node as its definition alone has it. */
  private instantiate(syntax: NodeSyntax | DeletionSyntax): DraftNode {
    const node = new DraftNode(syntax.name);
    if (syntax.kind === 'deletion') {
      node.deleted = true;
      node.definitions.push(syntax.span);
    } else {
      node.labels = unique(syntax.labels.map(label => label.name));
      node.omitIfUnreferenced = syntax.omitIfUnreferenced;
      this.fill(node, syntax.body, syntax.span);
    }
    return node;
  }

  private fill(node: DraftNode, body: NodeBody, span: Span): void {
    node.origins.push(span);
    node.definitions.push(body.span.to(span));
    for (const syntax of body.properties) {
      const property = new DraftProperty(syntax.name, syntax.kind === 'property' ? syntax : undefined, syntax.span);
      if (syntax.kind === 'property') property.labels = unique(syntax.labels.map(label => label.name));
      else property.deleted = true;
      node.properties.add(property);
    }
    for (const syntax of body.children) {
      const child = this.instantiate(syntax);
      child.parent = node;
      node.children.add(child);
    }
  }

  /** Moves what `addition` has into `node`. */
  private merge(node: DraftNode, addition: DraftNode): void {
    node.deleted = false;
    node.origins.push(...addition.origins);
    node.definitions.push(...addition.definitions);
    for (const label of addition.labels) this.label(node, label);
    for (const property of addition.properties.all) {
      const old = node.properties.first(property.name);
      if (property.deleted) node.properties.firstLive(property.name)?.delete();
      else if (!old) node.properties.add(property);
      else {
        for (const label of property.labels) if (!old.labels.includes(label)) old.labels.unshift(label);
        old.syntax = property.syntax;
        old.span = property.span;
        old.deleted = false;
      }
    }
    for (const child of addition.children.all) {
      const old = node.children.first(child.name);
      if (child.deleted) {
        const victim = node.children.firstLive(child.name);
        if (victim) this.delete(victim);
      } else if (old) this.merge(old, child);
      else {
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
    for (const child of node.children.live()) this.adopt(child, depth + 1);
  }

  private label(node: DraftNode, label: string): void {
    if (!node.labels.includes(label)) node.labels.unshift(label);
    this.labels.add(label, node);
  }
}

const unique = (labels: string[]): string[] => [...new Set(labels)];

/** Carries out the statements in order. */
export function merge(syntax: SourceSyntax): Draft {
  const draft = new Draft();
  for (const statement of syntax.statements) {
    if (statement.kind === 'root') {
      draft.define(statement.body, statement.span);
      continue;
    }
    const target = draft.require(statement.target);
    if (!target) continue;
    if (statement.kind === 'deleteNode') draft.delete(target);
    else if (statement.kind === 'omitIfUnreferenced') target.omitIfUnreferenced = true;
    else {
      const labels = statement.labels.map(label => label.name);
      draft.extend(target, labels, statement.body, statement.span);
    }
  }
  return draft;
}
