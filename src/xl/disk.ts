// A disk of a domain: what xl reads in its text, and what of it the built-in toolstack can give a guest.
import { DISK_FLAGS, DISK_FORMATS, DISK_PARAMETERS, DiskWords, type XlDisk } from './disk-words';
import { insist, SpecificationError, type SpecificationProblem } from './specification';

export { DISK_FLAGS, DISK_FORMATS, DISK_PARAMETERS, type XlDisk };

export interface ReadDisk {
  readonly disk: XlDisk;
  /** Old prefixes of the target, as `phy` and `file`. */
  readonly prefixes: readonly string[];
  readonly problems: readonly SpecificationProblem[];
}

/** Reads the text of a disk as xl does. */
export function readXlDisk(specification: string): ReadDisk {
  const words = new DiskWords(specification);
  const { disk, prefixes, problems } = words;
  const whole = (message: string): void =>
    void problems.push({ severity: 'error', message, start: 0, end: specification.length });
  disk.format ??= 'raw';
  if (disk.cdrom) {
    disk.readWrite = false;
    if (!disk.target) disk.format = 'empty';
  }
  if (problems.length > 0) return { disk, prefixes, problems };
  if (disk.vdev === undefined) whole('it names no device for the guest; write TARGET,raw,xvda,rw');
  else if (disk.target === undefined && !disk.cdrom) whole('it names no target: the file or device with the contents');
  return { disk, prefixes, problems };
}

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

/** A disk that the built-in toolstack can make. @throws SpecificationError */
export function parseDisk(text: string): DiskSpecification {
  const { disk, prefixes, problems } = readXlDisk(text);
  insist(problems);
  const { vdev = '', format, specification, cdrom, target = '', readWrite } = disk;
  if (format !== 'raw' && format !== 'empty')
    throw new SpecificationError(`the format ${format} needs QEMU in dom0; convert the disk to raw (qemu-img convert)`);
  if (specification === 'virtio')
    throw new SpecificationError(`the specification virtio needs a device model in dom0; leave it out`);
  if (target === '' && !cdrom) throw new SpecificationError('it names no target: the file or device with the contents');
  const device = deviceNumber(vdev);
  if (device === undefined) throw new SpecificationError(`${vdev} is no device of a guest; write xvda, xvdb, ...`);
  const said = prefixes.find(prefix => prefix === 'phy' || prefix === 'file');
  const type = said ?? (target.startsWith('/dev/') ? 'phy' : 'file');
  return { target, vdev, device, cdrom, readOnly: !readWrite, type: type === 'phy' ? 'phy' : 'file' };
}

const LETTERS = /^(xvd|hd|sd)([a-z]{1,6})(\d{0,4})$/;
const NUMBERED = /^d(\d{1,9})(?:p(\d{1,9}))?$/;

/** a to z, then aa as Linux counts. */
const ordinal = (letters: string): number =>
  [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 96, 0) - 1;

/** Disks and partitions beyond sixteen have numbers of another form. */
function xenNumber(disk: number, partition: number): number | undefined {
  if (disk < 16 && partition < 16) return (202 << 8) | (disk << 4) | partition;
  return disk < 1 << 20 && partition < 256 ? (1 << 28) | (disk << 8) | partition : undefined;
}

/** Number of a device of the guest; undefined when there is none of this name. */
export function deviceNumber(vdev: string): number | undefined {
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
