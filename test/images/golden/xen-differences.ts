// Where Xen's console differs from that on qemu-system-arm 7.2 -M vexpress-a15,secure=off,virtualization=on, and why. The log
// of qemu is in vexpress-a15-xen-dom0-qemu.log: 1 GiB, one core, modules at addresses that were chosen by hand.
import type { Difference } from './compare';

const SECURITY =
  'this Cortex-A15 has the Security Extensions, as the real one; qemu is told to leave them out (secure=off)';
const PLACES = 'the lab places Xen and its modules at the top of memory, which leaves dom0 the bottom';

export const XEN_DIFFERENCES: readonly Difference[] = [
  { theirs: /Processor Features: 00001131:00011001/, ours: /Processor Features: 00001131:00011011/, why: SECURITY },
  { theirs: /Extensions: GenericTimer$/, ours: /Extensions: GenericTimer Security$/, why: SECURITY },
  { theirs: /Debug Features: 02010505/, ours: /Debug Features: 02010555/, why: SECURITY },
  { theirs: /^\(XEN\) GICv2: 160 lines, 1 cpu \(/, ours: /^\(XEN\) GICv2: 160 lines, 1 cpu, secure \(/, why: SECURITY },
  {
    theirs: /Freq: 62500 KHz/,
    ours: /Freq: 24000 KHz/,
    why: 'the system counter of this board runs at 24 MHz; qemu gives every board 62.5 MHz',
  },
  {
    theirs: /Guest atomics will try \d+ times/,
    ours: /Guest atomics will try \d+ times/,
    why: 'Xen measures how many fit into a time',
  },
  { theirs: /Set SYS_FLAGS to/, ours: /Set SYS_FLAGS to [0-9a-f]{16} \(00200078\)/, why: PLACES },
  { theirs: /Loading d0 kernel from/, ours: /Loading d0 kernel from boot module @ /, why: PLACES },
  { theirs: /Loading ramdisk from/, ours: /Loading ramdisk from boot module @ /, why: PLACES },
  { theirs: /BANK\[0\]/, ours: /BANK\[0\] 0x[0-9a-f]{14}-0x[0-9a-f]{14} \(512MB\)/, why: PLACES },
  { theirs: /Grant table range/, ours: /Grant table range: 0x[0-9a-f]+-0x[0-9a-f]+$/, why: PLACES },
  { theirs: /Loading zImage from/, ours: /Loading zImage from [0-9a-f]+ to [0-9a-f]+-[0-9a-f]+$/, why: PLACES },
  { theirs: /Loading d0 initrd/, ours: /Loading d0 initrd from [0-9a-f]+ to 0x[0-9a-f]+-0x[0-9a-f]+$/, why: PLACES },
  { theirs: /Loading d0 DTB/, ours: /Loading d0 DTB to 0x[0-9a-f]+-0x[0-9a-f]+$/, why: PLACES },
];
