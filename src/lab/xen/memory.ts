// RAM as a tree for Xen describes it: its banks, and what in them is taken before anything is loaded.
import { getCells } from '../../dt/access';
import { addressCells, getReg, physicalReg, sizeCells, type Region } from '../../dt/address';
import type { DeviceTree, DtNode } from '../../dt/tree';
import type { RamBank, Span, Taken } from '../../image';
import { fail } from '../problems';
import { domainNodes } from './chosen';

/** The banks of the memory nodes, in order of address. @throws DtError for a malformed reg */
export function memoryBanks({ root }: DeviceTree): RamBank[] {
  const nodes = [...root.children.values()].filter(node => /^memory(@|$)/.test(node.name));
  return nodes
    .flatMap(getReg)
    .filter(({ size }) => size > 0n)
    .map(({ address, size }) => ({ base: Number(address), size: Number(size) }))
    .sort((a, b) => a.base - b.base);
}

/** @throws LabFailure `xen.memory` when the tree promises memory that the machine does not have */
export function checkBanks(banks: readonly RamBank[], ram: RamBank, file: string): void {
  const hex = (value: number): string => `0x${value.toString(16)}`;
  for (const { base, size } of banks) {
    if (base >= ram.base && base + size <= ram.base + ram.size) continue;
    const has = `the machine has ${ram.size >> 20} MiB from ${hex(ram.base)} on`;
    const remedy =
      'correct the memory node, or give the memory of the machine with --memory, which also rewrites the node';
    fail('xen.memory', `${file}: the tree says memory ${hex(base)}-${hex(base + size)}, but ${has}; ${remedy}`, {
      file,
    });
  }
}

/** What the tree keeps out of general use: /memreserve/, /reserved-memory, and memory that Xen gives away statically. */
export function takenMemory(tree: DeviceTree): Taken[] {
  const taken: Taken[] = tree.reservations.map(({ address, size }) => ({
    name: '/memreserve/',
    from: Number(address),
    to: Number(address + size),
  }));
  const named = (name: string, regions: readonly Region[]): void => {
    for (const { address, size } of regions)
      if (size > 0n) taken.push({ name, from: Number(address), to: Number(address + size) });
  };
  for (const node of tree.root.child('reserved-memory')?.children.values() ?? []) named(node.path, physicalReg(node));
  const chosen = tree.root.child('chosen');
  if (!chosen) return taken;
  named('xen,static-heap', ranges(chosen, 'xen,static-heap', tree.root));
  for (const domain of domainNodes(chosen))
    named(`xen,static-mem of ${domain.path}`, ranges(domain, 'xen,static-mem', chosen));
  return taken;
}

/** Pairs of address and size in the cells of `bus`. */
function ranges(node: DtNode, name: string, bus: DtNode): Region[] {
  const cells = getCells(node, name) ?? [];
  const [left, right] = [addressCells(bus), sizeCells(bus)];
  const number = (at: number, count: number): bigint =>
    cells.slice(at, at + count).reduce((value, cell) => (value << 32n) | BigInt(cell), 0n);
  const count = Math.floor(cells.length / Math.max(1, left + right));
  return Array.from({ length: count }, (_, i) => {
    const at = i * (left + right);
    return { address: number(at, left), size: number(at + left, right) };
  });
}

/** Whether spans of memory, together, hold every byte from `from` to `to`. */
export function covered(from: number, to: number, spans: readonly Span[]): boolean {
  let at = from;
  for (const span of [...spans].sort((a, b) => a.from - b.from)) if (span.from <= at && span.to > at) at = span.to;
  return at >= to;
}
