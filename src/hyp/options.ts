// Xen's command line (Xen, docs/misc/xen-command-line.pandoc): what of it is honoured, and what is told to the one who wrote it.
import { type LogThresholds, parseThresholds, THRESHOLDS } from './log-level';

export interface XenOptions {
  /** Virtual CPUs of dom0; undefined: as many as there are cores. */
  dom0MaxVcpus: number | undefined;
  /** What would reboot the machine halts it. */
  noReboot: boolean;
  /** Xen says nothing on a UART. */
  mute: boolean;
  /** Alias or path of the UART; undefined: the one that the tree names. */
  dtuart: string | undefined;
  xen: LogThresholds;
  guest: LogThresholds;
  /** The key that switches the console with CTRL, three times; and whether what is typed goes to Xen at first. */
  switchKey: string;
  inputToXen: boolean;
  /** Bytes, a power of two. */
  ringBytes: number;
  /** Nanoseconds; undefined: the scheduler's own. */
  ratelimitNs: number | undefined;
  grantFrames: number;
}

const DEFAULTS: XenOptions = {
  ...{ dom0MaxVcpus: undefined, noReboot: false, mute: false, dtuart: undefined },
  ...{ xen: THRESHOLDS.xen, guest: THRESHOLDS.guest, switchKey: 'a', inputToXen: false },
  ...{ ringBytes: 16384, ratelimitNs: undefined, grantFrames: 64 },
};

/** Something about one option, for people. `unknown` and `invalid` are what Xen says itself; `ineffective` ones it takes. */
export interface OptionRemark {
  readonly kind: 'unknown' | 'invalid' | 'ineffective';
  readonly name: string;
  readonly value: string;
  /** Why it has no effect. */
  readonly why?: string;
}

const UNITS: Readonly<Record<string, number>> = { b: 1, '': 2 ** 10, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };
const LARGEST_RING = 1 << 20;
const LARGEST_RATELIMIT_US = 500_000;
const LEAST_RATELIMIT_US = 100;
const MOST_GRANT_FRAMES = 64;

/** A size as Xen reads it: `512M`, `0x20000`; without a letter it counts KiB. @returns bytes, or undefined */
export function parseXenSize(written: string): number | undefined {
  const [, digits, unit = ''] = /^(0[xX][0-9a-fA-F]+|\d+)([bkmgtBKMGT]?)$/.exec(written) ?? [];
  if (digits === undefined) return undefined;
  return parseXenNumber(digits)! * UNITS[unit.toLowerCase()]!;
}

/** As strtoull reads it: 0x is hexadecimal, a leading zero octal. */
function parseXenNumber(written: string): number | undefined {
  if (!/^(0[xX][0-9a-fA-F]+|\d+)$/.test(written)) return undefined;
  return /^0[0-7]+$/.test(written) ? parseInt(written, 8) : Number(written);
}

const TRUE = ['', 'yes', 'on', 'true', 'enable', '1'];
const FALSE = ['no', 'off', 'false', 'disable', '0'];

/** @returns whether the value is one; some leave everything as it is */
type Take = (value: string, options: XenOptions) => boolean;

function number(least: number, most: number, set: (options: XenOptions, value: number) => void): Take {
  return (text, options) => {
    const value = parseXenNumber(text);
    if (value === undefined || value < least || value > most) return false;
    set(options, value);
    return true;
  };
}
function flag(set: (options: XenOptions, value: boolean) => void): Take {
  return (text, options) => {
    if (TRUE.includes(text)) set(options, true);
    else if (FALSE.includes(text)) set(options, false);
    return TRUE.includes(text) || FALSE.includes(text);
  };
}
const thresholds =
  (which: 'xen' | 'guest'): Take =>
  (text, options) => {
    const found = parseThresholds(text);
    if (found) options[which] = found;
    return found !== undefined;
  };

/** `max-ver:1,transitive`. Xen on ARM offers version 1 whatever this says, and transitive grants are of version 2. */
const gnttab = (text: string): boolean =>
  text.split(',').every(part => /^max[-_]ver:[12]$/.test(part) || /^(no-)?transitive(=\w+)?$/.test(part));

const HONOURED: Readonly<Record<string, Take>> = {
  dom0_mem: text => parseXenSize(text) !== undefined,
  dom0_max_vcpus: number(0, 8, (options, n) => (options.dom0MaxVcpus = n === 0 ? undefined : n)),
  noreboot: flag((options, on) => (options.noReboot = on)),
  console: (text, options) => {
    options.mute = !text.split(',').includes('dtuart');
    return text !== '';
  },
  dtuart: (text, options) => {
    options.dtuart = text.replace(/:.*$/s, '');
    return options.dtuart !== '';
  },
  loglvl: thresholds('xen'),
  guest_loglvl: thresholds('guest'),
  conswitch: (text, options) => {
    const [, key, stay] = /^([a-zA-Z])(x?)$/.exec(text) ?? [];
    if (key === undefined) return false;
    options.switchKey = key.toLowerCase();
    options.inputToXen = stay === 'x';
    return true;
  },
  conring_size: (text, options) => {
    const bytes = parseXenSize(text);
    if (bytes === undefined || bytes > LARGEST_RING) return false;
    options.ringBytes = Math.max(DEFAULTS.ringBytes, 2 ** Math.ceil(Math.log2(Math.max(1, bytes))));
    return true;
  },
  sched_ratelimit_us: (text, options) => {
    const us = parseXenNumber(text);
    if (us === undefined || us > LARGEST_RATELIMIT_US || (us !== 0 && us < LEAST_RATELIMIT_US)) return false;
    options.ratelimitNs = us * 1000;
    return true;
  },
  gnttab_max_frames: number(1, MOST_GRANT_FRAMES, (options, n) => (options.grantFrames = n)),
  gnttab,
  sched: text => text === 'credit2',
  // Memory is clear from the start, and there is nothing to synchronize with.
  bootscrub: flag(() => {}),
  sync_console: flag(() => {}),
};

const OTHER_SCHEDULERS = ['credit', 'rtds', 'null', 'arinc653'];

/** Options that Xen on ARM knows, and that change nothing here. */
const WITHOUT_EFFECT = new Set(
  `acpi argo ats badpage bootscrub_chunk com1 com2 console_timestamps console_to_ring core_parking
   crash-debug-debugkey crash-debug-hwdom crash-debug-kexeccmd crash-debug-panic crash-debug-watchdog crashinfo_maxaddr
   crashkernel credit2_balance_over credit2_balance_under credit2_cap_period_ms credit2_load_precision_shift
   credit2_load_window_shift credit2_runqueue dbgp debug_stack_lines debugtrace dit dma_bits dom0-iommu dom0_vcpus_pin
   efi ext_regions extra_guest_irqs flask gdb gnttab_max_maptrack_frames hardware_dom hmp-unsafe iommu
   iommu_dev_iotlb_timeout iommu_inclusive_mapping low_crashinfo low_mem_virq_limit max_lpi_bits maxcpus
   memop-max-order pci pci-passthrough pci-phantom rcu-idle-timer-period-ms rmrr sched-gran
   sched_credit2_max_cpus_runqueue sched_credit2_migrate_resist sched_credit_tslice_ms sched_smt_power_savings
   scrub-domheap serial_tx_buffer serrors spec-ctrl tbuf_size tevt_mask tickle_one_idle_cpu timer_slop
   vcpu_migration_delay vwfi xenheap_megabytes xsm`.split(/\s+/),
);

/** Names of all options that Xen on ARM knows. */
export const XEN_OPTION_NAMES: readonly string[] = [...Object.keys(HONOURED), ...WITHOUT_EFFECT];

/** Options in the order in which they stand; the last one of a name counts. */
export function readXenOptions(commandLine: string): { options: XenOptions; remarks: OptionRemark[] } {
  const options = { ...DEFAULTS };
  const remarks: OptionRemark[] = [];
  for (const word of commandLine.split(/\s+/).filter(one => one !== '')) {
    const { name, value } = nameAndValue(word);
    const take = Object.hasOwn(HONOURED, name) ? HONOURED[name] : undefined;
    if (name === 'sched' && OTHER_SCHEDULERS.includes(value))
      remarks.push({ kind: 'ineffective', name, value, why: 'the scheduler here is credit2' });
    else if (take) {
      if (!take(value, options)) remarks.push({ kind: 'invalid', name, value });
    } else if (WITHOUT_EFFECT.has(name)) remarks.push({ kind: 'ineffective', name, value });
    else remarks.push({ kind: 'unknown', name, value });
  }
  return { options, remarks };
}

/** `no-NAME` says no to a NAME that takes it. */
function nameAndValue(word: string): { name: string; value: string } {
  const at = word.indexOf('=');
  if (at >= 0) return { name: word.slice(0, at), value: word.slice(at + 1) };
  const positive = word.replace(/^no-/, '');
  return positive !== word && XEN_OPTION_NAMES.includes(positive)
    ? { name: positive, value: 'no' }
    : { name: word, value: '' };
}
