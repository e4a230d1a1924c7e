import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  checksDocument,
  configurationAttributes,
  errorsDocument,
  launchDocument,
  xlDocument,
} from '../scripts/generated';

const root = resolve(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(resolve(root, file), 'utf8');
const manifest = JSON.parse(read('package.json'));

describe('what npm run generate writes', () => {
  it('package.json: launch attributes', () => {
    expect(manifest.contributes.debuggers[0].configurationAttributes).toEqual(configurationAttributes());
  });
  it('docs/launch.md', () => expect(read('docs/launch.md')).toBe(launchDocument()));
  it('docs/errors.md', () => expect(read('docs/errors.md')).toBe(errorsDocument()));
  it('docs/checks.md', () => expect(read('docs/checks.md')).toBe(checksDocument()));
  it('docs/xl-cfg.md', () => expect(read('docs/xl-cfg.md')).toBe(xlDocument()));
});

describe('the manifest', () => {
  it('names files that exist', () => {
    const files = [manifest.icon, 'LICENSE', 'README.md', 'CHANGELOG.md'];
    for (const { configuration } of manifest.contributes.languages) files.push(configuration);
    for (const { path } of manifest.contributes.grammars) files.push(path);
    for (const file of files) expect(existsSync(resolve(root, file)), file).toBe(true);
  });

  it('names entry points that are packed', () => {
    const packed = read('.vscodeignore')
      .split('\n')
      .filter(line => line.startsWith('!'))
      .map(line => new RegExp(`^${line.slice(1).replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`));
    for (const entry of [manifest.main, manifest.browser])
      expect([entry, packed.some(one => one.test(entry.replace('./', '')))]).toEqual([entry, true]);
  });

  it('contributes the commands that the extension registers, and no others', () => {
    const sources = ['commands', 'trees'].map(name => read(`src/extension/${name}.ts`)).join('');
    const registered = [...sources.matchAll(/'(xenlab\.\w+)':/g)].map(match => match[1]);
    const contributed = manifest.contributes.commands.map(({ command }: { command: string }) => command);
    expect(contributed.sort()).toEqual(registered.sort());
    for (const { category } of manifest.contributes.commands) expect(category).toBe('Xen Lab');
  });

  it('offers only configurations whose attributes exist', () => {
    const [debug] = manifest.contributes.debuggers;
    const known = new Set(['type', 'request', 'name', ...Object.keys(debug.configurationAttributes.launch.properties)]);
    const offered = [
      ...debug.initialConfigurations,
      ...debug.configurationSnippets.map((one: { body: object }) => one.body),
    ];
    for (const one of offered) for (const name of Object.keys(one)) expect(known.has(name), name).toBe(true);
  });
});
