// A disk of a domain, as xl reads it (Xen, docs/man/xl-disk-configuration.5, tools/libs/util/libxlu_disk_l.l).
import { SpecificationError, type Word, wordsOf } from './specification';

export interface DiskSpecification {
  /** A device or a file of the backend's domain; empty for a drive without a medium. */
  readonly target: string;
  /** As in the configuration, for example `xvda`. */
  readonly vdev: string;
  /** The number that frontends know it by (Xen, docs/man/xen-vbd-interface.7). */
  readonly device: number;
  readonly readOnly: boolean;
  readonly cdrom: boolean;
  /** What the target is: `phy:` and `file:` in front of it say so, else its path does. */
  readonly type: 'phy' | 'file';
}

const POSITIONS = ['target', 'format', 'vdev', 'access'] as const;
type Key = (typeof POSITIONS)[number] | 'devtype' | 'backendtype' | 'backend' | 'script' | 'specification';
const KEYS: readonly string[] = [...POSITIONS, 'devtype', 'backendtype', 'backend', 'script', 'specification'];
/** Those that change nothing about what is read and written here. */
const FLAGS = ['direct-io-safe', 'discard', 'no-discard', 'trusted', 'untrusted'];
/** Old prefixes of a target: what they make of the words behind it. */
const PREFIX = /^(raw|phy|file|tap2?|tapdisk|aio|ioemu|qcow2?|vhd|iscsi|nbd|enbd|drbd):(.*)$/;
const MEANINGLESS = ['phy', 'file', 'tap', 'tap2', 'tapdisk', 'aio', 'ioemu'];
const FORMATS = ['raw', 'qcow', 'qcow2', 'vhd', 'qed', 'empty'];
const ACCESS: Readonly<Record<string, boolean>> = { r: true, ro: true, w: false, rw: false };

/** @throws SpecificationError */
export function parseDisk(specification: string): DiskSpecification {
  const found = new Map<Key, string>();
  const set = (key: Key, value: string): void => {
    if (found.has(key)) throw new SpecificationError(`${key} is said twice; say it once`);
    found.set(key, value);
  };
  let cdrom = false;
  let type: 'phy' | 'file' | undefined;
  const { words, rest } = untilTarget(specification);
  let position = 0;
  words.forEach(({ key, value }, index) => {
    if (key === undefined && value === 'cdrom') cdrom = true;
    else if (key === undefined && FLAGS.includes(value)) return;
    else if (key !== undefined && KEYS.includes(key)) set(key as Key, value);
    else if (key !== undefined)
      throw new SpecificationError(`there is no parameter ${key}; there are ${KEYS.join(', ')}`);
    else {
      const [, prefix, target] = (index === 0 && PREFIX.exec(value)) || [];
      if (prefix !== undefined) {
        if (!MEANINGLESS.includes(prefix) && prefix !== 'raw') set('format', prefix);
        if (prefix === 'phy' || prefix === 'file') type = prefix;
        set('target', target!);
        position = 2; // the format is said
        return;
      }
      const name = POSITIONS[position++];
      if (name === undefined)
        throw new SpecificationError('there are more than four words without a name; take one away');
      if (value !== '' && !(name === 'target' && found.has('target'))) set(name, value);
    }
  });
  if (rest !== undefined) set('target', rest);
  return settle(found, cdrom, type);
}

/** `target=` takes the rest, commas and all. */
function untilTarget(specification: string): { words: Word[]; rest: string | undefined } {
  const at = /(^|,)\s*target\s*=\s*/.exec(specification);
  if (!at) return { words: wordsOf(specification), rest: undefined };
  const before = specification.slice(0, at.index);
  return {
    words: before.trim() === '' ? [] : wordsOf(before),
    rest: specification.slice(at.index + at[0].length).trim(),
  };
}

function settle(found: ReadonlyMap<Key, string>, cdromFlag: boolean, type?: 'phy' | 'file'): DiskSpecification {
  let vdev = found.get('vdev') ?? '';
  let cdrom = cdromFlag || found.get('devtype') === 'cdrom';
  const old = /^(.*):(cdrom|disk)$/.exec(vdev);
  if (old) {
    vdev = old[1]!;
    cdrom ||= old[2] === 'cdrom';
  }
  if (vdev === '') throw new SpecificationError('it names no device for the guest; write TARGET,raw,xvda,rw');
  const format = found.get('format') ?? 'raw';
  if (!FORMATS.includes(format)) throw new SpecificationError(`${format} is no format of disks; write raw`);
  if (format !== 'raw' && format !== 'empty')
    throw new SpecificationError(`the format ${format} needs QEMU in dom0; convert the disk to raw (qemu-img convert)`);
  const specification = found.get('specification');
  if (specification !== undefined && specification !== 'xen')
    throw new SpecificationError(`the specification ${specification} needs a device model in dom0; leave it out`);
  const access = found.get('access') ?? (cdrom ? 'ro' : 'rw');
  if (!(access in ACCESS)) throw new SpecificationError(`${access} is no access; write rw or ro`);
  const target = found.get('target') ?? '';
  if (target === '' && !cdrom) throw new SpecificationError('it names no target: the file or device with the contents');
  return {
    ...{ target, vdev, device: deviceNumber(vdev), cdrom },
    readOnly: cdrom || ACCESS[access]!,
    type: type ?? (target.startsWith('/dev/') ? 'phy' : 'file'),
  };
}

const LETTERS = /^(xvd|hd|sd)([a-z]+)(\d*)$/;
const NUMBERED = /^d(\d+)(?:p(\d+))?$/;

/** a to z, then aa as Linux counts. */
const ordinal = (letters: string): number =>
  [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 96, 0) - 1;

/** Disks and partitions beyond sixteen have numbers of another form. */
function xenNumber(disk: number, partition: number): number | undefined {
  if (disk < 16 && partition < 16) return (202 << 8) | (disk << 4) | partition;
  return disk < 1 << 20 && partition < 256 ? (1 << 28) | (disk << 8) | partition : undefined;
}

/** @throws SpecificationError */
function deviceNumber(vdev: string): number {
  const number = known(vdev);
  if (number === undefined) throw new SpecificationError(`${vdev} is no device of a guest; write xvda, xvdb, ...`);
  return number;
}

function known(vdev: string): number | undefined {
  if (/^\d{1,9}$/.test(vdev)) return Number(vdev);
  const [, d, p = '0'] = NUMBERED.exec(vdev) ?? [];
  if (d !== undefined) return xenNumber(Number(d), Number(p));
  const [, kind, letters, digits] = LETTERS.exec(vdev) ?? [];
  if (kind === undefined) return undefined;
  const disk = ordinal(letters!);
  const partition = digits === '' ? 0 : Number(digits);
  if (kind === 'xvd') return xenNumber(disk, partition);
  if (kind === 'sd') return disk < 16 && partition < 16 ? (8 << 8) | (disk << 4) | partition : undefined;
  if (disk > 3 || partition > 63) return undefined;
  return ((disk < 2 ? 3 : 22) << 8) | ((disk & 1) << 6) | partition;
}
