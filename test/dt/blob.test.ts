// What is wrong with a blob is said with the byte where it is.
import { describe, expect, it } from 'vitest';
import { DeviceTree, DtError, parseBlob, parseBlobHeader, writeBlob } from '../../src/dt';
import { bytes } from './fixtures';

const board = bytes('blobs/board.dtb');

/** A small blob built by hand: the tokens of its structure block, and its strings. */
function blob(structure: number[], strings = 'a\0b\0', changes: Record<number, number> = {}): Uint8Array {
  const structureAt = 40 + 16;
  const stringsAt = structureAt + structure.length * 4;
  const result = new Uint8Array(stringsAt + strings.length);
  const view = new DataView(result.buffer);
  const header = [
    0xd00dfeed,
    result.length,
    structureAt,
    stringsAt,
    40,
    17,
    16,
    0,
    strings.length,
    structure.length * 4,
  ];
  header.forEach((word, i) => view.setUint32(i * 4, word));
  structure.forEach((word, i) => view.setUint32(structureAt + i * 4, word));
  result.set(new TextEncoder().encode(strings), stringsAt);
  for (const [offset, word] of Object.entries(changes)) view.setUint32(Number(offset), word);
  return result;
}

const BEGIN = 1;
const END_NODE = 2;
const PROP = 3;
const NOP = 4;
const END = 9;
/** The name "n". */
const N = 0x6e000000;

function errorOf(input: Uint8Array): DtError {
  try {
    parseBlob(input, 'test.dtb');
  } catch (error) {
    if (error instanceof DtError) return error;
    throw error;
  }
  throw new Error('no error');
}

describe('a blob', () => {
  it('is read whatever surrounds it', () => {
    const around = new Uint8Array(board.length + 20);
    around.set(board, 8);
    expect(writeBlob(parseBlob(around.subarray(8)))).toEqual(board);
  });

  it('may have NOPs anywhere', () => {
    const tree = parseBlob(blob([NOP, BEGIN, 0, NOP, PROP, 4, 2, 7, NOP, BEGIN, N, NOP, END_NODE, END_NODE, NOP, END]));
    expect([...tree.nodes()].map(node => node.path)).toEqual(['/', '/n']);
    expect(tree.root.property('b')?.value).toEqual(Uint8Array.of(0, 0, 0, 7));
  });

  it('may have properties behind child nodes', () => {
    const tree = parseBlob(blob([BEGIN, 0, BEGIN, N, END_NODE, PROP, 0, 0, END_NODE, END]));
    expect(tree.root.property('a')?.value.length).toBe(0);
  });

  it('keeps the boot processor and the reservations', () => {
    expect(parseBlob(bytes('blobs/cpus.dtb')).bootCpu).toBe(0x103);
    expect(parseBlob(bytes('blobs/labels.dtb')).reservations).toEqual([
      { address: 0x10000000n, size: 0x1000n, labels: [] },
      { address: 0x100000000n, size: 0x200000000n, labels: [] },
      { address: 0xfffffffffffff000n, size: 0x1000n, labels: [] },
    ]);
  });

  it('has a header that can be read alone', () => {
    expect(parseBlobHeader(board)).toMatchObject({ totalSize: board.length, version: 17, lastCompatibleVersion: 16 });
  });

  const root = [BEGIN, 0, END_NODE, END];
  it.each<[what: string, input: Uint8Array, code: string, offset: number, text: RegExp]>([
    ['empty', new Uint8Array(), 'blob-short', 0, /0 bytes/],
    ['a header cut short', board.subarray(0, 20), 'blob-short', 20, /20 bytes/],
    ['cut short', board.subarray(0, board.length - 1), 'blob-short', 4, /cut short; copy it again/],
    ['a kernel', Uint8Array.from({ length: 64 }, () => 0x7f), 'blob-magic', 0, /0x7f7f7f7f.*no \.dtb/],
    ['version 15', blob(root, '', { 20: 15, 24: 15 }), 'blob-version', 20, /version 15/],
    ['of the future', blob(root, '', { 20: 20, 24: 18 }), 'blob-version', 20, /back to 18/],
    ['a total below the header', blob(root, '', { 4: 30 }), 'blob-layout', 4, /less than the header/],
    ['a total of 4 GiB', blob(root, '', { 4: 0xffffffff }), 'blob-short', 4, /4294967295/],
    ['the structure outside', blob(root, '', { 8: 0x1000 }), 'blob-layout', 8, /off_dt_struct/],
    ['the structure in the header', blob(root, '', { 8: 0 }), 'blob-layout', 8, /outside/],
    ['the structure misaligned', blob(root, '', { 8: 58, 36: 4 }), 'blob-layout', 8, /not aligned to 4/],
    ['the strings outside', blob(root, 'a\0', { 32: 0xffffffff }), 'blob-layout', 12, /off_dt_strings/],
    ['the reservations misaligned', blob(root, '', { 16: 44 }), 'blob-layout', 16, /not aligned to 8/],
    ['reservations without end', blob(root, '', { 16: 56 }), 'blob-short', 72, /no end/],
    ['no end token', blob([BEGIN, 0, END_NODE]), 'blob-short', 68, /before FDT_END/],
    ['an unknown token', blob([BEGIN, 0, 7]), 'blob-structure', 64, /0x7 is no token/],
    ['a property outside', blob([PROP, 0, 0]), 'blob-structure', 56, /outside of any node/],
    ['an end too many', blob([BEGIN, 0, END_NODE, END_NODE]), 'blob-structure', 68, /not begun/],
    ['an end inside', blob([BEGIN, 0, END]), 'blob-structure', 64, /inside a node/],
    ['no node', blob([END]), 'blob-structure', 56, /inside a node/],
    ['two roots', blob([BEGIN, 0, END_NODE, BEGIN, 0]), 'blob-structure', 68, /second root/],
    ['a value too long', blob([BEGIN, 0, PROP, 100, 0, 0]), 'blob-short', 68, /100 bytes leaves/],
    ['a value of 4 GiB', blob([BEGIN, 0, PROP, 0xffffffff, 0, 0]), 'blob-short', 68, /4294967295/],
    ['a name offset outside', blob([BEGIN, 0, PROP, 0, 4, END_NODE]), 'blob-layout', 72, /name offset 0x4/],
    ['a name without end', blob([BEGIN, 0, PROP, 0, 0, END_NODE, END], 'aa'), 'name', 84, /no end/],
    ['an empty name', blob([BEGIN, 0, PROP, 0, 1, END_NODE, END], 'a\0'), 'name', 85, /no property name/],
    ['a name of control characters', blob([BEGIN, 0, BEGIN, 0x07000000]), 'name', 64, /no node name/],
    ['a node name with a slash', blob([BEGIN, 0, BEGIN, 0x612f6200]), 'name', 64, /"a\/b"/],
    ['two nodes of one name', blob([BEGIN, 0, BEGIN, N, END_NODE, BEGIN, N]), 'duplicate-node', 76, /two nodes n/],
    ['two properties of one name', blob([BEGIN, 0, PROP, 0, 0, PROP, 0, 0]), 'duplicate-property', 76, /two prop/],
    [
      '65 levels',
      blob([BEGIN, 0, ...Array.from({ length: 64 }, () => [BEGIN, N]).flat()]),
      'tree-depth',
      568,
      /64 deep/,
    ],
  ])('with %s is refused', (_, input, code, offset, text) => {
    const error = errorOf(input);
    expect({ code: error.code, offset: error.offset, file: error.file }).toEqual({ code, offset, file: 'test.dtb' });
    expect(error.message).toMatch(text);
    expect(error.message).toMatch(/^test\.dtb: offset 0x[0-9a-f]+: [^\n]+$/);
  });

  it('of more than 16 MiB is refused', () => {
    const large = new Uint8Array((16 << 20) + 4);
    large.set(blob(root, '', { 4: large.length }));
    expect(errorOf(large)).toMatchObject({ code: 'tree-large', offset: 4 });
    const tree = new DeviceTree();
    tree.root.set('x', new Uint8Array(16 << 20));
    expect(() => writeBlob(tree)).toThrow(/more than 16777216 bytes/);
  });

  it('has 64 levels at most when written too', () => {
    const tree = new DeviceTree();
    let node = tree.root;
    for (let depth = 2; depth <= 64; depth++) node = node.add('n');
    expect([...parseBlob(writeBlob(tree)).nodes()]).toHaveLength(64);
    node.add('n');
    expect(() => writeBlob(tree)).toThrow(DtError);
  });
});
