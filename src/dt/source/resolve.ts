// From the merged draft to a tree: phandles are given out, references become numbers and paths, values become bytes,
// and what no tree may have is refused. The order of these steps is dtc's, for it decides the numbers.
import type { DtError } from '../error';
import { MAX_NAME } from '../limits';
import { addAutoAliases, addFixups, addSymbols, putPhandle, type PhandleFormat } from '../overlay/symbols';
import { DeviceTree, DtNode, DtProperty } from '../tree';
import type { DraftNode, DraftProperty } from './draft';
import type { Draft } from './merge';
import { Slab } from './slab';
import type { PhandleCell, Reference, SourceSyntax } from './syntax';
import { isSuspicious } from './validity';
import { assemble, rawValue, type References } from './value';

export interface ResolveOptions {
  /** Adds /__symbols__ with the path of every label, and a phandle to each of these nodes (dtc's -@). */
  readonly symbols?: boolean;
  /** Adds an alias for every label (dtc's -A). */
  readonly autoAliases?: boolean;
  /** How phandles are written that the compiler gives out; `epapr` unless said otherwise (dtc's -H). */
  readonly phandleFormat?: PhandleFormat;
  /** Leaves out what is generated (symbols, aliases and, of an overlay, fixups), for a caller that adds it later. */
  readonly bare?: boolean;
  /**
   * Makes of a source with errors the tree that dtc puts out when it is forced to: what was given twice is there twice, and
   * what comes after the check that failed is not done.
   */
  readonly forced?: boolean;
}

/** What checks do on the way: each of these steps is part of one. */
export interface Steps {
  readonly names: boolean;
  /** Whether phandle properties were read. */
  readonly numbers: boolean;
  readonly phandles: boolean;
  readonly paths: boolean;
  readonly omission: boolean;
}

const ALL_STEPS: Steps = { names: true, numbers: true, phandles: true, paths: true, omission: true };

/** The steps from a draft to a tree; between them checks may look at the draft. */
export class Resolution {
  private readonly nodes: readonly DraftNode[];
  private readonly phandles: Phandles;
  private readonly resolver: Resolver;
  private readonly bootCpu: number;

  constructor(
    private readonly draft: Draft,
    private readonly options: ResolveOptions,
  ) {
    this.nodes = draft.root?.nodes() ?? [];
    this.phandles = new Phandles(options.phandleFormat ?? 'epapr');
    this.resolver = new Resolver(draft, this.phandles, options.forced === true);
    // Before references have numbers.
    this.bootCpu = draft.root ? guessBootCpu(draft) : 0;
  }

  /** Gives out phandles and finds what references name. @returns whether some check might refuse the draft. */
  find(): boolean {
    const suspicious = isSuspicious(this.nodes, this.draft);
    this.phandles.collect(this.nodes);
    this.resolver.findAll(this.nodes);
    return suspicious || this.resolver.isMissing;
  }

  /** @returns the tree without what is generated; what checks would refuse is left out of it. */
  build(syntax: SourceSyntax, steps = ALL_STEPS): DeviceTree {
    const { draft, phandles } = this;
    if (!draft.root) return new DeviceTree();
    if (steps.names) for (const node of this.nodes) dropNameProperty(node);
    if (!steps.phandles) this.resolver.forgetNumbers(this.nodes);
    if (!steps.numbers) for (const node of this.nodes) node.phandle = 0;
    if (!steps.paths) this.resolver.forgetPaths();
    for (const node of steps.omission ? this.nodes : []) {
      const kept = this.options.symbols === true && node.wasLabelled;
      if (node.omitIfUnreferenced && !node.referenced && !kept && !node.deleted) draft.delete(node);
    }
    const tree = new DeviceTree(this.resolver.node(draft.root));
    tree.bootCpu = this.bootCpu;
    tree.plugin = draft.plugin;
    tree.nextPhandle = phandles.next;
    if (this.options.forced) tree.numbers = this.resolver.numbers;
    tree.reservations = syntax.reservations.map(({ address, size, labels }) => ({
      address,
      size,
      labels: labels.map(label => label.name),
    }));
    return tree;
  }
}

/** Adds what the options ask for to a tree that has passed its checks. @returns why it could not. */
export function addGenerated(tree: DeviceTree, options: ResolveOptions): DtError[] {
  if (options.bare) return [];
  if (options.autoAliases) addAutoAliases(tree);
  if (options.symbols) addSymbols(tree, options.phandleFormat);
  return tree.plugin ? addFixups(tree) : [];
}

const word = (bytes: Uint8Array): number =>
  ((bytes[0]! << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!) >>> 0;

/** The reg of the first node of /cpus when it is one cell; a deleted node has none. */
function guessBootCpu(draft: Draft): number {
  const first = draft.find('/cpus')?.children.all[0];
  const reg = rawValue(first?.properties.firstLive('reg')?.syntax);
  return reg.length === 4 ? word(reg) : 0;
}

/** A "name" property repeats the name of its node, and format versions since 16 have none. */
function dropNameProperty(node: DraftNode): void {
  const property = node.properties.firstLive('name');
  if (!property) return;
  const expected = new TextEncoder().encode(`${node.name.replace(/@.*/, '')}\0`);
  const value = rawValue(property.syntax);
  if (value.length === expected.length && value.every((byte, at) => byte === expected[at])) property.delete();
}

// Phandles.

/** What stands in a value before its reference is resolved. */
const NO_PHANDLE = 0xffffffff;

/** The numbers of nodes: those that the source gives, then the smallest free one for each node that needs one. */
class Phandles {
  private readonly nodes = new Map<number, DraftNode>();
  /** Nodes that get a phandle property at the end of theirs. */
  readonly added = new Set<DraftNode>();
  next = 1;

  constructor(readonly format: PhandleFormat) {}

  /** Checks see to it that each number is on one node; without them the first one has it. */
  collect(nodes: readonly DraftNode[]): void {
    for (const node of nodes) {
      const phandle = explicit(node, 'phandle') || explicit(node, 'linux,phandle');
      if (phandle === 0 || phandle === NO_PHANDLE || this.nodes.has(phandle)) continue;
      node.phandle = phandle;
      this.nodes.set(phandle, node);
    }
  }

  /** Takes back what was given out. */
  forget(): void {
    for (const node of this.added) node.phandle = 0;
    this.added.clear();
    this.next = 1;
  }

  of(node: DraftNode): number {
    if (node.phandle !== 0) return node.phandle;
    while (this.nodes.has(this.next)) this.next++;
    node.phandle = this.next;
    this.nodes.set(this.next, node);
    this.added.add(node);
    return node.phandle;
  }
}

/** The number that a property gives its node; 0 when it gives none, or asks for one by naming its own node. */
function explicit(node: DraftNode, name: string): number {
  const syntax = node.properties.firstLive(name)?.syntax;
  if (!syntax) return 0;
  const value = rawValue(syntax);
  const refers = syntax.parts.some(part => part.kind === 'cells' && part.cells.some(cell => cell.kind === 'phandle'));
  return refers || value.length !== 4 ? 0 : word(value);
}

// Values.

/** What every reference stands for; found in the order of the tree, phandles before paths. */
class Resolver implements References {
  private readonly paths = new Map<Reference, string>();
  private readonly slab = new Slab();
  /** Whether some reference leads nowhere that should not. */
  isMissing = false;
  readonly numbers = new Map<DtNode, number>();

  constructor(
    private readonly draft: Draft,
    private readonly phandles: Phandles,
    private readonly keepsAll: boolean,
  ) {}

  forgetNumbers(nodes: readonly DraftNode[]): void {
    this.phandles.forget();
    for (const node of nodes)
      for (const { syntax } of node.properties.all)
        for (const part of syntax?.parts ?? [])
          if (part.kind === 'cells')
            for (const cell of part.cells) if (cell.kind === 'phandle') cell.number = NO_PHANDLE;
  }

  forgetPaths(): void {
    this.paths.clear();
  }

  path(reference: Reference): string {
    return this.paths.get(reference) ?? '';
  }

  findAll(nodes: readonly DraftNode[]): void {
    const paths: Reference[] = [];
    for (const node of nodes)
      for (const property of node.properties.all) {
        if (property.deleted || !property.syntax) continue;
        for (const part of property.syntax.parts) {
          if (part.kind === 'path') paths.push(part);
          else if (part.kind === 'cells') for (const cell of part.cells) if (cell.kind === 'phandle') this.number(cell);
        }
      }
    for (const reference of paths) {
      const target = this.draft.find(reference.ref);
      if (!target) {
        this.isMissing = true;
        continue;
      }
      target.referenced = true;
      this.paths.set(reference, target.path);
    }
  }

  private number(reference: PhandleCell): void {
    // What an overlay does not have is in the tree that it will be laid over; of any other tree checks complain.
    const target = this.draft.find(reference.ref);
    if (!target) {
      this.isMissing ||= !this.draft.plugin;
      return;
    }
    target.referenced = true;
    reference.number = this.phandles.of(target);
  }

  node(draft: DraftNode): DtNode {
    const node = new DtNode(draft.name);
    node.labels = draft.labels;
    node.wasLabelled = draft.wasLabelled;
    node.places = draft.places;
    if (this.keepsAll && draft.phandle !== 0) this.numbers.set(node, draft.phandle);
    // Names given twice, or too long, have been complained of. Their characters are right.
    for (const property of draft.properties.all) {
      if (property.deleted || property.name.length > MAX_NAME) continue;
      if (!node.property(property.name)) node.putKnown(this.property(property));
      else if (this.keepsAll) node.putAnother(this.property(property));
    }
    if (this.phandles.added.has(draft)) putPhandle(node, draft.phandle, this.phandles.format);
    for (const child of draft.children.all) {
      if (child.deleted || child.name.length > MAX_NAME) continue;
      if (!node.child(child.name)) node.attach(this.node(child));
      else if (this.keepsAll) node.attachAnother(this.node(child));
    }
    return node;
  }

  private property(draft: DraftProperty): DtProperty {
    const value = assemble(draft.syntax?.parts ?? [], this, this.slab);
    const property = new DtProperty(draft.name, value, undefined, draft.syntax);
    property.labels = draft.labels;
    return property;
  }
}
