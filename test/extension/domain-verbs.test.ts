// The menus of package.json offer a verb for exactly those domains that the command takes.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contextOf, type SimpleVerb, VERBS } from '../../src/extension/domain-verbs';
import type { DomainRow } from '../../src/lab/protocol';

interface MenuItem {
  readonly command: string;
  readonly when: string;
  readonly group: string;
}
const manifest = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8'));
const items: MenuItem[] = manifest.contributes.menus['view/item/context'];
const COMMANDS: Readonly<Record<SimpleVerb, string>> = {
  ...{ destroy: 'xenlab.destroyDomain', pause: 'xenlab.pauseDomain', unpause: 'xenlab.unpauseDomain' },
  ...{ shutdown: 'xenlab.shutDownDomain', reboot: 'xenlab.rebootDomain' },
};

const states: DomainRow['state'][] = ['running', 'blocked', 'paused', 'shutdown', 'crashed', 'dying'];
const rows = states.flatMap(state => {
  const row = { name: 'win', memory: 4, vcpus: 1, cpuSeconds: 0, state };
  return [
    { ...row, id: 0, console: 'dom0' },
    { ...row, id: 1, console: 'win' },
    { ...row, id: 2 },
  ] as DomainRow[];
});

/** Whether a `when` clause of a row fits. */
function isOffered({ when }: MenuItem, row: DomainRow): boolean {
  const [, pattern] = /^view == xenlab\.domains && viewItem =~ \/(.*)\/$/.exec(when) ?? [];
  if (pattern === undefined) throw new Error(`this test does not understand: ${when}`);
  return new RegExp(pattern).test(contextOf(row));
}

describe.each(Object.entries(COMMANDS) as [SimpleVerb, string][])('%s', (verb, command) => {
  it('is in the menu of those rows that it fits, and of no others', () => {
    const offers = items.filter(item => item.command === command);
    expect(offers.length).toBeGreaterThan(0);
    for (const item of offers)
      for (const row of rows)
        expect(isOffered(item, row), `${item.group} ${contextOf(row)}`).toBe(VERBS[verb].fits(row));
  });
});

it('consoles are offered where there are some', () => {
  for (const item of items.filter(({ command }) => command === 'xenlab.openConsole'))
    for (const row of rows) expect(isOffered(item, row)).toBe(row.console !== undefined);
});

it('every command of a menu exists', () => {
  const known = new Set(manifest.contributes.commands.map(({ command }: MenuItem) => command));
  for (const list of Object.values<MenuItem[]>(manifest.contributes.menus))
    for (const { command } of list) expect(known.has(command), command).toBe(true);
});
