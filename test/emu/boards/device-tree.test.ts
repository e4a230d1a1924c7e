// The boards' own trees against what is known of the boards: where every device is, and which interrupts it raises.
import { describe, expect, it } from 'vitest';
import {
  findByPhandle,
  getCell,
  getCells,
  getReg,
  getString,
  getStrings,
  loadSource,
  physicalReg,
} from '../../../src/dt';
import type { DeviceTree, DtNode } from '../../../src/dt';
import source from '../../../src/emu/boards/dts/vexpress-v2p-ca15-tc1.dts';
import facts from './fixtures/vexpress-v2p-ca15-tc1.facts.json';

const tree = loadSource(source, { file: 'vexpress-v2p-ca15-tc1.dts' });

/** Buses whose addresses are no memory. */
const UNMAPPED = new Set(['i2c', 'cpus']);
const INTERRUPT_FLAGS: Record<number, string> = { 1: 'rise', 4: 'high', 8: 'low' };

function registers(node: DtNode): string[] {
  if (UNMAPPED.has(node.parent!.name.split('@')[0]!))
    return getReg(node).map(({ address }) => `bus ${address.toString(16)}`);
  return physicalReg(node).map(({ address, size }) => `0x${address.toString(16)} + 0x${size.toString(16)}`);
}

/** The interrupts of a node as the GIC sees them, through the interrupt map of the motherboard's bus. */
function interrupts(tree: DeviceTree, node: DtNode): string[] {
  const cells = getCells(node, 'interrupts') ?? [];
  let bus = node;
  while (bus.parent && !bus.property('interrupt-map')) bus = bus.parent;
  const map = getCells(bus, 'interrupt-map');
  const specifiers: number[][] = [];
  if (!map) for (let i = 0; i < cells.length; i += 3) specifiers.push(cells.slice(i, i + 3));
  else
    for (const cell of cells) {
      // Rows of: unit address, interrupt, phandle of the GIC (which has no address cells), three cells for it.
      const row = Array.from({ length: map.length / 6 }, (_, i) => map.slice(i * 6, i * 6 + 6)).find(
        row => row[1] === cell,
      );
      expect(findByPhandle(tree, row![2]!)?.name).toBe('interrupt-controller@2c001000');
      specifiers.push(row!.slice(3));
    }
  return specifiers.map(([kind, number, flags]) => {
    const [name, base] = kind === 0 ? ['SPI', 32] : ['PPI', 16];
    return `${name} ${number} (INTID ${base + number!}) ${INTERRUPT_FLAGS[flags! & 0xff]}`;
  });
}

describe('the tree of the V2P-CA15 TC1', () => {
  it.each(facts.map(fact => [fact.path, fact] as const))('%s', (path, fact) => {
    const node = [...tree.nodes()].find(node => node.path === path)!;
    const compatible = getStrings(node, 'compatible')?.join(', ') ?? `(${getString(node, 'device_type')})`;
    expect({
      path: node.path,
      compatible,
      reg: registers(node),
      irq: interrupts(tree, node),
      status: getString(node, 'status') ?? '',
    }).toEqual(fact);
  });

  it('has no device that is not on the board', () => {
    const known = new Set(facts.map(fact => fact.path));
    const others = [...tree.nodes()].filter(node => node.property('compatible') && !known.has(node.path));
    expect(others.map(node => node.path)).toEqual(['/']);
  });

  it('gives every device with clocks as many as it names', () => {
    for (const node of tree.nodes()) {
      const cells = getCells(node, 'clocks');
      if (!cells) continue;
      let count = 0;
      for (let i = 0; i < cells.length; count++) i += 1 + getCell(findByPhandle(tree, cells[i]!)!, '#clock-cells')!;
      expect(getStrings(node, 'clock-names'), node.path).toHaveLength(count);
    }
  });
});
