// Where the answers of Xen's tools on the built-in core differ from those on Debian's Xen on qemu-system-arm, and why.
import type { Difference, OnlyOurs } from './compare';
import { LIFECYCLE_DIFFERENCES, ONLY_OURS } from './lifecycle-differences';

const VERSION = 'who made this hypervisor, with what and when, is its own to tell';
const START = 'a line of the start of Xen about what this core does not have, or has nothing to say about';

const HERE = 'the pieces of dom0 come from files of the host, not from modules in memory';
const PLACES = 'dom0 has the top of memory here; on qemu Xen and modules were placed by hand';

/** Both tell what is at that moment. */
const TURN = 'a domain that something has just woken waits for its turn on the one core, which xl has';

const own = (name: string, value: string): Difference => ({
  theirs: new RegExp(`^${name} +: `),
  ours: new RegExp(`^${name} +: *${value}$`),
  why: VERSION,
});

export const BUILTIN_DIFFERENCES: readonly Difference[] = [
  own('xen_extra', String.raw`\.5-xen-arm-lab`),
  own('xen_version', String.raw`4\.17\.5-xen-arm-lab`),
  own('cc_compiler', 'TypeScript'),
  own('cc_compile_by', 'xenlab'),
  own('cc_compile_domain', 'xen-arm-lab'),
  own('cc_compile_date', ''),
  own('build_id', ''),
  {
    theirs: /^free_memory +: 471$/,
    ours: /^free_memory +: 511$/,
    why: 'Xen needs 40 MiB of the machine for itself; this core keeps what it knows outside of it',
  },
  ...[
    /Scheduling granularity: /,
    /Initializing Credit2 scheduler/,
    /load_precision_shift|load_window_shift|(under|over)load_balance_tolerance/,
    /runqueues arrangement|cap enforcement granularity|load tracking window|Adding cpu 0 to runqueue/,
    /First cpu on runqueue/,
    /alternatives: Patching/,
    /CPU0 will execute ICIALLU on guest exit/,
    /extended regions not supported/,
    /Initial low memory virq threshold/,
    /Freed \d+kB init memory/,
  ].map(line => ({ theirs: line, why: START })),
  { theirs: /Loading d0 kernel from boot module/, ours: /Loading d0 kernel from .*zImage-armhf$/, why: HERE },
  { theirs: /Loading ramdisk from boot module/, ours: /Loading ramdisk from .*dom0\.cpio$/, why: HERE },
  { theirs: /Loading zImage from/, ours: /Loading zImage to 0x[0-9a-f]{16}-0x[0-9a-f]{16}$/, why: HERE },
  { theirs: /Loading d0 initrd from/, ours: /Loading d0 initrd to 0x[0-9a-f]{16}-0x[0-9a-f]{16}$/, why: HERE },
  {
    theirs: /^ *98000000-b7ffffff : System RAM$|^ {2}9[89].* : Kernel (code|data)$/,
    ours: /^ *a0000000-bfffffff : System RAM$|^ {2}a[01].* : Kernel (code|data)$/,
    why: PLACES,
  },
  {
    theirs: /^domu1 +1 +0 +0 +-b- +\d+\.\d {2}all \/ all$/,
    ours: /^domu1 +1 +0 +(0|-) +(-b-|---) +\d+\.\d {2}all \/ all$/,
    why: TURN,
  },
  { theirs: /^domu1 +1 +128 +1 +-b---- +\d+\.\d$/, ours: /^domu1 +1 +128 +1 +(-b----|------) +\d+\.\d$/, why: TURN },
  ...LIFECYCLE_DIFFERENCES,
];

const BEGINNING = 'so short is the start of this core that its first lines are among the last forty';
export const ONLY_BUILTIN: readonly OnlyOurs[] = [
  { line: /Xen version 4\.17\.5-xen-arm-lab /, why: BEGINNING },
  { line: /Command line: dom0_mem=512M /, why: BEGINNING },
  ...ONLY_OURS,
];
