// Trees that are made to cost much: every check still ends soon, and the list of findings does too.
import { describe, expect, it } from 'vitest';
import { checkTree, compileSource, parseBlob, runChecks, writeBlob, type Finding } from '../../src/dt';

const MANY = 3_000;
const times = (one: (i: number) => string): string => Array.from({ length: MANY }, (_, i) => one(i)).join(' ');
const root = (body: string): string => `/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; ${body} };`;

const TREES: readonly (readonly [string, string])[] = [
  ['nodes of one unit address', root(times(i => `n${i}@1 { reg = <1 1>; };`))],
  ['nodes of one name', root(times(() => 'n { };'))],
  ['properties of one name', root(times(() => 'p;'))],
  ['one label on everything', root(times(i => `l: n${i} { };`))],
  ['aliases of nodes', root(`aliases { ${times(i => `a${i} = "/n${i}";`)} }; ${times(i => `n${i} { };`)}`)],
  ['a list of phandles', root(`l: n { #clock-cells = <0>; clocks = <${times(() => '&l')}>; };`)],
  [
    'cells without end',
    root(`l: n { #clock-cells = <0xffffffff>; clocks = <&l &l>; interrupt-parent = <&l>; interrupts = <1>; };`),
  ],
  [
    'windows of a bus',
    root(
      `bus { #address-cells = <1>; #size-cells = <1>; ranges = <${times(i => `${i * 2} ${i * 4} 1`)}>; ${times(i => `n${i} { reg = <${i * 2} 2>; };`)} };`,
    ),
  ],
  [
    'modules',
    root(
      `chosen { #address-cells = <1>; #size-cells = <1>; ${times(i => `m${i} { compatible = "multiboot,module"; reg = <0 1>; };`)} };`,
    ),
  ],
  [
    'domains with memory',
    root(
      `chosen { #address-cells = <1>; #size-cells = <1>; ${times(i => `d${i} { compatible = "xen,domain"; xen,static-mem = <0 0x1000>; shm { compatible = "xen,domain-shared-memory-v1"; }; };`)} };`,
    ),
  ],
  [
    'endpoints that name each other',
    root(
      `p { a: endpoint { remote-endpoint = <&b>; }; b: end { remote-endpoint = <&a>; }; }; ${times(i => `q${i} { endpoint { remote-endpoint = <&a>; }; };`)}`,
    ),
  ],
];

/** Seconds; generous, for machines that do much else. */
const SOON = 20;

describe('hostile trees', () => {
  it.each(TREES)('%s', (_, source) => {
    const start = performance.now();
    const { tree, findings } = compileSource(source, { checks: {} });
    const all: readonly Finding[] = tree ? checkTree(tree) : findings;
    expect(all.length).toBeLessThan(50_000);
    for (const finding of all) expect(finding.message).not.toBe('');
    expect((performance.now() - start) / 1000).toBeLessThan(SOON);
  });

  it('values of every wrong length', () => {
    const names =
      '#address-cells #size-cells reg ranges dma-ranges interrupts interrupt-parent clocks gpios remote-endpoint bus-range phandle compatible status device_type';
    for (let length = 0; length < 14; length++) {
      const value = length === 0 ? '' : ` = [${'00 '.repeat(length)}]`;
      const body = names
        .split(' ')
        .filter(name => name !== 'phandle')
        .map(name => `${name}${value};`)
        .join(' ');
      const node = (name: string, inside: string): string => `${name} { ${body} ${inside} };`;
      const source = `/dts-v1/; / { ${body} ${node('i2c', node('endpoint', ''))} ${node('spi', node('a@0', ''))} ${node('pci', node('b', ''))} ${node('chosen', node('aliases', ''))} };`;
      const { tree } = compileSource(source);
      const again = parseBlob(writeBlob(tree!));
      expect(runChecks(again).length).toBe(runChecks(tree!).length);
      checkTree(again);
    }
  });
});
