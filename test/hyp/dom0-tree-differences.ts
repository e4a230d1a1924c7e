// In what dom0's tree of the built-in core differs from the one that Debian's Xen 4.17 made of the same host's tree on
// qemu-system-arm -M vexpress-a15. A path ends with `:name` for a property.

export interface TreeDifference {
  readonly path: RegExp;
  readonly why: string;
}

export const DOM0_DIFFERENCES: readonly TreeDifference[] = [
  { path: /^\/virtio_mmio@1c130[0246]00$/, why: 'QEMU puts four nodes of its own into the tree before Xen sees it' },
  {
    path: /^\/memory@[89a-f][0-9a-f]{7}$/,
    why: 'Xen takes the first 128 MiB piece from the top of the lower half of memory; here it is the first free one',
  },
  { path: /^\/hypervisor:reg$/, why: 'grants are mapped over what Xen was loaded to; here no Xen lies in memory' },
  {
    path: /^\/chosen:linux,initrd-(start|end)$/,
    why: 'the RAM disk is 128 MiB behind the first bank of dom0, wherever that is',
  },
];
