// cpio archives of the "newc" kind, which initial RAM disks are (Linux, Documentation/driver-api/early-userspace).
import { alignUp, Bytes, concat, text } from './bytes';
import { describe } from './identify';

/** The type bits of a mode. */
export const MODE = { directory: 0o040000, file: 0o100000, link: 0o120000, device: 0o020000 } as const;

export interface CpioEntry {
  /** Path without a leading slash. */
  readonly name: string;
  /** Type and permissions, as in stat(2). */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly modified: number;
  /** Of the device that a device file stands for. */
  readonly major: number;
  readonly minor: number;
  /** A file's content, or the target of a symbolic link. */
  readonly body: Uint8Array;
}

const MAGIC = '070701';
/** The same with a checksum, which no kernel verifies. */
const MAGIC_WITH_CHECKSUM = '070702';
const HEADER = 110;
const TRAILER = 'TRAILER!!!';
const LONGEST_NAME = 4096;

/** Header fields of eight hexadecimal digits after the magic. */
const FIELD = {
  inode: 0,
  mode: 1,
  uid: 2,
  gid: 3,
  links: 4,
  modified: 5,
  size: 6,
  deviceMajor: 7,
  deviceMinor: 8,
  major: 9,
  minor: 10,
  nameSize: 11,
} as const;

/**
 * All entries in order. Several archives one after another, with zeros between them, are read as one, as the kernel
 * does; a compressed archive has to be unpacked first.
 */
export function readCpio(data: Uint8Array, file: string): CpioEntry[] {
  const bytes = new Bytes(data, file);
  const entries: CpioEntry[] = [];
  const hardLinks = new Map<string, number[]>();
  if (data.length === 0) throw bytes.error('image.magic', 0, `no cpio archive here: ${describe(data)}`);
  for (let at = 0; at < data.length;) {
    if (data[at] === 0) {
      at++;
      continue;
    }
    const { entry, identity, end } = readEntry(bytes, at);
    at = end;
    if (entry.name === TRAILER) hardLinks.clear();
    else if (identity === undefined) entries.push(entry);
    else linkBodies(entries, entry, hardLinks, identity);
  }
  return entries;
}

/** Of hard links to one file only the last carries the content. */
function linkBodies(entries: CpioEntry[], entry: CpioEntry, hardLinks: Map<string, number[]>, identity: string): void {
  const others = hardLinks.get(identity) ?? [];
  if (entry.body.length > 0) {
    for (const index of others) entries[index] = { ...entries[index]!, body: entry.body };
    others.length = 0;
  } else others.push(entries.length);
  hardLinks.set(identity, others);
  entries.push(entry);
}

function readEntry(bytes: Bytes, at: number): { entry: CpioEntry; identity: string | undefined; end: number } {
  const header = text(bytes.slice(at, HEADER, 'a cpio header'));
  if (!header.startsWith(MAGIC) && !header.startsWith(MAGIC_WITH_CHECKSUM)) {
    const found = at === 0 ? `: ${describe(bytes.data)}` : '';
    throw bytes.error('image.magic', at, `no cpio magic ${MAGIC} here${found}`, 'give an initramfs in the newc format');
  }
  const field = (index: number): number => {
    const digits = header.slice(6 + index * 8, 14 + index * 8);
    if (!/^[0-9a-f]{8}$/i.test(digits)) {
      throw bytes.error('image.corrupt', at + 6 + index * 8, 'a cpio field is not a hexadecimal number');
    }
    return parseInt(digits, 16);
  };
  const nameSize = field(FIELD.nameSize);
  if (nameSize === 0 || nameSize > LONGEST_NAME) {
    throw bytes.error('image.corrupt', at, `a cpio name of ${nameSize} bytes`);
  }
  const name = text(bytes.slice(at + HEADER, nameSize, 'a cpio name'));
  // Entries start at multiples of four, so alignment may be counted from there.
  const bodyAt = at + alignUp(HEADER + nameSize, 4);
  const size = field(FIELD.size);
  const body = bytes.slice(bodyAt, size, `the content of ${name}`);
  const entry = {
    name: name.replace(/^(\.?\/)+/, ''),
    mode: field(FIELD.mode),
    uid: field(FIELD.uid),
    gid: field(FIELD.gid),
    modified: field(FIELD.modified),
    major: field(FIELD.major),
    minor: field(FIELD.minor),
    body,
  };
  const linked = field(FIELD.links) > 1 && (entry.mode & MODE.file) !== 0;
  const identity = linked ? [FIELD.deviceMajor, FIELD.deviceMinor, FIELD.inode].map(field).join() : undefined;
  return { entry, identity, end: Math.min(bodyAt + alignUp(size, 4), bytes.length) };
}

const NOTHING = new Uint8Array();

/** Builds an archive. Directories are made as they are needed, owned by root, with no times: equal input, equal bytes. */
export class CpioWriter {
  private readonly parts: Uint8Array[] = [];
  private readonly directories = new Set<string>();
  private inode = 1;

  /** A directory and those above it. */
  directory(path: string): this {
    const names = path.split('/');
    for (let depth = 1; depth <= names.length; depth++) {
      const directory = names.slice(0, depth).join('/');
      if (directory === '' || this.directories.has(directory)) continue;
      this.directories.add(directory);
      this.entry(directory, MODE.directory | 0o755, NOTHING);
    }
    return this;
  }

  /** @param permissions of the file, for example 0o755 */
  file(path: string, body: Uint8Array, permissions = 0o755): this {
    return this.parent(path).entry(path, MODE.file | permissions, body);
  }

  link(path: string, target: string): this {
    return this.parent(path).entry(path, MODE.link | 0o777, new TextEncoder().encode(target));
  }

  /** A character device. */
  device(path: string, major: number, minor: number): this {
    return this.parent(path).entry(path, MODE.device | 0o600, NOTHING, major, minor);
  }

  /** The archive with its trailer, padded to 512 bytes. */
  bytes(): Uint8Array {
    const parts = [...this.parts, ...padded(encode(TRAILER, this.inode, 0, NOTHING, 0, 0))];
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    return concat([...parts, new Uint8Array(alignUp(length, 512) - length)]);
  }

  private parent(path: string): this {
    const slash = path.lastIndexOf('/');
    return slash < 0 ? this : this.directory(path.slice(0, slash));
  }

  private entry(name: string, mode: number, body: Uint8Array, major = 0, minor = 0): this {
    this.parts.push(...padded(encode(name, this.inode++, mode, body, major, minor)));
    return this;
  }
}

function encode(
  name: string,
  inode: number,
  mode: number,
  body: Uint8Array,
  major: number,
  minor: number,
): Uint8Array[] {
  const encoded = new TextEncoder().encode(`${name}\0`);
  // inode, mode, uid, gid, links, time, size, two of the containing device, two of this device, name size, checksum
  const fields = [inode, mode, 0, 0, 1, 0, body.length, 0, 0, major, minor, encoded.length, 0];
  const header = MAGIC + fields.map(field => field.toString(16).toUpperCase().padStart(8, '0')).join('');
  return [concat([new TextEncoder().encode(header), encoded]), body];
}

/** Header with name, and body, each filled up to a multiple of four. */
function padded(parts: readonly Uint8Array[]): Uint8Array[] {
  return parts.flatMap(part => [part, new Uint8Array(alignUp(part.length, 4) - part.length)]);
}
