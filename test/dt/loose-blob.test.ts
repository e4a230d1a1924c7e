// Blobs that no machine takes, but dtc reads: old versions, and names given twice.
import { describe, expect, it } from 'vitest';
import {
  compileSource,
  dropNames,
  DtError,
  dtcMessage,
  parseBlob,
  readLooseBlob,
  runChecks,
  sortTree,
  writeBlob,
} from '../../src/dt';
import { bytes, names } from './fixtures';

describe('blobs of old versions', () => {
  // A node that has nothing but a unit address gets a name that no reader can tell from one that somebody gave it.
  const ordinary = names('blobs', '.dtb').filter(name => name !== 'names');
  it.each(ordinary.flatMap(name => [1, 2, 3, 16].map(version => [name, version] as const)))(
    '%s.dtb as version %i comes back',
    (name, version) => {
      const tree = parseBlob(bytes('blobs', `${name}.dtb`));
      const { tree: again, remarks } = readLooseBlob(writeBlob(tree, { version }));
      expect(remarks).toEqual([]);
      dropNames(again);
      if (version === 1) again.bootCpu = tree.bootCpu;
      expect(writeBlob(again)).toEqual(writeBlob(tree));
    },
  );

  it('damaged anywhere are read or refused', () => {
    const whole = writeBlob(parseBlob(bytes('blobs/labels.dtb')), { version: 3 });
    let read = 0;
    for (let at = 0; at < whole.length; at++)
      for (const change of [1, 0x40, 0xff]) {
        const damaged = whole.slice();
        damaged[at]! ^= change;
        try {
          writeBlob(readLooseBlob(damaged).tree);
          read++;
        } catch (error) {
          expect(error).toBeInstanceOf(DtError);
        }
      }
    expect(read).toBeGreaterThan(100);
    for (let length = 0; length < whole.length; length++)
      expect(() => readLooseBlob(whole.subarray(0, length))).toThrow(DtError);
  });
});

describe('names given twice', () => {
  const source = '/dts-v1/; / { a { p = <1>; p = <2>; l: q { }; }; a { r = <&l>; s = &l; }; };';
  const forced = compileSource(source, { forced: true, bare: true, checks: { stopAtError: true } });

  it('are both there when the tree is wanted all the same, and no reference is resolved', () => {
    const { tree, partialTree } = forced;
    expect(tree).toBeUndefined();
    expect([...partialTree.nodes()].map(node => node.path)).toEqual(['/', '/a', '/a/q', '/a']);
    const [first, second] = [...partialTree.root.children.values()];
    expect([...first!.properties.values()].map(({ name, value }) => `${name}${value.at(-1)}`)).toEqual(['p1', 'p2']);
    expect(second!.property('r')!.value).toEqual(Uint8Array.of(255, 255, 255, 255));
    expect(second!.property('s')!.value.length).toBe(0);
  });

  it('are what checks of a blob find', () => {
    const blob = writeBlob(forced.partialTree);
    expect(() => parseBlob(blob)).toThrow(/two properties p/);
    const { tree } = readLooseBlob(blob);
    expect(writeBlob(tree)).toEqual(blob);
    const said = runChecks(tree, { stopAtError: true }).map(finding => dtcMessage(finding, 'x'));
    expect(said).toEqual(['x: ERROR (duplicate_node_names): /a: Duplicate node name\n']);
    sortTree(tree);
    expect([...tree.nodes()].map(node => node.path)).toEqual(['/', '/a', '/a/q', '/a']);
  });
});
