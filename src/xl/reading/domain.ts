// What xl takes from a configuration before it makes a domain of it (Xen, tools/xl/xl_parse.c, of 4.17): the verdict, and
// the values in the names of libxl.
import { parseXl, type XlFile } from '../parser';
import { XlSettings } from '../settings';
import { UUID } from '../uuid';
import { readProcessors } from './cpus';
import { readDevices } from './devices';
import { readPages } from './pages';
import { int32, type Json, type JsonObject, put, uint32, type XlHost, XlReader } from './reader';

export interface ReadXl {
  readonly file: XlFile;
  /** With everything that is wrong, xl's refusals among it. */
  readonly settings: XlSettings;
  /** What xl would make a domain of; undefined when it refuses the file. */
  readonly domain?: JsonObject;
}

/** An ARMv7 host with processors enough: of how many a host has nothing is known. */
export const UNKNOWN_HOST: XlHost = { bits: 32, cpus: 256, nodes: 64 };

type Path = readonly [keys: string, member: string];
type Group = 'created' | 'built';

/** Texts that are taken as they are. */
const TEXTS: Readonly<Record<Group, readonly Path[]>> = {
  created: [['pool', 'pool_name']],
  built: [
    ...['kernel', 'ramdisk', 'device_tree', 'bootloader', 'device_model_user'].map(key => [key, key] as const),
    ...['stubdomain_kernel', 'stubdomain_cmdline', 'stubdomain_ramdisk'].map(key => [key, key] as const),
    ['device_model_override', 'device_model'],
    ['device_model_stubdomain_seclabel', 'device_model_ssid_label'],
  ],
};
/** Yes or no. */
const CHOICES: Readonly<Record<Group, readonly Path[]>> = {
  created: ['hap', 'oos', 'driver_domain', 'xend_suspend_evtchn_compat'].map(key => [key, key] as const),
  built: [
    ['nomigrate', 'disable_migrate'],
    ['nestedhvm', 'nested_hvm'],
    ['device_model_stubdomain_override', 'device_model_stubdomain'],
    ...['localtime', 'acpi', 'dm_restrict', 'vpmu'].map(key => [key, key] as const),
  ],
};
/** MiB in the file, KiB in libxl. */
const SIZES: readonly Path[] = [
  ['memory', 'target_memkb'],
  ['maxmem', 'max_memkb'],
  ['shadow_memory', 'shadow_memkb'],
  ['videoram', 'video_memkb'],
  ['stubdomain_memory', 'stubdomain_memkb'],
];
/** Numbers of the scheduler; -1 leaves the choice to Xen. */
const SCHEDULING: readonly Path[] = [
  ['cpu_weight', 'weight'],
  ...['cap', 'period', 'slice', 'latency', 'extratime'].map(key => [key, key] as const),
];
const GRANTS = ['max_grant_frames', 'max_maptrack_frames', 'max_grant_version'];
const INT_MAX = 0x7fff_ffffn;
const ENDS: Readonly<Record<string, string>> = {
  on_poweroff: 'destroy',
  on_reboot: 'restart',
  on_watchdog: 'destroy',
  on_crash: 'destroy',
  on_soft_reset: 'soft-reset',
};
/** libxl's names of what follows the end of a domain. */
const ACTIONS: Readonly<Record<string, string>> = {
  destroy: 'destroy',
  restart: 'restart',
  'rename-restart': 'restart_rename',
  preserve: 'preserve',
  'coredump-destroy': 'coredump_destroy',
  'coredump-restart': 'coredump_restart',
  'soft-reset': 'soft_reset',
};
/** Choices in which capital letters do not matter, the default first. */
const PASSTHROUGH = ['default', 'disabled', 'enabled', 'sync_pt', 'share_pt'];
const VUART = ['unknown', 'sbsa_uart'];
const GIC = ['default', 'v2', 'v3'];
const TEE = ['none', 'optee'];
const TIMER_MODES = [
  'delay_for_missed_ticks',
  'no_delay_for_missed_ticks',
  'no_missed_ticks_pending',
  'one_missed_tick_pending',
];
const TSC_MODES = ['default', 'always_emulate', 'native', 'native_paravirt'];
const ALTP2M = ['disabled', 'mixed', 'external', 'limited'];

/** Reads a configuration as xl does. */
export function readXl(text: string, host: XlHost = UNKNOWN_HOST): ReadXl {
  const file = parseXl(text);
  const settings = new XlSettings(file);
  const reader = new XlReader(settings, host);
  // xl reads nothing from a file that it cannot take apart. That lines end as on another system does not hide what is in them.
  if (!settings.problems.some(({ refused, code }) => refused && code !== 'line-end')) {
    readKind(reader);
    readValues(reader);
    readProcessors(reader);
    readEnds(reader);
    readPages(reader);
    readDevices(reader);
  }
  const refused = settings.problems.some(one => one.refused);
  return refused ? { file, settings } : { file, settings, domain: reader.domain };
}

/** xl compares no more letters than are written. */
const begins = (written: string, word: string): boolean => word.startsWith(written);

function readKind(reader: XlReader): void {
  const { created, built, settings } = reader;
  const written = reader.text('type');
  const old = reader.text('builder');
  const kind = written === undefined ? undefined : ['hvm', 'pv', 'pvh'].find(word => begins(written, word));
  const built1 = old === undefined ? undefined : begins(old, 'hvm') ? 'hvm' : begins(old, 'generic') ? 'pv' : 'none';
  if (written !== undefined && kind === undefined) reader.refuse('type', 'range', `type is ${JSON.stringify(written.slice(0, 40))}; on ARM write "pvh", or leave it out`); // prettier-ignore
  if (built1 === 'none') reader.refuse('builder', 'range', 'builder is old, and can be "generic" or "hvm"; leave it out');
  else if (kind !== undefined && built1 !== undefined && kind !== built1) reader.refuse('builder', 'range', `builder and type say different things; leave builder out`); // prettier-ignore
  const type = built1 ?? kind ?? 'pvh';
  created['type'] = type;
  created['run_hotplug_scripts'] = 'True';
  built['claim_mode'] = 'True';
  const name = reader.text('name');
  if (name === undefined)
    settings.refuse(settings.rangeOf('name'), 'missing', 'name is missing: every domain needs one, name = "..."');
  else created['name'] = name;
  const uuid = reader.text('uuid');
  if (uuid !== undefined) {
    if (UUID.test(uuid)) created['uuid'] = uuid.toLowerCase();
    else reader.refuse('uuid', 'range', `uuid is ${JSON.stringify(uuid.slice(0, 40))}; write 8-4-4-4-12 hexadecimal digits, or leave it out`); // prettier-ignore
  }
  const [first, label] = ['init_seclabel', 'seclabel'].map(key => reader.text(key));
  put(created, 'ssid_label', first ?? label);
  if (first !== undefined) put(built, 'exec_ssid_label', label);
  const special: JsonObject = {};
  if (type === 'pvh') {
    put(special, 'pvshim', reader.choice('pvshim'));
    for (const key of ['pvshim_path', 'pvshim_cmdline', 'pvshim_extra']) put(special, key, reader.text(key));
  }
  if (type === 'pv') put(special, 'e820_host', reader.choice('e820_host'));
  built[`type.${type}`] = special;
  const needs = type === 'hvm' ? undefined : (reader.text('kernel') ?? reader.text('bootloader'));
  const firmware = type === 'hvm' ? undefined : reader.text('firmware');
  if (firmware !== undefined) readFirmware(reader, firmware);
  else if (type !== 'hvm' && needs === undefined) reader.refuse('kernel', 'missing', 'kernel is missing: a domain starts from kernel = "..."'); // prettier-ignore
}

function readFirmware(reader: XlReader, firmware: string): void {
  const known = ['pvgrub32', 'pvgrub64'].some(name => begins(firmware, name));
  if (reader.text('kernel') !== undefined)
    reader.refuse('firmware', 'range', 'firmware and kernel exclude each other; leave firmware out'); // prettier-ignore
  else if (!known) reader.refuse('firmware', 'range', 'firmware can be pvgrub32 or pvgrub64 here; give a kernel');
  else reader.built['kernel'] = `/usr/lib/xen-4.17/boot/${firmware}.bin`;
}

function readValues(reader: XlReader): void {
  const { built, created, settings } = reader;
  for (const group of ['created', 'built'] as const) {
    for (const [key, member] of TEXTS[group]) put(reader[group], member, reader.text(key));
    for (const [key, member] of CHOICES[group]) put(reader[group], member, reader.choice(key));
  }
  const unsigned = (value: bigint): number => Number(BigInt.asUintN(64, BigInt.asIntN(reader.host.bits, value)));
  for (const [key, member] of SIZES) {
    const value = reader.long(key);
    if (value !== undefined) built[member] = unsigned(value * 1024n);
  }
  put(built, 'max_memkb', built['max_memkb'] ?? built['target_memkb']);
  const scheduling: JsonObject = {};
  for (const [key, member] of SCHEDULING) {
    const value = reader.long(key);
    if (value !== undefined) put(scheduling, member, int32(value), -1);
  }
  built['sched_params'] = scheduling;
  for (const key of GRANTS) readGrant(reader, key);
  const channels = reader.long('max_event_channels');
  if (channels !== undefined) put(built, 'event_channels', uint32(channels), 0);
  const trace = reader.long('vmtrace_buf_kb');
  if (trace !== undefined) put(built, 'vmtrace_buf_kb', int32(trace), 0);
  const offset = reader.long('rtc_timeoffset');
  if (offset !== undefined) put(built, 'rtc_timeoffset', uint32(offset), 0);
  const relaxed: JsonObject = {};
  put(relaxed, 'msr_relaxed', reader.choice('msr_relaxed'));
  built['arch_x86'] = relaxed;
  const arm: JsonObject = {};
  put(arm, 'gic_version', one(reader, 'gic_version', GIC), 'default');
  put(arm, 'vuart', one(reader, 'vuart', VUART), 'unknown');
  built['arch_arm'] = arm;
  put(built, 'tee', one(reader, 'tee', TEE), 'none');
  put(created, 'passthrough', one(reader, 'passthrough', PASSTHROUGH), 'default');
  put(built, 'timer_mode', numbered(reader, 'timer_mode', TIMER_MODES));
  put(built, 'tsc_mode', numbered(reader, 'tsc_mode', TSC_MODES), 'default');
  put(built, 'altp2m', numbered(reader, 'altp2m', ALTP2M), 'disabled');
  put(built, 'cmdline', commandLine(settings));
  readArguments(reader);
  const nodes = settings.valueOf('vnuma');
  if (nodes?.kind === 'list' && nodes.values.length > 0) reader.refuse('vnuma', 'arm', 'vnuma: libxl has no virtual NUMA on ARM, and ends with an error; delete the line'); // prettier-ignore
}

function readGrant(reader: XlReader, key: string): void {
  if (!reader.settings.valueOf(key)) return;
  const value = reader.settings.quietLong(key, reader.host.bits);
  if (value === undefined) {
    // Of these alone xl does not take the default, and says no word either.
    reader.refuse(key, 'type', `${key} is no whole number that xl takes; it ends without a word`);
  } else if (value < 0n || value > INT_MAX)
    reader.refuse(key, 'range', `${key} is ${value}, but it can be 0 to ${INT_MAX}; xl ends without a word`); // prettier-ignore
  else reader.built[key] = Number(value);
}

/** One of a few words. */
function one(reader: XlReader, key: string, words: readonly string[]): string | undefined {
  const written = reader.text(key);
  if (written === undefined) return undefined;
  const word = words.find(name => name === written.toLowerCase());
  if (word === undefined) reader.refuse(key, 'range', `${key} is ${JSON.stringify(written.slice(0, 40))}, but it can be ${words.join(', ')}`); // prettier-ignore
  return word;
}

/** One of a few words, or its number, as it used to be. */
function numbered(reader: XlReader, key: string, words: readonly string[]): string | undefined {
  const { settings, host } = reader;
  const number = settings.quietLong(key, host.bits);
  if (number === undefined) return one(reader, key, words);
  const word = number >= 0n ? words[Number(number)] : undefined;
  if (word === undefined) reader.refuse(key, 'range', `${key} is ${number}, but it can be ${words.join(', ')}`);
  return word;
}

function readEnds(reader: XlReader): void {
  for (const [key, standard] of Object.entries(ENDS)) {
    const written = reader.text(key) ?? standard;
    const action = Object.hasOwn(ACTIONS, written) ? ACTIONS[written] : undefined;
    if (action === undefined)
      reader.refuse(key, 'range', `${key} is ${JSON.stringify(written.slice(0, 40))}, but it can be ${Object.keys(ACTIONS).join(', ')}`); // prettier-ignore
    else put(reader.domain, key, action, 'destroy');
  }
}

/** `cmdline`, or what `root` and `extra` make together. */
export function commandLine(settings: XlSettings): string | undefined {
  const [whole, root, extra] = ['cmdline', 'root', 'extra'].map(key => settings.text(key));
  if (whole !== undefined) {
    for (const key of ['root', 'extra'])
      if (settings.rangeOf(key)) settings.about(key, 'ignored', 'warning', `${key} has no effect beside cmdline`);
    return whole;
  }
  const parts = [root === undefined ? undefined : `root=${root}`, extra].filter(part => part !== undefined);
  return parts.length > 0 ? parts.join(' ') : undefined;
}

/** Lists of arguments for programs. */
function readArguments(reader: XlReader): void {
  const { settings, built } = reader;
  const list = (key: string): Json[] => settings.texts(key).map(({ text }) => text);
  const arguments_ = (member: string, words: Json[]): void => {
    if (words.length > 0) built[member] = words;
  };
  const own = settings.valueOf('bootloader_args');
  if (own?.kind === 'text') {
    settings.about('bootloader_args', 'old', 'information', 'bootloader_args as one text is old; write a list', true);
    arguments_('bootloader_args', own.text.split(/[ \t\n]+/).filter(word => word !== '')); // prettier-ignore
  } else arguments_('bootloader_args', list('bootloader_args'));
  for (const [key, member] of [
    ['device_model_args', 'extra'],
    ['device_model_args_pv', 'extra_pv'],
    ['device_model_args_hvm', 'extra_hvm'],
  ] as const) {
    // prettier-ignore
    if (settings.valueOf(key)?.kind === 'text') reader.refuse(key, 'type', `${key} is a text, but a list is wanted: ${key} = [ "..." ]`); // prettier-ignore
    else arguments_(member, list(key));
  }
  const version = reader.text('device_model_version');
  if (version === undefined && built['device_model'] !== undefined) settings.about('device_model_override', 'device', 'warning', 'device_model_override without a version; add device_model_version = "qemu-xen"'); // prettier-ignore
  if (version === 'qemu-xen' || version === 'qemu-xen-traditional') built['device_model_version'] = version.replaceAll('-', '_'); // prettier-ignore
  else if (version !== undefined) reader.refuse('device_model_version', 'range', `device_model_version is ${JSON.stringify(version.slice(0, 40))}, but it can be qemu-xen`); // prettier-ignore
}
