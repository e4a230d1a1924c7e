// What the cells of a property mean: entries of reg and ranges, interrupts as their controller has them, what phandles
// name. Never throws: a value that does not divide into entries means nothing.
import {
  addressCells,
  DtError,
  getCell,
  getCells,
  getStrings,
  InterruptTree,
  phandleOf,
  sizeCells,
  translate,
  type DeviceTree,
  type DtNode,
} from '../../dt';
import { specifierOf } from '../../dt/bindings/specifiers';

/** Some cells in a row, and what they mean. */
export interface DecodedEntry {
  /** Index of the first cell. */
  readonly first: number;
  readonly count: number;
  readonly text: string;
}

export const hex = (value: bigint | number): string => `0x${value.toString(16)}`;

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** A number of bytes as people say it: `64 KiB`. */
export function formatSize(bytes: bigint): string {
  let unit = 0;
  let value = bytes;
  while (unit < UNITS.length - 1 && value !== 0n && value % 1024n === 0n) {
    value /= 1024n;
    unit++;
  }
  return `${value} ${UNITS[unit]!}`;
}

const span = (address: bigint, size: bigint): string =>
  size === 0n ? hex(address) : `${hex(address)}–${hex(address + size - 1n)}, ${formatSize(size)}`;

/** What a DtError would say is said by the checks. */
export function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof DtError) return undefined;
    throw error;
  }
}

export class Decoder {
  private interrupts: InterruptTree | undefined;
  private phandles: Map<number, DtNode> | undefined;

  constructor(private readonly tree: DeviceTree) {}

  byPhandle(phandle: number): DtNode | undefined {
    if (!this.phandles) {
      this.phandles = new Map();
      for (const node of this.tree.nodes()) {
        const number = phandleOf(node);
        if (number !== undefined && !this.phandles.has(number)) this.phandles.set(number, node);
      }
    }
    return this.phandles.get(phandle);
  }

  /** @returns nothing for a property whose cells have no meaning that is known */
  entries(node: DtNode, property: string): DecodedEntry[] {
    return attempt(() => this.decode(node, property)) ?? [];
  }

  private decode(node: DtNode, property: string): DecodedEntry[] {
    const cells = getCells(node, property);
    if (!cells || cells.length === 0) return [];
    switch (property) {
      case 'reg':
        return this.reg(node, cells);
      case 'ranges':
      case 'dma-ranges':
        return this.ranges(node, cells);
      case 'interrupts':
        return this.interruptEntries(node, cells.length);
      case 'phandle':
      case 'linux,phandle':
        return [];
      case 'clock-frequency':
      case 'timebase-frequency':
        return cells.length === 1 ? [{ first: 0, count: 1, text: frequency(cells[0]!) }] : [];
    }
    const specifier = specifierOf(property);
    return specifier === undefined ? [] : this.specifiers(cells, specifier);
  }

  private reg(node: DtNode, cells: readonly number[]): DecodedEntry[] {
    const bus = node.parent;
    if (!bus) return [];
    const [a, s] = [addressCells(bus), sizeCells(bus)];
    return divide(cells, [a, s]).map(({ first, count, numbers: [address = 0n, size = 0n] }) => {
      const physical = attempt(() => translate(bus, address));
      const moved = physical !== undefined && physical !== address ? ` → ${span(physical, size)}` : '';
      return { first, count, text: moved === '' ? span(address, size) : `${hex(address)}${moved}` };
    });
  }

  private ranges(node: DtNode, cells: readonly number[]): DecodedEntry[] {
    const bus = node.parent;
    if (!bus) return [];
    const widths = [addressCells(node), addressCells(bus), sizeCells(node)];
    return divide(cells, widths).map(({ first, count, numbers: [child = 0n, parent = 0n, size = 0n] }) => ({
      first,
      count,
      text: `${hex(child)} is ${hex(parent)} above, ${formatSize(size)}`,
    }));
  }

  private interruptEntries(node: DtNode, length: number): DecodedEntry[] {
    this.interrupts ??= new InterruptTree(this.tree);
    const lines = this.interrupts.of(node);
    if (lines.length === 0 || node.property('interrupts-extended')) return [];
    const count = length / lines.length;
    return lines.map(({ controller, specifier }, n) => ({
      first: n * count,
      count,
      text: describeInterrupt(controller, specifier),
    }));
  }

  private specifiers(cells: readonly number[], specifier: string): DecodedEntry[] {
    const entries: DecodedEntry[] = [];
    for (let at = 0; at < cells.length;) {
      const target = this.byPhandle(cells[at]!);
      if (!target) return entries;
      const size = specifier === '' ? 0 : (attempt(() => getCell(target, specifier)) ?? 0);
      const args = cells.slice(at + 1, at + 1 + size);
      const what =
        specifier === '#interrupt-cells' ? describeInterrupt(target, args) : this.argument(target, specifier, args);
      entries.push({ first: at, count: 1 + size, text: what });
      at += 1 + size;
    }
    return entries;
  }

  private argument(target: DtNode, specifier: string, args: readonly number[]): string {
    const name = target.labels[0] ?? target.path;
    if (args.length === 0) return name;
    if (specifier === '#clock-cells' && args.length === 1) {
      const output = attempt(() => getStrings(target, 'clock-output-names'))?.[args[0]!];
      if (output !== undefined) return `${name}: ${output}`;
    }
    if (specifier === '#gpio-cells' && args.length === 2)
      return `${name}: pin ${args[0]}, active ${(args[1]! & 1) === 1 ? 'low' : 'high'}`;
    return `${name}: ${args.join(' ')}`;
  }
}

const TRIGGERS: Readonly<Record<number, string>> = {
  1: 'rising edge',
  2: 'falling edge',
  4: 'level high',
  8: 'level low',
};

/** An interrupt in the words of its controller: of a GIC its type, number and INTID. */
export function describeInterrupt(controller: DtNode, specifier: readonly number[]): string {
  const name = controller.labels[0] ?? controller.name;
  const isGic = attempt(() => getStrings(controller, 'compatible'))?.some(one => /gic/.test(one)) ?? false;
  if (!isGic || specifier.length < 3) return `${name}: ${specifier.join(' ')}`;
  const [type = 0, number = 0, flags = 0] = specifier;
  const trigger = TRIGGERS[flags & 15];
  const mask = type === 1 && flags >> 8 ? `, processors ${hex((flags >> 8) & 0xff)}` : '';
  const kind = type === 0 ? `SPI ${number} (INTID ${number + 32})` : `PPI ${number} (INTID ${number + 16})`;
  return `${name}: ${kind}${trigger === undefined ? '' : `, ${trigger}`}${mask}`;
}

/** The INTID of an interrupt of a GIC. */
export function intidOf([type, number]: readonly number[]): number | undefined {
  return number === undefined ? undefined : number + (type === 0 ? 32 : 16);
}

function frequency(hertz: number): string {
  if (hertz >= 1_000_000) return `${hertz / 1_000_000} MHz`;
  return hertz >= 1000 ? `${hertz / 1000} kHz` : `${hertz} Hz`;
}

function divide(
  cells: readonly number[],
  widths: readonly number[],
): { first: number; count: number; numbers: bigint[] }[] {
  const count = widths.reduce((sum, width) => sum + width, 0);
  if (count === 0 || cells.length % count !== 0) return [];
  return Array.from({ length: cells.length / count }, (_, n) => {
    let at = n * count;
    const numbers = widths.map(width => {
      let number = 0n;
      for (let i = 0; i < width; i++) number = (number << 32n) | BigInt(cells[at++]!);
      return number;
    });
    return { first: n * count, count, numbers };
  });
}
