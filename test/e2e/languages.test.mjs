// Device trees and configurations of domains as languages, in a real VS Code.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { root } from './install.mjs';
import { scene, scratch } from './scene.mjs';

const workspace = scratch('e2e-languages');
let bench;
scene({ name: 'languages', workspace, prepare, opened: one => (bench = one) });

/** The tree of the test chip as an include, and a board that changes two things. */
function prepare() {
  rmSync(workspace, { recursive: true, force: true });
  mkdirSync(workspace, { recursive: true });
  const tree = readFileSync(path.join(root, 'src/emu/boards/dts/vexpress-v2p-ca15-tc1.dts'), 'utf8');
  const files = {
    'tc1.dtsi': tree.replace('/dts-v1/;', ''),
    'mine.dts': `/dts-v1/;
#include "tc1.dtsi"

/ {
	model = "My own board";
};

&uart0 {
	current-speed = <115200>;
};
`,
    'guest.cfg': '# A domain.\nname = "guest"\nkernel = "zImage"\nmemroy = 128\nvcpus = 1\n',
    'mine.cfg': 'name = "mine"\nkernel = "embedded:domu"\nmemory = 4\n',
    zImage: 'no kernel',
    'broken.dts': `/dts-v1/;

/ {
	model = "Broken"
	compatible = "arm,vexpress";
};
`,
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(workspace, file), text);
}

/** Pictures for the documentation, when they are wanted. */
async function picture(name) {
  if (!process.env.UPDATE_SCREENSHOT) return;
  await bench.page.waitForTimeout(500);
  await bench.screenshot(path.join(root, 'docs', 'images', `${name}.png`));
}

const squiggles = kind => bench.page.locator(`.editor-group-container.active .squiggly-${kind}`);

test('hover on a node tells what it is on the board', async context => {
  const opened = performance.now();
  await bench.openFile('mine.dts');
  const text = await bench.hover('&uart0', /UART PrimeCell PL011/);
  context.diagnostic(`the file opened to the first hover: ${Math.round(performance.now() - opened)} ms`);
  assert.match(text, /uart0: serial@90000 \{/);
  assert.match(text, /0x1c090000–0x1c090fff \(4 KiB\) for the processor/);
  assert.match(text, /from tc1\.dtsi:\d+, mine\.dts:8/);
  assert.match(text, /uart0 of Versatile Express/);
  await picture('languages-hover');
});

test('an error is marked as it is there, and a quick fix takes it away', async () => {
  await bench.openFile('broken.dts');
  await bench.until('the mark', async () => (await squiggles('error').count()) > 0);
  await bench.clickOn('compatible');
  await bench.page.keyboard.press('Control+.');
  const action = bench.page.locator('.action-widget .monaco-list-row', { hasText: 'Insert ;' });
  await action.waitFor();
  await picture('languages-fix');
  await action.click();
  await bench.until('no mark', async () => (await squiggles('error').count()) === 0);
  assert.match(await bench.editorText(), /model = "Broken";/);
  await bench.command('File: Revert File');
});

test('go to definition leads into the include', async () => {
  await bench.openFile('mine.dts');
  await bench.clickOn('&uart0');
  await bench.page.keyboard.press('F12');
  await bench.until('the include', async () => (await bench.activeTab()) === 'tc1.dtsi');
  await bench.until('the node', async () => /uart0: serial@90000 \{/.test(await bench.editorText()));
  await picture('languages-definition');
});

test('the merged tree is shown beside, and follows what is typed', async () => {
  await bench.openFile('mine.dts');
  await bench.command('Xen Lab: Preview Merged Device Tree');
  const preview = bench.page.locator('.monaco-editor .view-line', { hasText: 'My own board' });
  await bench.until('both', async () => (await preview.count()) === 2);
  await bench.clickOn('My own board');
  await bench.page.keyboard.press('End');
  await bench.page.keyboard.press('ArrowLeft');
  await bench.page.keyboard.press('ArrowLeft');
  await bench.page.keyboard.type(' 2');
  await bench.until('what was typed, in both', async () => {
    const both = bench.page.locator('.monaco-editor .view-line', { hasText: 'My own board 2' });
    return (await both.count()) === 2;
  });
  await picture('languages-preview');
  await bench.command('File: Revert File');
});

test('F5 boots that tree', async () => {
  await bench.openFile('mine.dts');
  await bench.page.keyboard.press('F5');
  await bench.until('its own terminal', async () => /mine\.dts/.test(await bench.panelTitle()));
  await bench.terminalShows(/lab>/);
  await bench.debugButton('Stop').click();
  await bench.terminalShows(/\[machine stopped\]/);
});

test('a configuration of a domain is known for what it is, and its keys are explained', async () => {
  await bench.command('View: Close All Editors');
  await bench.openFile('guest.cfg');
  await bench.until('the language', async () => /Xen Domain Configuration/.test(await bench.statusBar()));
  const text = await bench.hover('vcpus', /Virtual CPUs/);
  assert.match(text, /default: 1/);
  await picture('languages-cfg');
});

test('a key that xl does not know is marked, and a quick fix puts it right', async () => {
  const unknown = async () => (await squiggles('warning').count()) + (await squiggles('error').count());
  const before = await bench.until('the mark', unknown);
  await bench.clickOn('memroy');
  await bench.page.keyboard.press('Control+.');
  await bench.page.locator('.action-widget .monaco-list-row', { hasText: 'memory' }).first().click();
  await bench.until('one mark less', async () => (await unknown()) < before);
  assert.match(await bench.editorText(), /^memory = 128$/m);
  await bench.command('File: Revert File');
});

test('its kernel is a link to the file', async () => {
  const link = bench.page.locator('.editor-group-container.active .detected-link');
  await bench.until('the link', async () => /zImage/.test((await link.allTextContents()).join()));
});

test('F5 boots that domain beside a dom0', async () => {
  await bench.openFile('mine.cfg');
  await bench.until('the language', async () => /Xen Domain Configuration/.test(await bench.statusBar()));
  await bench.page.keyboard.press('F5');
  await bench.until('its own terminal', async () => /mine\.cfg/.test(await bench.panelTitle()));
  await bench.command('Xen Lab: Show Domains');
  await bench.until('the list', async () => Object.keys(await bench.domains()).join() === 'Domain-0,mine');
  await bench.debugButton('Stop').click();
});
