// A tree as checks see it: the same for a draft of a source (where names can be there twice and values are not
// complete) and for a finished tree. What early checks find out for later ones is kept here, not in the tree.
import { viewOf } from '../bytes';
import type { DraftNode } from '../source/draft';
import type { PropertySyntax, Reference } from '../source/syntax';
import type { Span } from '../source/text';
import { rawValue } from '../source/value';
import type { DeviceTree, DtNode, ValueLayout } from '../tree';

/** Buses that dtc knows rules for. */
export type Bus = 'pci' | 'simple' | 'i2c' | 'spi' | 'graph-port' | 'graph-ports';

/** As it is shown where text is UTF-8. */
const decode = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

export class SubjectProperty {
  private bytes: Uint8Array | undefined;
  private offsets: ReadonlySet<number> | undefined;

  constructor(
    readonly name: string,
    readonly labels: readonly string[],
    readonly syntax: PropertySyntax | undefined,
    bytes?: Uint8Array,
    private readonly layout?: ValueLayout,
  ) {
    this.bytes = bytes;
  }

  /** Of a draft: references are all ones and paths are not there yet. */
  get value(): Uint8Array {
    return (this.bytes ??= rawValue(this.syntax));
  }

  /** From the name to the semicolon. */
  get span(): Span | undefined {
    return this.syntax?.nameSpan.to(this.syntax.span);
  }

  /** Whether the source says what the parts of the value are. */
  get isMarked(): boolean {
    return this.syntax !== undefined && this.syntax.parts.length > 0;
  }

  /** Number of whole cells. */
  get cellCount(): number {
    return this.value.length >> 2;
  }

  /** The cell at `index`, 0 outside of the value: widths that a tree gives may lead anywhere. */
  cell(index: number): number {
    return index >= 0 && index < this.cellCount ? viewOf(this.value).getUint32(index * 4) : 0;
  }

  /** The value when it is one cell. */
  get onlyCell(): number | undefined {
    return this.value.length === 4 ? this.cell(0) : undefined;
  }

  /** All up to the first NUL. */
  get text(): string {
    const end = this.value.indexOf(0);
    return decode(end < 0 ? this.value : this.value.subarray(0, end));
  }

  /** All strings of a list. */
  get texts(): string[] {
    const { value } = this;
    const end = value.at(-1) === 0 ? value.length - 1 : value.length;
    return value.length === 0 ? [] : decode(value.subarray(0, end)).split('\0');
  }

  /** Names of nodes whose phandles are in the value, in order. */
  phandleRefs(): Reference[] {
    return (this.syntax?.parts ?? []).flatMap(part =>
      part.kind === 'cells' ? part.cells.flatMap(cell => (cell.kind === 'phandle' ? [cell] : [])) : [],
    );
  }

  /** Whether the source wrote a reference at this offset; only finished trees have offsets. */
  refersAt(offset: number): boolean {
    this.offsets ??= new Set(this.layout?.phandles.map(phandle => phandle.offset));
    return this.offsets.has(offset);
  }

  /** Names of nodes whose paths are in the value. */
  pathRefs(): Reference[] {
    return (this.syntax?.parts ?? []).flatMap(part => (part.kind === 'path' ? [part] : []));
  }

  /** Labels inside the value. */
  valueLabels(): string[] {
    return (this.syntax?.parts ?? []).flatMap(part => {
      if (part.kind === 'label') return [part.name];
      if (part.kind === 'cells') return part.cells.flatMap(cell => (cell.kind === 'label' ? [cell.name] : []));
      if (part.kind === 'bytes') return part.bytes.flatMap(item => (item.kind === 'label' ? [item.name] : []));
      return [];
    });
  }
}

export class Subject {
  readonly properties: SubjectProperty[] = [];
  /** Those that live. */
  readonly children: Subject[] = [];
  /** With those that were deleted; the first is the first that ever was, and of a draft all are in order. */
  readonly everyChild: Subject[] = [];
  /** A property `name` that was deleted: dtc looks at it all the same when it comes first. */
  deletedName: SubjectProperty | undefined;
  bus: Bus | undefined;
  /** -1 when the node does not say. */
  addressCells = -1;
  sizeCells = -1;
  phandle = 0;
  private wholePath: string | undefined;
  private childrenByName: Map<string, Subject> | undefined;

  constructor(
    readonly name: string,
    readonly parent: Subject | undefined,
    readonly labels: readonly string[],
    /** From the brace to the semicolon of every definition. */
    readonly definitions: readonly Span[],
    /** The same, with labels and names. */
    readonly origins: readonly Span[],
    readonly deleted = false,
  ) {}

  get path(): string {
    if (this.wholePath === undefined) {
      if (!this.parent) this.wholePath = '/';
      else this.wholePath = this.parent.parent ? `${this.parent.path}/${this.name}` : `/${this.name}`;
    }
    return this.wholePath;
  }

  /** The name up to its first @. */
  get base(): string {
    const at = this.name.indexOf('@');
    return at < 0 ? this.name : this.name.slice(0, at);
  }

  /** What stands behind the first @. */
  get unit(): string {
    const at = this.name.indexOf('@');
    return at < 0 ? '' : this.name.slice(at + 1);
  }

  property(name: string): SubjectProperty | undefined {
    return this.properties.find(property => property.name === name);
  }

  /** The first child of this name. */
  child(name: string): Subject | undefined {
    if (!this.childrenByName) {
      this.childrenByName = new Map();
      for (const child of this.children)
        if (!this.childrenByName.has(child.name)) this.childrenByName.set(child.name, child);
    }
    return this.childrenByName.get(name);
  }

  has(name: string): boolean {
    return this.property(name) !== undefined;
  }

  *walk(): IterableIterator<Subject> {
    yield this;
    for (const child of this.children) yield* child.walk();
  }

  /** Cells of an address of a child; 2 when the node does not say. */
  get addressWidth(): number {
    return this.addressCells === -1 ? 2 : this.addressCells;
  }

  /** Cells of a size of a child; 1 when the node does not say. */
  get sizeWidth(): number {
    return this.sizeCells === -1 ? 1 : this.sizeCells;
  }
}

export function subjectOfDraft(draft: DraftNode, parent?: Subject): Subject {
  const subject = new Subject(draft.name, parent, draft.labels, draft.definitions, draft.origins, draft.deleted);
  for (const { name, labels, syntax } of draft.properties.live())
    subject.properties.push(new SubjectProperty(name, labels, syntax));
  const name = draft.properties.first('name');
  if (name?.deleted) subject.deletedName = new SubjectProperty('name', [], name.syntax);
  for (const child of draft.children.all) {
    const below = subjectOfDraft(child, subject);
    subject.everyChild.push(below);
    if (!child.deleted) subject.children.push(below);
  }
  return subject;
}

/** @param draft what the tree was made of: it still knows the nodes that were deleted. */
export function subjectOfTree(tree: DeviceTree, draft?: DraftNode): Subject {
  return subjectOfNode(tree.root, undefined, draft);
}

function subjectOfNode(node: DtNode, parent: Subject | undefined, draft: DraftNode | undefined): Subject {
  const subject = new Subject(node.name, parent, node.labels, node.definitions, node.origins);
  for (const { name, labels, syntax, value, layout } of node.properties.values())
    subject.properties.push(new SubjectProperty(name, labels, syntax, value, layout));
  const drafts = new Map<string, DraftNode>();
  for (const child of draft?.children.all ?? []) {
    if (child.deleted) subject.everyChild.push(new Subject(child.name, subject, [], [], [], true));
    else drafts.set(child.name, child);
  }
  const deletedFirst = draft?.children.all[0]?.deleted;
  for (const child of node.children.values()) {
    const below = subjectOfNode(child, subject, drafts.get(child.name));
    subject.children.push(below);
    if (deletedFirst) subject.everyChild.push(below);
  }
  if (!deletedFirst) subject.everyChild.unshift(...subject.children);
  return subject;
}
