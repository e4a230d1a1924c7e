// A domain as far as a hypervisor alone can create it: memory, processors, kernel, RAM disk, command line. Everything
// else in a configuration needs tools in dom0, and is said not to be there.
import { parseXl } from './parser';
import type { XlProblem } from './problem';
import { commandLine } from './reading/domain';
import { XlSettings } from './settings';

/** What Xen can create from a device tree. */
export interface BootDomain {
  readonly name: string;
  /** MiB. */
  readonly memory: number;
  readonly vcpus: number;
  readonly kernel: string;
  readonly ramdisk: string | undefined;
  /** Of the kernel; undefined when the configuration has none. */
  readonly cmdline: string | undefined;
}

/** GUEST_MAX_VCPUS with a GICv2. */
const MOST_VCPUS = 8;
/** MiB that addresses of the first bank of a guest's memory have room for (Xen, public/arch-arm.h, GUEST_RAM0_SIZE). */
const MOST_MEMORY = 3072;

/** Keys that are honoured here, or that have no bearing on what a domain is. */
const READ = new Set([
  'name',
  'memory',
  'maxmem',
  'vcpus',
  'maxvcpus',
  'kernel',
  'ramdisk',
  'cmdline',
  'root',
  'extra',
]);
const HARMLESS = new Set(['type', 'builder', 'uuid', 'vuart', 'gic_version', 'nomigrate', 'acpi']);
/** Why a key has no effect; of all others their name is enough. */
const WHY: Readonly<Record<string, string>> = {
  disk: 'block devices need a backend in dom0: put what the domain needs into its RAM disk',
  vif: 'network devices need a backend in dom0',
  vfb: 'displays need a backend in dom0: use the console',
  bootloader: 'a boot loader runs in dom0: give kernel and ramdisk',
  cpus: 'pinning of processors is a matter of xl',
  on_poweroff: 'there is nobody to do it: Xen leaves the domain as it is',
  on_reboot: 'there is nobody to do it: Xen leaves the domain as it is',
  on_crash: 'there is nobody to do it: Xen leaves the domain as it is',
  dtdev: 'devices are passed through with a partial device tree as a module of the domain',
};

/**
 * Reads a configuration for a domain that Xen creates at boot.
 * @returns no domain when there is an error among the problems
 */
export function readBootDomain(text: string): { domain?: BootDomain; problems: readonly XlProblem[] } {
  const file = parseXl(text);
  const settings = new XlSettings(file);
  // What is missing may well be in a line that could not be read.
  if (file.problems.length > 0) return { problems: settings.problems };
  const name = settings.text('name', 'error');
  const kernel = settings.text('kernel', 'error');
  if (name === undefined ? !settings.rangeOf('name') : name === '')
    settings.about('name', 'missing', 'error', 'name is missing: every domain needs one, name = "..."');
  if (kernel === undefined ? !settings.rangeOf('kernel') : kernel === '')
    settings.about('kernel', 'missing', 'error', 'kernel is missing: Xen starts a domain from kernel = "..."');
  const memory = settings.number('memory', 1, MOST_MEMORY, 'error');
  if (!settings.rangeOf('memory'))
    settings.about('memory', 'missing', 'error', 'memory is missing: say how many MiB, memory = 128');
  const vcpus = settings.number('vcpus', 1, MOST_VCPUS) ?? 1;
  limits(settings, memory, vcpus);
  const cmdline = commandLine(settings);
  for (const key of settings.keys()) if (!READ.has(key) && !HARMLESS.has(key)) ignored(settings, key);
  const { problems } = settings;
  const wrong = problems.some(({ severity }) => severity === 'error');
  if (wrong || !name || !kernel || memory === undefined) return { problems };
  return { domain: { name, memory, vcpus, kernel, ramdisk: settings.text('ramdisk'), cmdline }, problems };
}

/** What a domain could grow to; one that Xen creates has all it ever gets. */
function limits(settings: XlSettings, memory: number | undefined, vcpus: number): void {
  const most = settings.number('maxmem', 1, MOST_MEMORY);
  if (most !== undefined && memory !== undefined && most !== memory)
    settings.about(
      'maxmem',
      'ignored',
      'warning',
      `maxmem has no effect: the domain has ${memory} MiB and cannot grow`,
    );
  const cpus = settings.number('maxvcpus', 1, MOST_VCPUS);
  if (cpus !== undefined && cpus !== vcpus)
    settings.about('maxvcpus', 'ignored', 'warning', `maxvcpus has no effect: the domain has the ${vcpus} of vcpus`);
}

function ignored(settings: XlSettings, key: string): void {
  const why = WHY[key] ?? 'Xen creates this domain at boot, without xl';
  settings.about(key, 'ignored', 'warning', `${key} has no effect: ${why}`);
}
