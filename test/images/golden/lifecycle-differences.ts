// Where the answers of Xen's tools differ from those on qemu-system-arm 7.2 -M vexpress-a15,secure=off,virtualization=on, and
// why. The log of qemu is in vexpress-a15-xen-lifecycle-qemu.log, from the first prompt of dom0.
import type { Difference, OnlyOurs } from './compare';
import { NATIVE_DIFFERENCES, ONLY_OURS as ONLY_OURS_NATIVE } from './native-differences';
import { XEN_DIFFERENCES } from './xen-differences';

const TIMES = 'an instruction takes a nanosecond here; on qemu as long as the host needs for it';
const same = (line: RegExp, why: string): Difference => ({ theirs: line, ours: line, why });
/** A line of /proc/interrupts with any number and count. */
const interrupt = (name: string): Difference =>
  same(
    new RegExp(String.raw`^ *\d+: +\d+ +${name}$`),
    'fewer ticks and fewer pieces of text fit into less guest time; the PL330 takes the numbers in between',
  );
const DEFERRED = /^amba [0-9a-f]+\.(watchdog|memory-controller|dma): deferred probe pending$/;
const DEFERRED_WHY = 'dom0 says so ten seconds after its start, which falls into another command';

export const LIFECYCLE_DIFFERENCES: readonly Difference[] = [
  same(/^Domain-0 +0 +512 +1 +r----- +\d+\.\d$/, TIMES),
  same(/^domu1 +1 +128 +1 +(------|r-----) +\d+\.\d$/, TIMES),
  same(/^domu1 +1 +128 +1 +-b---- +\d+\.\d$/, TIMES),
  same(
    /^domu1 +1 +128 +1 +-[b-]p--- +\d+\.\d$/,
    'a domain that was waiting counts as blocked too, until its timer fires: a matter of the moment, both are seen here',
  ),
  same(/^Domain-0 +0 +0 +0 +r-- +\d+\.\d {2}all \/ all$/, TIMES),
  same(/^domu1 +1 +0 +0 +-b- +\d+\.\d {2}all \/ all$/, TIMES),
  {
    theirs: /^cpu_mhz +: 62\.500$/,
    ours: /^cpu_mhz +: 24\.000$/,
    why: 'the system counter of this board runs at 24 MHz; qemu gives every board 62.5 MHz',
  },
  { theirs: /^BogoMIPS\t: 125\.00$/, ours: /^BogoMIPS\t: 48\.00$/, why: 'follows from the counter' },
  {
    theirs: /^xen_commandline .* dom0_mem=512M loglvl=all guest_loglvl=all$/,
    ours: /^xen_commandline +: dom0_mem=512M loglvl=all guest_loglvl=all console=dtuart dtuart=.*\/serial@90000$/,
    why: 'the lab adds the console behind what it is given',
  },
  same(/^Mem: +111172( +\d+){5}$/, 'the RAM disk has other files; the whole is the same'),
  ...[
    ...['GIC-0 +27 Level +arch_timer', 'GIC-0 +31 Level +events', 'GIC-0 +16 Level +events'],
    ...['xen-dyn +Edge +-event +xenbus', 'xen-dyn-lateeoi +Edge +-event +hvc_console'],
    ...['xen-dyn +Edge +-virq +hvc_console', 'xen-dyn-lateeoi +Edge +-event +evtchn:xen(stored|consoled)'],
  ].map(interrupt),
  {
    theirs: /^ *98000000-b7ffffff : System RAM$|^ {2}9[89].* : Kernel (code|data)$/,
    ours: /^ *80000000-9fffffff : System RAM$|^ {2}8[01].* : Kernel (code|data)$/,
    why: 'the lab places Xen and its modules at the top of memory, which leaves dom0 the bottom',
  },
  { theirs: DEFERRED, why: DEFERRED_WHY },
  ...XEN_DIFFERENCES,
  ...NATIVE_DIFFERENCES,
];

/** Lines that only our console has. */
export const ONLY_OURS: readonly OnlyOurs[] = [
  { line: DEFERRED, why: DEFERRED_WHY },
  { line: /7ffb0000\.dma( dma@7ffb0000)?$/, why: 'the board has a PL330; qemu models none' },
  ...ONLY_OURS_NATIVE,
];
