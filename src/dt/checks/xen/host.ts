// Rules of a tree that Xen boots with: what Xen itself needs of the machine.
import type { DtNode } from '../../tree';
import { cellOf, cellsOf, isCompatible, regOf, textsOf } from '../values';
import { GICV2, isMemory, type XenRule } from './scene';

const MAX_BANKS = 256;
const MAX_DEPTH = 16;
const GICV2_REGIONS = 4;
const TIMERS = ['arm,armv7-timer', 'arm,armv8-timer'];
/** Of the hypervisor timer among the interrupts of the timer node. */
const TIMER_INTERRUPTS = 4;

const depthOf = (node: DtNode): number => (node.parent ? depthOf(node.parent) + 1 : 0);

export const HOST_RULES: readonly XenRule[] = [
  {
    id: 'host-memory',
    severity: 'error',
    about: 'The tree has no memory node, or more than 256 banks.',
    check: ({ isHost, root, ram }, report) => {
      if (!isHost) return;
      if (ram.length === 0)
        report(
          root,
          'there is no memory node, so Xen finds no RAM; add memory@... with device_type = "memory" and reg',
        );
      if (ram.length > MAX_BANKS)
        report(root, `there are ${ram.length} banks of memory, and Xen takes ${MAX_BANKS}; join some`);
    },
  },
  {
    id: 'host-memory-depth',
    severity: 'error',
    about: 'A memory node is not a child of the root. Xen passes it over.',
    check: ({ isHost, nodes, root }, report) => {
      for (const node of isHost ? nodes : [])
        if (isMemory(node) && node.parent !== root)
          report(node, 'Xen sees memory nodes only in the root; move this one there');
    },
  },
  {
    id: 'host-depth',
    severity: 'error',
    about: 'Nodes are nested more than 16 levels deep, where the early parser of Xen stops.',
    check: ({ isHost, nodes }, report) => {
      for (const node of isHost ? nodes : [])
        if (depthOf(node) === MAX_DEPTH)
          report(node, `Xen reads ${MAX_DEPTH} levels of nodes, and this one is below; flatten the tree`);
    },
  },
  {
    id: 'host-gic',
    severity: 'error',
    about:
      "A GICv2 has four regions (distributor, CPU interface, and the hypervisor's two) and the maintenance interrupt; " +
      'Xen cannot start with the two that a guest sees.',
    check: ({ isHost, nodes }, report) => {
      if (!isHost) return;
      for (const node of nodes) {
        if (!isCompatible(node, ...GICV2)) continue;
        const regions = regOf(node).length;
        if (regions < GICV2_REGIONS)
          report(
            node,
            `reg has ${regions} regions, and Xen needs ${GICV2_REGIONS}: GICD, GICC, GICH, GICV; this is the tree of a guest`,
            {
              property: 'reg',
            },
          );
        if (!node.property('interrupts'))
          report(node, 'there is no maintenance interrupt, without which Xen cannot run; add <1 9 0xf04>');
      }
    },
  },
  {
    id: 'host-timer',
    severity: 'error',
    about: 'The timer gives four PPIs: secure, non-secure, virtual, and that of the hypervisor, which Xen uses.',
    check: ({ isHost, nodes }, report) => {
      for (const node of isHost ? nodes : []) {
        if (!isCompatible(node, ...TIMERS) || textsOf(node, 'interrupt-names').length > 0) continue;
        const count = cellsOf(node, 'interrupts')?.length;
        if (count !== undefined && count < TIMER_INTERRUPTS * 3)
          report(
            node,
            'the fourth interrupt, that of the hypervisor timer, is missing, and Xen cannot start; add <1 10 0xf08>',
            {
              property: 'interrupts',
            },
          );
      }
    },
  },
  {
    id: 'host-psci',
    severity: 'warning',
    about:
      'More than one processor, but nothing in the tree says how the others start: a `psci` node or an `enable-method`.',
    check: ({ isHost, root, processors, nodes }, report) => {
      if (!isHost || processors < 2) return;
      const cpus = root.child('cpus')!;
      const starts =
        nodes.some(node => textsOf(node, 'compatible').some(name => name.startsWith('arm,psci'))) ||
        [cpus, ...cpus.children.values()].some(node => node.property('enable-method')) ||
        // Xen has code for these boards.
        isCompatible(root, 'arm,vexpress', 'samsung,exynos5') ||
        cellOf(cpus, 'cpu-release-addr') !== undefined;
      if (!starts) report(cpus, 'nothing says how the other processors start; add a psci node, or leave one processor');
    },
  },
];
