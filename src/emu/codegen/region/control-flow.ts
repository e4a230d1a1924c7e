// From a graph of basic blocks to the structured control flow of WebAssembly: strongly connected components become
// loops, everything else blocks in topological order. A loop that is entered in several places gets a dispatch at its
// head; its innermost loops stay clean.
import type { Code, Label } from '../code';
import { c, type Value } from '../value';
import { I32 } from '../wasm';

/** One node, or a loop with its nodes in order. */
export type Item =
  | { readonly kind: 'node'; readonly node: number }
  | { readonly kind: 'loop'; readonly headers: readonly number[]; readonly items: readonly Item[] };

/**
 * Orders the nodes that are reachable from `root`.
 * @param successors edges of every node
 * @param order preference among nodes where the graph leaves it open: lower comes first
 */
export function structure(root: number, successors: readonly (readonly number[])[], order: readonly number[]): Item[] {
  const all = new Set<number>();
  const todo = [root];
  for (let node = todo.pop(); node !== undefined; node = todo.pop()) {
    if (all.has(node)) continue;
    all.add(node);
    todo.push(...successors[node]!);
  }
  return arrange([...all], new Set(), [root], successors, order);
}

/** @param cut nodes whose incoming edges do not count: headers of the loops around */
function arrange(
  nodes: readonly number[],
  cut: ReadonlySet<number>,
  roots: readonly number[],
  successors: readonly (readonly number[])[],
  order: readonly number[],
): Item[] {
  const inside = new Set(nodes);
  const edges = (node: number): number[] => successors[node]!.filter(to => inside.has(to) && !cut.has(to));
  const components = stronglyConnected(nodes, edges, order);
  return components.map(component => {
    const first = component[0]!;
    if (component.length === 1 && !edges(first).includes(first)) return { kind: 'node', node: first };
    const members = new Set(component);
    const entered = new Set(roots.filter(r => members.has(r)));
    for (const node of nodes)
      if (!members.has(node)) for (const to of edges(node)) if (members.has(to)) entered.add(to);
    const headers = [...entered].sort((a, b) => order[a]! - order[b]!);
    // A component that nothing enters cannot be reached; the roots see to it that there is none.
    const principal = headers[0] ?? first;
    return {
      kind: 'loop',
      headers: headers.length > 0 ? headers : [first],
      items: arrange(component, new Set([...cut, principal]), headers, successors, order),
    };
  });
}

/** Tarjan's algorithm, without recursion; components come out in topological order. */
function stronglyConnected(
  nodes: readonly number[],
  edges: (node: number) => number[],
  order: readonly number[],
): number[][] {
  const index = new Map<number, number>();
  const low = new Map<number, number>();
  const onStack = new Set<number>();
  const stack: number[] = [];
  const result: number[][] = [];
  // Components are found last first: later nodes are visited first, so that the order of addresses survives.
  const latestFirst = (list: readonly number[]): number[] => [...list].sort((a, b) => order[b]! - order[a]!);
  const visit = (start: number): void => {
    const frames: { node: number; edges: number[]; at: number }[] = [];
    const enter = (node: number): void => {
      index.set(node, index.size);
      low.set(node, index.get(node)!);
      stack.push(node);
      onStack.add(node);
      frames.push({ node, edges: latestFirst(edges(node)), at: 0 });
    };
    enter(start);
    while (frames.length > 0) {
      const frame = frames[frames.length - 1]!;
      if (frame.at < frame.edges.length) {
        const to = frame.edges[frame.at++]!;
        if (!index.has(to)) enter(to);
        else if (onStack.has(to)) low.set(frame.node, Math.min(low.get(frame.node)!, index.get(to)!));
        continue;
      }
      frames.pop();
      const parent = frames[frames.length - 1];
      if (parent) low.set(parent.node, Math.min(low.get(parent.node)!, low.get(frame.node)!));
      if (low.get(frame.node) !== index.get(frame.node)) continue;
      const component: number[] = [];
      for (;;) {
        const node = stack.pop()!;
        onStack.delete(node);
        component.push(node);
        if (node === frame.node) break;
      }
      result.push(component.sort((a, b) => order[a]! - order[b]!));
    }
  };
  for (const node of latestFirst(nodes)) if (!index.has(node)) visit(node);
  return result.reverse();
}

/** Nodes in the order in which they are written, and the headers of loops. */
export function flatten(items: readonly Item[]): { order: number[]; headers: Set<number> } {
  const order: number[] = [];
  const headers = new Set<number>();
  const walk = (list: readonly Item[]): void => {
    for (const item of list) {
      if (item.kind === 'node') order.push(item.node);
      else {
        item.headers.forEach(h => headers.add(h));
        walk(item.items);
      }
    }
  };
  walk(items);
  return { order, headers };
}

interface Destination {
  readonly label: Label;
  /** What to write into the loop's selector before the branch. */
  readonly selector?: { readonly local: Value; readonly value: number };
}

/** Writes the items; nodes are written by `emit`, which leaves them with `jump`. */
export class ControlFlow {
  private readonly destinations = new Map<number, Destination>();
  /** The node that follows in line where a node ends. */
  private following: number | undefined;

  constructor(
    private readonly code: Code,
    private readonly emit: (node: number) => void,
  ) {}

  write(items: readonly Item[]): void {
    this.list(items, undefined);
  }

  /** Branches to a node: a later one, or the header of a loop that is open. */
  jump(to: number): void {
    const destination = this.destinations.get(to);
    if (!destination) throw new Error(`no way to node ${to}`);
    if (destination.selector) this.code.set(destination.selector.local, c(destination.selector.value));
    this.code.br(destination.label);
  }

  /** The last jump of a node: nothing to write where the target follows. */
  finish(to: number): void {
    if (to !== this.following) this.jump(to);
  }

  /** Jumps to one of several nodes by number. */
  dispatch(selector: Value, targets: readonly number[]): void {
    const { code } = this;
    if (targets.length === 1) return this.jump(targets[0]!);
    const cases = targets.map(() => code.block()).reverse();
    code.brTable(selector, cases.slice(0, -1), cases[cases.length - 1]!);
    for (const to of targets) {
      code.end();
      this.jump(to);
    }
  }

  /** Writes items one after the other, with a block before each for the jumps to it. */
  private list(items: readonly Item[], dispatch: (() => void) | undefined): void {
    const { code } = this;
    // With a dispatch before them, the first item is a target like the others.
    const from = dispatch ? 0 : 1;
    const saved = new Map<number, Destination | undefined>();
    for (let i = items.length - 1; i >= from; i--) {
      const label = code.block();
      for (const [node, destination] of this.entrances(items[i]!, label)) {
        if (!saved.has(node)) saved.set(node, this.destinations.get(node));
        this.destinations.set(node, destination);
      }
    }
    const after = this.following;
    dispatch?.();
    items.forEach((item, i) => {
      if (i >= from) code.end();
      const next = items[i + 1];
      this.following = next === undefined ? after : next.kind === 'node' ? next.node : undefined;
      if (next?.kind === 'loop' && next.headers.length === 1) this.following = next.headers[0];
      if (item.kind === 'node') this.emit(item.node);
      else this.loop(item);
    });
    this.following = after;
    for (const [node, destination] of saved)
      if (destination) this.destinations.set(node, destination);
      else this.destinations.delete(node);
  }

  private readonly selectors = new Map<Item, Value>();

  private entrances(item: Item, label: Label): [number, Destination][] {
    if (item.kind === 'node') return [[item.node, { label }]];
    if (item.headers.length === 1) return [[item.headers[0]!, { label }]];
    const local = this.code.newLocal(I32);
    this.selectors.set(item, local);
    return item.headers.map((header, value) => [header, { label, selector: { local, value } }]);
  }

  private loop(item: Extract<Item, { kind: 'loop' }>): void {
    const { code } = this;
    const label = code.loop();
    const principal = item.headers[0]!;
    const before = this.destinations.get(principal);
    const selector = this.selectors.get(item);
    // What follows the loop cannot be fallen into from inside without leaving the loop, which is what its end does.
    if (selector === undefined) {
      this.destinations.set(principal, { label });
      this.list(item.items, undefined);
    } else {
      // The branch back goes to the loop; the dispatch itself goes on to the header's own place.
      this.list(item.items, () => {
        this.dispatch(selector, item.headers);
        this.destinations.set(principal, { label, selector: { local: selector, value: 0 } });
      });
    }
    code.end();
    if (before) this.destinations.set(principal, before);
    else this.destinations.delete(principal);
  }
}
