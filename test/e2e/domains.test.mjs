// Domains in a real VS Code: the list with its verbs, consoles that come with them, the memory map, and what is said when
// something cannot be done. The lab is what F5 boots with no configuration: the embedded pair on the built-in hypervisor.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { root } from './install.mjs';
import { scene, scratch } from './scene.mjs';

const workspace = scratch('e2e-domains');
const CONFIGURATIONS = {
  'guest.cfg': '# One more domain like the one that is there.\nname = "guest"\nkernel = "embedded:domu"\nmemory = 4\n',
  'second.xl': 'name = "second"\nkernel = "embedded:domu"\nmemory = 4\nvcpus = 2\n',
  'bad.cfg': 'name = "bad"\nkernel = "embedded:domu"\nmemory = 4\nvcpu = 2\n',
  'twin.cfg': 'name = "demo"\nkernel = "embedded:domu"\nmemory = 4\n',
  'large.cfg': 'name = "large"\nkernel = "embedded:domu"\nmemory = 2000\n',
  'none.cfg': 'name = "none"\nkernel = "nowhere/zImage"\nmemory = 4\n',
};
let bench;
scene({ name: 'domains', workspace, prepare, opened: one => (bench = one) });

function prepare() {
  rmSync(workspace, { recursive: true, force: true });
  mkdirSync(workspace, { recursive: true });
  for (const [file, text] of Object.entries(CONFIGURATIONS)) writeFileSync(path.join(workspace, file), text);
  writeFileSync(path.join(workspace, 'notes.txt'), 'nothing\n');
}

/** Pictures for the documentation, when they are wanted. */
async function picture(name) {
  if (!process.env.UPDATE_SCREENSHOT) return;
  await bench.page.mouse.move(700, 5);
  await bench.page.waitForTimeout(700);
  await bench.screenshot(path.join(root, 'docs', 'images', `${name}.png`));
}

const row = (name, pattern) =>
  bench.until(`the row of ${name} says ${pattern}`, async () => pattern.exec((await bench.domains())[name] ?? ''));
/** Of its processors. */
const milliseconds = async name => {
  const [, time, unit] = /([\d.]+) (ms|s)/.exec((await bench.domains())[name]);
  return Number(time) * (unit === 's' ? 1000 : 1);
};

test('without a lab the list says how to get one', async () => {
  await bench.firstCommand('Xen Lab: Show Domains');
  const view = bench.page.locator('.sidebar .welcome-view-content');
  await bench.until('the welcome', async () => /No lab is running\./.test(await view.textContent()));
  await view.locator('a.monaco-button', { hasText: 'Boot Board' }).waitFor();
  await bench.command('Xen Lab: Show Memory Map');
  await bench.webview().getByText('No lab is running. Boot Board, or F5, starts one.').waitFor();
  await bench.command('View: Close All Editors');
});

test('F5 without a configuration boots the embedded pair: two rows, a terminal each', async () => {
  await bench.page.keyboard.press('F5');
  await bench.choose('Xen Lab');
  await bench.until('terminals', async () => /xen: .*dom0: .*demo: /s.test(await bench.terminals()));
  // The Run view comes by itself when a session starts.
  await bench.page.locator('.debug-call-stack').waitFor();
  await bench.command('Xen Lab: Show Domains');
  await row('Domain-0', /^0 · (running|blocked) · [\d.]+ m?s · 64 MiB · 1 vCPU$/);
  await row('demo', /^1 · (running|blocked) · [\d.]+ m?s · 4 MiB · 1 vCPU$/);
  await bench.openTerminal('xen: ');
  await bench.terminalShows(/\(XEN\)/);
  await bench.openTerminal('demo: ');
  await bench.typeIntoTerminal('info\n');
  await bench.terminalShows(/name\s+demo/);
  await picture('vscode-pair');
});

test('Create Domain from the open configuration adds a row, and its console answers', async context => {
  await bench.openFile('guest.cfg');
  const asked = performance.now();
  await bench.command('Xen Lab: Create Domain');
  await row('guest', /^2 · (running|blocked)/);
  context.diagnostic(`the command to the row: ${Math.round(performance.now() - asked)} ms`);
  await bench.until('its terminal', async () => /guest: /.test(await bench.terminals()));
  await bench.until('its prompt', async () => /\w+> ?$/.test((await bench.terminalText()).trimEnd()));
  await bench.typeIntoTerminal('info\n');
  await bench.terminalShows(/name\s+guest/);
  await picture('vscode-domains');
});

test('the time of its processor goes on while it works', async () => {
  const before = await milliseconds('guest');
  await bench.typeIntoTerminal('run sieve\n');
  await bench.until('more time', async () => (await milliseconds('guest')) > before);
});

test('Pause and Unpause change its state', async () => {
  await bench.domainAction('guest', 'Pause Domain');
  await row('guest', /^2 · paused/);
  await picture('vscode-paused');
  await bench.domainAction('guest', 'Unpause Domain');
  await row('guest', /^2 · (running|blocked)/);
});

test('verbs of the palette ask which domain is meant, and only those that fit', async () => {
  await bench.command('Xen Lab: Unpause Domain');
  await bench.notification('No domain of').waitFor();
  await bench.command('Notifications: Clear All Notifications');
  await bench.command('Xen Lab: Pause Domain');
  const offered = bench.page.locator('.quick-input-widget .monaco-list-row');
  await bench.until('a choice', async () => (await offered.count()) === 2);
  assert.doesNotMatch((await offered.allTextContents()).join(), /Domain-0/);
  await bench.choose('demo');
  await row('demo', /^1 · paused/);
  await bench.command('Xen Lab: Unpause Domain');
  await bench.choose('demo');
  await row('demo', /^1 · (running|blocked)/);
});

test('trees of the lab are compared: the host’s with that of dom0, and of a guest', async () => {
  const offered = bench.page.locator('.quick-input-widget .monaco-list-row');
  const names = async () => (await offered.locator('.label-name').allTextContents()).join();
  await bench.command('Xen Lab: Compare Device Trees');
  await bench.until('what there is', async () => (await names()) === 'host,dom0,demo,guest');
  await bench.choose('host');
  await bench.until('the others', async () => (await names()) === 'dom0,demo,guest');
  await bench.choose('dom0');
  await bench.page.locator('.tab.active', { hasText: 'host ↔ dom0' }).waitFor();
  const [original, modified] = ['original', 'modified'].map(side =>
    bench.page.locator(`.monaco-diff-editor .editor.${side}`),
  );
  const text = async side => (await side.locator('.view-line').allTextContents()).join('\n').replaceAll('\u00a0', ' ');
  // It opens where the first difference is: the UART that Xen keeps for itself.
  await bench.until('the host’s tree', async () => /^\s*serial@90000 \{$/m.test(await text(original)));
  assert.doesNotMatch(await text(modified), /serial@90000/);
  await modified.locator('.view-lines').click();
  await bench.page.keyboard.press('Control+End');
  await bench.until('the node of the hypervisor', async () => {
    const shown = await text(modified);
    if (/^\s*hypervisor \{$/m.test(shown)) return shown.includes('compatible = "xen,xen-4.17", "xen,xen";');
    await bench.page.keyboard.press('PageUp');
    return false;
  });
  assert.doesNotMatch(await text(original), /xen,xen/);
  await bench.page.keyboard.type('x');
  await bench.page.getByText('Cannot edit in read-only editor').first().waitFor();
  await bench.command('View: Close Editor');
});

test('the memory map shows RAM, devices and the domain', async () => {
  await bench.domainMenu('guest', 'Show Memory Map');
  const map = bench.webview();
  const board = map.getByRole('listbox', { name: /^Addresses of Versatile Express/ });
  const guest = map.getByRole('listbox', { name: 'Addresses of guest' });
  await board.getByRole('option', { name: /^ram, RAM, pa:0x80000000, 1 GiB/i }).waitFor();
  await board.getByRole('option', { name: /^uart0, device, pa:0x1c090000, 4 KiB/ }).waitFor();
  await board.getByRole('option', { name: /^scc, not modelled, pa:0x2a420000/ }).waitFor();
  await guest.getByRole('option', { name: /^console ring, magic page, dom2:ipa:0x39000000, 4 KiB/ }).waitFor();
  await guest.getByRole('option', { name: /^kernel, image, dom2:ipa:0x4/ }).waitFor();
  await guest.getByRole('option', { name: /^GIC distributor, interrupt controller, dom2:ipa:0x03001000/ }).waitFor();
  // Its RAM is chosen, and where that is in the machine is marked.
  await map.locator('.row[aria-selected="true"]', { hasText: 'dom2:ipa:0x40000000' }).waitFor();
  await map.locator('.row.related', { hasText: 'guest' }).first().waitFor();
  assert.match(await map.locator('.details').textContent(), /In the machinepa:0x[0-9a-f]{8} to pa:0x[0-9a-f]{8}/);
  await bench.command('View: Hide Panel').catch(() => {});
  await picture('vscode-memory-map');
});

test('the memory map is used with keys, and finds addresses', async () => {
  const map = bench.webview();
  const chosen = map.locator('.row[aria-selected="true"]');
  await chosen.focus();
  const before = await chosen.textContent();
  await bench.page.keyboard.press('ArrowDown');
  await bench.until('the next row', async () => (await chosen.textContent()) !== before);
  await bench.page.keyboard.press('Home');
  await bench.until('the first row', async () => /dom2:ipa:0x00000000/.test(await chosen.textContent()));
  await map.locator('vscode-text-field input').fill('pa:0x1c090018');
  await bench.until('one row', async () => (await map.locator('.row').count()) === 1);
  assert.match(await map.locator('.row').textContent(), /uart0/);
  await map.locator('vscode-text-field input').fill('');
  await map.locator('vscode-dropdown').click();
  await map.getByRole('option', { name: 'Domain-0 (dom0:ipa)' }).click();
  await map.getByRole('option', { name: /^uart1, device, dom0:ipa:0x1c0a0000.*passed through/ }).waitFor();
});

test('what cannot be made is one line that leads to the place', async () => {
  const errors = [
    ['bad.cfg', /bad\.cfg:4:1: xl has no key vcpu, .*did you mean vcpus\? \[xl\.unknown\]/],
    ['twin.cfg', /twin\.cfg:1:1: .*"demo".* \[domain\.create\]/],
    ['large.cfg', /large\.cfg:3:1: .*2000 MiB are more than the \d+ MiB that are free.* \[domain\.create\]/],
    ['none.cfg', /none\.cfg:2:1: .*nowhere\/zImage: there is no such file.* \[file\.missing\]/],
  ];
  for (const [file, expected] of errors) {
    await bench.openFile(file);
    await bench.command('Xen Lab: Create Domain');
    const message = bench.notification(`${file}:`);
    await message.locator('a.monaco-button', { hasText: `Open ${file}` }).waitFor();
    assert.match(await message.textContent(), expected);
    await bench.page.locator('.monaco-editor .squiggly-error').first().waitFor({ state: 'attached' });
    await bench.openFile('notes.txt');
    await message.locator('a.monaco-button', { hasText: `Open ${file}` }).click();
    await bench.until('the file', async () => (await bench.page.locator('.tab.active').textContent()).includes(file));
    await bench.command('Notifications: Clear All Notifications');
  }
  assert.deepEqual(Object.keys(await bench.domains()), ['Domain-0', 'demo', 'guest']);
});

test('without an open configuration Create Domain offers those of the workspace', async () => {
  await bench.openFile('notes.txt');
  await bench.command('Xen Lab: Create Domain');
  const offered = bench.page.locator('.quick-input-widget .monaco-list-row');
  await bench.until('a choice', async () => (await offered.count()) === 7);
  await bench.choose('second.xl');
  await row('second', /^\d+ · .* 2 vCPUs$/);
});

test('Destroy asks first, and then takes the row away', async () => {
  const dialog = bench.page.locator('.monaco-dialog-box');
  await bench.domainAction('guest', 'Destroy Domain');
  await dialog.waitFor();
  assert.match(await dialog.textContent(), /Destroy domain guest\?.*are lost/);
  await picture('vscode-destroy');
  await bench.page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  assert.ok((await bench.domains()).guest);
  await bench.domainAction('guest', 'Destroy Domain');
  await dialog.locator('a.monaco-button, button', { hasText: /^Destroy$/ }).click();
  await bench.until('no row', async () => !('guest' in (await bench.domains())));
  await bench.openTerminal('guest: ');
  await bench.command('Terminal: Scroll to Bottom');
  await bench.terminalShows(/\[domain ended\]/);
});

test('Reboot and Shut Down ask the guest', async () => {
  const [, first] = await row('second', /^(\d+) · (running|blocked)/);
  await bench.domainMenu('second', 'Reboot Domain');
  await bench.until('another domain of that name', async () => {
    const [, now] = /^(\d+) · (running|blocked)/.exec((await bench.domains()).second);
    return now !== first;
  });
  await bench.openTerminal('second: ');
  await bench.until('its prompt', async () => /> ?$/.test((await bench.terminalText()).trimEnd()));
  await bench.domainMenu('second', 'Shut Down Domain');
  await bench.until('no row', async () => !('second' in (await bench.domains())));
});

test('a domain is created again under the name of one that is gone', async () => {
  await bench.openFile('guest.cfg');
  await bench.command('Xen Lab: Create Domain');
  const [, id] = await row('guest', /^(\d+) · (running|blocked)/);
  assert.notEqual(id, '2');
  await bench.typeIntoTerminal('info\n');
  await bench.terminalShows(new RegExp(`domid\\s+${id}`));
});

test('the end of the lab empties the list; the map stays as it was', async () => {
  await bench.command('Xen Lab: Show Memory Map');
  await bench.webview().getByRole('listbox', { name: 'Addresses of Domain-0' }).waitFor();
  await bench.debugButton('Stop').click();
  const view = bench.page.locator('.sidebar .welcome-view-content');
  await bench.until('the welcome', async () => /No lab is running\./.test(await view.textContent()));
  await bench.webview().getByText('ended; this is how it was last').waitFor();
});
