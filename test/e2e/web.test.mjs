// The languages in a browser alone: extension host and server are web workers, and files come from the workspace.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { root } from './install.mjs';
import { scene, scratch } from './scene.mjs';

const workspace = scratch('e2e-web');
let bench;
scene({ name: 'web', workspace, prepare, web: true, opened: one => (bench = one) });

function prepare() {
  rmSync(workspace, { recursive: true, force: true });
  mkdirSync(workspace, { recursive: true });
  const tree = readFileSync(path.join(root, 'src/emu/boards/dts/vexpress-v2p-ca15-tc1.dts'), 'utf8');
  writeFileSync(path.join(workspace, 'tc1.dtsi'), tree.replace('/dts-v1/;', ''));
  const mine = '/dts-v1/;\n#include "tc1.dtsi"\n\n&uart0 {\n\tcurrent-speed = <115200>\n};\n';
  writeFileSync(path.join(workspace, 'mine.dts'), mine);
}

const errors = () => bench.page.locator('.editor-group-container.active .squiggly-error').count();

test('an error is marked, and a quick fix takes it away', async () => {
  await bench.openFile('mine.dts');
  await bench.until('the mark', async () => (await errors()) > 0, 60_000);
  await bench.clickOn('};');
  await bench.page.keyboard.press('Control+.');
  await bench.page.locator('.action-widget .monaco-list-row', { hasText: 'Insert ;' }).click();
  await bench.until('no mark', async () => (await errors()) === 0);
});

test('hover knows what includes say', async () => {
  const text = await bench.hover('&uart0', /UART PrimeCell PL011/);
  assert.match(text, /from tc1\.dtsi:\d+, mine\.dts:4/);
});

test('a machine is not offered here, and it says so', async () => {
  await bench.command('Xen Lab: Boot Board');
  await bench.notification('needs VS Code on a desktop').waitFor();
});
