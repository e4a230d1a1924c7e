// The device tree language through the protocol.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type {
  CodeAction,
  CodeLens,
  CompletionItem,
  DocumentHighlight,
  DocumentLink,
  DocumentSymbol,
  FoldingRange,
  Hover,
  InlayHint,
  Location,
  MarkupContent,
  SelectionRange,
  SemanticTokens,
  TextEdit,
  WorkspaceEdit,
  WorkspaceSymbol,
} from 'vscode-languageserver';
import { Client, slice, uri } from './client';

const TC1 = readFileSync(resolve(import.meta.dirname, '../../src/emu/boards/dts/vexpress-v2p-ca15-tc1.dts'), 'utf8');

const HEADER = `/* Numbers of the lines. */
#define LINE_UART 5
#define HIGH 4 // level
`;
const INCLUDE = `/ {
	#address-cells = <1>;
	#size-cells = <1>;
	interrupt-parent = <&gic>;
	aliases {
		serial0 = &uart;
	};
	gic: interrupt-controller@1000 {
		compatible = "arm,cortex-a15-gic";
		reg = <0x1000 0x1000>, <0x2000 0x1000>;
		interrupt-controller;
		#address-cells = <0>;
		#interrupt-cells = <3>;
	};
	bus@10000 {
		compatible = "simple-bus";
		#address-cells = <1>;
		#size-cells = <1>;
		ranges = <0 0x10000 0x8000>;
		uart: serial@100 {
			compatible = "arm,pl011", "arm,primecell";
			reg = <0x100 0x100>;
			interrupts = <0 LINE_UART HIGH>;
			status = "disabled";
		};
	};
};
`;
const BOARD = `/dts-v1/;
#include "lines.h"
#include "soc.dtsi"

/ {
	model = "Small";
	chosen {
		stdout-path = "serial0";
	};
	user {
		port = <&uart>;
		other = &uart;
		wide = <&{/bus@10000/serial@100}>;
	};
};

&uart {
	status = "okay";
};
`;
const FILES = { '/t/board.dts': BOARD, '/t/soc.dtsi': INCLUDE, '/t/lines.h': HEADER, '/t/tc1.dts': TC1 };

let client: Client;
beforeAll(async () => {
  client = await Client.start({ ...FILES });
  await client.open('/t/board.dts');
  await client.open('/t/soc.dtsi');
});

const hoverText = async (path: string, marked: string): Promise<string> => {
  const hover = await client.request<Hover | null>('textDocument/hover', client.at(path, marked));
  return hover ? (hover.contents as MarkupContent).value : '';
};
const labels = (items: CompletionItem[]): string[] => items.map(item => item.label);
const places = (locations: Location[]): string[] =>
  locations.map(({ uri: file, range }) => `${file.replace('file:///t/', '')}:${range.start.line + 1}`).sort();

describe('diagnostics', () => {
  it('has nothing to say of a tree that compiles, nor of what it includes', async () => {
    expect(await client.diagnostics('/t/board.dts')).toEqual([]);
    expect(await client.diagnostics('/t/soc.dtsi')).toEqual([]);
  });

  it('follows what is typed, with a fix, and across includes', async () => {
    await client.edit('/t/soc.dtsi', text => text.replace('interrupt-controller;', 'interrupt-controller'));
    const [found, ...more] = await client.diagnostics('/t/soc.dtsi');
    expect(more).toEqual([]);
    expect(found).toMatchObject({ code: 'dt.syntax', severity: 1 });
    const [action] = await client.request<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri: uri('/t/soc.dtsi') },
      range: found!.range,
      context: { diagnostics: [found] },
    });
    const [edit] = action!.edit!.changes![uri('/t/soc.dtsi')]!;
    expect([action!.title, edit!.newText, edit!.range.start.line]).toEqual(['Insert ;', ';', 10]);
    await client.edit('/t/soc.dtsi', () => INCLUDE);
    expect(await client.diagnostics('/t/soc.dtsi')).toEqual([]);
  });

  it('marks a label that is not there, and offers one that is', async () => {
    await client.edit('/t/board.dts', text => text.replace('port = <&uart>', 'port = <&uarrt>'));
    const [found] = await client.diagnostics('/t/board.dts');
    expect(slice(client.text('/t/board.dts'), found!.range)).toBe('&uarrt');
    const actions = await client.request<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri: uri('/t/board.dts') },
      range: found!.range,
      context: { diagnostics: [found] },
    });
    expect(actions.map(({ title }) => title)).toEqual(['Change to &uart']);
    await client.edit('/t/board.dts', () => BOARD);
    expect(await client.diagnostics('/t/board.dts')).toEqual([]);
  });
});

describe('checks', () => {
  it('warn, and what they propose makes the warning go away', async () => {
    const other = 'extra: extra@300 {\n\t\t\treg = <0x304 4>;\n\t\t};\n\t\tuart: serial@100';
    await client.edit('/t/soc.dtsi', text => text.replace('uart: serial@100', other));
    const [found, ...more] = await client.diagnostics('/t/soc.dtsi');
    expect(more).toEqual([]);
    expect(found).toMatchObject({ code: 'simple_bus_reg', severity: 2 });
    const [action] = await client.request<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri: uri('/t/soc.dtsi') },
      range: found!.range,
      context: { diagnostics: [found] },
    });
    expect(action!.title).toBe('Rename to extra@304');
    const [edit] = action!.edit!.changes![uri('/t/soc.dtsi')]!;
    expect([slice(client.text('/t/soc.dtsi'), edit!.range), edit!.newText]).toEqual(['extra@300', 'extra@304']);
    await client.edit('/t/soc.dtsi', () => INCLUDE);
    expect(await client.diagnostics('/t/soc.dtsi')).toEqual([]);
  });
});

describe('hover', () => {
  it('shows a node as the compiler sees it, with places, address and binding', async () => {
    const text = await hoverText('/t/board.dts', '&ua|rt {');
    expect(text).toContain('UART PrimeCell PL011');
    expect(text).toContain('uart: serial@100 {');
    expect(text).toContain('status = "okay";');
    expect(text).toContain('path `/bus@10000/serial@100`');
    expect(text).toContain('0x10100–0x101ff (256 bytes) for the processor');
    expect(text).toContain('from soc.dtsi:20, board.dts:17');
  });

  it('shows a property with its meaning, its value and every place that sets it', async () => {
    const text = await hoverText('/t/soc.dtsi', 'sta|tus');
    expect(text).toContain('Whether the device can be used');
    expect(text).toMatch(/set in soc\.dtsi:24 \(overridden\)\n- set in board\.dts:18/);
  });

  it('shows what cells and macros mean', async () => {
    expect(await hoverText('/t/soc.dtsi', 'inter|rupts = <0')).toContain('gic: SPI 5 (INTID 37), level high');
    expect(await hoverText('/t/soc.dtsi', 'LINE_|UART')).toContain('#define LINE_UART 5');
    expect(await hoverText('/t/soc.dtsi', 'reg = <0x1|00 0x100>')).toContain('0x10100–0x101ff');
  });

  it('shows the device of the emulated board, with its registers', async () => {
    await client.open('/t/tc1.dts');
    const text = await hoverText('/t/tc1.dts', 'uart0: seri|al@90000');
    expect(text).toContain('**uart0** of Versatile Express');
    expect(text).toContain('| 0x18 | UARTFR | ro |');
    const found = await client.diagnostics('/t/tc1.dts');
    expect(found.filter(({ severity }) => severity === 1)).toEqual([]);
  });
});

describe('completion', () => {
  const complete = async (marked: string, into: string): Promise<string[]> => {
    await client.edit('/t/board.dts', () => BOARD.replace(into, marked.replace('|', '')));
    const at = client.at('/t/board.dts', marked);
    const items = await client.request<CompletionItem[]>('textDocument/completion', at);
    await client.edit('/t/board.dts', () => BOARD);
    return labels(items);
  };

  it('offers what fits the place', async () => {
    expect(await complete('port = <&|>;', 'port = <&uart>;')).toEqual(expect.arrayContaining(['&uart', '&gic']));
    expect(await complete('status = "|";', 'status = "okay";')).toEqual([
      'okay',
      'disabled',
      'reserved',
      'fail',
      'fail-sss',
    ]);
    expect(await complete('\tst|\n};\n', '\tstatus = "okay";\n};\n')).toEqual(
      expect.arrayContaining(['status', 'clocks', 'current-speed', '/delete-property/']),
    );
    expect(await complete('port = <LI|>;', 'port = <&uart>;')).toContain('LINE_UART');
    expect(await complete('compatible = "arm,pl|"; user', 'user')).toContain('arm,pl011');
    expect(await complete('stdout-path = "|"', 'stdout-path = "serial0"')).toEqual(
      expect.arrayContaining(['serial0', '/bus@10000/serial@100']),
    );
    expect(await complete('#include "so|"', '#include "soc.dtsi"')).toContain('soc.dtsi');
    expect(await complete('\n&u|\n', '&uart {\n\tstatus = "okay";\n};')).toContain('&uart');
    expect(await complete('port = <&{/b|>;', 'port = <&uart>;')).toContain('&{/bus@10000/serial@100}');
    expect(await complete('/* st| */', '\tstatus = "okay";')).toEqual([]);
  });
});

describe('navigation', () => {
  it('goes to definitions in includes', async () => {
    const at = (marked: string): Promise<Location[]> =>
      client.request('textDocument/definition', client.at('/t/board.dts', marked));
    expect(places(await at('<&ua|rt>'))).toEqual(['soc.dtsi:20']);
    expect(places(await at('&{/bus@1|0000'))).toEqual(['soc.dtsi:20']);
    expect(places(await at('sta|tus = "okay"'))).toEqual(['soc.dtsi:24']);
    expect(places(await at('"lin|es.h"'))).toEqual(['lines.h:1']);
    expect(places(await at('"ser|ial0"'))).toEqual(['soc.dtsi:20']);
    const macro = await client.request<Location[]>('textDocument/definition', client.at('/t/soc.dtsi', 'HI|GH'));
    expect(places(macro)).toEqual(['lines.h:3']);
  });

  it('finds references across includes, whatever the name', async () => {
    const found = await client.request<Location[]>('textDocument/references', {
      ...client.at('/t/soc.dtsi', 'ua|rt: serial'),
      context: { includeDeclaration: true },
    });
    expect(places(found)).toEqual([
      'board.dts:11',
      'board.dts:12',
      'board.dts:13',
      'board.dts:17',
      'soc.dtsi:20',
      'soc.dtsi:6',
    ]);
  });

  it('renames labels and macros everywhere, and nothing else', async () => {
    const edit = await client.request<WorkspaceEdit>('textDocument/rename', {
      ...client.at('/t/board.dts', 'port = <&ua|rt>'),
      newName: 'serial_a',
    });
    const changed = Object.entries(edit.changes!).map(([file, edits]) => [
      file.replace('file:///t/', ''),
      edits.length,
    ]);
    expect(Object.fromEntries(changed)).toEqual({ 'board.dts': 3, 'soc.dtsi': 2 });
    for (const { range } of edit.changes![uri('/t/board.dts')]!) expect(slice(BOARD, range)).toBe('uart');
    const refused = client.request('textDocument/rename', { ...client.at('/t/board.dts', 'mo|del'), newName: 'x' });
    await expect(refused).rejects.toThrow(/only labels and macros/);
  });

  it('highlights the thing in its file', async () => {
    const found = await client.request<DocumentHighlight[]>(
      'textDocument/documentHighlight',
      client.at('/t/board.dts', 'port = <&ua|rt>'),
    );
    expect(found.map(({ range }) => range.start.line + 1)).toEqual([11, 12, 17]);
  });
});

describe('structure', () => {
  const whole = <T>(method: string, path = '/t/board.dts'): Promise<T> =>
    client.request(`textDocument/${method}`, { textDocument: { uri: uri(path) } });

  it('has symbols', async () => {
    const symbols = await whole<DocumentSymbol[]>('documentSymbol');
    expect(symbols.map(({ name }) => name)).toEqual(['/', '&uart']);
    expect(symbols[0]!.children!.map(({ name }) => name)).toEqual(['model', 'chosen', 'user']);
    const found = await client.request<WorkspaceSymbol[]>('workspace/symbol', { query: 'srl100' });
    expect(found.map(({ name }) => name)).toContain('serial@100');
  });

  it('folds nodes', async () => {
    const folds = await whole<FoldingRange[]>('foldingRange');
    expect(folds).toContainEqual({ startLine: 4, endLine: 13 });
  });

  it('links includes', async () => {
    const links = await whole<DocumentLink[]>('documentLink');
    expect(links.map(({ target }) => target)).toEqual([uri('/t/lines.h'), uri('/t/soc.dtsi')]);
  });

  it('has semantic tokens in order', async () => {
    const { data } = await whole<SemanticTokens>('semanticTokens/full', '/t/soc.dtsi');
    expect(data.length % 5).toBe(0);
    expect(data.length).toBeGreaterThan(100);
    for (let i = 0; i < data.length; i += 5) expect(data[i]! > 0 || data[i + 1]! >= 0).toBe(true);
  });

  it('counts who refers to a node', async () => {
    const lenses = await whole<CodeLens[]>('codeLens', '/t/soc.dtsi');
    expect(lenses.map(({ command }) => command!.title)).toEqual(['1 reference', '5 references']);
  });

  it('hints what cells mean', async () => {
    const hints = await client.request<InlayHint[]>('textDocument/inlayHint', {
      textDocument: { uri: uri('/t/soc.dtsi') },
      range: { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } },
    });
    expect(hints.map(({ label }) => label)).toEqual([
      '0x1000–0x1fff, 4 KiB',
      '0x2000–0x2fff, 4 KiB',
      '0x0 is 0x10000 above, 32 KiB',
      '0x100 → 0x10100–0x101ff, 256 bytes',
      'gic: SPI 5 (INTID 37), level high',
    ]);
  });

  it('selects outwards', async () => {
    const { textDocument, position } = client.at('/t/board.dts', 'port = <&ua|rt>');
    const [chain] = await client.request<SelectionRange[]>('textDocument/selectionRange', {
      textDocument,
      positions: [position],
    });
    const texts: string[] = [];
    for (let at: SelectionRange | undefined = chain; at; at = at.parent)
      texts.push(slice(client.text('/t/board.dts'), at.range));
    expect(texts.slice(0, 3)).toEqual(['uart', '<&uart>', 'port = <&uart>;']);
    expect(texts.at(-1)).toBe(BOARD);
  });
});

describe('formatting', () => {
  it('indents, and leaves what it must', async () => {
    const untidy =
      '/dts-v1/;\n\n\n/{\n  a=<1   2>;   // why\n#ifdef X\n   b = "x  y",\n "z";\n#endif\nn: m@1{\n};\n};\n';
    await client.open('/t/untidy.dts', 'dts', untidy);
    const [edit] = await client.request<TextEdit[]>('textDocument/formatting', {
      textDocument: { uri: uri('/t/untidy.dts') },
      options: { tabSize: 8, insertSpaces: false },
    });
    await client.edit('/t/untidy.dts', text => text.replace(slice(text, edit!.range), edit!.newText));
    expect(client.text('/t/untidy.dts')).toBe(
      '/dts-v1/;\n\n/ {\n\ta = <1 2>; // why\n#ifdef X\n\tb = "x  y",\n\t\t"z";\n#endif\n\tn: m@1 {\n\t};\n};\n',
    );
  });
});

describe('preview', () => {
  it('shows the merged tree and the blob', async () => {
    const source = await client.request<string>('xenlab/preview', { uri: uri('/t/soc.dtsi'), form: 'source' });
    expect(source).toContain('model = "Small";');
    expect(source).toContain('status = "okay";');
    const blob = await client.request<string>('xenlab/preview', { uri: uri('/t/board.dts'), form: 'blob' });
    expect(blob).toMatch(/^\d+ bytes\n\n00000000 {2}d00dfeed/);
  });
});
