// From the merged draft to a tree: phandles are given out, references become numbers and paths, values become bytes,
// and what no tree may have is refused. The order of these steps is dtc's, for it decides the numbers.
import { setCells } from '../access';
import { viewOf } from '../bytes';
import { DeviceTree, DtNode, DtProperty } from '../tree';
import type { Draft, DraftNode, DraftProperty } from './merge';
import type { Reference, ReservationSyntax } from './syntax';
import { assemble, rawValue, type References } from './value';

/** The name of the property that holds a node's number, and its name in trees of before 2008. */
const PHANDLE = 'phandle';
const OLD_PHANDLE = 'linux,phandle';

/** @returns the tree of a draft that has passed its checks. */
export function resolve(draft: Draft, reservations: readonly ReservationSyntax[]): DeviceTree {
  const root = draft.root;
  if (!root) return new DeviceTree();
  const bootCpu = guessBootCpu(draft);
  dropNameProperties(root);
  const phandles = new Phandles(root);
  phandles.collect();
  const resolver = new Resolver(draft, phandles);
  resolver.findAll(root);
  dropUnreferenced(root, draft);

  const tree = new DeviceTree(resolver.node(root));
  tree.bootCpu = bootCpu;
  tree.reservations = reservations.map(({ address, size, labels }) => ({
    address,
    size,
    labels: labels.map(label => label.name),
  }));
  return tree;
}

const word = (bytes: Uint8Array): number => viewOf(bytes).getUint32(0);

/** The reg of the first node of /cpus when it is one cell; a deleted node has none. */
function guessBootCpu(draft: Draft): number {
  const first = draft.find('/cpus')?.children.all[0];
  const reg = rawValue(first?.properties.firstLive('reg')?.syntax);
  return reg.length === 4 ? word(reg) : 0;
}

/** A "name" property repeats the name of its node (checks saw to that), and format versions since 16 have none. */
function dropNameProperties(root: DraftNode): void {
  for (const node of root.walk()) node.properties.firstLive('name')?.delete();
}

function dropUnreferenced(root: DraftNode, draft: Draft): void {
  for (const node of root.walk()) if (node.omitIfUnreferenced && !node.referenced) draft.delete(node);
}

// Phandles.

/** The numbers of nodes: those that the source gives, then the smallest free one for each node that needs one. */
class Phandles {
  private readonly nodes = new Map<number, DraftNode>();
  /** Nodes that get a phandle property at the end of theirs. */
  readonly added = new Set<DraftNode>();
  private next = 1;

  constructor(private readonly root: DraftNode) {}

  /** Checks have seen to it that each number is on one node. */
  collect(): void {
    for (const node of this.root.walk()) {
      const phandle = explicit(node, PHANDLE) || explicit(node, OLD_PHANDLE);
      if (phandle === 0) continue;
      node.phandle = phandle;
      this.nodes.set(phandle, node);
    }
  }

  of(node: DraftNode): number {
    if (node.phandle !== 0) return node.phandle;
    while (this.nodes.has(this.next)) this.next++;
    node.phandle = this.next;
    this.nodes.set(this.next, node);
    if (!node.properties.firstLive(PHANDLE)) this.added.add(node);
    return node.phandle;
  }
}

/** The number that a property gives its node; 0 when it gives none, or asks for one by naming its own node. */
function explicit(node: DraftNode, name: string): number {
  const syntax = node.properties.firstLive(name)?.syntax;
  const value = rawValue(syntax);
  const refers = syntax?.parts.some(part => part.kind === 'cells' && part.cells.some(cell => cell.kind === 'phandle'));
  return refers || value.length !== 4 ? 0 : word(value);
}

// Values.

/** What every reference stands for; found in the order of the tree, phandles before paths. */
class Resolver implements References {
  private readonly numbers = new Map<Reference, number>();
  private readonly paths = new Map<Reference, string>();

  constructor(
    private readonly draft: Draft,
    private readonly phandles: Phandles,
  ) {}

  phandle(reference: Reference): number {
    return this.numbers.get(reference) ?? 0;
  }

  path(reference: Reference): string {
    return this.paths.get(reference) ?? '';
  }

  findAll(root: DraftNode): void {
    const parts = [...root.walk()].flatMap(node =>
      [...node.properties.live()].flatMap(property => property.syntax?.parts ?? []),
    );
    for (const part of parts)
      for (const cell of part.kind === 'cells' ? part.cells : []) {
        if (cell.kind !== 'phandle') continue;
        const target = this.target(cell);
        if (target) this.numbers.set(cell, this.phandles.of(target));
      }
    for (const part of parts) {
      if (part.kind !== 'path') continue;
      const target = this.target(part);
      if (target) this.paths.set(part, target.path);
    }
  }

  private target(reference: Reference): DraftNode | undefined {
    const target = this.draft.find(reference.ref);
    if (target) target.referenced = true;
    return target;
  }

  node(draft: DraftNode): DtNode {
    const node = new DtNode(draft.name);
    node.labels = draft.labels;
    node.origins = draft.origins;
    node.definitions = draft.definitions;
    for (const property of draft.properties.live()) node.put(this.property(property));
    if (this.phandles.added.has(draft)) {
      setCells(node, PHANDLE, draft.phandle);
    }
    for (const child of draft.children.live()) node.attach(this.node(child));
    return node;
  }

  private property(draft: DraftProperty): DtProperty {
    const { bytes, layout } = assemble(draft.syntax?.parts ?? [], this);
    const property = new DtProperty(draft.name, bytes, layout, draft.syntax);
    property.labels = draft.labels;
    return property;
  }
}
