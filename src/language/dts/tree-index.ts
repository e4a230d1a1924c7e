// What stands where: every node, property, label and reference of a source with its places, found by path, by name and
// by offset. Features read this; none of them walks the syntax.
import type { SourceSyntax, NodeBody, NodeSyntax, PropertySyntax, Statement } from '../../dt/source/syntax';
import type { FileRange, Span } from '../../dt/source/text';

/** A node where it is defined, extended or deleted. */
export interface NodeSite {
  readonly kind: 'root' | 'node' | 'extend' | 'delete' | 'omit';
  readonly path: string;
  /** As it is written: `/`, a name, or a reference with its &. */
  readonly name: string;
  readonly range: FileRange;
  readonly nameRange: FileRange;
  /** Between and with the braces. */
  readonly body: FileRange | undefined;
  readonly labels: readonly LabelSite[];
  readonly parent: NodeSite | undefined;
  readonly properties: PropertySite[];
  readonly children: NodeSite[];
}

/** A property where it is set or deleted. */
export interface PropertySite {
  readonly kind: 'property' | 'delete';
  readonly name: string;
  readonly node: NodeSite;
  readonly range: FileRange;
  readonly nameRange: FileRange;
  /** Of one that is set. */
  readonly syntax: PropertySyntax | undefined;
}

export interface LabelSite {
  readonly name: string;
  /** Of the node that the label is on, or in. */
  readonly path: string;
  readonly property: string | undefined;
  readonly range: FileRange;
}

export interface ReferenceSite {
  /** A label, or a path with its slash. */
  readonly ref: string;
  readonly kind: 'phandle' | 'path' | 'extend' | 'delete';
  readonly range: FileRange;
  /** Of the node that it stands in; `/` at the top level. */
  readonly from: string;
  readonly property: string | undefined;
}

export interface NodeEntry {
  readonly path: string;
  readonly sites: NodeSite[];
  readonly labels: string[];
  readonly properties: Map<string, PropertySite[]>;
  readonly children: Set<string>;
}

/** All sites of one file, in its order. */
export interface FileSites {
  readonly nodes: NodeSite[];
  readonly properties: PropertySite[];
  readonly labels: LabelSite[];
  readonly references: ReferenceSite[];
}

const parentPath = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';
export const childPath = (path: string, name: string): string => (path === '/' ? `/${name}` : `${path}/${name}`);

export class TreeIndex {
  readonly nodes = new Map<string, NodeEntry>();
  readonly labels = new Map<string, LabelSite>();
  readonly references: ReferenceSite[] = [];
  private readonly files = new Map<string, FileSites>();
  private byTarget: Map<string, ReferenceSite[]> | undefined;

  constructor(syntax: SourceSyntax) {
    for (const statement of syntax.statements) this.statement(statement);
    for (const sites of this.files.values()) {
      sites.nodes.sort(byStart);
      sites.properties.sort(byStart);
      sites.labels.sort(byStart);
      sites.references.sort(byStart);
    }
  }

  file(name: string): FileSites {
    let sites = this.files.get(name);
    if (!sites) {
      sites = { nodes: [], properties: [], labels: [], references: [] };
      this.files.set(name, sites);
    }
    return sites;
  }

  /** The path that a label or path names; undefined when nothing does. */
  target(ref: string): string | undefined {
    if (ref.startsWith('/')) {
      const path = ref.length > 1 ? ref.replace(/\/+$/, '') : ref;
      return this.nodes.has(path) ? path : undefined;
    }
    return this.labels.get(ref)?.path;
  }

  /** Everything that refers to a node. */
  referencesTo(path: string): readonly ReferenceSite[] {
    if (!this.byTarget) {
      this.byTarget = new Map();
      for (const site of this.references) {
        const target = this.target(site.ref);
        if (target === undefined) continue;
        const list = this.byTarget.get(target);
        if (list) list.push(site);
        else this.byTarget.set(target, [site]);
      }
    }
    return this.byTarget.get(path) ?? [];
  }

  /** The innermost node whose text holds an offset. */
  nodeAt(file: string, offset: number): NodeSite | undefined {
    const { nodes } = this.file(file);
    for (let at = lastAtOrBefore(nodes, offset); at >= 0; at--) {
      // Sites are nested or apart: those before the first at the top level that ends earlier cannot hold the offset.
      const site = nodes[at]!;
      if (site.range.end > offset) return site;
      if (!site.parent || site.parent.range.file.name !== file) return undefined;
    }
    return undefined;
  }

  propertyAt(file: string, offset: number): PropertySite | undefined {
    return holding(this.file(file).properties, offset);
  }

  labelAt(file: string, offset: number): LabelSite | undefined {
    return touching(this.file(file).labels, offset);
  }

  referenceAt(file: string, offset: number): ReferenceSite | undefined {
    return touching(this.file(file).references, offset);
  }

  private statement(statement: Statement): void {
    const { span } = statement;
    if (statement.kind === 'root') {
      const site = this.node(
        'root',
        '/',
        '/',
        span.range,
        headRange(span, 1),
        statement.body.span.range,
        [],
        undefined,
      );
      return this.body(site, statement.body);
    }
    const { target } = statement;
    // What no label names is kept apart under its own name, as an overlay keeps it.
    const path = this.target(target.ref) ?? (target.ref.startsWith('/') ? target.ref : `&${target.ref}`);
    const range = target.span.range;
    const kind = statement.kind === 'extend' ? 'extend' : 'delete';
    this.refer({ ref: target.ref, kind, range, from: '/', property: undefined });
    const name = `&${target.ref.startsWith('/') ? `{${target.ref}}` : target.ref}`;
    if (statement.kind !== 'extend') {
      const kinds = { deleteNode: 'delete', omitIfUnreferenced: 'omit' } as const;
      this.node(kinds[statement.kind], path, name, span.range, range, undefined, [], undefined);
      return;
    }
    const labels = statement.labels.map(label => this.label(label.name, label.span, path, undefined));
    const site = this.node('extend', path, name, span.range, range, statement.body.span.range, labels, undefined);
    this.body(site, statement.body);
  }

  private node(
    kind: NodeSite['kind'],
    path: string,
    name: string,
    range: FileRange,
    nameRange: FileRange,
    body: FileRange | undefined,
    labels: readonly LabelSite[],
    parent: NodeSite | undefined,
  ): NodeSite {
    const site: NodeSite = { kind, path, name, range, nameRange, body, labels, parent, properties: [], children: [] };
    const entry = this.entry(path);
    entry.sites.push(site);
    for (const { name: label } of labels) if (!entry.labels.includes(label)) entry.labels.push(label);
    parent?.children.push(site);
    this.file(range.file.name).nodes.push(site);
    return site;
  }

  private entry(path: string): NodeEntry {
    let entry = this.nodes.get(path);
    if (!entry) {
      entry = { path, sites: [], labels: [], properties: new Map(), children: new Set() };
      this.nodes.set(path, entry);
      if (path !== '/' && path.startsWith('/')) this.entry(parentPath(path)).children.add(path);
    }
    return entry;
  }

  private body(node: NodeSite, body: NodeBody): void {
    for (const property of body.properties) {
      const { span } = property;
      const isSet = property.kind === 'property';
      const site: PropertySite = {
        kind: isSet ? 'property' : 'delete',
        name: property.name,
        node,
        range: span.range,
        nameRange: isSet ? property.nameSpan.range : lastWord(span, property.name),
        syntax: isSet ? property : undefined,
      };
      node.properties.push(site);
      const { properties } = this.entry(node.path);
      const list = properties.get(property.name);
      if (list) list.push(site);
      else properties.set(property.name, [site]);
      this.file(site.range.file.name).properties.push(site);
      if (isSet) this.value(property, node.path);
    }
    for (const child of body.children) {
      const path = childPath(node.path, child.name);
      if (child.kind === 'node') this.child(node, path, child);
      else
        this.node('delete', path, child.name, child.span.range, lastWord(child.span, child.name), undefined, [], node);
    }
  }

  private child(parent: NodeSite, path: string, syntax: NodeSyntax): void {
    const labels = syntax.labels.map(label => this.label(label.name, label.span, path, undefined));
    const { span, nameSpan, body, name } = syntax;
    const site = this.node('node', path, name, span.range, nameSpan.range, body.span.range, labels, parent);
    this.body(site, body);
  }

  private value(property: PropertySyntax, path: string): void {
    for (const { name, span } of property.labels) this.label(name, span, path, property.name);
    for (const part of property.parts) {
      if (part.kind === 'label') this.label(part.name, part.span, path, property.name);
      else if (part.kind === 'path')
        this.refer({ ref: part.ref, kind: 'path', range: part.span.range, from: path, property: property.name });
      else if (part.kind === 'cells') {
        for (const cell of part.cells) {
          if (cell.kind === 'label') this.label(cell.name, cell.span, path, property.name);
          else if (cell.kind === 'phandle')
            this.refer({ ref: cell.ref, kind: 'phandle', range: cell.span.range, from: path, property: property.name });
        }
      } else if (part.kind === 'bytes') {
        for (const item of part.bytes) if (item.kind === 'label') this.label(item.name, item.span, path, property.name);
      }
    }
  }

  private label(name: string, span: Span, path: string, property: string | undefined): LabelSite {
    const site: LabelSite = { name, path, property, range: span.range };
    if (property === undefined || !this.labels.has(name)) this.labels.set(name, site);
    this.file(site.range.file.name).labels.push(site);
    return site;
  }

  private refer(site: ReferenceSite): void {
    this.references.push(site);
    this.file(site.range.file.name).references.push(site);
  }
}

interface Sited {
  readonly range: FileRange;
}

const byStart = (a: Sited, b: Sited): number => a.range.start - b.range.start || b.range.end - a.range.end;

/** The index of the last site that begins at or before an offset; -1 when there is none. */
function lastAtOrBefore(sites: readonly Sited[], offset: number): number {
  let low = 0;
  let high = sites.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sites[middle]!.range.start <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Of sites that lie apart, the one with an offset in it. */
function holding<T extends Sited>(sites: readonly T[], offset: number): T | undefined {
  const site = sites[lastAtOrBefore(sites, offset)];
  return site && site.range.end > offset ? site : undefined;
}

/** As {@link holding}, or directly behind it: where a cursor stands at the end of a word. */
function touching<T extends Sited>(sites: readonly T[], offset: number): T | undefined {
  const site = sites[lastAtOrBefore(sites, offset)];
  return site && site.range.end >= offset ? site : undefined;
}

/** The first `length` characters of a range. */
function headRange(span: Span, length: number): FileRange {
  const { file, start } = span.range;
  return { file, start, end: start + length };
}

/** Where the name stands in `/delete-node/ NAME;`. */
function lastWord(span: Span, name: string): FileRange {
  const { file, start, end } = span.range;
  const at = file.text.slice(start, end).lastIndexOf(name);
  return at < 0 ? { file, start, end } : { file, start: start + at, end: start + at + name.length };
}
