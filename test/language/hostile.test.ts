// Whatever is typed, the server answers: random edits, and every request at random places.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Client, positionOf, uri } from './client';

const TREE = readFileSync(resolve(import.meta.dirname, '../../src/emu/boards/dts/virt.dts'), 'utf8');
const PIECES = ['{', '}', ';', '<', '>', '[', ']', '"', "'", '/*', '*/', '//', '&', '&{/', '#include "a.dtsi"\n', '#if 1\n', '#endif\n', '#define A(x) x x\n', 'A(A(1))', '/delete-node/ ', '/delete-property/ reg;', '/dts-v1/;', '/ {', '};', '\0', '\\', '\u{1f600}', '\r\n', '0xfffffffffffffffff', 'a: b: c', '@', '=', '/plugin/;', '/incbin/("x")', '/bits/ 64 <', 'reg = <0 0>;']; // prettier-ignore
const REQUESTS = ['hover', 'completion', 'definition', 'declaration', 'documentHighlight', 'references', 'prepareRename', 'rename', 'documentSymbol', 'foldingRange', 'documentLink', 'codeLens', 'semanticTokens/full', 'inlayHint', 'selectionRange', 'codeAction', 'formatting'] as const; // prettier-ignore

it('answers every request after every edit', async () => {
  const client = await Client.start({ '/t/a.dts': TREE, '/t/a.dtsi': '#include "a.dtsi"\n/ { x; };\n' });
  await client.open('/t/a.dts');
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.nat(40),
    insert: fc.constantFrom(...PIECES, ''),
    place: fc.double({ min: 0, max: 1, noNaN: true }),
    request: fc.constantFrom(...REQUESTS),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 12 }), async edits => {
      await client.edit('/t/a.dts', () => TREE);
      for (const { at, remove, insert, place, request } of edits) {
        await client.edit('/t/a.dts', text => {
          const offset = Math.floor(at * text.length);
          return text.slice(0, offset) + insert + text.slice(offset + remove);
        });
        const text = client.text('/t/a.dts');
        const position = positionOf(text, Math.floor(place * text.length));
        const began = performance.now();
        await ask(client, request, position);
        expect(performance.now() - began).toBeLessThan(1000);
      }
    }),
    { numRuns: 60 },
  );
}, 30_000);

it('says of a file that is too large that it is', async () => {
  const client = await Client.start({ '/t/large.dts': `/dts-v1/;\n/ { };\n${'/* x */ '.repeat(600_000)}` });
  await client.open('/t/large.dts');
  const [found] = await client.diagnostics('/t/large.dts');
  expect(found).toMatchObject({ code: 'dt.tree-large', severity: 1 });
});

async function ask(client: Client, request: string, position: { line: number; character: number }): Promise<void> {
  const params = {
    textDocument: { uri: uri('/t/a.dts') },
    position,
    positions: [position],
    newName: 'renamed',
    range: { start: position, end: { line: position.line + 20, character: 0 } },
    context: {
      includeDeclaration: true,
      diagnostics: request === 'codeAction' ? await client.diagnostics('/t/a.dts') : [],
    },
    options: { tabSize: 8, insertSpaces: false },
  };
  // What cannot be renamed is refused: an answer too, with a code of its own.
  await client.request(`textDocument/${request}`, params).catch((error: { code?: number }) => {
    if (error.code !== -32803) throw error;
  });
}
