// What each code of the preflight means, for docs/errors.md: pitfalls of Xen on ARM boards that a lab makes up for, or
// that only show when it is too late.

export const PREFLIGHT_CODES = {
  'preflight.chosen':
    'The device tree has no `/chosen`. A kernel then gets no command line, and old ones not even their built-in one.',
  'preflight.dom0Arguments':
    'The tree has no `xen,dom0-bootargs`, so Linux as dom0 gets no command line and talks to the wrong console. The lab adds one; a board does not.',
  'preflight.cpus': 'The tree lists more than one processor, and this Xen has no code that starts the others.',
  'preflight.appendedTree':
    'The kernel of dom0 carries a device tree. With ARM_APPENDED_DTB Linux takes it in place of the one that Xen makes, and crashes unless its memory is just that of dom0. The lab leaves it out; a board does not.',
  'preflight.kernelBoard':
    'The configuration of the kernel lacks ARCH_VEXPRESS, without which it does not know this board.',
  'preflight.kernelDeviceTree':
    'The configuration of the kernel has ARCH_VEXPRESS_DT switched off: kernels that have this option need it to boot with a device tree.',
  'preflight.sparseIrq':
    'The configuration of a kernel before 3.9 has SPARSE_IRQ, which does not get on with device trees on this board.',
  'preflight.appendedOption':
    'A kernel with a device tree behind it is booted natively, but its configuration lacks ARM_APPENDED_DTB: Linux does not look there.',
  'preflight.atagCompat':
    'A kernel with a device tree behind it is booted natively, but its configuration lacks ARM_ATAG_DTB_COMPAT: memory and command line of the boot loader do not reach it.',
  'preflight.treeVersion':
    'The blob is of a format version before 17, so an old dtc made it (1.3 or later is needed), or one with -V.',
  'preflight.guestNode':
    'The kernel of a domain carries a device tree without a `/hypervisor` node, by which Linux finds that it runs on Xen.',
} as const;

export type PreflightCode = keyof typeof PREFLIGHT_CODES;
