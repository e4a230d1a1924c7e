// The language of domain configurations through the protocol.
import { beforeAll, describe, expect, it } from 'vitest';
import type {
  CodeAction,
  CompletionItem,
  DocumentLink,
  DocumentSymbol,
  FoldingRange,
  Hover,
  MarkupContent,
  TextEdit,
} from 'vscode-languageserver';
import { Client, slice, uri } from './client';

const GUEST = `# A guest.
name = "guest"
kernel = "zImage"
ramdisk = "missing.gz"
memory = 128
disk = [
    "phy:/dev/loop0,xvda,w", # one
    "format=raw,vdev=xvdb,access=ro,target=disk.img",
]
vif = [ "mac=00:16:3e:00:00:01" ]
on_crash = "destroy"
`;
const FILES = { '/g/guest.cfg': GUEST, '/g/zImage': 'k', '/g/disk.img': 'd', '/g/images/other': 'k' };
let client: Client;

beforeAll(async () => {
  client = await Client.start({ ...FILES });
  await client.open('/g/guest.cfg', 'xl-cfg');
});

const whole = <T>(method: string): Promise<T> =>
  client.request(`textDocument/${method}`, { textDocument: { uri: uri('/g/guest.cfg') } });
const hoverText = async (marked: string): Promise<string> => {
  const hover = await client.request<Hover | null>('textDocument/hover', client.at('/g/guest.cfg', marked));
  return hover ? (hover.contents as MarkupContent).value : '';
};

describe('configurations of domains', () => {
  it('are checked as they are typed, with changes that put things right', async () => {
    const errors = (await client.diagnostics('/g/guest.cfg')).filter(({ severity }) => severity === 1);
    expect(errors).toEqual([]);
    await client.edit('/g/guest.cfg', text => text.replace('memory', 'memroy'));
    const found = await client.diagnostics('/g/guest.cfg');
    const unknown = found.find(({ code }) => code === 'xl.unknown');
    expect(slice(client.text('/g/guest.cfg'), unknown!.range)).toBe('memroy');
    const [action] = await client.request<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri: uri('/g/guest.cfg') },
      range: unknown!.range,
      context: { diagnostics: [unknown] },
    });
    const [edit] = action!.edit!.changes![uri('/g/guest.cfg')]!;
    expect([slice(client.text('/g/guest.cfg'), edit!.range), edit!.newText]).toEqual(['memroy', 'memory']);
    await client.edit('/g/guest.cfg', () => GUEST);
    await client.diagnostics('/g/guest.cfg');
  });

  it('tell what keys and devices are', async () => {
    expect(await hoverText('mem|ory')).toMatch(/\*\*memory\*\*: number\n\nRAM at the start/);
    expect(await hoverText('vdev=xv|db')).toMatch(/\*\*disk\*\*, as xl reads it[^]*vdev: `xvdb`[^]*target: `disk.img`/);
    expect(await hoverText('# A gu|est')).toBe('');
  });

  it('offer keys, values, words of devices and files', async () => {
    const complete = async (marked: string, instead: string): Promise<string[]> => {
      await client.edit('/g/guest.cfg', () => GUEST.replace(instead, marked.replace('|', '')));
      const items = await client.request<CompletionItem[]>(
        'textDocument/completion',
        client.at('/g/guest.cfg', marked),
      );
      await client.edit('/g/guest.cfg', () => GUEST);
      return items.map(({ label }) => label);
    };
    expect(await complete('\nmem|\n', '\nmemory = 128\n')).toEqual(expect.arrayContaining(['memory', 'vcpus', 'disk']));
    expect(await complete('on_crash = "|"', 'on_crash = "destroy"')).toContain('restart');
    expect(await complete('"format=|,vdev', '"format=raw,vdev')).toContain('raw');
    expect(await complete('"|format=raw', '"format=raw')).toEqual(expect.arrayContaining(['vdev', 'target', 'cdrom']));
    expect(await complete('[ "|mac', '[ "mac')).toContain('bridge');
    expect(await complete('kernel = "|"', 'kernel = "zImage"')).toEqual(expect.arrayContaining(['zImage', 'images']));
    expect(await complete('kernel = "images/|"', 'kernel = "zImage"')).toContain('images/other');
    expect(await complete('# ker|', '# A guest.')).toEqual([]);
  });

  it('link to files, have symbols, and fold', async () => {
    const links = await whole<DocumentLink[]>('documentLink');
    expect(links.map(({ target }) => target)).toEqual(
      ['/g/zImage', '/g/missing.gz', '/g/disk.img'].map(path => uri(path)),
    );
    const symbols = await whole<DocumentSymbol[]>('documentSymbol');
    expect(symbols.map(({ name }) => name)).toEqual(['name', 'kernel', 'ramdisk', 'memory', 'disk', 'vif', 'on_crash']);
    expect(symbols[4]!.children!.length).toBe(2);
    expect(await whole<FoldingRange[]>('foldingRange')).toEqual([{ startLine: 5, endLine: 8 }]);
  });

  it('are formatted without a change of their meaning', async () => {
    await client.open('/g/untidy.cfg', 'xl-cfg', 'name="a  b"\n  memory   =  1\nvif=[\n"",\n  ] \nextra = "x" # y\n');
    const [edit] = await client.request<TextEdit[]>('textDocument/formatting', {
      textDocument: { uri: uri('/g/untidy.cfg') },
      options: { tabSize: 4, insertSpaces: true },
    });
    await client.edit('/g/untidy.cfg', text => text.replace(slice(text, edit!.range), edit!.newText));
    expect(client.text('/g/untidy.cfg')).toBe('name = "a  b"\nmemory = 1\nvif = [\n    "",\n]\nextra = "x" # y\n');
  });
});
