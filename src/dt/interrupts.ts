// Which line of which interrupt controller an interrupt of a node is (specification v0.4, section 2.4): through
// interrupt-parent, and through interrupt-map of the nexuses on the way.
import { badValue, getCell, getCells, phandleOf } from './access';
import type { DeviceTree, DtNode } from './tree';

/** More nexuses in a row than any tree has: they may name each other. */
const MOST_NEXUSES = 64;

/** An interrupt as its controller counts them. */
export interface InterruptLine {
  readonly controller: DtNode;
  /** As many cells as `#interrupt-cells` of the controller says. */
  readonly specifier: readonly number[];
}

/** A place on the way: an interrupt of `parent`, from a unit address. */
interface Step {
  readonly parent: DtNode;
  readonly specifier: readonly number[];
  readonly address: readonly number[];
}

export class InterruptTree {
  private readonly nodes = new Map<number, DtNode>();

  constructor(tree: DeviceTree) {
    for (const node of tree.nodes()) {
      const phandle = phandleOf(node);
      if (phandle !== undefined && !this.nodes.has(phandle)) this.nodes.set(phandle, node);
    }
  }

  /**
   * The interrupts that a node raises, in the order of `interrupts-extended`, or else of `interrupts`.
   * @throws DtError when one leads to no controller
   */
  of(node: DtNode): InterruptLine[] {
    const address = getCells(node, 'reg') ?? [];
    return this.first(node).map(one => this.follow(node, { ...one, address }));
  }

  private first(node: DtNode): Omit<Step, 'address'>[] {
    const extended = getCells(node, 'interrupts-extended');
    if (extended) return this.extended(node, extended);
    const cells = getCells(node, 'interrupts');
    if (!cells) return [];
    const parent = this.parentOf(node);
    const size = parent && getCell(parent, '#interrupt-cells');
    if (!parent || !size) throw badValue(node, 'interrupts', 'has no interrupt parent with #interrupt-cells');
    if (cells.length % size !== 0)
      throw badValue(node, 'interrupts', `has ${cells.length} cells, which is no multiple of ${size}`);
    return Array.from({ length: cells.length / size }, (_, i) => ({
      parent,
      specifier: cells.slice(i * size, (i + 1) * size),
    }));
  }

  private extended(node: DtNode, cells: readonly number[]): Omit<Step, 'address'>[] {
    const found: Omit<Step, 'address'>[] = [];
    for (let at = 0; at < cells.length;) {
      const parent = this.nodes.get(cells[at]!);
      const size = parent && getCell(parent, '#interrupt-cells');
      if (!parent || size === undefined || at + 1 + size > cells.length)
        throw badValue(node, 'interrupts-extended', `has no whole interrupt at cell ${at}`);
      found.push({ parent, specifier: cells.slice(at + 1, at + 1 + size) });
      at += 1 + size;
    }
    return found;
  }

  /** The nearest one above, or of `interrupt-parent`, that says how many cells its interrupts have. */
  private parentOf(node: DtNode): DtNode | undefined {
    let at: DtNode | undefined = node;
    for (let i = 0; at && i < MOST_NEXUSES; i++) {
      const phandle: number | undefined = getCell(at, 'interrupt-parent');
      at = phandle === undefined ? at.parent : this.nodes.get(phandle);
      if (at?.property('#interrupt-cells')) return at;
    }
    return undefined;
  }

  private follow(node: DtNode, first: Step): InterruptLine {
    let step: Step | undefined = first;
    for (let i = 0; step && i < MOST_NEXUSES; i++) {
      const { parent, specifier } = step;
      if (parent.property('interrupt-controller')) return { controller: parent, specifier };
      const map = getCells(parent, 'interrupt-map');
      if (map) step = this.mapped(step, map);
      else {
        const above = this.parentOf(parent);
        step = above && { ...step, parent: above };
      }
    }
    throw badValue(node, 'interrupts', `names interrupt ${first.specifier.join(' ')}, which leads to no controller`);
  }

  /** What the rows of a map make of an interrupt. */
  private mapped({ parent, specifier, address }: Step, map: readonly number[]): Step | undefined {
    const addressSize = this.addressCells(parent);
    if (address.length < addressSize) return undefined;
    const wanted = [...address.slice(0, addressSize), ...specifier];
    const mask = getCells(parent, 'interrupt-map-mask');
    for (let at = 0; at + wanted.length < map.length;) {
      const matches = wanted.every((cell, i) => ((cell ^ map[at + i]!) & (mask?.[i] ?? 0xffffffff)) === 0);
      at += wanted.length;
      const target = this.nodes.get(map[at++]!);
      const size = target && getCell(target, '#interrupt-cells');
      if (!target || size === undefined)
        throw badValue(parent, 'interrupt-map', `names no interrupt controller at cell ${at - 1}`);
      const targetAddress = getCell(target, '#address-cells') ?? 0;
      const end = at + targetAddress + size;
      if (end > map.length) throw badValue(parent, 'interrupt-map', 'ends in the middle of a row');
      if (matches)
        return { parent: target, address: map.slice(at, at + targetAddress), specifier: map.slice(end - size, end) };
      at = end;
    }
    return undefined;
  }

  /** Of the nexus, or, as trees of old have it, of the nearest bus above it that says so. */
  private addressCells(nexus: DtNode): number {
    for (let at: DtNode | undefined = nexus; at; at = at.parent) {
      const cells = getCell(at, '#address-cells');
      if (cells !== undefined) return cells;
    }
    return 2;
  }
}
