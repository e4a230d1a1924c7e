// The TextMate grammars, held against what stands below each line of the samples (vscode-tmgrammar-test).
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const { contributes } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as {
  contributes: { grammars: { path: string }[]; languages: { id: string }[] };
};
const grammars = contributes.grammars.flatMap(({ path }) => ['-g', resolve(root, path)]);
const tool = resolve(root, 'node_modules/vscode-tmgrammar-test/dist/unit.js');

it.each(['dts.test.dts', 'guest.test.cfg', 'card.test.txt'])('%s', sample => {
  const { status, stdout } = spawnSync(process.execPath, [tool, ...grammars, resolve(import.meta.dirname, sample)], {
    encoding: 'utf8',
  });
  expect(stdout).toMatch(/run success/);
  expect(status).toBe(0);
});

it('has a grammar for each language', () => {
  expect(contributes.languages.map(({ id }) => id)).toEqual(['dts', 'xl-cfg', 'versatile-card']);
});
