// The words of a disk's text as xl cuts them (Xen, docs/man/xl-disk-configuration.5, tools/libs/util/libxlu_disk_l.l): at
// every place the pattern that reaches farthest, and of equals the first.
import type { SpecificationProblem } from './specification';

export const DISK_FORMATS = ['raw', 'qcow', 'qcow2', 'vhd', 'qed', 'empty'] as const;
export const DISK_BACKENDS = ['phy', 'tap', 'qdisk', 'standalone'] as const;
export const DISK_SPECIFICATIONS = ['xen', 'virtio'] as const;
export type DiskFormat = (typeof DISK_FORMATS)[number];

/** Names of parameters with a text behind them, and what they are called in {@link XlDisk}. */
const TEXTS = {
  backend: 'backend',
  vdev: 'vdev',
  script: 'script',
  'colo-host': 'coloHost',
  'colo-export': 'coloExport',
  'active-disk': 'activeDisk',
  'hidden-disk': 'hiddenDisk',
} as const;
const FLAGS = {
  discard: ['discard', true],
  'no-discard': ['discard', false],
  colo: ['colo', true],
  'no-colo': ['colo', false],
} as const;

/** For completion: everything with = behind it, and everything without. */
export const DISK_PARAMETERS = ['target', 'format', 'access', 'devtype', 'backendtype', 'specification', 'colo-port', ...Object.keys(TEXTS)]; // prettier-ignore
export const DISK_FLAGS = ['cdrom', 'direct-io-safe', ...Object.keys(FLAGS)];

export interface XlDisk {
  /** A file or device of the backend's domain. */
  readonly target?: string;
  /** What the guest calls it. */
  readonly vdev?: string;
  readonly format?: DiskFormat;
  readonly readWrite: boolean;
  readonly cdrom: boolean;
  readonly backend?: string;
  readonly backendType?: (typeof DISK_BACKENDS)[number];
  readonly specification?: (typeof DISK_SPECIFICATIONS)[number];
  readonly script?: string;
  readonly directIoSafe?: true;
  readonly discard?: boolean;
  readonly colo?: boolean;
  readonly coloHost?: string;
  readonly coloPort?: number;
  readonly coloExport?: string;
  readonly activeDisk?: string;
  readonly hiddenDisk?: string;
}

type Draft = { -readonly [K in keyof XlDisk]: XlDisk[K] };

interface Rule {
  /** When it has a group, that is what is taken, and the rest only has to be there. */
  readonly pattern: RegExp;
  readonly act: (words: DiskWords, taken: string) => void;
}

/** Takes the comma from the end of a word. */
const bare = (word: string): string => (word.endsWith(',') ? word.slice(0, -1) : word);
const behindEquals = (word: string): string => bare(word.slice(word.indexOf('=') + 1));
const withValue = (name: string, act: (words: DiskWords, value: string) => void): Rule => ({
  pattern: new RegExp(`${name}=[^,]*,?`, 'y'),
  act: (words, taken) => act(words, behindEquals(taken)),
});
const flag = (name: string, act: (draft: Draft) => void): Rule => ({
  pattern: new RegExp(`${name},?`, 'y'),
  act: ({ disk }) => act(disk),
});
const prefix = (names: string, act?: (words: DiskWords, name: string) => void): Rule => ({
  pattern: new RegExp(`((?:${names}):).*`, 'y'),
  act: (words, taken) => {
    words.prefixes.push(taken.slice(0, -1));
    act?.(words, taken.slice(0, -1));
  },
});

const RULES: readonly Rule[] = [
  { pattern: /([ \t\n]+)(?:[^ \t\n].*)?/y, act: () => undefined },
  withValue('format', (words, value) => words.format(value)),
  flag('cdrom', disk => (disk.cdrom = true)),
  flag('devtype=cdrom', disk => (disk.cdrom = true)),
  flag('devtype=disk', disk => (disk.cdrom = false)),
  withValue('devtype', (words, value) => words.fail(`devtype is ${quoted(value)}, but it can be cdrom or disk`)),
  withValue('access', (words, value) => words.access(value)),
  withValue('backendtype', (words, value) => words.choice('backendType', 'backendtype', value, DISK_BACKENDS)),
  withValue('specification', (words, value) => words.choice('specification', 'specification', value, DISK_SPECIFICATIONS)), // prettier-ignore
  ...Object.entries(TEXTS).map(([name, member]) => withValue(name, (words, value) => words.text(member, name, value))),
  flag('direct-io-safe', disk => (disk.directIoSafe = true)),
  ...Object.entries(FLAGS).map(([name, [member, value]]) => flag(name, disk => (disk[member] = value))),
  withValue('colo-port', (words, value) => words.coloPort(value)),
  { pattern: /target=.*/y, act: (words, taken) => words.text('target', 'target', behindEquals(taken)) },
  {
    pattern: /[a-z][-a-z0-9]*=[^,],?/y,
    act: (words, taken) => words.unknown(taken.slice(0, taken.indexOf('='))),
  },
  prefix('raw|qcow2?|vhd', (words, name) => words.format(name)),
  prefix('iscsi|e?nbd|drbd', (words, name) => words.text('script', 'script', `block-${name}`)),
  prefix('tapdisk|tap2?|aio|ioemu|file|phy'),
  {
    pattern: /([a-z][a-z0-9]*:)(?:[^a-z0-9].*)?/y,
    act: (words, taken) => words.end(`there is no prefix ${taken}; write TARGET,FORMAT,VDEV,ACCESS, for example /dev/loop0,raw,xvda,rw`), // prettier-ignore
  },
  { pattern: /[^=,]*,/y, act: (words, taken) => words.position(bare(taken)) },
  { pattern: /[^=,]+,?/y, act: (words, taken) => words.position(bare(taken)) },
];

const quoted = (text: string): string => JSON.stringify(text.slice(0, 40));

/** Reads the words of one disk into what they say. */
export class DiskWords {
  readonly disk: Draft = { readWrite: true, cdrom: false };
  /** Old prefixes of the target, in order. */
  readonly prefixes: string[] = [];
  readonly problems: SpecificationProblem[] = [];
  private accessIsSet = false;
  private at = 0;
  private start = 0;

  constructor(private readonly specification: string) {
    while (this.at < specification.length) this.next();
  }

  private next(): void {
    let best: { rule: Rule; taken: string; reach: number } | undefined;
    for (const rule of RULES) {
      rule.pattern.lastIndex = this.at;
      const found = rule.pattern.exec(this.specification);
      if (found && found[0].length > (best?.reach ?? 0))
        best = { rule, taken: found[1] ?? found[0], reach: found[0].length };
    }
    this.start = this.at;
    if (!best) return this.misfit();
    this.at += best.taken.length;
    best.rule.act(this, best.taken);
  }

  private misfit(): void {
    const rest = this.specification.slice(this.at);
    const name = /[^,]*$/.exec(this.specification.slice(0, this.at))![0].trim();
    this.at = this.specification.length;
    this.fail(
      name === '' ? `${quoted(rest)} cannot stand here` : `there is no parameter ${name}; names are in lower case, with = right behind them`, // prettier-ignore
    );
  }

  /** A word without a name: target, format, vdev and access in this order. */
  position(word: string): void {
    const { disk, prefixes } = this;
    if (this.problems.length > 0) return; // what follows a mistake may be only its consequence
    if (disk.target === undefined) this.text('target', 'target', word);
    else if (prefixes.length === 0 && disk.format === undefined) {
      if (disk.target === '' && this.oldDevice(word)) disk.format = 'empty';
      else this.format(word);
    } else if (disk.vdev === undefined) {
      if (!this.oldDevice(word)) disk.vdev = word;
    } else if (!this.accessIsSet) {
      this.accessIsSet = true;
      this.access(word);
    } else this.end('there are more than four words without a name; take one away');
  }

  /** VDEV:cdrom and VDEV:disk. */
  private oldDevice(word: string): boolean {
    const colon = word.lastIndexOf(':');
    if (colon < 0) return false;
    this.text('vdev', 'vdev', word.slice(0, colon));
    const kind = word.slice(colon + 1);
    if (kind === 'cdrom' || kind === 'disk') this.disk.cdrom = kind === 'cdrom';
    else this.fail(`${quoted(kind)} is no kind of device; write cdrom or disk`);
    return true;
  }

  text(member: 'target' | (typeof TEXTS)[keyof typeof TEXTS], name: string, value: string): void {
    if (this.disk[member]) this.fail(`${name} is said twice; say it once`);
    else this.disk[member] = value;
  }

  format(value: string): void {
    this.choice('format', 'format', value === '' ? 'raw' : value, DISK_FORMATS);
  }

  choice<M extends 'format' | 'backendType' | 'specification'>(
    member: M,
    name: string,
    value: string,
    choices: readonly NonNullable<XlDisk[M]>[],
  ): void {
    const one = choices.find(choice => choice === value);
    if (one === undefined) this.fail(`${name} is ${quoted(value)}, but it can be ${choices.join(', ')}`);
    else if (this.disk[member] !== undefined && this.disk[member] !== one)
      this.fail(`${name} is said twice; say it once`);
    else this.disk[member] = one;
  }

  access(value: string): void {
    if (value === 'r' || value === 'ro') this.disk.readWrite = false;
    else if (value === '' || value === 'w' || value === 'rw') this.disk.readWrite = true;
    else this.fail(`${quoted(value)} is no access; write rw or ro`);
  }

  coloPort(value: string): void {
    const port = parseInt(value, 10) || 0;
    if (port === 0) this.fail('colo-port is a number, and not 0');
    else this.disk.coloPort = port;
  }

  unknown(name: string): void {
    this.fail(`there is no parameter ${name}; there are ${DISK_PARAMETERS.join(', ')}`);
  }

  fail(message: string): void {
    this.problems.push({ severity: 'error', message, start: this.start, end: Math.max(this.at, this.start) });
  }

  /** A mistake behind which nothing is read any more. */
  end(message: string): void {
    this.fail(message);
    this.at = this.specification.length;
  }
}
