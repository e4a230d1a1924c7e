// A disk with one FAT16 partition, made of files: what a directory becomes as an SD card. Facts of the format: Microsoft,
// "FAT: General Overview of On-Disk Format" 1.03. Everything is deterministic: equal files make equal disks.
import { alignUp } from './bytes';
import { fatName, longNameEntries, type ShortName } from './fat-names';
import { ImageError, oneLine, size } from './error';

/** A file of the new disk. Directories come into being by the paths of their files. */
export interface FatFile {
  /** With `/` between its parts, and none in front. */
  readonly path: string;
  readonly data: Uint8Array;
}

const SECTOR = 512;
const MIB = 1 << 20;
/** Partitions begin at 1 MiB, as partitioning tools have it. */
const PARTITION_START = 2048;
const PARTITION_TYPE_FAT16_LBA = 0x0e;
const ENTRY = 32;
const ATTRIBUTE = { directory: 0x10, archive: 0x20 } as const;
/** 2026-01-01, 00:00. */
const DATE = ((2026 - 1980) << 9) | (1 << 5) | 1;
/** By the number of clusters, and by nothing else, a file system is FAT16. */
const LEAST_CLUSTERS = 4085;
const MOST_CLUSTERS = 65524;
const FIRST_CLUSTER = 2;
const END_OF_CHAIN = 0xffff;
const ROOT_ENTRIES = 512;
const FATS = 2;
const MOST_BYTES = 1024 * MIB;
/** Room for what the guest writes. */
const LEAST_FREE = 16 * MIB;
const MOST_DEPTH = 32;

interface Folder {
  readonly children: Map<string, Folder | Uint8Array>;
}

/** Sectors of each part; clusters are counted from {@link FIRST_CLUSTER}. */
interface Geometry {
  readonly sectorsPerCluster: number;
  readonly clusters: number;
  readonly fatSectors: number;
  readonly fatStart: number;
  readonly rootStart: number;
  readonly dataStart: number;
  readonly total: number;
}

/**
 * Makes the disk.
 * @returns its bytes, a multiple of 4 MiB
 * @throws ImageError when the files are too many or too large, or a name cannot be written
 */
export function buildFatDisk(files: readonly FatFile[]): Uint8Array {
  const root = folderOf(files);
  const used = files.reduce((sum, { data }) => sum + data.length, 0);
  if (used > MOST_BYTES)
    throw new ImageError('image.tooLarge', `${size(used)} of files do not fit on a card of ${size(MOST_BYTES)}`);
  const writer = new Writer(geometryFor(root));
  writer.write(root);
  return writer.disk;
}

function folderOf(files: readonly FatFile[]): Folder {
  const root: Folder = { children: new Map() };
  for (const { path, data } of files) {
    const parts = path.split('/');
    const name = parts.pop()!;
    if (parts.length > MOST_DEPTH) throw unwritable(path, `folders are more than ${MOST_DEPTH} deep`);
    let folder = root;
    for (const part of parts) {
      const next = folder.children.get(part) ?? { children: new Map() };
      if (next instanceof Uint8Array) throw unwritable(path, `${part} is a file and a folder`);
      folder.children.set(part, next);
      folder = next;
    }
    if (folder.children.has(name)) throw unwritable(path, 'there are two of this name');
    folder.children.set(name, data);
  }
  return root;
}

const unwritable = (path: string, why: string): ImageError =>
  new ImageError('image.unsupported', `${oneLine(path)}: ${why}`, { remedy: 'rename it, or leave it out' });

/** The smallest cluster that does; with 2 KiB or more, as cards have. */
function geometryFor(root: Folder): Geometry {
  for (let sectorsPerCluster = 4; sectorsPerCluster <= 64; sectorsPerCluster *= 2) {
    const bytes = sectorsPerCluster * SECTOR;
    const needed = clustersOf(root, bytes) + Math.ceil(LEAST_FREE / bytes);
    if (needed > MOST_CLUSTERS) continue;
    return layOut(sectorsPerCluster, Math.max(LEAST_CLUSTERS + 16, needed));
  }
  throw new ImageError('image.tooLarge', 'the files do not fit on a FAT16 card', { remedy: 'leave some out' });
}

/** Clusters of all below a folder; the root has its own place. */
function clustersOf(folder: Folder, clusterBytes: number): number {
  let clusters = 0;
  for (const child of folder.children.values()) {
    if (child instanceof Uint8Array) clusters += Math.ceil(child.length / clusterBytes);
    else clusters += Math.ceil(directoryBytes(child) / clusterBytes) + clustersOf(child, clusterBytes);
  }
  return clusters;
}

/** At most: every name with all its long entries, and `.`, `..` and the end. */
function directoryBytes({ children }: Folder): number {
  let entries = 3;
  for (const name of children.keys()) entries += 2 + Math.ceil(name.length / 13);
  return entries * ENTRY;
}

function layOut(sectorsPerCluster: number, least: number): Geometry {
  const fixed = 1 + (ROOT_ENTRIES * ENTRY) / SECTOR;
  const fatSectors = Math.ceil(((MOST_CLUSTERS + FIRST_CLUSTER) * 2) / SECTOR);
  const sectors = fixed + FATS * fatSectors + least * sectorsPerCluster;
  const total = alignUp((PARTITION_START + sectors) * SECTOR, 4 * MIB) / SECTOR;
  const room = total - PARTITION_START - fixed - FATS * fatSectors;
  const fatStart = PARTITION_START + 1;
  const rootStart = fatStart + FATS * fatSectors;
  return {
    sectorsPerCluster,
    clusters: Math.min(MOST_CLUSTERS, Math.floor(room / sectorsPerCluster)),
    fatSectors,
    fatStart,
    rootStart,
    dataStart: rootStart + (ROOT_ENTRIES * ENTRY) / SECTOR,
    total,
  };
}

class Writer {
  readonly disk: Uint8Array;
  private readonly view: DataView;
  private readonly fat: Uint16Array;
  private next = FIRST_CLUSTER;

  constructor(private readonly geometry: Geometry) {
    this.disk = new Uint8Array(geometry.total * SECTOR);
    this.view = new DataView(this.disk.buffer);
    this.fat = new Uint16Array(geometry.clusters + FIRST_CLUSTER);
    this.fat[0] = 0xfff8;
    this.fat[1] = END_OF_CHAIN;
  }

  write(root: Folder): void {
    this.partitionTable();
    this.bootSector();
    const entries = this.directory(root, 0, undefined);
    if (entries.length > ROOT_ENTRIES * ENTRY)
      throw new ImageError('image.tooLarge', 'there are too many files at the top of the card', {
        remedy: 'put some into folders',
      });
    this.disk.set(entries, this.geometry.rootStart * SECTOR);
    for (let copy = 0; copy < FATS; copy++) {
      const at = (this.geometry.fatStart + copy * this.geometry.fatSectors) * SECTOR;
      this.fat.forEach((value, cluster) => this.view.setUint16(at + 2 * cluster, value, true));
    }
  }

  private partitionTable(): void {
    const at = 0x1be;
    this.disk.set([0, 0xfe, 0xff, 0xff, PARTITION_TYPE_FAT16_LBA, 0xfe, 0xff, 0xff], at);
    this.view.setUint32(at + 8, PARTITION_START, true);
    this.view.setUint32(at + 12, this.geometry.total - PARTITION_START, true);
    this.view.setUint16(0x1fe, 0xaa55, true);
  }

  /** BIOS parameter block; the fields in the order of the specification. */
  private bootSector(): void {
    const { sectorsPerCluster, fatSectors, clusters, dataStart } = this.geometry;
    const at = PARTITION_START * SECTOR;
    const { view } = this;
    this.disk.set([0xeb, 0x3c, 0x90], at);
    this.text(at + 3, 'XENLAB', 8);
    view.setUint16(at + 11, SECTOR, true);
    view.setUint8(at + 13, sectorsPerCluster);
    view.setUint16(at + 14, 1, true); // reserved sectors: this one
    view.setUint8(at + 16, FATS);
    view.setUint16(at + 17, ROOT_ENTRIES, true);
    view.setUint8(at + 21, 0xf8); // fixed disk
    view.setUint16(at + 22, fatSectors, true);
    view.setUint16(at + 24, 63, true);
    view.setUint16(at + 26, 255, true);
    view.setUint32(at + 28, PARTITION_START, true);
    view.setUint32(at + 32, dataStart - PARTITION_START + clusters * sectorsPerCluster, true);
    view.setUint8(at + 36, 0x80);
    view.setUint8(at + 38, 0x29); // the three fields that follow are there
    view.setUint32(at + 39, 0x78656e00, true);
    this.text(at + 43, 'NO NAME', 11);
    this.text(at + 54, 'FAT16', 8);
    view.setUint16(at + 0x1fe, 0xaa55, true);
  }

  private text(at: number, text: string, length: number): void {
    [...text.padEnd(length)].forEach((character, i) => this.view.setUint8(at + i, character.charCodeAt(0)));
  }

  /**
   * Writes all below a folder.
   * @param own the folder's first cluster; 0 for the root, which has no `.` and `..`
   * @returns its entries
   */
  private directory({ children }: Folder, own: number, parent: number | undefined): Uint8Array {
    const entries: Uint8Array[] = [];
    if (parent !== undefined) {
      entries.push(entry('.', ATTRIBUTE.directory, own, 0), entry('..', ATTRIBUTE.directory, parent, 0));
    }
    const taken = new Set<string>();
    const folded = new Set<string>();
    for (const [name, child] of children) {
      if (folded.has(name.toLowerCase()))
        throw unwritable(name, 'FAT takes it for another name, which differs in case only');
      folded.add(name.toLowerCase());
      const short = fatName(name, taken) ?? fail(name);
      entries.push(...longNameEntries(name, short));
      if (child instanceof Uint8Array) {
        entries.push(entry(short.packed, ATTRIBUTE.archive, this.store(child), child.length));
      } else {
        const first = this.allocate(directoryBytes(child));
        this.fill(first, this.directory(child, first, own));
        entries.push(entry(short.packed, ATTRIBUTE.directory, first, 0));
      }
    }
    const all = new Uint8Array(entries.length * ENTRY);
    entries.forEach((one, i) => all.set(one, i * ENTRY));
    return all;
  }

  private store(data: Uint8Array): number {
    if (data.length === 0) return 0;
    const first = this.allocate(data.length);
    this.fill(first, data);
    return first;
  }

  /** A chain for `bytes`; clusters are given out in order, so it is contiguous. */
  private allocate(bytes: number): number {
    const first = this.next;
    const count = Math.max(1, Math.ceil(bytes / (this.geometry.sectorsPerCluster * SECTOR)));
    for (let i = 1; i < count; i++) this.fat[first + i - 1] = first + i;
    this.fat[first + count - 1] = END_OF_CHAIN;
    this.next += count;
    return first;
  }

  private fill(first: number, data: Uint8Array): void {
    const { dataStart, sectorsPerCluster } = this.geometry;
    this.disk.set(data, (dataStart + (first - FIRST_CLUSTER) * sectorsPerCluster) * SECTOR);
  }
}

const fail = (name: string): never => {
  throw unwritable(name, 'FAT has no way to write this name');
};

/** @param name 8 and 3 characters filled with blanks, or `.` and `..` */
function entry(name: ShortName['packed'], attributes: number, cluster: number, bytes: number): Uint8Array {
  const all = new Uint8Array(ENTRY);
  const view = new DataView(all.buffer);
  [...name.padEnd(11)].forEach((character, i) => view.setUint8(i, character.charCodeAt(0)));
  view.setUint8(11, attributes);
  for (const at of [16, 18, 24]) view.setUint16(at, DATE, true); // created, read, written
  view.setUint16(26, cluster, true);
  view.setUint32(28, bytes, true);
  return all;
}
