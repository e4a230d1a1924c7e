// Real trees, with dtc beside: every .dtb of Debian's kernels, and our own tree of the TC1 against the kernel's.
//
// Needs dtc 1.6.1 and a folder of images ($XENLAB_IMAGES, or images/) with the .dtb files in its dtb/.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileSource, diffTrees, loadSource, parseBlob, printDts, printSource, writeBlob } from '../../src/dt';
import tc1 from '../../src/emu/boards/dts/vexpress-v2p-ca15-tc1.dts';

const folder = join(process.env['XENLAB_IMAGES'] ?? 'images', 'dtb');
const files = readdirSync(folder).filter(name => name.endsWith('.dtb'));

/** dtc's answer to an input. */
function dtc(from: 'dts' | 'dtb', to: 'dts' | 'dtb', input: Uint8Array | string): Uint8Array {
  return new Uint8Array(execFileSync('dtc', ['-q', '-I', from, '-O', to, '-'], { input, maxBuffer: 1 << 26 }));
}

describe.each(files)('%s', file => {
  const blob = new Uint8Array(readFileSync(join(folder, file)));
  const source = new TextDecoder().decode(dtc('dtb', 'dts', blob));
  const tree = parseBlob(blob, file);

  it('is written as dtc writes it', () => {
    expect(writeBlob(tree)).toEqual(dtc('dtb', 'dtb', blob));
  });

  it('is decompiled as dtc does it', () => {
    expect(printDts(tree)).toBe(source);
  });

  it('is compiled as dtc compiles it', () => {
    const { tree: compiled, errors } = compileSource(source, { file });
    expect(errors).toEqual([]);
    expect(writeBlob(compiled!)).toEqual(dtc('dts', 'dtb', source));
  });

  it('is the same blob after printing and compiling', () => {
    expect(writeBlob(loadSource(printSource(tree)))).toEqual(blob);
  });
});

describe('our tree of the V2P-CA15 TC1', () => {
  const ours = loadSource(tc1, { file: 'vexpress-v2p-ca15-tc1.dts' });
  const stock = parseBlob(new Uint8Array(readFileSync(join(folder, 'vexpress-v2p-ca15-tc1.dtb'))));

  it('compiles to what dtc makes of it', () => {
    expect(writeBlob(ours)).toEqual(dtc('dts', 'dtb', tc1));
  });

  it("differs in nothing from the kernel's, and its nodes stand in the same order", () => {
    expect(diffTrees(ours, stock)).toEqual([]);
    expect([...ours.nodes()].map(node => node.path)).toEqual([...stock.nodes()].map(node => node.path));
  });
});
