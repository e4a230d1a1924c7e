// The nodes and properties of a source while its statements are being carried out.
//
// Byte equality with dtc rests on its order of things: what is deleted keeps its place and comes back there when it is
// defined again.
import type { DeletionSyntax, NodeBody, PropertySyntax } from './syntax';
import type { Span } from './text';

/** From so many things on a search by name pays for an index. */
const INDEXED = 12;

/** Things in order, found by name; more than one may have the same. */
class Named<T extends { readonly name: string; deleted: boolean }> {
  readonly all: T[] = [];
  private index: Map<string, T> | undefined;

  add(item: T): void {
    this.all.push(item);
    if (this.index) {
      if (!this.index.has(item.name)) this.index.set(item.name, item);
    } else if (this.all.length > INDEXED) {
      this.index = new Map();
      for (const one of this.all) if (!this.index.has(one.name)) this.index.set(one.name, one);
    }
  }

  /** The first of this name, deleted or not. */
  first(name: string): T | undefined {
    return this.index ? this.index.get(name) : this.all.find(item => item.name === name);
  }

  live(): T[] {
    return this.all.filter(item => !item.deleted);
  }

  firstLive(name: string): T | undefined {
    const first = this.first(name);
    if (!first?.deleted) return first;
    return this.all.find(item => !item.deleted && item.name === name);
  }
}

/** What defines a node, or deletes it. */
export type NodePlace = {
  readonly span: Span;
  readonly body?: NodeBody;
  /** What the compiler made of it is a node around this: dtc gives that one no place. */
  readonly isAround?: true;
};

/** From the brace to the semicolon, as dtc has it. */
const definitionOf = ({ span, body }: NodePlace): Span => (body ? body.span.to(span) : span);

/** The place of each of them, as dtc has them. */
export const definitionsOf = (places: readonly NodePlace[]): Span[] =>
  places.filter(place => !place.isAround).map(definitionOf);

const NO_LABELS: readonly string[] = [];

export class DraftProperty {
  deleted = false;
  labels: readonly string[] = NO_LABELS;

  constructor(
    readonly name: string,
    /** What gave it its value last; a deletion where that is the only mention. */
    public origin: PropertySyntax | DeletionSyntax,
  ) {}

  get syntax(): PropertySyntax | undefined {
    return this.origin.kind === 'property' ? this.origin : undefined;
  }

  get span(): Span {
    return this.origin.span;
  }

  /** The label last given comes first. */
  label(label: string): void {
    if (!this.labels.includes(label)) this.labels = [label, ...this.labels];
  }

  delete(): void {
    this.deleted = true;
    this.labels = NO_LABELS;
  }
}

export class DraftNode {
  deleted = false;
  labels: readonly string[] = NO_LABELS;
  /** Whether it ever had a label: dtc gives such a node a phandle with -@, even when its labels went with a deletion. */
  wasLabelled = false;
  /** Every place of the source that defined or extended this node. */
  readonly places: NodePlace[] = [];
  omitIfUnreferenced = false;
  /** Whether a value names this node. */
  referenced = false;
  phandle = 0;
  parent: DraftNode | undefined;
  readonly properties = new Named<DraftProperty>();
  readonly children = new Named<DraftNode>();

  constructor(readonly name: string) {}

  get origins(): Span[] {
    return this.places.map(place => place.span);
  }

  /** From the brace to the semicolon of each of them: the place that dtc gives a node. */
  get definitions(): Span[] {
    return definitionsOf(this.places);
  }

  get path(): string {
    if (!this.parent) return '/';
    return this.parent.parent ? `${this.parent.path}/${this.name}` : `/${this.name}`;
  }

  /** 1 for a root. */
  get depth(): number {
    return this.parent ? this.parent.depth + 1 : 1;
  }

  /** The label last given comes first. */
  label(label: string): void {
    this.wasLabelled = true;
    if (!this.labels.includes(label)) this.labels = [label, ...this.labels];
  }

  /** This node and all below it that live, parents first. */
  nodes(): DraftNode[] {
    const list: DraftNode[] = [];
    collect(this, list);
    return list;
  }
}

function collect(node: DraftNode, list: DraftNode[]): void {
  list.push(node);
  for (const child of node.children.all) if (!child.deleted) collect(child, list);
}

/** Nodes by label. */
export class LabelIndex {
  private readonly nodes = new Map<string, DraftNode | DraftNode[]>();

  add(label: string, node: DraftNode): void {
    const same = this.nodes.get(label);
    if (same === undefined) this.nodes.set(label, node);
    else if (!Array.isArray(same)) {
      if (same !== node) this.nodes.set(label, [same, node]);
    } else if (!same.includes(node)) same.push(node);
  }

  remove(label: string, node: DraftNode): void {
    const same = this.nodes.get(label);
    if (same === node) this.nodes.delete(label);
    else if (Array.isArray(same) && same.includes(node)) same.splice(same.indexOf(node), 1);
  }

  find(label: string, root: DraftNode): DraftNode | undefined {
    const same = this.nodes.get(label);
    if (!Array.isArray(same)) return same;
    if (same.length < 2) return same[0];
    // Two nodes with one label are an error unless one goes later; until then the first in the tree has it.
    return root.nodes().find(node => same.includes(node));
  }
}
