// Where the console of a native boot differs from that of qemu-system-arm 7.2 -M vexpress-a15, and why. The log of qemu
// is in vexpress-a15-native-qemu.log; both are compared without time stamps, line by line.

import type { Difference, OnlyOurs } from './compare';

export const NATIVE_DIFFERENCES: readonly Difference[] = [
  {
    theirs: /^Memory: .*available/,
    ours: /^Memory: .*available/,
    why: 'the initial RAM disk is that of `xenlab images get`, of another size, and one core less needs memory',
  },
  {
    theirs: /CPUs=2|nr_cpu_ids=2/,
    ours: /CPUs=1|nr_cpu_ids=1/,
    why: 'the tree names the cores that there are; qemu leaves cpu@1 in',
  },
  {
    theirs: /^GIC CPU mask not found/,
    why: 'GICD_ITARGETSR0 of a lone Cortex-A15 core reads as that core; in qemu as zero',
  },
  {
    theirs: /cp15 timer\(s\) running at 62\.50MHz|^clocksource: arch_sys_counter|^sched_clock: 57 bits|resolution 16ns/,
    ours: /24\.00MHz|^clocksource: arch_sys_counter|^sched_clock: 56 bits|resolution 41ns/,
    why: 'the system counter of this board runs at 24 MHz; qemu gives every board 62.5 MHz',
  },
  { theirs: /125\.00 BogoMIPS/, ours: /48\.00 BogoMIPS/, why: 'follows from the counter' },
  {
    theirs: /cpu@1 missing clock-frequency|^CPU1: failed to boot|interrupt-affinity/,
    why: 'there is no second core in the tree',
  },
  { theirs: /^cblist_init_generic: Setting shift to 1/, ours: /Setting shift to 0/, why: 'one core' },
  { theirs: /^futex hash table entries/, ours: /^futex hash table entries/, why: 'scales with the cores' },
  { theirs: /^audit: type=2000/, ours: /^audit: type=2000/, why: 'carries a time stamp of its own' },
  { theirs: /^Freeing initrd memory/, ours: /^Freeing initrd memory/, why: 'the size of the RAM disk' },
  { theirs: /setting system clock to/, ours: /setting system clock to/, why: 'guest time does not come from the host' },
  { theirs: /is a PL011 rev1$/, ours: /is a PL011 rev3$/, why: 'the PL011 of this board is r1p5 with FIFOs of 32' },
  { theirs: /^LAB-SHELL-UP/, ours: /^LAB-SHELL-UP/, why: 'the uptime' },
];

/** Lines that only our console has. */
export const ONLY_OURS: readonly OnlyOurs[] = [
  { line: /^audit: type=2000/, why: 'at another place: it is printed by a thread' },
  { line: /^dma-pl330 /, why: 'the board has a PL330; qemu models none' },
];
