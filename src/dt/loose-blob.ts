// Reads blobs as dtc reads them, which is looser than a machine may: of any version, with names given twice and names that
// nobody should give. Checks then say what is wrong with the tree; see blob.ts for the reader that refuses it.
import { FDT_MAGIC, HEADER, TOKEN } from './blob';
import { align4, viewOf } from './bytes';
import { DtError, type DtCode } from './error';
import { MAX_BLOB, MAX_NAME } from './limits';
import { checkDepth, DeviceTree, DtNode, DtProperty, type Reservation } from './tree';

/** Bytes of the header of version 1. */
const SMALLEST = 28;
/** From here on a node carries its own name only, values are not aligned, and NOPs may be there. */
const MODERN = 16;

export interface LooseBlob {
  readonly tree: DeviceTree;
  /** What is odd, but no reason to stop. */
  readonly remarks: readonly string[];
}

/** @throws DtError for what cannot be read at all. */
export function readLooseBlob(bytes: Uint8Array, file = 'blob'): LooseBlob {
  const fail = (code: DtCode, offset: number, text: string): DtError =>
    new DtError(code, `${text}; the file is damaged`, { kind: 'blob', file, offset });
  const at = (field: number): number => (field + 4 <= bytes.length ? viewOf(bytes).getUint32(field) : 0);
  if (bytes.length < 8) throw fail('blob-short', bytes.length, `the file has ${bytes.length} bytes, a header more`);
  if (at(HEADER.magic) !== FDT_MAGIC) throw fail('blob-magic', 0, 'the magic number is not 0xd00dfeed');
  const size = at(HEADER.totalsize);
  if (size > MAX_BLOB) throw fail('tree-large', HEADER.totalsize, `totalsize is ${size}, the limit ${MAX_BLOB}`);
  if (size < SMALLEST) throw fail('blob-layout', HEADER.totalsize, `totalsize ${size} is less than a header`);
  if (size > bytes.length) throw fail('blob-short', HEADER.totalsize, `totalsize is ${size}, the file is shorter`);

  const version = at(HEADER.version);
  const strings = at(HEADER.offDtStrings);
  const stringsEnd = version >= 3 ? strings + at(HEADER.sizeDtStrings) : size;
  if (strings > size || stringsEnd > size) throw fail('blob-layout', HEADER.offDtStrings, 'the strings lie outside');
  const structure = at(HEADER.offDtStruct);
  const structureEnd = structure + (version >= 17 ? at(HEADER.sizeDtStruct) : 0);
  if (structure >= size || structureEnd > size) throw fail('blob-layout', HEADER.offDtStruct, 'the tree lies outside');
  const reservations = at(HEADER.offMemRsvmap);
  if (reservations >= size) throw fail('blob-layout', HEADER.offMemRsvmap, 'the reservations lie outside');

  const whole = bytes.subarray(0, size);
  const reader = new Reader(whole, structure, [strings, stringsEnd], version < MODERN, fail);
  const list = readReservations(whole, reservations, fail);
  const tree = new DeviceTree(reader.read());
  tree.bootCpu = at(HEADER.bootCpuidPhys);
  tree.reservations = list;
  return { tree, remarks: [...reader.remarks] };
}

type Fail = (code: DtCode, offset: number, text: string) => DtError;

function readReservations(bytes: Uint8Array, start: number, fail: Fail): Reservation[] {
  const view = viewOf(bytes);
  const list: Reservation[] = [];
  for (let at = start; at + 16 <= bytes.length; at += 16) {
    const size = view.getBigUint64(at + 8);
    if (size === 0n) return list;
    list.push({ address: view.getBigUint64(at), size, labels: [] });
  }
  throw fail('blob-short', bytes.length, 'the memory reservations have no end');
}

class Reader {
  readonly remarks = new Set<string>();
  private at: number;
  private readonly view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    /** What is aligned is so from here, wherever that may be. */
    private readonly start: number,
    private readonly strings: readonly [start: number, end: number],
    private readonly isOld: boolean,
    private readonly fail: Fail,
  ) {
    this.view = viewOf(bytes);
    this.at = start;
  }

  read(): DtNode {
    if (this.word() !== TOKEN.beginNode) throw this.fail('blob-structure', this.start, 'the tree begins with no node');
    const root = this.open(undefined, '');
    if (this.word() !== TOKEN.end) throw this.fail('blob-structure', this.at - 4, 'the tree goes on behind its root');
    return root;
  }

  /** The node whose token was read, with all below it. Bounded by the depth that a tree may have. */
  private open(parent: DtNode | undefined, above: string, depth = 1): DtNode {
    checkDepth(depth, () => ({ kind: 'node', path: parent?.path ?? '/' }));
    const flat = this.string(this.at, this.bytes.length);
    this.align(this.at + flat.length + 1);
    const node = new DtNode(this.isOld ? this.lastPart(flat, above) : flat);
    parent?.attachAnother(node);
    for (;;) {
      const token = this.word();
      switch (token) {
        case TOKEN.property:
          if (node.children.size > 0) this.remarks.add('the blob has properties behind child nodes');
          this.property(node);
          break;
        case TOKEN.beginNode:
          this.open(node, flat, depth + 1);
          break;
        case TOKEN.endNode:
          return node;
        case TOKEN.nop:
          if (this.isOld) this.remarks.add('the blob has a NOP, which its version does not know');
          break;
        default:
          throw this.fail('blob-structure', this.at - 4, `0x${token.toString(16)} is no token that can stand here`);
      }
    }
  }

  /** Old blobs carry whole paths. */
  private lastPart(path: string, above: string): string {
    if (!path.startsWith(above)) throw this.fail('name', this.at, `${path} is not below ${above}`);
    return path.slice(above.length + (above === '/' ? 0 : 1));
  }

  private property(node: DtNode): void {
    const length = this.word();
    const offset = this.word();
    const [strings, end] = this.strings;
    const name = this.string(strings + offset, end);
    if (this.isOld && length >= 8) this.align(this.at, 8);
    const value = this.at;
    if (value + length > this.bytes.length)
      throw this.fail('blob-short', value, `a property of ${length} bytes leaves the blob`);
    this.align(value + length);
    node.putAnother(new DtProperty(name, this.bytes.slice(value, value + length)));
  }

  private word(): number {
    if (this.at + 4 > this.bytes.length) throw this.fail('blob-short', this.at, 'the tree has no end');
    const word = this.view.getUint32(this.at);
    this.at += 4;
    return word;
  }

  private align(at: number, size: 4 | 8 = 4): void {
    const offset = at - this.start;
    this.at = this.start + (size === 4 ? align4(offset) : (offset + 7) & ~7);
    if (this.at > this.bytes.length) throw this.fail('blob-short', this.at, 'the tree has no end');
  }

  private string(start: number, end: number): string {
    const nul = start < end ? this.bytes.subarray(start, end).indexOf(0) : -1;
    if (nul < 0) throw this.fail('name', start, 'a name has no end');
    // Whole paths are longer, each part of them is not.
    if (nul > MAX_NAME * (this.isOld ? 64 : 1)) throw this.fail('name', start, `a name has ${nul} characters`);
    return String.fromCharCode(...this.bytes.subarray(start, start + nul));
  }
}

/** Takes away what old trees say twice: a property with the name of its node. */
export function dropNames(tree: DeviceTree): void {
  for (const node of tree.nodes()) {
    const value = node.property('name')?.value;
    const expected = `${node.name.replace(/@.*/, '')}\0`;
    if (value?.length === expected.length && String.fromCharCode(...value) === expected) node.removeProperty('name');
  }
}
