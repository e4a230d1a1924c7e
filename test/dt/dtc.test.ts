// Held against dtc 1.6.1: the same bytes, the same text, the same verdict.
import { describe, expect, it } from 'vitest';
import { compileSource, parseBlob, printDts, printSource, writeBlob } from '../../src/dt';
import { bytes, memory, names, path, reader, text } from './fixtures';

const compile = (source: string, file: string) =>
  compileSource(source, { file, reader, includePaths: [path('sources')] });

describe('compiling', () => {
  it.each(names('sources', '.dts'))('%s.dts gives the bytes that dtc gives', name => {
    const { tree, errors } = compile(text('sources', `${name}.dts`), path('sources', `${name}.dts`));
    expect(errors.map(error => error.message)).toEqual([]);
    expect(writeBlob(tree!)).toEqual(bytes('blobs', `${name}.dtb`));
  });
});

describe('blobs', () => {
  it.each(names('blobs', '.dtb').filter(name => !/version-16|padded/.test(name)))(
    '%s.dtb is the same when read and written',
    name => {
      const blob = bytes('blobs', `${name}.dtb`);
      expect(writeBlob(parseBlob(blob))).toEqual(blob);
    },
  );

  it('version 16, free space and free reservations change nothing', () => {
    expect(writeBlob(parseBlob(bytes('blobs/board.version-16.dtb')))).toEqual(bytes('blobs/board.dtb'));
    expect(writeBlob(parseBlob(bytes('blobs/labels.padded.dtb')))).toEqual(bytes('blobs/labels.dtb'));
  });
});

describe('decompiling', () => {
  it.each(names('blobs', '.dtb'))('%s.dtb gives the text that dtc gives', name => {
    const printed = printDts(parseBlob(bytes('blobs', `${name}.dtb`)));
    // dtc writes \0 before a digit, which then means another character; the strings part there instead.
    const expected = text('decompiled', `${name}.dts`);
    expect(printed.replaceAll(/\\x00(?=[0-7])/g, '\\0')).toBe(expected);
  });

  it.each(names('blobs', '.dtb'))('%s.dtb comes back when its text is compiled', name => {
    const tree = parseBlob(bytes('blobs', `${name}.dtb`));
    for (const print of [printSource, printDts]) {
      const { tree: again, errors } = compile(print(tree), name);
      expect(errors.map(error => error.message)).toEqual([]);
      // What a source cannot say, dtc guesses from /cpus.
      again!.bootCpu = tree.bootCpu;
      expect(writeBlob(again!)).toEqual(writeBlob(tree));
    }
  });

  it.each(names('sources', '.dts'))('%s.dts comes back with its references and labels', name => {
    const file = path('sources', `${name}.dts`);
    const tree = compile(text('sources', `${name}.dts`), file).tree!;
    const printed = printSource(tree);
    const again = compile(printed, file);
    expect(again.errors.map(error => error.message)).toEqual([]);
    expect(writeBlob(again.tree!)).toEqual(writeBlob(tree));
    expect(printSource(again.tree!)).toBe(printed);
  });
});

describe('verdicts', () => {
  const cases = text('verdicts.txt').trimEnd().split('\n');
  it.each(cases.map(line => line.split('\t') as [string, string]))('%s  %s', (verdict, line) => {
    const source = line.replaceAll('\\n', '\n');
    const { errors } = compileSource(source, { file: 'case.dts', reader: memory({ 'case.dts': source }) });
    expect(errors.map(error => error.message)).toEqual(
      verdict === 'accept' ? [] : expect.arrayContaining([expect.any(String)]),
    );
  });
});
