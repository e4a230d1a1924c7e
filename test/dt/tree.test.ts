// Trees in memory: lookup, edits, typed values, addresses, comparison.
import { describe, expect, it } from 'vitest';
import {
  DeviceTree,
  DtError,
  DtNode,
  addressCells,
  alias,
  diffTrees,
  findByCompatible,
  findByPhandle,
  findNode,
  getCell,
  getCells,
  getReg,
  getString,
  getStrings,
  isEnabled,
  loadSource,
  parseBlob,
  phandleOf,
  physicalReg,
  printSource,
  setCells,
  setString,
  setWide,
  sizeCells,
  translate,
  writeBlob,
} from '../../src/dt';
import { bytes, text } from './fixtures';

const board = (): DeviceTree => loadSource(text('sources/board.dts'));
const UART = '/bus@8000000/fpga@300000000/serial@90000';
const at = (tree: DeviceTree, path: string): DtNode => findNode(tree, path)!;

describe('lookup', () => {
  const tree = board();

  it.each([
    ['/', '/'],
    [UART, UART],
    ['/bus/fpga/serial', UART],
    ['/bus/fpga/serial@a0000', '/bus@8000000/fpga@300000000/serial@a0000'],
    ['serial0', UART],
    ['serial0/', UART],
    ['/memory', '/memory@80000000'],
    ['//memory//', '/memory@80000000'],
    ['/memory@0', undefined],
    ['/mem', undefined],
    ['serial1', undefined],
    ['serial0/x', undefined],
    ['', undefined],
  ])('of %s finds %s', (path, expected) => {
    expect(findNode(tree, path)?.path).toBe(expected);
  });

  it('by compatible, phandle and alias', () => {
    const paths = findByCompatible(tree, 'arm,pl011').map(node => node.path);
    expect(paths).toEqual([UART, '/bus@8000000/fpga@300000000/serial@a0000']);
    expect(findByCompatible(tree, 'arm,pl01')).toEqual([]);
    expect(findByPhandle(tree, getCell(tree.root, 'interrupt-parent')!)?.path).toBe('/interrupt-controller@2c001000');
    expect(findByPhandle(tree, 99)).toBeUndefined();
    expect(alias(tree, 'serial0')).toBe(UART);
    expect(phandleOf(at(tree, '/clock'))).toBe(2);
  });

  it('of an alias that names no path finds nothing', () => {
    const loop = loadSource('/dts-v1/; / { aliases { a = "b"; b = "a"; c = "/nowhere"; }; };');
    for (const name of ['a', 'b', 'c']) expect(findNode(loop, name)).toBeUndefined();
  });
});

describe('values', () => {
  const tree = loadSource(
    '/dts-v1/; / { s = "a", "", "ü"; c = <1 0xffffffff>; one = <7>; odd = [010203]; e; es = ""; status = "disabled"; };',
  );
  const { root } = tree;

  it('are read with their types', () => {
    expect(getStrings(root, 's')).toEqual(['a', '', 'ü']);
    expect(getString(root, 's')).toBe('a');
    expect(getString(root, 'es')).toBe('');
    expect(getCells(root, 'c')).toEqual([1, 0xffffffff]);
    expect(getCells(root, 'e')).toEqual([]);
    expect(getCell(root, 'one')).toBe(7);
    expect([getString(root, 'x'), getCells(root, 'x'), getCell(root, 'x')]).toEqual([undefined, undefined, undefined]);
    expect(isEnabled(root)).toBe(false);
    expect(isEnabled(new DtNode('x'))).toBe(true);
  });

  it('of another shape are errors that name node and property', () => {
    expect(() => getCells(root, 'odd')).toThrow('/: odd has 3 bytes, which is no number of cells; correct the tree');
    expect(() => getCell(root, 'c')).toThrow('/: c has 2 cells, not one');
    expect(() => getString(root, 'c')).toThrow(DtError);
    expect(() => getString(root, 'e')).toThrow('/: e is no string');
  });

  it('are written with their types', () => {
    const node = new DtNode('');
    setString(node, 's', 'a', 'ü');
    setCells(node, 'c', 1, 0xffffffff);
    setWide(node, 'w', 0x1_0000_0000n, 2n);
    expect(getStrings(node, 's')).toEqual(['a', 'ü']);
    expect(getCells(node, 'c')).toEqual([1, 0xffffffff]);
    expect(getCells(node, 'w')).toEqual([1, 0, 0, 2]);
  });
});

describe('edits', () => {
  it('of what a loader changes are in the blob', () => {
    const tree = board();
    setString(tree.root.ensure('chosen'), 'bootargs', 'console=ttyAMA0');
    setWide(at(tree, '/memory@80000000'), 'reg', 0x80000000n, 0x8000000n);
    at(tree, '/cpus/cpu@0').remove();
    at(tree, UART).removeProperty('clock-names');
    const again = parseBlob(writeBlob(tree));
    expect(getString(at(again, '/chosen'), 'bootargs')).toBe('console=ttyAMA0');
    expect(physicalReg(at(again, '/memory'))).toEqual([{ address: 0x80000000n, size: 0x8000000n }]);
    expect(at(again, '/cpus').children.size).toBe(0);
    expect(at(again, UART).property('clock-names')).toBeUndefined();
    expect([...at(again, '/').children.keys()]).toEqual([...board().root.children.keys()]);
  });

  it('keep the place of what they replace', () => {
    const node = new DtNode('');
    for (const name of ['a', 'b', 'c']) node.set(name);
    setCells(node, 'b', 1);
    expect([...node.properties.keys()]).toEqual(['a', 'b', 'c']);
    expect(node.removeProperty('a')).toBe(true);
    expect(node.removeProperty('a')).toBe(false);
  });

  it('move nodes with all below', () => {
    const tree = board();
    const fpga = at(tree, '/bus/fpga');
    fpga.remove();
    expect(findNode(tree, UART)).toBeUndefined();
    expect(fpga.parent).toBeUndefined();
    tree.root.attach(fpga);
    expect(findByCompatible(tree, 'arm,sp804')[0]?.path).toBe('/fpga@300000000/identity/timer@110000');
  });

  it('that make no tree are refused', () => {
    const tree = board();
    expect(() => tree.root.add('chosen')).toThrow('/: there is a node chosen already');
    expect(() => tree.root.attach(at(tree, '/bus/fpga'))).toThrow('is in a tree already');
    expect(() => at(tree, '/cpus/cpu').attach(tree.root)).toThrow(DtError);
    for (const name of ['', 'a b', 'a/b', 'ü', 'n'.repeat(256)]) expect(() => tree.root.add(name)).toThrow(DtError);
    for (const name of ['', 'a b', 'ü', 'n'.repeat(256)]) expect(() => tree.root.set(name)).toThrow(DtError);
    tree.root.remove();
    expect(tree.root.children.size).toBeGreaterThan(0);
  });

  it('are printed where a source said something else', () => {
    const tree = loadSource('/dts-v1/; / { a = <&n 1>; b = &n; c = l: <1>; n: n { }; };');
    expect(printSource(tree)).toContain('\ta = <&n 0x01>;\n\tb = &n;\n\tc = l: <0x01>;\n');
    at(tree, '/n').remove();
    setCells(tree.root, 'c', 2);
    expect(printSource(tree)).toContain('\ta = <0x01 0x01>;\n\tb = "/n";\n\tc = <0x02>;\n');
  });
});

describe('addresses', () => {
  const tree = board();

  it('are translated through every bus', () => {
    expect(physicalReg(at(tree, UART))).toEqual([{ address: 0x1c090000n, size: 0x1000n }]);
    expect(physicalReg(at(tree, '/bus/flash'))).toEqual([{ address: 0x08000000n, size: 0x04000000n }]);
    expect(physicalReg(at(tree, '/interrupt-controller'))).toEqual([
      { address: 0x2c001000n, size: 0x1000n },
      { address: 0x2c002000n, size: 0x2000n },
    ]);
    expect(getReg(at(tree, '/memory'))[1]).toEqual({ address: 0x880000000n, size: 0x80000000n });
  });

  it('outside of the ranges of a bus have none', () => {
    const timer = at(tree, '/bus/fpga/identity/timer');
    expect(getReg(timer)).toHaveLength(2);
    expect(physicalReg(timer)).toEqual([{ address: 0x1c110000n, size: 0x1000n }]);
    const eeprom = at(tree, '/bus/fpga/i2c/eeprom');
    expect(getReg(eeprom)).toEqual([{ address: 0x50n, size: 0n }]);
    expect(physicalReg(eeprom)).toEqual([]);
    expect(translate(at(tree, '/bus/fpga'), 0x1fffffn)).toBe(0x1c1fffffn);
    expect(translate(at(tree, '/bus/fpga'), 0x200000n)).toBeUndefined();
    expect(translate(tree.root, 5n)).toBe(5n);
  });

  it('have the default widths of the specification', () => {
    const { root } = loadSource('/dts-v1/; / { a { reg = <1 2 3>; }; };');
    expect([addressCells(root), sizeCells(root)]).toEqual([2, 1]);
    expect(getReg(root.child('a')!)).toEqual([{ address: 0x1_0000_0002n, size: 3n }]);
    expect(getReg(root)).toEqual([]);
  });

  it.each([
    ['#address-cells = <1>; #size-cells = <1>; a { reg = <1 2 3>; };', 'reg has 3 cells, which is no multiple of 1+1'],
    ['#address-cells = <0>; #size-cells = <0>; a { reg = <1>; };', 'reg has 1 cells, which is no multiple of 0+0'],
    ['#address-cells = <5>; a { reg = <1>; };', '#address-cells is 5, more than 4'],
    ['#address-cells = <1 1>; a { reg = <1>; };', '#address-cells has 2 cells, not one'],
    ['#address-cells = [01]; a { reg = <1>; };', '#address-cells has 1 bytes'],
  ])('that make no sense are errors: %s', (body, message) => {
    const { root } = loadSource(`/dts-v1/; / { ${body} };`);
    expect(() => getReg(root.child('a')!)).toThrow(message);
  });
});

describe('comparison', () => {
  const compare = (first: string, second: string) =>
    diffTrees(loadSource(`/dts-v1/; ${first}`), parseBlob(writeBlob(loadSource(`/dts-v1/; ${second}`))));

  it('sees neither order nor the numbers of phandles', () => {
    expect(diffTrees(board(), parseBlob(bytes('blobs/board.dtb')))).toEqual([]);
    const first = '/ { x = <&a 1>, <&b>; y = <2>; a: a { }; b: b { }; };';
    const second = '/ { y = <2>; x = <&a 1>, <&b>; b: b { phandle = <7>; }; a: a { phandle = <9>; }; };';
    expect(compare(first, second)).toEqual([]);
  });

  it('sees what a number means', () => {
    const nodes = 'a: a { phandle = <1>; }; b: b { phandle = <2>; };';
    const swapped = 'a: a { phandle = <2>; }; b: b { phandle = <1>; };';
    const differs = [{ path: '/', property: 'x', kind: 'differs' }];
    expect(compare(`/ { x = <&a>; ${nodes} };`, `/ { x = <&b>; ${nodes} };`)).toEqual(differs);
    expect(compare(`/ { x = <&a>; ${nodes} };`, `/ { x = <1>; ${swapped} };`)).toEqual(differs);
    expect(compare(`/ { x = <1>; ${nodes} };`, `/ { x = <2>; ${swapped} };`)).toEqual(differs);
  });

  it('lists everything once', () => {
    const first = '/memreserve/ 1 2; / { x = <1>; y; a { p; q { }; }; b { }; };';
    const second = '/ { x = <2>; z; a { r; }; c { d { }; }; };';
    expect(compare(first, second)).toEqual([
      { path: '/', property: 'x', kind: 'differs' },
      { path: '/', property: 'y', kind: 'only in first' },
      { path: '/', property: 'z', kind: 'only in second' },
      { path: '/a', property: 'p', kind: 'only in first' },
      { path: '/a', property: 'r', kind: 'only in second' },
      { path: '/a/q', kind: 'only in first' },
      { path: '/b', kind: 'only in first' },
      { path: '/c', kind: 'only in second' },
      { path: '/', property: '/memreserve/', kind: 'differs' },
    ]);
  });
});
