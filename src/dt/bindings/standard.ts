// Properties that mean the same in every node (specification v0.4, chapters 2 and 3), and what nodes of fixed names hold.
import type { PropertyBinding } from './binding';

export const STANDARD_PROPERTIES: Readonly<Record<string, PropertyBinding>> = {
  compatible: {
    type: 'strings',
    about: 'What the device is, from the most specific name to the most general. Drivers are found by it.',
  },
  model: { type: 'string', about: 'Manufacturer and model, as people call it.' },
  phandle: {
    type: 'cells',
    about: 'The number that others refer to this node by. The compiler gives one to each node that is referred to.',
  },
  status: {
    type: 'string',
    about: 'Whether the device can be used. Without it, it can.',
    values: ['okay', 'disabled', 'reserved', 'fail', 'fail-sss'],
  },
  '#address-cells': { type: 'cells', about: 'Cells of an address in `reg` of the child nodes. 2 when missing.' },
  '#size-cells': { type: 'cells', about: 'Cells of a size in `reg` of the child nodes. 1 when missing.' },
  reg: { type: 'cells', about: 'Addresses and sizes of the device, in the cells that the parent node sets.' },
  'reg-names': { type: 'strings', about: 'Names of the entries of `reg`, in their order.' },
  'virtual-reg': { type: 'cells', about: 'An effective address for the first entry of `reg`, set up by firmware.' },
  ranges: {
    type: 'cells',
    about:
      'How addresses of the children become addresses of the parent: (child, parent, size). Empty: they are the same. Missing: the children cannot be reached from above.',
  },
  'dma-ranges': { type: 'cells', about: 'As `ranges`, for accesses that the children make themselves (DMA).' },
  'dma-coherent': { type: 'flag', about: 'Accesses that the device makes itself see the caches of the processors.' },
  'dma-noncoherent': { type: 'flag', about: 'Accesses that the device makes itself do not see the caches.' },
  device_type: {
    type: 'string',
    about: 'Only for processors and memory, for old programs.',
    values: ['cpu', 'memory', 'pci'],
  },
  interrupts: { type: 'cells', about: 'Interrupts that the device raises, in the cells of its interrupt parent.' },
  'interrupts-extended': {
    type: 'phandle',
    about: 'Interrupts with the controller of each. Counts instead of `interrupts`.',
  },
  'interrupt-parent': {
    type: 'phandle',
    about: 'The interrupt controller of this node and of all below that do not say otherwise.',
  },
  'interrupt-names': { type: 'strings', about: 'Names of the interrupts, in their order.' },
  'interrupt-controller': { type: 'flag', about: 'This node takes interrupts.' },
  '#interrupt-cells': { type: 'cells', about: 'Cells of an interrupt of this controller.' },
  'interrupt-map': {
    type: 'cells',
    about:
      'How interrupts of the children become those of controllers: (address, interrupt, controller, its address, its interrupt).',
  },
  'interrupt-map-mask': { type: 'cells', about: 'Bits of address and interrupt that count in `interrupt-map`.' },
  clocks: { type: 'phandle', about: 'Clocks that the device is fed with: controller and its cells, each.' },
  'clock-names': { type: 'strings', about: 'Names of the clocks, in their order.' },
  '#clock-cells': { type: 'cells', about: 'Cells that choose an output of this clock controller.' },
  'clock-frequency': { type: 'cells', about: 'Frequency in hertz.' },
  'clock-output-names': { type: 'strings', about: 'Names of the outputs of this clock controller.' },
  'assigned-clocks': { type: 'phandle', about: 'Clocks to set up before the device is used.' },
  'assigned-clock-rates': { type: 'cells', about: 'Frequencies for `assigned-clocks`, in hertz.' },
  'assigned-clock-parents': { type: 'phandle', about: 'Parents for `assigned-clocks`.' },
  resets: { type: 'phandle', about: 'Reset lines of the device.' },
  'reset-names': { type: 'strings', about: 'Names of the reset lines, in their order.' },
  dmas: { type: 'phandle', about: 'DMA channels of the device.' },
  'dma-names': { type: 'strings', about: 'Names of the DMA channels, in their order.' },
  'power-domains': { type: 'phandle', about: 'Power domains that have to be on for the device.' },
  'pinctrl-names': { type: 'strings', about: 'Names of the pin states: `pinctrl-0` is the first.' },
  'pinctrl-0': { type: 'phandle', about: 'Pin settings of the first state.' },
  iommus: { type: 'phandle', about: 'The IOMMU that translates accesses of the device, and its stream.' },
  'memory-region': { type: 'phandle', about: 'Reserved memory that the device uses.' },
  'gpio-controller': { type: 'flag', about: 'This node has general purpose pins.' },
  '#gpio-cells': { type: 'cells', about: 'Cells that choose a pin of this controller.' },
  label: { type: 'string', about: 'A name for people.' },
};

/** What nodes of these paths, or names without unit address, hold. */
export const STANDARD_NODES: Readonly<
  Record<string, { readonly about: string; readonly properties: Readonly<Record<string, PropertyBinding>> }>
> = {
  '/': {
    about: 'The whole machine.',
    properties: { 'serial-number': { type: 'string', about: 'Serial number of the board.' } },
  },
  '/aliases': { about: 'Short names for paths: a property each.', properties: {} },
  '/chosen': {
    about: 'Not a device: what firmware, or a hypervisor, tells the system that it starts.',
    properties: {
      bootargs: {
        type: 'string',
        about:
          "Command line of the kernel. Under Xen it is dom0's as long as no property of Xen is here, or `xen,xen-bootargs` is; of Xen when only `xen,dom0-bootargs` is here.",
      },
      'stdout-path': {
        type: 'string',
        about: 'The console: a path or an alias, and after a colon its settings (`serial0:115200n8`).',
      },
      'stdin-path': { type: 'string', about: 'Where input comes from, when not from `stdout-path`.' },
      'linux,initrd-start': { type: 'cells', about: 'Physical address of the initial RAM disk.' },
      'linux,initrd-end': { type: 'cells', about: 'Physical address behind the initial RAM disk.' },
      'xen,xen-bootargs': { type: 'string', about: 'Command line of Xen.' },
      'xen,dom0-bootargs': { type: 'string', about: 'Command line of dom0, unless its kernel module has `bootargs`.' },
      'xen,static-heap': {
        type: 'cells',
        about: 'Memory that Xen keeps for itself: address and size in the cells of the root node, aligned to 64 KiB.',
      },
      'xen,uefi-cfg-load': {
        type: 'flag',
        about: "With UEFI: read Xen's configuration file too, although modules are named here.",
      },
    },
  },
  '/cpus': { about: 'The processors, a node each.', properties: {} },
  '/memory': { about: 'RAM of the machine.', properties: {} },
  '/reserved-memory': { about: 'RAM with a purpose of its own.', properties: {} },
  '/hypervisor': { about: 'Tells a guest that it runs on Xen.', properties: {} },
};
