// Rules of what guests see: /hypervisor, and the partial trees that hand devices through.
import type { DtNode } from '../../tree';
import {
  cellOf,
  cellsOf,
  entriesOf,
  hex,
  isCompatible,
  shown,
  stretchesOf,
  textOf,
  textsOf,
  widthsOf,
} from '../values';
import { isAligned, type XenRule, type XenScene } from './scene';

/** PPI 15, INTID 31, is where Xen's guests get events. */
const EVENT_PPI = 15;
const PRIVATE_PERIPHERAL = 1;
const TOOLSTACK_PHANDLE = 65000;
/** Bytes of each property of /hypervisor/uefi. */
const UEFI: Readonly<Record<string, number>> = {
  'xen,uefi-system-table': 8,
  'xen,uefi-mmap-start': 8,
  'xen,uefi-mmap-size': 4,
  'xen,uefi-mmap-desc-size': 4,
  'xen,uefi-mmap-desc-ver': 4,
};
const GICS = ['arm,gic-400', 'arm,cortex-a15-gic', 'arm,cortex-a7-gic', 'arm,cortex-a9-gic', 'arm,gic-v3'];

const hypervisors = ({ nodes }: XenScene): DtNode[] =>
  nodes.filter(node => textsOf(node, 'compatible').some(name => /^xen,xen(-\d|$)/.test(name)));

/** Below /passthrough, with that node. */
const passedThrough = ({ root }: XenScene): DtNode[] => [...(root.child('passthrough')?.walk() ?? [])];

export const GUEST_RULES: readonly XenRule[] = [
  {
    id: 'pt-host',
    severity: 'info',
    about: '`xen,passthrough` hides a device of the host from dom0; it is a property without a value.',
    check: ({ nodes }, report) => {
      const property = 'xen,passthrough';
      for (const node of nodes)
        if (node.property(property)?.value.length)
          report(node, `${property} has a value, which Xen does not look at: even <0> hides the device; remove it`, {
            property,
            fix: [{ kind: 'set-property', path: node.path, property, value: '' }],
          });
    },
  },
  {
    id: 'pt-tree',
    severity: 'error',
    about:
      'A partial tree has cells in its root, and `/passthrough` is a `simple-bus` with `ranges` and cells of its own.',
    check: ({ isPartial, root }, report) => {
      if (!isPartial) return;
      const bus = root.child('passthrough')!;
      const cells = ['#address-cells', '#size-cells'];
      for (const [node, names] of [
        [root, cells],
        [bus, [...cells, 'ranges']],
      ] as const)
        for (const name of names)
          if (!node.property(name))
            report(node, `${name} is missing, without which a partial tree is not read; add it`);
      if (!isCompatible(bus, 'simple-bus'))
        report(bus, 'compatible must be "simple-bus", or the guest does not look inside; add it', {
          fix: [{ kind: 'set-property', path: bus.path, property: 'compatible', value: '"simple-bus"' }],
        });
    },
  },
  {
    id: 'pt-only',
    severity: 'info',
    about: 'Of a partial tree only `/passthrough` and `/aliases` reach the guest; of `/gic` only its phandle counts.',
    check: ({ isPartial, root }, report) => {
      if (!isPartial) return;
      for (const node of root.children.values())
        if (!['passthrough', 'aliases', 'gic', '__symbols__', '__fixups__', '__local_fixups__'].includes(node.name))
          report(node, 'of a partial tree only /passthrough and /aliases reach the guest, so this node does not');
    },
  },
  {
    id: 'pt-phandle',
    severity: 'error',
    about: 'Phandle 65000 (0xfde8) is that of the interrupt controller which the toolstack makes.',
    check: ({ isPartial, nodes }, report) => {
      for (const node of isPartial ? nodes : [])
        if (cellOf(node, 'phandle') === TOOLSTACK_PHANDLE && node.name !== 'gic')
          report(node, `phandle ${TOOLSTACK_PHANDLE} is that of the guest's interrupt controller; choose another`, {
            property: 'phandle',
          });
    },
  },
  {
    id: 'pt-xen-reg',
    severity: 'error',
    about: '`xen,reg` is entries of host address, size and guest address, in pages, and comes with `xen,path`.',
    check: (scene, report) => {
      const property = 'xen,reg';
      for (const node of passedThrough(scene)) {
        if (!node.property(property)) continue;
        const [address, size] = widthsOf(node.parent);
        const entries = entriesOf(node, property, [address, size, address]);
        if (!entries || entries.length === 0)
          report(
            node,
            `${property} must be entries of host address, size and guest address: ${2 * address + size} cells each`,
            { property },
          );
        for (const entry of entries ?? [])
          if (entry.some(n => !isAligned(n)))
            report(node, `${property}: ${entry.map(hex).join(' ')} is not made of pages of 4 KiB; align it`, {
              property,
            });
        if (!textOf(node, 'xen,path')?.startsWith('/'))
          report(node, `${property} needs xen,path, the path of the device in the host's tree; add it`, { property });
      }
    },
  },
  {
    id: 'pt-iommu',
    severity: 'warning',
    about:
      'A device without an IOMMU is handed through only with `xen,force-assign-without-iommu`, and could then write ' +
      'anywhere when it uses DMA.',
    check: (scene, report) => {
      for (const node of passedThrough(scene))
        if (node.property('xen,path') && !node.property('iommus') && !node.property('xen,force-assign-without-iommu'))
          report(
            node,
            'no iommus here: without one on the host Xen hands the device through only with xen,force-assign-without-iommu, which is safe without DMA only',
            {
              property: 'xen,path',
            },
          );
    },
  },
  {
    id: 'pt-gic',
    severity: 'warning',
    about: "Interrupts of a partial tree lead to the guest's controller through an empty node `/gic`.",
    check: (scene, report) => {
      const gic = scene.root.child('gic');
      for (const node of passedThrough(scene)) {
        const parent = cellOf(node, 'interrupt-parent');
        if (parent !== undefined && parent !== TOOLSTACK_PHANDLE && (!gic || scene.node(parent) !== gic))
          report(
            node,
            "interrupt-parent leads to no /gic, which stands for the guest's controller; add the node and name it",
            {
              property: 'interrupt-parent',
            },
          );
      }
    },
  },
  {
    id: 'hyp-where',
    severity: 'error',
    about: "The guest's node of Xen is a child of the root with the name `hypervisor`.",
    check: (scene, report) => {
      for (const node of hypervisors(scene))
        if (node.parent !== scene.root || node.name.replace(/@.*/, '') !== 'hypervisor')
          report(node, 'the node of Xen must be /hypervisor; move or rename it');
    },
  },
  {
    id: 'hyp-compat',
    severity: 'error',
    about: '`compatible` of `/hypervisor` is `xen,xen-<major>.<minor>` and then `xen,xen`, by which Linux finds it.',
    check: (scene, report) => {
      for (const node of hypervisors(scene)) {
        const names = textsOf(node, 'compatible');
        if (names.at(-1) === 'xen,xen' && /^xen,xen-\d+\.\d+$/.test(names[0] ?? '')) continue;
        report(
          node,
          'compatible must be "xen,xen-<major>.<minor>", "xen,xen", or Linux does not know Xen; correct it',
          {
            property: 'compatible',
            fix: [
              { kind: 'set-property', path: node.path, property: 'compatible', value: '"xen,xen-4.17", "xen,xen"' },
            ],
          },
        );
      }
    },
  },
  {
    id: 'hyp-reg',
    severity: 'error',
    about:
      '`reg` of `/hypervisor` begins with the place of the grant table; extended regions follow, in pages, not in RAM.',
    check: (scene, report) => {
      for (const node of hypervisors(scene)) {
        const regions = stretchesOf(node, 'reg', widthsOf(node.parent));
        if (!regions || regions.length === 0) {
          report(node, 'reg must say where grant tables go; add an address and a size that are no RAM');
          continue;
        }
        for (const one of regions) {
          if (!isAligned(one.address) || !isAligned(one.size) || one.size === 0n)
            report(node, `reg: ${shown(one)} is not made of pages of 4 KiB; align it`, { property: 'reg' });
          const bank = scene.ram.find(
            ({ address, size }) => one.address < address + size && address < one.address + one.size,
          );
          if (bank) report(node, `reg: ${shown(one)} is in RAM (${shown(bank)}); move it`, { property: 'reg' });
        }
      }
    },
  },
  {
    id: 'hyp-interrupts',
    severity: 'error',
    about: '`interrupts` of `/hypervisor` is one PPI, `<1 15 0xf08>` in guests of Xen: that is how events arrive.',
    check: (scene, report) => {
      for (const node of hypervisors(scene)) {
        const cells = cellsOf(node, 'interrupts');
        const property = 'interrupts';
        if (!cells) report(node, 'interrupts is missing, so no events arrive; add <1 15 0xf08>');
        else if (cells.length < 2 || cells[0] !== PRIVATE_PERIPHERAL)
          report(
            node,
            `interrupts must be a PPI, whose first cell is 1; <1 ${EVENT_PPI} 0xf08> is that of Xen's guests`,
            { property },
          );
      }
    },
  },
  {
    id: 'hyp-gic',
    severity: 'error',
    about: 'Events arrive through a GIC: the tree of a guest has one, and it is the interrupt parent.',
    check: (scene, report) => {
      for (const node of hypervisors(scene))
        if (!scene.nodes.some(one => isCompatible(one, ...GICS)))
          report(node, 'the tree has no GIC, through which events arrive; add the interrupt controller');
    },
  },
  {
    id: 'hyp-uefi',
    severity: 'error',
    about: '`/hypervisor/uefi` has all five of its properties, of 8, 8, 4, 4 and 4 bytes, or is not there.',
    check: (scene, report) => {
      for (const node of hypervisors(scene)) {
        const uefi = node.child('uefi');
        for (const [name, bytes] of Object.entries(uefi ? UEFI : {})) {
          const length = uefi!.property(name)?.value.length;
          if (length !== bytes)
            report(
              uefi!,
              `${name} ${length === undefined ? 'is missing' : `has ${length} bytes`}; it must have ${bytes}`,
              length === undefined ? {} : { property: name },
            );
        }
      }
    },
  },
  {
    id: 'hyp-host',
    severity: 'warning',
    about: 'A `/hypervisor` node is in a tree that Xen itself boots with. Xen makes that node for dom0.',
    check: (scene, report) => {
      for (const node of scene.isHost ? hypervisors(scene) : [])
        report(node, 'Xen makes this node for dom0, so a tree for Xen itself has none; remove it', {
          fix: [{ kind: 'remove-node', path: node.path }],
        });
    },
  },
];
