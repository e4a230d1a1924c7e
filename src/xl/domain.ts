// A domain as the built-in toolstack creates it: what xl would take from the configuration, with its defaults.
import { type DiskSpecification, parseDisk } from './disk';
import { ARM_KEYS, XL_KEYS } from './keys';
import type { XlProblem, XlRange } from './problem';
import { commandLine, readXl } from './reading/domain';
import { XlSettings } from './settings';
import { SpecificationError } from './specification';
import { UUID, uuidBytes } from './uuid';
import { parseVif, type VifSpecification } from './vif';

/** Keys of what follows the end of a domain, and what does when the configuration does not say. */
const END_ACTIONS = {
  on_poweroff: 'destroy',
  on_reboot: 'restart',
  on_crash: 'destroy',
  on_watchdog: 'destroy',
  on_soft_reset: 'soft-reset',
} as const;
export type EndKey = keyof typeof END_ACTIONS;

export interface DomainConfiguration {
  readonly name: string;
  /** MiB. */
  readonly memory: number;
  /** At the start, and at most. */
  readonly vcpus: number;
  readonly maxVcpus: number;
  readonly kernel: string;
  readonly ramdisk: string | undefined;
  readonly cmdline: string | undefined;
  /** 16 bytes; undefined: one is made up. */
  readonly uuid: Uint8Array | undefined;
  readonly actions: Readonly<Record<EndKey, string>>;
  readonly disks: readonly DiskSpecification[];
  readonly vifs: readonly VifSpecification[];
  /** It has an SBSA UART. */
  readonly vuart: boolean;
}

export interface DomainLimits {
  readonly vcpus: number;
  /** MiB. */
  readonly memory: number;
  /** What can follow the end of a domain. */
  readonly actions: readonly string[];
  /** `; did you mean X?`, or nothing. */
  readonly hint: (typed: string, names: Iterable<string>) => string;
}

export interface ReadDomain {
  /** Undefined when there is an error among the problems. */
  readonly domain?: DomainConfiguration;
  readonly problems: readonly XlProblem[];
  /** Where a key stands. */
  readonly rangeOf: (key: string) => XlRange | undefined;
}

/** Keys that are honoured, or that mean the same whatever they say. */
const READ = new Set([
  'name', 'uuid', 'memory', 'maxmem', 'vcpus', 'maxvcpus', 'kernel', 'ramdisk', 'cmdline', 'root', 'extra', 'disk', 'vif',
  'vuart', 'type', 'builder', 'gic_version', 'nomigrate', 'acpi', ...Object.keys(END_ACTIONS),
]); // prettier-ignore
const WHY: Readonly<Record<string, string>> = {
  vfb: 'there is no backend for displays: use the console',
  bootloader: 'boot loaders run in dom0: give kernel and ramdisk',
  pci: 'the board has no PCI bus',
};

/** Reads a configuration. */
export function readDomain(text: string, limits: DomainLimits): ReadDomain {
  const { file, settings: ofXl } = readXl(text);
  const settings = new XlSettings(file);
  const rangeOf = (key: string): XlRange | undefined => settings.rangeOf(key);
  // What is missing may well be in a line that could not be read.
  if (file.problems.length > 0) return { problems: settings.problems, rangeOf };
  for (const key of settings.keys()) checkKey(settings, key, limits);
  const name = wanted(settings, 'name', 'every domain needs one, name = "..."');
  const kernel = wanted(settings, 'kernel', 'a domain starts from kernel = "..."');
  if (name !== undefined && !/^[\x21-\x7e]{1,64}$/.test(name))
    settings.about('name', 'range', 'error', 'name is up to 64 letters, digits and signs, without blanks');
  const memory = settings.number('memory', 1, limits.memory, 'error');
  if (!settings.rangeOf('memory'))
    settings.about('memory', 'missing', 'error', 'memory is missing: say how many MiB, memory = 128');
  const vcpus = settings.number('vcpus', 1, limits.vcpus, 'error') ?? 1;
  const maxVcpus = growth(settings, memory, vcpus, limits);
  const actions = endActions(settings, limits);
  const disks = specifications(settings, 'disk', parseDisk);
  const vifs = specifications(settings, 'vif', parseVif);
  checkDevices(settings, disks);
  const vuart = readVuart(settings);
  const uuid = readUuid(settings);
  const cmdline = commandLine(settings);
  const ramdisk = settings.text('ramdisk');
  for (const key of new Set(vifs.flatMap(({ ignored }) => ignored)))
    settings.about('vif', 'ignored', 'warning', `${key} of an interface has no effect: it needs dom0`);
  refusalsOfXl(settings, ofXl);
  const { problems } = settings;
  const wrong = problems.some(({ severity }) => severity === 'error');
  if (wrong || name === undefined || kernel === undefined || memory === undefined) return { problems, rangeOf };
  const domain = { name, memory, vcpus, maxVcpus, kernel, ramdisk, cmdline, uuid, actions, disks, vifs, vuart };
  return { domain, problems, rangeOf };
}

/** What xl would not make is not made here either. Of one place the words above are those of this toolstack. */
function refusalsOfXl(settings: XlSettings, { problems }: XlSettings): void {
  const covers = (mine: XlRange, other: XlRange): boolean =>
    mine.start.line <= other.end.line && other.start.line <= mine.end.line;
  for (const one of problems) {
    if (!one.refused || one.code === 'missing') continue;
    const said = settings.problems.some(({ severity, range }) => severity === 'error' && covers(range, one.range));
    if (!said) settings.refuse(one.range, one.code, one.message);
  }
}

function checkKey(settings: XlSettings, key: string, { hint }: DomainLimits): void {
  if (READ.has(key)) return;
  const known = XL_KEYS.get(key);
  if (known) {
    const why = WHY[key] ?? known.why ?? 'the built-in toolstack has nothing of it';
    settings.about(key, 'ignored', 'warning', `${key} has no effect: ${why}`);
    return;
  }
  const nearest = hint(key, ARM_KEYS);
  settings.about(key, 'unknown', 'error', `xl has no key ${key}, and would pass over it without a word${nearest || '; correct it, or delete the line'}`); // prettier-ignore
}

function wanted(settings: XlSettings, key: string, why: string): string | undefined {
  const text = settings.text(key, 'error');
  if (text === undefined ? settings.rangeOf(key) : text !== '') return text;
  settings.about(key, 'missing', 'error', `${key} is missing: ${why}`);
  return undefined;
}

/** @returns virtual CPUs that it can have */
function growth(settings: XlSettings, memory: number | undefined, vcpus: number, limits: DomainLimits): number {
  const most = settings.number('maxmem', 1, limits.memory);
  if (most !== undefined && memory !== undefined && most < memory)
    settings.about('maxmem', 'range', 'error', `maxmem is ${most}, less than the ${memory} of memory; set it higher`);
  const cpus = settings.number('maxvcpus', 1, limits.vcpus);
  if (cpus !== undefined && cpus < vcpus)
    settings.about('maxvcpus', 'range', 'error', `maxvcpus is ${cpus}, less than the ${vcpus} of vcpus; set it higher`);
  return cpus ?? vcpus;
}

function endActions(settings: XlSettings, { actions, hint }: DomainLimits): Record<EndKey, string> {
  const out: Record<EndKey, string> = { ...END_ACTIONS };
  for (const key of Object.keys(END_ACTIONS) as EndKey[]) {
    const given = settings.text(key);
    if (given === undefined) continue;
    if (actions.includes(given)) out[key] = given;
    else settings.about(key, 'range', 'error', `${key} is "${given}", but it can be ${actions.join(', ')}${hint(given, actions)}`); // prettier-ignore
  }
  return out;
}

/** A list of texts, each a device. */
function specifications<T>(settings: XlSettings, key: string, parse: (text: string) => T): T[] {
  return settings.texts(key).flatMap(({ text, range }) => {
    try {
      return [parse(text)];
    } catch (error) {
      if (!(error instanceof SpecificationError)) throw error;
      settings.at(range, 'range', 'error', `${key} "${text}": ${error.message}`);
      return [];
    }
  });
}

function checkDevices(settings: XlSettings, disks: readonly DiskSpecification[]): void {
  const twin = disks.find(({ device }, i) => disks.findIndex(other => other.device === device) < i);
  if (twin) settings.about('disk', 'range', 'error', `two disks are ${twin.vdev}; give one of them another device`);
}

/** Values of libxl's enumeration, in which case does not count. */
function readVuart(settings: XlSettings): boolean {
  const text = settings.text('vuart')?.toLowerCase() ?? 'unknown';
  if (text !== 'sbsa_uart' && text !== 'unknown')
    settings.about('vuart', 'range', 'error', `vuart is "${text}", but the one there is is "sbsa_uart"; write that, or leave it out`); // prettier-ignore
  return text === 'sbsa_uart';
}

function readUuid(settings: XlSettings): Uint8Array | undefined {
  const text = settings.text('uuid');
  if (text === undefined) return undefined;
  if (!UUID.test(text)) {
    settings.about('uuid', 'range', 'error', `uuid is "${text}"; write 8-4-4-4-12 hexadecimal digits, or leave it out`);
    return undefined;
  }
  return uuidBytes(text);
}
