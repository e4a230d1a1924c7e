// Xen in a real VS Code: its terminal, dom0's, and that of the UART; who has EL2; and a machine that says nothing. The parts
// with Debian's Xen need a folder of images ($XENLAB_IMAGES, see `xenlab images get`).
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { root } from './install.mjs';
import { scene, scratch } from './scene.mjs';

const images = process.env.XENLAB_IMAGES;
const workspace = scratch('e2e-xen');
const xenLab = {
  ...{ type: 'xenlab', request: 'launch', name: 'Xen and dom0' },
  hypervisor: `${images}/xen-armhf`,
  kernel: `${images}/zImage-armhf`,
  initrd: `${images}/busybox.cpio.gz`,
  args: 'console=hvc0 rdinit=/init cryptomgr.notests',
};
const silentLab = {
  ...{ type: 'xenlab', request: 'launch', name: 'Not in Hyp mode' },
  ...{ load: [{ file: 'hvbar.bin', address: 0x80008000 }], entry: 0x80008000 },
};
let bench;
scene({ name: 'xen', workspace, prepare, opened: one => (bench = one) });

function prepare() {
  rmSync(workspace, { recursive: true, force: true });
  mkdirSync(path.join(workspace, '.vscode'), { recursive: true });
  const launch = { version: '0.2.0', configurations: [silentLab, ...(images ? [xenLab] : [])] };
  writeFileSync(path.join(workspace, '.vscode', 'launch.json'), JSON.stringify(launch, null, 2));
  // mcr p15, 4, r0, c12, c0, 0: HVBAR, which other modes do not have
  writeFileSync(path.join(workspace, 'hvbar.bin'), Uint8Array.of(0x10, 0x0f, 0x8c, 0xee));
}

test('a machine that says nothing is a notification with a next step', async () => {
  // An editor that has just started offers no configurations yet.
  await bench.until(
    'the configuration is offered',
    async () => {
      await bench.page.keyboard.press('Escape');
      return bench.startDebugging('Not in Hyp mode', 3000).then(() => true);
    },
    60_000,
  );
  const message = bench.page.locator('.notification-list-item', { hasText: 'boot.notHyp' });
  await message.waitFor({ timeout: 60_000 });
  assert.match(await message.textContent(), /cpu0 is not in Hyp mode, and at 0x80008000.*--hypervisor FILE/);
  await message.locator('a.monaco-button', { hasText: 'Pause There' }).click();
  await bench.until('a stack frame', async () => (await bench.rows('.debug-call-stack')).some(row => /^0x/.test(row)));
  await bench.debugButton('Stop').click();
  await bench.terminalShows(/\[machine stopped\]/);
});

test('Xen and dom0 have a terminal each, and the status bar says who has EL2', { skip: !images }, async () => {
  await bench.startDebugging('Xen and dom0');
  await bench.until('the terminal of Xen', async () => /xen: Xen and dom0/.test(await bench.terminals()));
  assert.match(await bench.terminals(), /uart0: Xen and dom0.*dom0: Xen and dom0/s);
  await bench.until(
    'the version of Xen in the status bar',
    async () => /EL2: Xen 4\.17/.test(await bench.statusBar()),
    120_000,
  );
  await bench.until(
    'the end of the boot',
    async () => /Freed \d+kB init memory/.test(await bench.terminalText()),
    120_000,
  );
  assert.doesNotMatch(await bench.terminalText(), /Booting Linux/);
  await bench.openTerminal('dom0: Xen and dom0');
  await bench.until('the shell of dom0', async () => /^lab#/m.test(await bench.terminalText()), 240_000);
  assert.doesNotMatch(await bench.terminalText(), /\(XEN\)/);
  await bench.typeIntoTerminal('cat /proc/cmdline\n');
  await bench.terminalShows(/console=hvc0 rdinit=\/init/);
  await bench.openTerminal('xen: Xen and dom0');
  if (process.env.UPDATE_SCREENSHOT) {
    await bench.command('View: Toggle Maximized Panel');
    await bench.page.waitForTimeout(1000);
    await bench.screenshot(path.join(root, 'docs', 'images', 'vscode-xen.png'));
    await bench.command('View: Toggle Maximized Panel');
  }
  await bench.typeIntoTerminal('r');
  await bench.terminalShows(/\(XEN\) CPUs info:/);
  await bench.openTerminal('dom0: Xen and dom0');
  await bench.typeIntoTerminal('echo $((6*7)) again\n');
  await bench.terminalShows(/^42 again/m);
  await bench.debugButton('Stop').click();
  await bench.terminalShows(/\[machine stopped\]/);
});
