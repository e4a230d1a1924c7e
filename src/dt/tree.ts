// A device tree in memory: what blobs are read into, sources are compiled to, and loaders edit.
import { DtError, type Place } from './error';
import { MAX_DEPTH, MAX_NAME } from './limits';
import { definitionsOf, type NodePlace } from './source/draft';
import type { PropertySyntax } from './source/syntax';
import type { Span } from './source/text';
import { layoutOf } from './source/value';

/** RAM that nobody may use, from the memory reservation block. */
export interface Reservation {
  /** Physical address. */
  readonly address: bigint;
  /** Bytes, above zero. */
  readonly size: bigint;
  readonly labels: readonly string[];
}

/** How a stretch of a value was written in its source. */
export type Chunk =
  | { readonly kind: 'cells'; readonly bits: 8 | 16 | 32 | 64; readonly offset: number; readonly length: number }
  | { readonly kind: 'string'; readonly offset: number; readonly length: number }
  | { readonly kind: 'bytes'; readonly offset: number; readonly length: number }
  /** The full path of the node that `ref` names, with its NUL. */
  | { readonly kind: 'path'; readonly ref: string; readonly offset: number; readonly length: number };

/** What the source says about a value and the bytes alone do not. */
export interface ValueLayout {
  /** In order, without gaps or overlap. */
  readonly chunks: readonly Chunk[];
  /** Cells that hold the phandle of the node that `ref` (a label, or a path) names; by offset. */
  readonly phandles: readonly { readonly offset: number; readonly ref: string }[];
  readonly labels: readonly { readonly offset: number; readonly name: string }[];
}

const NO_LABELS: readonly string[] = [];

/** One property. The value is never changed in place: {@link DtNode.set} replaces the property. */
export class DtProperty {
  /** In the order in which dtc prints them: the last one given first. */
  labels: readonly string[] = NO_LABELS;
  private ownLayout: ValueLayout | undefined;

  constructor(
    readonly name: string,
    readonly value: Uint8Array,
    layout?: ValueLayout,
    /** The syntax that the value comes from, with the range of each part. */
    readonly syntax?: PropertySyntax,
  ) {
    this.ownLayout = layout;
  }

  /** Only when the property was compiled from source, or generated. */
  get layout(): ValueLayout | undefined {
    if (!this.ownLayout && this.syntax) this.ownLayout = layoutOf(this.syntax.parts, this.value);
    return this.ownLayout;
  }
}

const NO_CHILDREN: ReadonlyMap<string, DtNode> = new Map();

/**
 * One node. Names are unique among its properties and among its children, unless somebody asked for another one; both keep
 * the order of their creation.
 */
export class DtNode {
  /** As {@link DtProperty.labels}. */
  labels: readonly string[] = NO_LABELS;
  /** Whether it ever had a label, though that may have gone when the node was deleted and defined again. */
  wasLabelled = false;
  /** What of the source defined or extended this node. */
  places: readonly NodePlace[] = [];
  private readonly ownProperties = new Map<string, DtProperty>();
  /** Made when there is a child: most nodes never have one. */
  private ownChildren: Map<string, DtNode> | undefined;
  private parentNode: DtNode | undefined;

  /** @param name with its unit address (`cpu@0`); empty for a root. */
  constructor(readonly name: string) {}

  /** Every place of the source that defined or extended this node. */
  get origins(): readonly Span[] {
    return this.places.map(place => place.span);
  }

  /** From the brace to the semicolon of each of those places. */
  get definitions(): readonly Span[] {
    return definitionsOf(this.places);
  }

  get parent(): DtNode | undefined {
    return this.parentNode;
  }

  get properties(): ReadonlyMap<string, DtProperty> {
    return this.ownProperties;
  }

  get children(): ReadonlyMap<string, DtNode> {
    return this.ownChildren ?? NO_CHILDREN;
  }

  /** The full path; `/` for a root. */
  get path(): string {
    if (!this.parentNode) return '/';
    const above = this.parentNode.path;
    return above === '/' ? `/${this.name}` : `${above}/${this.name}`;
  }

  property(name: string): DtProperty | undefined {
    return this.ownProperties.get(name);
  }

  child(name: string): DtNode | undefined {
    return this.ownChildren?.get(name);
  }

  /** Adds or replaces a property; one that exists keeps its place. An empty value is a property that is just there. */
  set(name: string, value: Uint8Array = new Uint8Array()): DtProperty {
    return this.put(new DtProperty(name, value));
  }

  /** Adds or replaces a whole property. */
  put(property: DtProperty): DtProperty {
    checkName(property.name, 'property', this.path);
    return this.putKnown(property);
  }

  /** As {@link put}, for a name that is known to be one. */
  putKnown(property: DtProperty): DtProperty {
    this.ownProperties.set(property.name, property);
    return property;
  }

  /**
   * Adds a property whatever its name, and whatever the node has: by a name that is there twice only the first is found.
   * For trees that are to be judged rather than used.
   */
  putAnother(property: DtProperty): void {
    this.ownProperties.set(freeKey(this.ownProperties, property.name), property);
  }

  /** As {@link putAnother}, for a child that has no parent. */
  attachAnother(child: DtNode): void {
    child.parentNode = this;
    this.ownChildren ??= new Map();
    this.ownChildren.set(freeKey(this.ownChildren, child.name), child);
  }

  /** Sorts properties and children; equal ones keep their order. */
  sort(compare: (a: { readonly name: string }, b: { readonly name: string }) => number): void {
    const properties = [...this.ownProperties.values()].sort(compare);
    this.ownProperties.clear();
    for (const property of properties) this.putAnother(property);
    const children = [...this.children.values()].sort(compare);
    this.ownChildren?.clear();
    for (const child of children) this.attachAnother(child);
  }

  /** Sets a property as editors of blobs do: a new one comes before the others. */
  setFirst(name: string, value: Uint8Array): void {
    const isNew = !this.ownProperties.has(name);
    this.set(name, value);
    if (!isNew) return;
    const others = [...this.ownProperties.values()].filter(property => property.name !== name);
    for (const other of others) this.ownProperties.delete(other.name);
    for (const other of others) this.ownProperties.set(other.name, other);
  }

  /** Adds a node as editors of blobs do: before the other children. */
  addFirst(name: string): DtNode {
    const others = [...this.children.values()];
    const child = this.add(name);
    for (const other of others) this.ownChildren!.delete(other.name);
    for (const other of others) this.ownChildren!.set(other.name, other);
    return child;
  }

  /** @returns false when there was none. */
  removeProperty(name: string): boolean {
    return this.ownProperties.delete(name);
  }

  /** Adds a new, empty node as the last child. @throws DtError when there is one of this name. */
  add(name: string): DtNode {
    return this.attach(new DtNode(name));
  }

  /** Adds a node that has no parent, with all below it, as the last child. */
  attach(child: DtNode): DtNode {
    const place = { kind: 'node', path: this.path } as const;
    checkName(child.name, 'node', this.path);
    if (this.ownChildren?.has(child.name))
      throw new DtError(
        'duplicate-node',
        `there is a node ${child.name} already; give the new one another name`,
        place,
      );
    if (child.parentNode || this.root() === child)
      throw new DtError('tree-edit', `node ${child.name} is in a tree already; remove it from there first`, place);
    child.parentNode = this;
    this.ownChildren ??= new Map();
    this.ownChildren.set(child.name, child);
    return child;
  }

  /** The child of this name, made if need be. */
  ensure(name: string): DtNode {
    return this.child(name) ?? this.add(name);
  }

  /** Takes this node, with all below it, out of its tree. A root stays where it is. */
  remove(): void {
    this.parentNode?.ownChildren?.delete(this.name);
    this.parentNode = undefined;
  }

  /** This node and all below it, parents first. */
  *walk(): IterableIterator<DtNode> {
    yield this;
    for (const child of this.children.values()) yield* child.walk();
  }

  private root(): DtNode {
    return this.parentNode ? this.parentNode.root() : this;
  }
}

/** A whole tree with what stands beside it in a blob. */
export class DeviceTree {
  reservations: Reservation[] = [];
  /** Physical id of the boot processor (`boot_cpuid_phys`). */
  bootCpu = 0;
  /** An overlay (`/plugin/`): to be laid over another tree. */
  plugin = false;
  /** From here on upwards a compiler looks for a phandle that no node has. */
  nextPhandle = 1;
  /** The phandles that the compiler knows of, where that is not what the nodes' properties say: of a tree with errors. */
  numbers: ReadonlyMap<DtNode, number> | undefined;

  constructor(readonly root: DtNode = new DtNode('')) {}

  /** All nodes, parents first. */
  nodes(): IterableIterator<DtNode> {
    return this.root.walk();
  }
}

/** A key for what is called `name`; what comes second has one that no name is like. */
function freeKey(map: ReadonlyMap<string, unknown>, name: string): string {
  return map.has(name) ? `${name}\0${map.size}` : name;
}

/** Printable ASCII without blanks; a node's name has no slash either, for it would be a path. */
export function isName(name: string, kind: 'node' | 'property'): boolean {
  return name.length <= MAX_NAME && (kind === 'node' ? /^[!-.0-~]+$/ : /^[!-~]+$/).test(name);
}

function checkName(name: string, kind: 'node' | 'property', path: string): void {
  if (isName(name, kind)) return;
  const text = `${JSON.stringify(name.slice(0, 40))} is no ${kind} name; use 1 to 31 letters, digits and ,._+-`;
  throw new DtError('name', text, { kind: 'node', path });
}

/** @throws DtError when `depth` (1 for a root) is more than a tree may have. */
export function checkDepth(depth: number, place: () => Place): void {
  if (depth > MAX_DEPTH)
    throw new DtError('tree-depth', `nodes are nested more than ${MAX_DEPTH} deep; flatten the tree`, place());
}
