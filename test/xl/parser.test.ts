// The language of xl.cfg: what xl's own grammar takes (Xen, tools/libs/util/libxlu_cfg_l.l and _y.y), and how mistakes
// are told without losing what is right beside them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseXl, tokens, XlSettings, type XlFile, type XlValue } from '../../src/xl';

const plain = (value: XlValue): unknown => (value.kind === 'text' ? value.text : value.values.map(plain));
const values = ({ assignments }: XlFile): Record<string, unknown> =>
  Object.fromEntries(assignments.map(({ key, value }) => [key, plain(value)]));
const parsed = (text: string): Record<string, unknown> => {
  const file = parseXl(text);
  expect(file.problems).toEqual([]);
  return values(file);
};
/** `line:column-column code` of every problem. */
const complaints = (text: string): string[] =>
  parseXl(text).problems.map(
    ({ code, range: { start, end } }) => `${start.line}:${start.column}-${end.column} ${code}`,
  );

describe('what xl takes', () => {
  it.each<[string, string, Record<string, unknown>]>([
    ['numbers and both quotes', `a = 12\nb = 0x1f\nc = "x'y"\nd = 'x"y'\n`, { a: '12', b: '0x1f', c: "x'y", d: 'x"y' }],
    ['semicolons, blanks and tabs', ' a=1 ;\tb\t=\t2;;\n;\n', { a: '1', b: '2' }],
    ['comments', '# first\na = 1 # behind\n#last\n', { a: '1' }],
    ['a last line without a line feed', 'a = 1\nb = 2', { a: '1', b: '2' }],
    ['escapes', String.raw`a = "q\"b\\t\tn\n" ; b = 'it\'s'` + '\n', { a: 'q"b\\t\tn\n', b: "it's" }],
    [
      'a hash and an equals sign in a string',
      'extra = "root=/dev/xvda # no comment"\n',
      { extra: 'root=/dev/xvda # no comment' },
    ],
    [
      'lists over lines, with a comma at the end',
      'disk = [\n  "a", # one\n  "b",\n\n]\nn = 1\n',
      { disk: ['a', 'b'], n: '1' },
    ],
    ['empty and nested lists', 'a = []\nb = [ [ 1, "2" ], [ ] ]\n', { a: [], b: [['1', '2'], []] }],
    ['dots, digits and underscores in keys', 'a.b_2 = 1\n', { 'a.b_2': '1' }],
    ['nothing', '', {}],
  ])('%s', (_what, text, expected) => expect(parsed(text)).toEqual(expected));
});

describe('what xl refuses', () => {
  it.each<[string, string, string[], Record<string, unknown>]>([
    ['a text without quotes', 'a = b\nc = 1\n', ['1:5-6 syntax'], { c: '1' }],
    ['Python', 'a = 1\nb = -1\nc = f(x)\nd = 2\n', ['2:5-7 character', '3:5-6 syntax'], { a: '1', d: '2' }],
    ['keys in upper case', 'Memory = 1\nb = 2\n', ['1:1-7 character'], { b: '2' }],
    ['a string over lines', 'a = "x\nb = 1\n', ['1:5-7 string'], { a: 'x', b: '1' }],
    ['a list that is not closed', 'a = [ "x", "y"\nb = 1\n', ['1:5-6 syntax'], { a: ['x', 'y'], b: '1' }],
    ['a list that is not closed at the end', 'a = [ 1,', ['1:5-6 syntax'], { a: ['1'] }],
    ['a list without commas', 'a = [ 1 2 ]\nb = 1\n', ['1:9-10 syntax'], { b: '1' }],
    ['two values', 'a = 1 2\nb = 1\n', ['1:7-8 syntax'], { a: '1', b: '1' }],
    ['a continued line', 'a = "x" \\\n"y"\nb = 1\n', ['1:9-10 character', '2:1-4 syntax'], { a: 'x', b: '1' }],
    ['a key alone', 'a\nb =\nc = 1\n', ['1:2-3 syntax', '2:4-5 syntax'], { c: '1' }],
    ['a comment at the end of the file', 'a = 1\n# end', ['2:1-6 line-end'], { a: '1' }],
    ['lines that end with carriage return and line feed', 'a = 1\r\nb = 2\r\n', ['1:6-7 line-end'], { a: '1', b: '2' }],
    ['a number as an escape', String.raw`a = "\x41"` + '\n', ['1:5-11 string'], { a: 'x41' }],
  ])('%s', (_what, text, expected, left) => {
    expect(complaints(text)).toEqual(expected);
    expect(values(parseXl(text))).toEqual(left);
  });

  it('says in one line what to do', () => {
    for (const text of ['a = b\n', 'A = 1\n', 'a = +1\n', 'a = "\n', 'a = [1 2]\n'])
      for (const { message } of parseXl(text).problems) {
        expect(message).not.toContain('\n');
        expect(message.length).toBeGreaterThan(20);
      }
  });
});

describe('settings', () => {
  const settings = (text: string): XlSettings => new XlSettings(parseXl(text));

  it('takes the last assignment and says so', () => {
    const found = settings('a = 1\na = 2\n');
    expect(found.number('a', 0, 9)).toBe(2);
    expect(found.problems.map(({ code, range }) => [code, range.start.line])).toEqual([['duplicate', 2]]);
  });

  it('adds with +=, but not to numbers, and not a list to a text', () => {
    const found = settings('a = "x"\na += " y"\nl = [1]\nl += [2]\nn = 1\nn += 2\na += [3]\n');
    expect(found.text('a')).toBe('x y');
    expect(found.number('n', 0, 99)).toBeUndefined();
    expect(found.problems.map(({ code }) => code)).toEqual(['add', 'add']);
  });

  it.each([
    ['a = 010', 8],
    ['a = 0x10', 16],
    ['a = "12"', 12],
    ['a = 0', 0],
    ['a = "-1"', undefined],
    ['a = 09', undefined],
    ['a = 1f', undefined],
    ['a = 100', undefined],
    ['a = [ 1 ]', undefined],
  ])('reads %s as strtol does', (text, expected) => {
    const found = settings(`${text}\n`);
    expect(found.number('a', 0, 99)).toBe(expected);
    expect(found.problems.length > 0).toBe(expected === undefined);
  });
});

describe('whatever is written', () => {
  const pieces = fc.constantFrom(
    'a',
    'b.c',
    '=',
    '+=',
    '[',
    ']',
    ',',
    ';',
    '\n',
    '"x"',
    "'y",
    '1',
    '0x',
    '#',
    ' ',
    'A',
    '(',
    '\r',
    '\\',
  );

  it('is cut into tokens that lie one behind the other', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map(all => all.join('')),
        ),
        text => {
          let at = 0;
          for (const { range, kind } of tokens(text).tokens) {
            expect(range.start.offset).toBeGreaterThanOrEqual(at);
            expect(text.slice(at, range.start.offset)).toMatch(/^[ \t\r]*(#[^\n]*)?$/);
            at = range.end.offset;
            if (kind === 'end') expect(at).toBe(text.length);
          }
        },
      ),
    );
  });

  it('ends, with problems inside the text', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), all => {
        const text = all.join('');
        const { problems } = parseXl(text);
        for (const { range } of problems) {
          expect(range.end.offset).toBeLessThanOrEqual(text.length);
          expect(range.start.offset).toBeLessThanOrEqual(range.end.offset);
        }
        expect(new XlSettings(parseXl(text)).keys().length).toBeLessThanOrEqual(all.length);
      }),
    );
  });

  it('may nest deep', () => {
    const { problems } = parseXl(`a = ${'['.repeat(100_000)}\nb = 1\n`);
    expect(problems.map(({ code }) => code)).toEqual(['syntax']);
  });
});
