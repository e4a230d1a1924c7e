// Errors in sources: where they are, how many are found, and what includes and macros do to their places.
import { describe, expect, it } from 'vitest';
import { compileSource, getCells, getString, loadSource, printSource, writeBlob } from '../../src/dt';
import { memory, names, path, reader, text } from './fixtures';

/** The place and code of each error. */
function errors(source: string, files: Record<string, string> = {}): string[] {
  const { errors } = compileSource(source, { file: 'main.dts', reader: memory(files), includePaths: ['lib', '/sys'] });
  return errors.map(({ file, line, column, code }) => `${file}:${line}:${column} ${code}`);
}

const V1 = '/dts-v1/;\n';

describe('errors', () => {
  it.each<[what: string, source: string, expected: string[]]>([
    ['no version', '/ { };', ['main.dts:1:1 version']],
    ['no root', V1, ['main.dts:2:1 syntax']],
    [
      'a missing semicolon',
      `${V1}/ {\n\ta = <1>\n\tb = <2>;\n\tc = ;\n};`,
      ['main.dts:4:2 syntax', 'main.dts:5:6 syntax'],
    ],
    ['a missing brace', `${V1}/ {\n\ta {\n\t\tb;\n};\n`, ['main.dts:6:1 syntax']],
    ['one brace too many', `${V1}/ { a; }; };\n/ { b = ; };`, ['main.dts:2:11 syntax', 'main.dts:3:9 syntax']],
    ['an open string', `${V1}/ {\n\ta = "b;\n};`, ['main.dts:3:6 token']],
    ['an open comment', `${V1}/ { };\n/* x`, ['main.dts:3:1 token']],
    ['a bad escape', `${V1}/ { a = "bc\\xyz"; };`, ['main.dts:2:12 token']],
    [
      'numbers',
      `${V1}/ { a = <09 0x1ffffffff 99999999999999999999>; };`,
      ['main.dts:2:10 token', 'main.dts:2:13 expression', 'main.dts:2:25 token'],
    ],
    [
      'an undefined macro',
      `${V1}/ { a = <GIC_SPI 1>; b = <2>; c = <X>; };`,
      ['main.dts:2:10 syntax', 'main.dts:2:36 syntax'],
    ],
    [
      'properties behind nodes',
      `${V1}/ { a {}; b; c {}; d; };`,
      ['main.dts:2:11 property-order', 'main.dts:2:20 property-order'],
    ],
    [
      'two references to nothing',
      `${V1}/ { a = <&x &y>; b = &{/z}; };`,
      ['main.dts:2:10 reference', 'main.dts:2:13 reference', 'main.dts:2:22 reference'],
    ],
    ['an extension of nothing', `${V1}/ { };\n&x { };\n&y { };`, ['main.dts:3:1 reference', 'main.dts:4:1 reference']],
    [
      'duplicates',
      `${V1}/ { a; a; b { }; b { }; };`,
      ['main.dts:2:18 duplicate-node', 'main.dts:2:8 duplicate-property'],
    ],
    ['division by zero', `${V1}/ { a = <(1 / 0)>; };`, ['main.dts:2:13 expression']],
  ])('%s', (_, source, expected) => {
    expect(errors(source)).toEqual(expected);
  });

  it('say what was expected and what was found', () => {
    const messages = compileSource(`${V1}/ { a = <1> };`, { file: 'main.dts' }).errors.map(error => error.message);
    expect(messages).toEqual(['main.dts:2:13: expected ; after property a, found }']);
    expect(() => loadSource(`${V1}/ { a = <1> };`)).toThrow('source:2:13: expected ;');
  });

  it('come with all that could be understood', () => {
    const { tree, syntax } = compileSource(`${V1}/ { a = <1 2 3>; b = ; c { d = "e"; }; };`);
    expect(tree).toBeUndefined();
    const [root] = syntax.statements;
    const body = root?.kind === 'root' ? root.body : undefined;
    expect(body?.properties.map(({ name }) => name)).toEqual(['a']);
    expect(body?.children.map(({ name }) => name)).toEqual(['c']);
  });

  it('are a hundred at most', () => {
    expect(errors(V1 + '/ { '.padEnd(3000, 'a = ; ') + ' };')).toHaveLength(100);
  });
});

describe('ranges', () => {
  it('lead from every cell back to its file', () => {
    const { tree } = compileSource(`${V1}#include "irq.h"\n/ {\n\ta = <1 IRQ (2 + 3)>, "s";\n};\n/include/ "b.dtsi"`, {
      file: 'main.dts',
      reader: memory({ 'irq.h': '#define IRQ 7\n', 'b.dtsi': '/ { b = [00]; };' }),
    });
    const parts = tree!.root.property('a')!.syntax!.parts;
    const cells = parts[0]?.kind === 'cells' ? parts[0].cells : [];
    expect(cells.map(({ span }) => [span.begin, span.finish].map(at => `${at.line}:${at.column}`).join('-'))).toEqual([
      '4:7-4:8',
      '4:9-4:12',
      '4:13-4:20',
    ]);
    expect(parts[1]?.span.begin).toEqual({ file: 'main.dts', line: 4, column: 23 });
    expect(tree!.root.property('b')!.syntax!.span.begin).toEqual({ file: 'b.dtsi', line: 1, column: 5 });
    expect(tree!.root.origins.map(span => span.begin.file)).toEqual(['main.dts', 'b.dtsi']);
  });
});

describe('includes', () => {
  it('are looked for beside the file that includes, then in the folders given', () => {
    const files = {
      'sub/a.dtsi': '/include/ "b.dtsi"',
      'sub/b.dtsi': 'beside;',
      'lib/c.h': '#define C 3',
      '/sys/d.h': '#include "e.h"\n',
      '/sys/e.h': '#define E 5\n',
    };
    const source = `${V1}#include <c.h>\n#include <d.h>\n/ { /include/ "./x/../sub/a.dtsi" c = <C E>; };`;
    const tree = loadSource(source, { file: 'main.dts', reader: memory(files), includePaths: ['lib', '/sys'] });
    expect([...tree.root.properties.keys()]).toEqual(['beside', 'c']);
    expect(getCells(tree.root, 'c')).toEqual([3, 5]);
  });

  it('that fail say where they were looked for', () => {
    expect(errors(`${V1}#include <c.h>\n/ { };`)).toEqual(['main.dts:2:1 include']);
    const { errors: found } = compileSource(`${V1}/ { /include/ "a.dtsi" };`, { includePaths: ['lib'] });
    expect(found[0]?.message).toContain('cannot include a.dtsi: not found as a.dtsi, lib/a.dtsi');
  });

  it('have their own places for errors', () => {
    expect(errors(`${V1}/ {\n/include/ "a.dtsi"\n};`, { 'a.dtsi': 'x;\ny = ;' })).toEqual(['a.dtsi:2:5 syntax']);
  });

  it('of each other end', () => {
    const files = { 'a.dtsi': '/include/ "b.dtsi"', 'b.dtsi': '/include/ "a.dtsi"\n/include/ "a.dtsi"' };
    expect(errors(`${V1}/ {\n/include/ "a.dtsi"\n};`, files)).toEqual(['a.dtsi:1:1 include']);
  });
});

describe('macros', () => {
  const value = (directives: string, use: string): number[] | undefined =>
    getCells(loadSource(`${V1}${directives}\n/ { x = <${use}>; };`).root, 'x');

  it('are replaced in each other, but not in themselves', () => {
    expect(value('#define A B\n#define B (1 + C)\n#define C 2', 'A B')).toEqual([3, 3]);
    expect(value('#define A (1 + 1) // two\n#define B /* three */ 3', 'A B')).toEqual([2, 3]);
    expect(errors(`${V1}#define A A\n/ { x = <A>; };`)).toEqual(['main.dts:3:10 syntax']);
  });

  it('stay out of strings, comments and longer words', () => {
    const tree = loadSource(`${V1}#define A 1\n/ { x = "A"; /* A */ AA = <A>; 0A; };`);
    expect([...tree.root.properties.keys()]).toEqual(['x', 'AA', '0A']);
    expect(getString(tree.root, 'x')).toBe('A');
  });

  it('leave properties alone whose names begin like directives', () => {
    const source = `${V1}# 1 "main.dts" 2\n#line 7 "x"\n/ {\n#1;\n#define-x;\n#if,y = <1>;\n\\#else;\n};`;
    const { root } = loadSource(source);
    expect([...root.properties.keys()]).toEqual(['#1', '#define-x', '#if,y', '#else']);
    expect(printSource(loadSource(source))).toContain('\n\t\\#else;\n');
  });

  it('that are misused say so', () => {
    expect(errors(`${V1}#define F(x) x\n/ { x = <F(1, 2)>; };`)[0]).toBe('main.dts:3:10 preprocessor');
    expect(errors(`${V1}#if (\n#endif\n/ { };`)).toEqual(['main.dts:2:1 preprocessor']);
    expect(errors(`${V1}/ { };\n#ifdef A\n`)).toEqual(['main.dts:3:1 preprocessor']);
  });

  it('that double without end are stopped', () => {
    const bomb = Array.from({ length: 60 }, (_, i) => `#define M${i} M${i + 1} M${i + 1}`).join('\n');
    expect(errors(`${V1}${bomb}\n#define M60\n/ { x = <M0>; };`)[0]).toMatch(/tree-large$/);
    const chain = Array.from({ length: 20_000 }, (_, i) => `#define M${i} M${i + 1}`).join('\n');
    expect(errors(`${V1}${chain}\n/ { x = <M0>; };`)[0]).toMatch(/tree-large$/);
  }, 30_000);
});

describe('limits', () => {
  it.each([
    ['brackets', `${V1}/ { x = <${'('.repeat(100_000)}>; };`, 'expression'],
    ['signs', `${V1}/ { x = <(${'-'.repeat(100_000)}>; };`, 'syntax'],
    ['choices', `${V1}/ { x = <(${'1 ? 1 : '.repeat(100_000)}1)>; };`, 'expression'],
    ['nodes', `${V1}/ { ${'n { '.repeat(100_000)}`, 'tree-depth'],
    ['labels', `${V1}/ { ${'l: '.repeat(100_000)}; };`, 'syntax'],
    ['a number', `${V1}/ { x = <${'9'.repeat(1_000_000)}>; };`, 'token'],
    ['a name', `${V1}/ { ${'n'.repeat(100_000)}; };`, 'name'],
    ['open strings', `${V1}/ { x = ${'"\n\\'.repeat(300_000)}; };`, 'token'],
    ['open characters', `${V1}/ { x = <${"'\\".repeat(300_000)}>; };`, 'token'],
    ['open quotes in a directive', `${V1}/ { };\n#error ${"'\\".repeat(300_000)}`, 'preprocessor'],
    ['comments in a directive', `${V1}/ { };\n#error ${'/* */'.repeat(100_000)}`, 'preprocessor'],
    ['conditions', `${V1}/ { };\n${'#ifdef A\n'.repeat(100_000)}`, 'preprocessor'],
    ['operators', `${V1}/ { x = <(${'1 +'.repeat(300_000)}>; };`, 'syntax'],
    ['open comments', `${V1}/ { };${'/*'.repeat(500_000)}`, 'token'],
    ['blanks', `${V1}${' '.repeat(5_000_000)}x`, 'syntax'],
  ])(
    '%s without end are an error',
    (_, source, code) => {
      expect(errors(source)[0]).toMatch(new RegExp(` ${code}$`));
    },
    30_000,
  );

  it('hold for nodes that extensions nest', () => {
    let source = `${V1}/ { l0: n { }; };\n`;
    for (let i = 0; i < 80; i++) source += `&l${i} { l${i + 1}: n { }; };\n`;
    expect(errors(source)[0]).toBe('main.dts:65:8 tree-depth');
  });

  it('a string of a megabyte is none', () => {
    const tree = loadSource(`${V1}/ { x = "${'a\\n'.repeat(500_000)}"; };`);
    expect(tree.root.property('x')?.value.length).toBe(1_000_001);
  });
});

it('any cut of a source compiles or says why', () => {
  for (const name of names('sources', '.dts')) {
    const source = text('sources', `${name}.dts`);
    for (let length = 0; length < source.length; length += 7) {
      const options = { file: path('sources', `${name}.dts`), reader, includePaths: [path('sources')] };
      const { tree, errors } = compileSource(source.slice(0, length), options);
      expect(tree === undefined).toBe(errors.length > 0);
      if (tree) expect(printSource(tree)).toContain('/dts-v1/;');
      if (tree) writeBlob(tree);
    }
  }
});
