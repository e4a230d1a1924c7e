// The tree of a guest, beside one that libxl 4.17 made for the same configuration.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diffTrees, findNode, getCells, loadSource, parseBlob, writeBlob } from '../../src/dt';
import { guestTree } from '../../src/hyp/toolstack/tree';

const MIB = 2 ** 20;
const facts = {
  vcpus: 1,
  memory: 128 * MIB,
  cmdline: 'console=hvc0 rdinit=/init cryptomgr.notests',
  ramdisk: { start: 0x47f27000, end: 0x47fff000 },
};

describe('the tree of a guest', () => {
  it('is that of libxl, node for node and property for property, in the same order', () => {
    const file = join(import.meta.dirname, 'golden/domU-fdt.dts');
    const theirs = loadSource(readFileSync(file, 'utf8'), { file });
    const ours = parseBlob(writeBlob(guestTree(facts)), 'ours');
    expect(diffTrees(theirs, ours)).toEqual([]);
    const names = (tree: typeof ours): string[] =>
      [...tree.nodes()].flatMap(node => [
        node.path,
        ...[...node.properties.keys()].map(name => `${node.path}:${name}`),
      ]);
    expect(names(ours)).toEqual(names(theirs));
  });

  it('has a node for each processor, and no RAM disk that is not there', () => {
    const { root } = guestTree({ ...facts, vcpus: 4, ramdisk: undefined, cmdline: undefined });
    expect([...root.child('cpus')!.children.keys()]).toEqual(['cpu@0', 'cpu@1', 'cpu@2', 'cpu@3']);
    expect(root.child('chosen')!.properties.size).toBe(0);
  });

  it('has a node for a UART as libxl writes it (make_vpl011_uart_node), behind all others', () => {
    const { root } = guestTree({ ...facts, vuart: true });
    const node = [...root.children.values()].at(-1)!;
    expect([node.name, ...node.properties.keys()]).toEqual([
      ...['sbsa-pl011', 'compatible', 'reg', 'interrupts', 'interrupt-parent', 'current-speed'],
    ]);
    expect(getCells(node, 'reg')).toEqual([0, 0x22000000, 0, 0x1000]);
    expect(getCells(node, 'interrupts')).toEqual([0, 0, 0xf04]);
  });

  it('leaves out pieces of unused addresses that are too small to be of use', () => {
    const reg = (memory: number): number[] =>
      getCells(findNode(guestTree({ ...facts, memory }), '/hypervisor')!, 'reg')!;
    expect(reg(3072 * MIB - 32 * MIB)).toEqual([0, 0x38000000, 0, 0x1000000, 2, 0, 0xfe, 0]);
    expect(reg(3072 * MIB - 64 * MIB)).toHaveLength(12);
  });
});
