// Flattened device trees (Devicetree Specification v0.4, chapter 5): reads versions 16 and 17, writes version 17.
import { Bytes, align4, viewOf } from './bytes';
import { DtError, type DtCode } from './error';
import { MAX_BLOB, MAX_NAME } from './limits';
import { layoutOfVersion, type BlobOptions, type VersionLayout } from './output/versions';
import { DeviceTree, DtNode, DtProperty, checkDepth, isName, type Reservation } from './tree';

/** The first four bytes, big-endian as all of a blob. */
export const FDT_MAGIC = 0xd00dfeed;

/** Tokens of the structure block (section 5.4.1). */
export const TOKEN = { beginNode: 1, endNode: 2, property: 3, nop: 4, end: 9 } as const;

/** Byte offsets of the header's fields (section 5.2). Version 16 lacks the last one. */
export const HEADER = {
  magic: 0,
  totalsize: 4,
  offDtStruct: 8,
  offDtStrings: 12,
  offMemRsvmap: 16,
  version: 20,
  lastCompVersion: 24,
  bootCpuidPhys: 28,
  sizeDtStrings: 32,
  sizeDtStruct: 36,
} as const;
const HEADER_SIZE_16 = 36;
const HEADER_SIZE_17 = 40;
const RESERVATION_SIZE = 16;

/** What the header says, with every block inside the blob. */
export interface BlobHeader {
  readonly totalSize: number;
  readonly version: number;
  readonly lastCompatibleVersion: number;
  readonly bootCpu: number;
  readonly structure: Block;
  readonly strings: Block;
  readonly reservations: Block;
}

/** A part of a blob: `[start, end)`. */
export interface Block {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads and checks the header alone.
 * @param file the name that errors carry.
 */
export function parseBlobHeader(bytes: Uint8Array, file = 'blob'): BlobHeader {
  const fail = failure(file);
  const view = viewOf(bytes);
  if (bytes.length < HEADER_SIZE_16)
    throw fail('blob-short', bytes.length, `the file has ${bytes.length} bytes, a header has 40; get a whole file`);
  const magic = view.getUint32(HEADER.magic);
  if (magic !== FDT_MAGIC)
    throw fail('blob-magic', 0, `the magic number is ${hex(magic)}, not 0xd00dfeed; this is no .dtb file`);
  const version = view.getUint32(HEADER.version);
  const lastCompatibleVersion = view.getUint32(HEADER.lastCompVersion);
  if (version < 16 || lastCompatibleVersion > 17)
    throw fail(
      'blob-version',
      HEADER.version,
      `version ${version} (compatible back to ${lastCompatibleVersion}) is not 16 or 17; convert it with dtc -I dtb -O dtb`,
    );
  const headerSize = version < 17 ? HEADER_SIZE_16 : HEADER_SIZE_17;
  const totalSize = view.getUint32(HEADER.totalsize);
  if (totalSize > bytes.length)
    throw fail(
      'blob-short',
      HEADER.totalsize,
      `totalsize is ${totalSize}, the file has ${bytes.length} bytes: it was cut short; copy it again`,
    );
  if (totalSize > MAX_BLOB)
    throw fail(
      'tree-large',
      HEADER.totalsize,
      `totalsize is ${totalSize}, the limit is ${MAX_BLOB}; use a smaller tree`,
    );
  if (totalSize < headerSize)
    throw fail('blob-layout', HEADER.totalsize, `totalsize ${totalSize} is less than the header; the file is damaged`);

  const block = (name: string, field: number, alignment: number, size?: number): Block => {
    const start = view.getUint32(field);
    const end = size === undefined ? totalSize : start + size;
    if (start < headerSize || end > totalSize || start > end)
      throw fail(
        'blob-layout',
        field,
        `${name} [${hex(start)}, ${hex(end)}) lies outside the blob; the file is damaged`,
      );
    if (start % alignment !== 0)
      throw fail('blob-layout', field, `${name} ${hex(start)} is not aligned to ${alignment}; the file is damaged`);
    return { start, end };
  };
  const structureSize = version < 17 ? undefined : view.getUint32(HEADER.sizeDtStruct);
  return {
    totalSize,
    version,
    lastCompatibleVersion,
    bootCpu: view.getUint32(HEADER.bootCpuidPhys),
    structure: block('off_dt_struct', HEADER.offDtStruct, 4, structureSize),
    strings: block('off_dt_strings', HEADER.offDtStrings, 1, view.getUint32(HEADER.sizeDtStrings)),
    reservations: block('off_mem_rsvmap', HEADER.offMemRsvmap, 8),
  };
}

/**
 * Reads a whole blob. Bytes past `totalsize` are ignored, so a tree appended to a kernel can be read in place.
 * @param file the name that errors carry.
 * @throws DtError with the byte offset, for anything that is not well-formed.
 */
export function parseBlob(bytes: Uint8Array, file = 'blob'): DeviceTree {
  const header = parseBlobHeader(bytes, file);
  const blob = bytes.subarray(0, header.totalSize);
  const tree = new DeviceTree(new StructureReader(blob, header, file).read());
  tree.bootCpu = header.bootCpu;
  tree.reservations = readReservations(blob, header.reservations, file);
  return tree;
}

/** The strings block of a blob as it is, for one that is to be edited and not written anew. */
export function stringsOf(bytes: Uint8Array): Uint8Array {
  const { strings } = parseBlobHeader(bytes);
  return bytes.slice(strings.start, strings.end);
}

function readReservations(bytes: Uint8Array, { start, end }: Block, file: string): Reservation[] {
  const view = viewOf(bytes);
  const result: Reservation[] = [];
  for (let at = start; at + RESERVATION_SIZE <= end; at += RESERVATION_SIZE) {
    const size = view.getBigUint64(at + 8);
    // Like dtc and libfdt: a size of zero ends the list whatever the address.
    if (size === 0n) return result;
    result.push({ address: view.getBigUint64(at), size, labels: [] });
  }
  throw failure(file)('blob-short', end, 'the memory reservations have no end; the file is damaged');
}

/** Reads the structure block. A loop with a stack, for the depth is the input's. */
class StructureReader {
  private at: number;
  private readonly view: DataView;
  private readonly fail: ReturnType<typeof failure>;
  private readonly names = new Map<number, string>();

  constructor(
    private readonly bytes: Uint8Array,
    private readonly header: BlobHeader,
    file: string,
  ) {
    this.view = viewOf(bytes);
    this.fail = failure(file);
    this.at = header.structure.start;
  }

  read(): DtNode {
    let root: DtNode | undefined;
    let node: DtNode | undefined;
    let depth = 0;
    for (;;) {
      const start = this.at;
      const token = this.word();
      switch (token) {
        case TOKEN.nop:
          break;
        case TOKEN.beginNode: {
          if (root && !node) throw this.fail('blob-structure', start, 'a second root node; the file is damaged');
          checkDepth(++depth, () => this.fail.place(start));
          node = this.beginNode(node, start);
          root ??= node;
          break;
        }
        case TOKEN.property:
          if (!node) throw this.fail('blob-structure', start, 'a property outside of any node; the file is damaged');
          this.property(node, start);
          break;
        case TOKEN.endNode:
          if (!node)
            throw this.fail('blob-structure', start, 'the end of a node that was not begun; the file is damaged');
          node = node.parent;
          depth--;
          break;
        case TOKEN.end:
          if (!root || node)
            throw this.fail('blob-structure', start, 'the tree ends inside a node; the file is damaged');
          return root;
        default:
          throw this.fail('blob-structure', start, `${hex(token)} is no token of a tree; the file is damaged`);
      }
    }
  }

  private word(): number {
    if (this.at + 4 > this.header.structure.end)
      throw this.fail('blob-short', this.at, 'the structure block ends before FDT_END; the file is damaged');
    const value = this.view.getUint32(this.at);
    this.at += 4;
    return value;
  }

  private beginNode(parent: DtNode | undefined, start: number): DtNode {
    const name = this.string(this.at, this.header.structure.end);
    this.at = align4(this.at + name.length + 1);
    // A root's name is empty by the specification; some writers call it "/". It takes part in no path.
    if (!parent) return new DtNode('');
    if (!isName(name, 'node')) throw this.badName('node', name, start);
    if (parent.child(name))
      throw this.fail('duplicate-node', start, `${parent.path} has two nodes ${name}; remove one of them`);
    return parent.add(name);
  }

  private property(node: DtNode, start: number): void {
    const length = this.word();
    const nameOffset = this.word();
    const value = this.at;
    if (length > this.header.structure.end - value)
      throw this.fail(
        'blob-short',
        start + 4,
        `a property of ${length} bytes leaves the structure block; the file is damaged`,
      );
    this.at = align4(value + length);
    const name = this.name(nameOffset, start);
    if (node.property(name))
      throw this.fail('duplicate-property', start, `${node.path} has two properties ${name}; remove one of them`);
    node.put(new DtProperty(name, this.bytes.slice(value, value + length)));
  }

  /** A property's name. Names are shared, so each is read and checked once. */
  private name(offset: number, start: number): string {
    const known = this.names.get(offset);
    if (known !== undefined) return known;
    const { start: strings, end } = this.header.strings;
    if (offset >= end - strings)
      throw this.fail(
        'blob-layout',
        start + 8,
        `the name offset ${hex(offset)} leaves the strings block; the file is damaged`,
      );
    const name = this.string(strings + offset, end);
    if (!isName(name, 'property')) throw this.badName('property', name, strings + offset);
    this.names.set(offset, name);
    return name;
  }

  private string(start: number, end: number): string {
    const limit = Math.min(end, start + MAX_NAME + 1);
    const nul = this.bytes.subarray(start, limit).indexOf(0);
    if (nul < 0)
      throw this.fail('name', start, `a name of more than ${limit - start - 1} bytes has no end; the file is damaged`);
    return String.fromCharCode(...this.bytes.subarray(start, start + nul));
  }

  private badName(kind: string, name: string, offset: number): DtError {
    return this.fail('name', offset, `${JSON.stringify(name)} is no ${kind} name; the file is damaged`);
  }
}

/**
 * Writes a blob in the order and with the sharing of strings that dtc has, so equal trees give equal bytes.
 * @throws DtError when the tree is deeper or larger than the format or this library allows.
 */
export function writeBlob(tree: DeviceTree, options: BlobOptions = {}): Uint8Array {
  const layout = layoutOfVersion(options.version ?? 17);
  const structure = new Bytes();
  const strings = new StringTable(options.strings);
  writeNode(tree.root, 1, structure, strings, layout);
  structure.word(TOKEN.end);

  const reservationsAt = (layout.headerSize + 7) & ~7;
  const reservations = tree.reservations.length + (options.reserve ?? 0) + 1;
  const structureAt = reservationsAt + reservations * RESERVATION_SIZE;
  const stringsAt = structureAt + structure.length;
  const used = stringsAt + strings.bytes.length;
  const size = used + paddingOf(used, options);
  const out = new Bytes();
  // In the order of HEADER.
  for (const field of [FDT_MAGIC, size, structureAt, stringsAt, reservationsAt]) out.word(field);
  out.word(layout.version);
  out.word(layout.lastCompatible);
  if (layout.hasBootCpu) out.word(tree.bootCpu);
  if (layout.hasStringsSize) out.word(strings.bytes.length);
  if (layout.hasStructSize) out.word(structure.length);
  out.zeros(reservationsAt - layout.headerSize);
  for (const { address, size: bytes } of tree.reservations) {
    out.wide(address);
    out.wide(bytes);
  }
  out.zeros((reservations - tree.reservations.length) * RESERVATION_SIZE);
  out.append(structure.done());
  out.append(strings.bytes.done());
  out.zeros(size - used);
  return out.done();
}

function paddingOf(used: number, { minSize = 0, pad = 0, align = 0 }: BlobOptions): number {
  const free = pad > 0 ? pad : Math.max(0, minSize - used);
  return align > 0 ? Math.ceil((used + free) / align) * align - used : free;
}

function writeNode(node: DtNode, depth: number, out: Bytes, strings: StringTable, layout: VersionLayout): void {
  checkDepth(depth, () => ({ kind: 'node', path: node.path }));
  out.word(TOKEN.beginNode);
  out.text(layout.hasFullPaths ? node.path : node.name);
  out.pad(4);
  const put = (name: string, value: Uint8Array, length = value.length): void => {
    out.word(TOKEN.property);
    out.word(length);
    out.word(strings.offset(name));
    if (layout.hasFullPaths && length >= 8) out.pad(8);
    out.append(value);
    out.pad(4);
  };
  for (const { name, value } of node.properties.values()) put(name, value);
  if (layout.hasNames && !node.property('name')) {
    const base = node.name.replace(/@.*/, '');
    // As dtc has it: of a name that is all unit address the whole is written, though its length is counted without.
    put('name', new TextEncoder().encode(`${base === '' ? node.name : base}\0`), base.length + 1);
  }
  for (const child of node.children.values()) writeNode(child, depth + 1, out, strings, layout);
  out.word(TOKEN.endNode);
}

/** The strings block: like dtc, a name that is the end of an earlier one shares its bytes (reg in #reg, say). */
export class StringTable {
  readonly bytes = new Bytes();
  private readonly offsets = new Map<string, number>();
  /** The names that are there as such, by their last two letters. */
  private readonly byEnding = new Map<string, string[]>();

  /** @param before strings that are there already. */
  constructor(private readonly before: Uint8Array = new Uint8Array()) {
    this.bytes.append(before);
  }

  /** The strings that were added, in order. */
  get names(): string[] {
    return [...this.byEnding.values()].flat().sort((a, b) => this.offsets.get(a)! - this.offsets.get(b)!);
  }

  offset(name: string): number {
    const known = this.offsets.get(name);
    if (known !== undefined) return known;
    const offset = this.inherited(name) ?? this.shared(name) ?? this.append(name);
    this.offsets.set(name, offset);
    return offset;
  }

  /** Where a string of before ends with the name. */
  private inherited(name: string): number | undefined {
    const wanted = `${name}\0`;
    const { before } = this;
    for (let at = 0; at + wanted.length <= before.length; at++) {
      let i = 0;
      while (i < wanted.length && before[at + i] === wanted.charCodeAt(i)) i++;
      if (i === wanted.length) return at;
    }
    return undefined;
  }

  private shared(name: string): number | undefined {
    const candidates = this.byEnding.get(name.slice(-2));
    if (name.length < 2) for (const whole of this.names) if (whole.endsWith(name)) return this.end(whole) - name.length;
    const whole = candidates?.find(one => one.endsWith(name));
    return whole === undefined ? undefined : this.end(whole) - name.length;
  }

  private end(name: string): number {
    return this.offsets.get(name)! + name.length;
  }

  private append(name: string): number {
    const start = this.bytes.length;
    this.bytes.text(name);
    const ending = name.slice(-2);
    const same = this.byEnding.get(ending);
    if (same) same.push(name);
    else this.byEnding.set(ending, [name]);
    return start;
  }
}

/** Makes errors about one file. */
function failure(file: string) {
  const place = (offset: number) => ({ kind: 'blob', file, offset }) as const;
  const fail = (code: DtCode, offset: number, text: string): DtError => new DtError(code, text, place(offset));
  return Object.assign(fail, { place });
}

const hex = (n: number): string => `0x${n.toString(16)}`;
