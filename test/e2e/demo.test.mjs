// The demo guest in a real VS Code: F5, console, pause, registers, stop.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { root } from './install.mjs';
import { scene, scratch } from './scene.mjs';

const workspace = path.join(root, 'test', 'e2e', 'workspace');
let bench;
const reopen = scene({ name: 'demo', workspace, opened: one => (bench = one) });

/** Threads of this machine's emulator: worker threads carry the name that they were given. */
function labThreads() {
  const names = [];
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    try {
      for (const task of readdirSync(`/proc/${pid}/task`))
        names.push(readFileSync(`/proc/${pid}/task/${task}/comm`, 'utf8').trim());
    } catch {
      // the process has ended meanwhile
    }
  }
  return names.filter(name => name === 'xenlab').length;
}

test('F5 boots the demo, and its banner is in the terminal', async context => {
  await bench.openFile('README.md');
  const pressed = performance.now();
  await bench.page.keyboard.press('F5');
  await bench.terminalShows(/Xen ARM Lab demo guest|Type 'help'/);
  context.diagnostic(`F5 to the banner, the extension not yet active: ${Math.round(performance.now() - pressed)} ms`);
  await bench.terminalShows(/lab>/);
});

test('a typed command is answered', async () => {
  await bench.typeIntoTerminal('help\n');
  await bench.terminalShows(/switch the board off/);
});

test('the status bar tells board and guest time', async () => {
  const text = await bench.until('the status item', async () =>
    /vexpress-v2p-ca15-tc1 running [\d.]+ s/.exec(await bench.statusBar()),
  );
  assert.ok(text);
  assert.equal(labThreads(), 1);
});

test('pause shows where the core is, and its registers', async () => {
  await bench.debugButton('Pause').click();
  await bench.until('a stack frame', async () => {
    const frames = await bench.rows('.debug-call-stack');
    return frames.some(row => /^0x8001[0-9a-f]{4}/.test(row));
  });
  await bench.moveSection('Watch', 160);
  const rows = await bench.until('registers', async () => {
    const found = await bench.rows('.debug-variables');
    return found.some(row => row.startsWith('pc')) && found;
  });
  const names = ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9', 'r10', 'r11', 'r12', 'sp', 'lr', 'pc'];
  for (const name of names)
    assert.ok(
      rows.some(row => new RegExp(`^${name}\\s*[:=]\\s*0x[0-9a-f]{8}`).test(row)),
      `${name} in ${rows}`,
    );
  await bench.until('the disassembly around the pc', async () => {
    const instructions = await bench.page.locator('.disassembly-view .monaco-list-row').allTextContents();
    return instructions.some(text => /\b(wfi|mov|ldr|bl|cmp|add)\b/.test(text));
  });
  if (process.env.UPDATE_SCREENSHOT) await bench.screenshot(path.join(root, 'docs', 'images', 'vscode-demo.png'));
});

test('a step goes on by one instruction', async () => {
  const pc = async () => (await bench.rows('.debug-variables')).find(row => row.startsWith('pc'));
  const first = await pc();
  await bench.debugButton('Step Over').click();
  await bench.until('another pc', async () => ![undefined, first].includes(await pc()));
});

test('continue: the guest answers again', async () => {
  await bench.debugButton('Continue').click();
  await bench.typeIntoTerminal('ticks\n');
  await bench.terminalShows(/timer ticks|uptime/i);
});

test('restart boots again', async context => {
  await bench.terminalShows(/lab> ticks/);
  const pressed = performance.now();
  await bench.debugButton('Restart').click();
  await bench.until('a fresh prompt', async () => {
    const text = await bench.terminalText();
    return /Type 'help' for the commands/.test(text) && !text.includes('lab> ticks');
  });
  context.diagnostic(`restart to the prompt: ${Math.round(performance.now() - pressed)} ms`);
});

test('stop ends the worker and leaves the console readable', async () => {
  await bench.debugButton('Stop').click();
  await bench.terminalShows(/\[machine stopped\]/);
  await bench.until('the end of the worker thread', async () => labThreads() === 0);
});

test('F5 again boots again', async context => {
  await bench.openFile('README.md');
  const pressed = performance.now();
  await bench.page.keyboard.press('F5');
  await bench.until('a prompt', async () => {
    const text = await bench.terminalText();
    return /Type 'help' for the commands/.test(text) && !text.includes('[machine stopped]');
  });
  context.diagnostic(`F5 to the prompt, the extension active: ${Math.round(performance.now() - pressed)} ms`);
  await bench.debugButton('Stop').click();
  await bench.terminalShows(/\[machine stopped\]/);
});

test('a kernel that is not there is one clear message', async () => {
  await bench.startDebugging('No such kernel');
  const dialog = bench.page.locator('.monaco-dialog-box');
  await dialog.waitFor();
  assert.match(
    await dialog.textContent(),
    /zImage-that-is-not-here: there is no such file; check the path of the kernel \[file\.missing\]/,
  );
  await bench.page.keyboard.press('Escape');
});

test('Boot Board boots without a launch.json', async () => {
  await bench.command('Xen Lab: Boot Board');
  await bench.choose('vexpress-v2p-ca15-tc1');
  await bench.terminalShows(/lab>/);
  await bench.debugButton('Stop').click();
  await bench.terminalShows(/\[machine stopped\]/);
});

test('Check My Setup tries everything out', async () => {
  await bench.command('Xen Lab: Check My Setup');
  const message = bench.page.locator('.notification-list-item-message', { hasText: 'Xen Lab is ready' });
  await message.waitFor({ timeout: 60_000 });
  assert.match(await message.textContent(), /boots in a worker thread, at \d+ million instructions per second/);
});

/** A folder without a launch.json, with a device tree that is the board's under another name. */
function bareFolder() {
  const folder = scratch('e2e-bare');
  mkdirSync(folder, { recursive: true });
  const tree = readFileSync(path.join(root, 'src/emu/boards/dts/vexpress-v2p-ca15-tc1.dts'), 'utf8');
  writeFileSync(path.join(folder, 'mine.dts'), `${tree}\n/ { model = "My own board"; };\n`);
  writeFileSync(path.join(folder, 'broken.dts'), '/dts-v1/;\n/ {\n  a = <1>\n};\n');
  writeFileSync(path.join(folder, 'notes.txt'), 'nothing\n');
  return folder;
}

test('without anything, F5 offers Xen Lab and boots the demo', async () => {
  await reopen(bareFolder());
  // With nothing open the first F5 shows the Run view, and the next one what can be run.
  await bench.page.keyboard.press('F5');
  await bench.page.getByText('To customize Run and Debug').waitFor();
  await bench.page.keyboard.press('F5');
  await bench.choose('Xen Lab');
  await bench.terminalShows(/lab>/);
  await bench.debugButton('Stop').click();
  await bench.terminalShows(/\[machine stopped\]/);
});

test('without a launch.json, F5 on a device tree source boots that tree', async () => {
  await bench.openFile('mine.dts');
  await bench.until('the language', async () => /Device Tree Source/.test(await bench.statusBar()));
  await bench.page.keyboard.press('F5');
  await bench.until('its own terminal', async () => /uart0: mine\.dts/.test(await bench.panelTitle()));
  await bench.terminalShows(/lab>/);
  await bench.debugButton('Stop').click();
  await bench.terminalShows(/\[machine stopped\]/);
});

test('an error in the source is a message and a mark at its line', async () => {
  await bench.openFile('broken.dts');
  await bench.page.keyboard.press('F5');
  const dialog = bench.page.locator('.monaco-dialog-box');
  await dialog.waitFor();
  assert.match(await dialog.textContent(), /broken\.dts:4:1: .* \[dt\.syntax\]/);
  await bench.page.keyboard.press('Escape');
  await bench.page.locator('.monaco-editor .squiggly-error').first().waitFor({ state: 'attached' });
  await bench.until(
    'no machine in the status bar',
    async () => !/Booting|running|paused/.test(await bench.statusBar()),
  );
});
