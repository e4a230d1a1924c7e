// Formatting never changes what a source means: the blob before and after is the same.
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileSource, writeBlob } from '../../src/dt';
import { format, minimalEdit } from '../../src/language/dts/format';

const fixtures = resolve(import.meta.dirname, '../dt/fixtures');
const boards = resolve(import.meta.dirname, '../../src/emu/boards/dts');
const sources = [fixtures, boards].flatMap(folder =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => /\.dtsi?$/.test(name))
    .map(name => ({ name, text: readFileSync(resolve(folder, name), 'utf8') })),
);

const blobOf = (text: string): string | undefined => {
  const { tree } = compileSource(text, { file: 'a.dts' });
  return tree && Buffer.from(writeBlob(tree)).toString('hex');
};

/** Text with other blanks between its words, but not where blanks mean something. */
function shaken(text: string, random: () => number): string {
  return text
    .split('\n')
    .map(line =>
      /["'#\\/]/.test(line) ? line : line.replaceAll(/[ \t]+/g, () => ' \t'.repeat(1 + Math.floor(random() * 3))),
    )
    .join('\n');
}

describe('formatting', () => {
  it.each(sources)('$name', ({ text }) => {
    const formatted = format(text);
    if (formatted === undefined) return;
    expect(format(formatted)).toBe(formatted);
    expect(blobOf(formatted)).toBe(blobOf(text));
  });

  it('formats nearly all of them', () => {
    const refused = sources.filter(({ text }) => format(text) === undefined);
    expect(refused.length).toBeLessThan(sources.length / 10);
  });

  it('keeps the meaning of sources with any blanks', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...sources),
        fc.infiniteStream(fc.double({ min: 0, max: 0.99, noNaN: true })),
        ({ text }, stream) => {
          const untidy = shaken(text.slice(0, 20_000), () => stream.next().value ?? 0);
          const formatted = format(untidy);
          if (formatted !== undefined) expect(blobOf(formatted)).toBe(blobOf(untidy));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('makes an edit that gives the formatted text, whatever the two are', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', '', '\tc'), { maxLength: 8 }).map(all => all.join('\n'));
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const [edit] = minimalEdit(before, after);
        const offset = ({ line, character }: { line: number; character: number }): number =>
          before
            .split('\n')
            .slice(0, line)
            .reduce((sum, one) => sum + one.length + 1, 0) + character;
        const result = edit
          ? before.slice(0, offset(edit.range.start)) + edit.newText + before.slice(offset(edit.range.end))
          : before;
        expect(result).toBe(after);
      }),
    );
  });
});
