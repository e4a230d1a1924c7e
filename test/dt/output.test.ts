// What is printed of a tree, held against the dtc of this machine: source, assembler, YAML and blobs of every version.
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import {
  addAutoAliases,
  addSymbols,
  compileSource,
  printAsm,
  printDts,
  printYaml,
  sortTree,
  writeBlob,
  type DeviceTree,
} from '../../src/dt';
import { names, path, reader, text } from './fixtures';

const version = spawnSync('dtc', ['--version'], { encoding: 'latin1' }).stdout ?? '';
const isThere = version.includes('1.6.1');

type Form = [options: string, print: (tree: DeviceTree, file: string) => Uint8Array | string];

const FORMS: readonly Form[] = [
  ['-O dts', tree => printDts(tree)],
  ['-O dts -T', (tree, file) => printDts(tree, { annotate: 1, file })],
  ['-O dts -T -T', (tree, file) => printDts(tree, { annotate: 2, file })],
  ['-O dts -@ -s', tree => (addSymbols(tree), sortTree(tree), printDts(tree))],
  ['-O dts -A', tree => (addAutoAliases(tree), printDts(tree))],
  ['-O asm', tree => printAsm(tree)],
  ['-O asm -V 3 -R 2 -p 8', tree => printAsm(tree, { version: 3, reserve: 2, pad: 8 })],
  ['-O yaml', tree => printYaml(tree)],
  ['-O dtb -V 1', tree => writeBlob(tree, { version: 1 })],
  ['-O dtb -V 2', tree => writeBlob(tree, { version: 2 })],
  ['-O dtb -V 3', tree => writeBlob(tree, { version: 3 })],
  ['-O dtb -V 16 -R 4', tree => writeBlob(tree, { version: 16, reserve: 4 })],
  ['-O dtb -S 9000 -a 64', tree => writeBlob(tree, { minSize: 9000, align: 64 })],
];

/** dtc prints bytes above 0x7f so that they come back as others, and aborts when it meets them for YAML; we do not. */
const BEYOND = 'values';

const plain = names('sources', '.dts').filter(
  name => name !== BEYOND && !text('sources', `${name}.dts`).includes('#include'),
);

describe.skipIf(!isThere && !process.env['CI'])('dtc says the same', () => {
  describe.each(plain)('%s.dts', name => {
    it.each(FORMS)('%s', (options, print) => {
      const file = path('sources', `${name}.dts`);
      const args = ['-q', '-I', 'dts', ...options.split(' '), '-i', path('sources'), file];
      const { stdout, status } = spawnSync('dtc', args, { maxBuffer: 1 << 24 });
      expect(status).toBe(0);
      const { tree } = compileSource(text('sources', `${name}.dts`), {
        file,
        reader,
        includePaths: [path('sources')],
        symbols: options.includes('-@'),
        bare: true,
      });
      const printed = print(tree!, file);
      if (typeof printed === 'string') expect(printed).toBe(stdout.toString('latin1'));
      else expect(Buffer.compare(printed, stdout)).toBe(0);
    });
  });
});
