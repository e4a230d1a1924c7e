// Checks that xl itself does not make, each a rule. What xl does say is found while the values are read.
import { deviceNumber, readXlDisk } from '../disk';
import { XL_KEYS, ARM_KEYS } from '../keys';
import { readXlVif } from '../vif';
import type { XlCode, XlFix, XlProblem, XlRange } from '../problem';
import { type XlSettings } from '../settings';
import { type FileFacts, filesOf, isDevice, isElsewhere } from './files';

/** What is known of where the domain will run. Of everything that is not given nothing is said. */
export interface CheckContext {
  /** The name nearest to what was typed, if any is near enough to be meant. */
  readonly nearest?: (typed: string, names: Iterable<string>) => string | undefined;
  /** What is at a path of the configuration; undefined: not known. */
  readonly look?: (path: string) => FileFacts | undefined;
  /** Absolute paths were looked for in dom0's own file system, so that what is missing there is missing. */
  readonly wholeRoot?: boolean;
  /** MiB of RAM that the host has. */
  readonly hostMemory?: number;
  /** How many drives the lab has, as /dev/loop0, /dev/loop1, ... */
  readonly drives?: number;
  /** Who brings the guest's device tree: libxl, since Xen 4.3, or the kernel, which then has it behind it. */
  readonly guestTree?: 'libxl' | 'kernel';
}

export interface Checking {
  readonly text: string;
  readonly settings: XlSettings;
  readonly context: CheckContext;
  readonly say: (problem: XlProblem) => void;
}

type Rule = (checking: Checking) => void;

/** Of a guest on ARM: GUEST_RAM0_SIZE and what the second bank holds, in MiB. */
const MOST_MEMORY = (3 << 10) + (1016 << 10);
/** Below this no Linux comes up. */
const LEAST_MEMORY = 16;
/** From here on the KiB of xl for armhf no longer fit its `long`. */
const WRAPS = 2 << 20;
const MOST_VCPUS = 128;
const GICV2_VCPUS = 8;

const at = (settings: XlSettings, key: string): XlRange => settings.valueOf(key)?.range ?? settings.rangeOf(key)!;
const start = { line: 1, column: 1, offset: 0 };
const TOP: XlRange = { start, end: start };

/** Replaces what stands at a place. */
export const replacing = (title: string, range: XlRange, text: string): XlFix => ({ title, edits: [{ range, text }] });

/** Takes the lines of a statement away; beside another statement only a person knows what to take. */
function without(text: string, range: XlRange, title: string): XlFix | undefined {
  const from = text.lastIndexOf('\n', range.start.offset - 1) + 1;
  const end = text.indexOf('\n', range.end.offset);
  const before = text.slice(from, range.start.offset);
  const behind = text.slice(range.end.offset, end < 0 ? text.length : end);
  if (before.trim() !== '' || !/^[ \t\r;]*(#.*)?$/.test(behind)) return undefined;
  const first = { line: range.start.line, column: 1, offset: from };
  const { line, column } = range.end;
  const last =
    end < 0
      ? { line, column: column + behind.length, offset: text.length }
      : { line: line + 1, column: 1, offset: end + 1 };
  return { title, edits: [{ range: { start: first, end: last }, text: '' }] };
}

/** The statement of a key in its value's lines. */
const statement = (settings: XlSettings, key: string): XlRange => ({
  start: settings.rangeOf(key)!.start,
  end: settings.valueOf(key)!.range.end,
});

const keys: Rule = ({ text, settings, context, say }) => {
  for (const key of settings.keys()) {
    const range = settings.rangeOf(key)!;
    const known = XL_KEYS.get(key);
    if (!known) {
      const near = context.nearest?.(key, ARM_KEYS) ?? context.nearest?.(key, XL_KEYS.keys());
      const hint = near === undefined ? 'correct it, or delete the line' : `did you mean ${near}?`;
      const fix = near === undefined ? {} : { fix: replacing(`Change ${key} to ${near}`, range, near) };
      say({ severity: 'error', code: 'unknown', message: `xl has no key ${key}, and passes over it without a word; ${hint}`, range, ...fix }); // prettier-ignore
      continue;
    }
    const removal = without(text, statement(settings, key), `Delete ${key}`);
    const fix = removal ? { fix: removal } : {};
    if (known.arm === 'none')
      say({ severity: 'warning', code: 'arm', message: `${key} means nothing to a guest on ARM: ${known.why}; delete the line`, range, ...fix }); // prettier-ignore
    else if (known.newer)
      say({ severity: 'warning', code: 'newer', message: `${key} is newer than Xen 4.17, which passes over it without a word`, range }); // prettier-ignore
    if (known.replacedBy !== undefined && known.arm !== 'none')
      say({ severity: 'warning', code: 'old', message: `${key} is old; use ${known.replacedBy}`, range, ...fix });
  }
};

const kinds: Rule = ({ settings, say }) => {
  for (const key of settings.keys()) {
    const known = XL_KEYS.get(key);
    const value = settings.valueOf(key)!;
    if (!known || known.arm === 'none') continue;
    const { type, least, most } = known;
    if (type === 'number' || type === 'boolean') {
      const number = settings.quietLong(key); // the reading has said it
      if (number === undefined) continue;
      const [low, high] = type === 'boolean' ? [0, 1] : [least ?? -Infinity, most ?? Infinity];
      if (Number(number) >= low && Number(number) <= high) continue;
      const range = type === 'boolean' ? '0 or 1' : most === undefined ? `${least} or more` : `${least} to ${most}`;
      say({ severity: type === 'boolean' ? 'information' : 'error', code: 'range', message: `${key} is ${number}, but it can be ${range}`, range: value.range }); // prettier-ignore
    } else if (value.kind === 'text' && type === 'text' && !value.quoted && known.values === undefined)
      say({ severity: 'information', code: 'type', message: `${key} is a text; put it in quotes`, range: value.range, fix: replacing('Put it in quotes', value.range, JSON.stringify(value.text)) }); // prettier-ignore
  }
};

const lineEnds: Rule = ({ text, settings }) => {
  const at = settings.problems.findIndex(({ code }) => code === 'line-end');
  const problem = settings.problems[at];
  if (!problem) return;
  const { range } = problem;
  if (text[range.start.offset] === '\r') {
    const edits = carriageReturns(text);
    settings.problems[at] = { ...problem, fix: { title: 'End all lines with a line feed alone', edits } };
  } else settings.problems[at] = { ...problem, fix: { title: 'Add a line feed', edits: [{ range: { start: range.end, end: range.end }, text: '\n' }] } }; // prettier-ignore
};

/** One edit for each that is in front of a line feed, or at the end. */
function carriageReturns(text: string): XlFix['edits'] {
  const edits: { range: XlRange; text: string }[] = [];
  let line = 1;
  let lineStart = 0;
  for (const { index } of text.matchAll(/\r?\n|\r$/g)) {
    if (text[index] === '\r') {
      const start = { line, column: index - lineStart + 1, offset: index };
      edits.push({ range: { start, end: { line, column: start.column + 1, offset: index + 1 } }, text: '' });
    }
    line++;
    lineStart = index + (text[index] === '\r' ? 2 : 1);
  }
  return edits;
}

const memory: Rule = ({ settings, context, say }) => {
  const [amount, most] = ['memory', 'maxmem'].map(key => settings.quietLong(key)); // the reading has said it
  const wrong = (key: string, message: string, severity: 'error' | 'warning' = 'error'): void =>
    say({ severity, code: 'memory', message, range: at(settings, key) });
  if (!settings.rangeOf('memory'))
    say({ severity: 'error', code: 'missing', message: 'memory is missing, and libxl takes far too little by itself: say how many MiB, memory = 128', range: TOP }); // prettier-ignore
  for (const [key, value] of [
    ['memory', amount],
    ['maxmem', most],
  ] as const) {
    // prettier-ignore
    if (value === undefined || value < 1n) continue; // said with the range of the key
    if (value > MOST_MEMORY) wrong(key, `${key} is ${value} MiB, but a guest on ARM has room for ${MOST_MEMORY}; the number is in MiB`); // prettier-ignore
    else if (value >= WRAPS) wrong(key, `${key} is ${value} MiB, more than xl of a 32-bit dom0 can count; it takes another number`, 'warning'); // prettier-ignore
    else if (context.hostMemory !== undefined && value > context.hostMemory) wrong(key, `${key} is ${value} MiB, but the host has ${context.hostMemory}; set it lower`); // prettier-ignore
  }
  if (amount !== undefined && amount >= 1n && amount < LEAST_MEMORY) wrong('memory', `memory is ${amount} MiB, with which no Linux comes up; set it higher`, 'warning'); // prettier-ignore
  if (amount !== undefined && most !== undefined && most < amount)
    wrong('maxmem', `maxmem is ${most}, less than the ${amount} of memory; set it higher`);
};

const processors: Rule = ({ settings, say }) => {
  const [vcpus, most] = ['vcpus', 'maxvcpus'].map(key => settings.quietLong(key)); // the reading has said it
  const gic = settings.valueOf('gic_version');
  const v2 = gic?.kind === 'text' && gic.text.toLowerCase() === 'v2';
  for (const [key, value] of [
    ['vcpus', vcpus],
    ['maxvcpus', most],
  ] as const) {
    // prettier-ignore
    if (value === undefined || value <= GICV2_VCPUS || value > MOST_VCPUS) continue;
    say({ severity: v2 ? 'error' : 'warning', code: 'range', message: `${key} is ${value}, but a guest with a GICv2 has at most ${GICV2_VCPUS}`, range: at(settings, key) }); // prettier-ignore
  }
};

const name: Rule = ({ settings, say }) => {
  const value = settings.valueOf('name');
  if (value?.kind !== 'text') return;
  const wrong = (message: string, severity: 'error' | 'warning'): void =>
    say({ severity, code: 'name', message, range: value.range });
  if (value.text === '') wrong('name is empty: every domain needs one, name = "..."', 'error');
  else if (/^\d+$/.test(value.text)) wrong(`xl takes ${value.text} for the number of a domain, not for its name; add a letter`, 'warning'); // prettier-ignore
  else if (!/^[\x21-\x7e]+$/.test(value.text)) wrong('name has blanks or special signs, with which commands of the shell go wrong; use letters, digits and signs', 'warning'); // prettier-ignore
};

const disks: Rule = ({ settings, context, say }) => {
  const value = settings.valueOf('disk');
  if (value?.kind !== 'list') return;
  const taken = new Map<number, string>();
  for (const text of value.values) {
    if (text.kind !== 'text') continue;
    const { disk, prefixes, problems } = readXlDisk(text.text);
    const { vdev = '', target = '', format } = disk;
    if (problems.length > 0) continue;
    const said = (severity: 'error' | 'warning', code: XlCode, message: string): void =>
      say({ severity, code, message: `disk ${JSON.stringify(text.text.slice(0, 80))}: ${message}`, range: text.range });
    const device = deviceNumber(vdev);
    if (device === undefined) said('error', 'device', `${vdev} is no device of a guest; write xvda, xvdb, ...`);
    else if (taken.has(device))
      said('error', 'duplicate', `there is a disk ${taken.get(device)} already; give one of them another device`); // prettier-ignore
    else taken.set(device, vdev);
    if (target === '' && !disk.cdrom)
      said('error', 'device', 'it names no target: the file or device with the contents');
    if (prefixes[0] === 'phy' && target !== '' && !isDevice(target) && target.startsWith('/')) said('warning', 'device', `phy: is for devices, but ${target} is none; leave the prefix out`); // prettier-ignore
    if (format !== 'raw' && format !== 'empty')
      said('warning', 'device', `the format ${format} needs QEMU in dom0; raw does not`);
    const loop = /^\/dev\/loop(\d{1,4})$/.exec(target);
    if (loop && context.drives !== undefined && Number(loop[1]) >= context.drives) said('error', 'file', `${target} is no drive of the lab, which has ${context.drives}; --drive FILE makes one of a file`); // prettier-ignore
  }
};

const interfaces: Rule = ({ settings, say }) => {
  const value = settings.valueOf('vif');
  if (value?.kind !== 'list') return;
  const taken = new Set<string>();
  for (const text of value.values) {
    const mac = text.kind === 'text' ? readXlVif(text.text).vif.mac : undefined;
    if (!mac) continue;
    const written = mac.map(byte => byte.toString(16).padStart(2, '0')).join(':');
    if (mac[0]! & 1) say({ severity: 'error', code: 'device', message: `vif: ${written} is the address of a group: the first byte must be even`, range: text.range }); // prettier-ignore
    if (taken.has(written)) say({ severity: 'error', code: 'duplicate', message: `vif: there is an interface with ${written} already; give one of them another address`, range: text.range }); // prettier-ignore
    taken.add(written);
  }
};

const duplicates: Rule = ({ settings, say }) => {
  for (const key of ['irqs', 'iomem', 'dtdev']) {
    const value = settings.valueOf(key);
    if (value?.kind !== 'list') continue;
    const taken = new Set<string>();
    for (const one of value.values) {
      if (one.kind !== 'text') continue;
      if (taken.has(one.text)) say({ severity: 'warning', code: 'duplicate', message: `${key} has ${one.text} twice`, range: one.range }); // prettier-ignore
      taken.add(one.text);
    }
  }
};

const files: Rule = ({ settings, context, say }) => {
  if (!context.look) return;
  for (const { key, path, range } of filesOf(settings)) {
    const facts = isDevice(path) ? undefined : context.look(path);
    if (!facts) continue;
    const said = (severity: XlProblem['severity'], code: XlCode, message: string): void =>
      say({ severity, code, message: `${key}: ${message}`, range });
    if (facts.kind === 'missing') {
      const elsewhere = isElsewhere(path) && !context.wholeRoot;
      said(elsewhere ? 'warning' : 'error', 'file', `there is no ${path}${elsewhere ? ' here; see that dom0 has it' : '; check the path'}`); // prettier-ignore
    } else if (facts.kind === 'folder') said('error', 'file', `${path} is a folder, but a file is wanted`);
    else if (facts.size === 0) said('error', 'file', `${path} is empty`);
    else if (key === 'kernel') kernel(path, facts, context, said);
    else if (key === 'disk' && facts.size % 512 !== 0) said('warning', 'file', `${path} has ${facts.size} bytes, no whole number of blocks of 512`); // prettier-ignore
  }
};

function kernel(
  path: string,
  { image, description, appendedTree }: Extract<FileFacts, { kind: 'file' }>,
  { guestTree }: CheckContext,
  said: (severity: XlProblem['severity'], code: XlCode, message: string) => void,
): void {
  if (image === 'other') return said('error', 'kernel', `${path}: ${description ?? 'this is no kernel'}, but a domain starts from a zImage, or an Image of arm64; give arch/arm/boot/zImage`); // prettier-ignore
  if (appendedTree === undefined) return;
  if (guestTree === 'kernel' && appendedTree === 'none') said('error', 'kernel-tree', `${path} has no device tree behind it, and this setup gives the guest none; append one: cat zImage xenvm-4.2.dtb`); // prettier-ignore
  else if (appendedTree === 'other') said('warning', 'kernel-tree', `the device tree behind ${path} is none of a guest of Xen; a kernel with ARM_APPENDED_DTB takes it all the same, and crashes: leave it out`); // prettier-ignore
  else if (guestTree !== 'kernel' && appendedTree === 'of a guest') said('information', 'kernel-tree', `a kernel with ARM_APPENDED_DTB takes the device tree behind ${path} in place of the one that libxl makes; their memory has to be the same`); // prettier-ignore
}

export const RULES: readonly Rule[] = [keys, kinds, lineEnds, memory, processors, name, disks, interfaces, duplicates, files]; // prettier-ignore
