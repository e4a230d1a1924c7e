// A VS Code server on a port of this machine, with this extension in it.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { ensureBuilt } from '../../scripts/setup.mjs';
import { codeServer, install, node, root } from './install.mjs';

/** What the extension is made of, as the .vsix has it. */
const SHIPPED = ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'dist', 'media', 'syntaxes'];

const SETTINGS = {
  'security.workspace.trust.enabled': false,
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.colorTheme': 'Default Dark Modern',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'chat.disableAIFeatures': true,
  'git.enabled': false,
  'window.commandCenter': false,
  'debug.openDebug': 'openOnSessionStart',
  'terminal.integrated.gpuAcceleration': 'off',
};

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

async function answers(url, child) {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (child.exitCode !== null) throw new Error(`the server ended with status ${child.exitCode}`);
    const found = await fetch(url).catch(() => undefined);
    if (found?.ok) return;
    await new Promise(resolve => setTimeout(resolve, 200));
  }
  throw new Error('the server did not answer within a minute');
}

/**
 * @param state a folder for settings and the copy of the extension; emptied first
 * @param web whether the extension runs in the browser, in a web worker: as on a VS Code that has no desktop behind it
 * @returns the port, and what ends the server
 */
export async function serve({ state, port, browser = true, web = false }) {
  install({ browser });
  await ensureBuilt();
  const { publisher, name, version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  rmSync(state, { recursive: true, force: true });
  const extension = path.join(state, 'extensions', `${publisher}.${name}-${version}`);
  for (const file of SHIPPED) cpSync(path.join(root, file), path.join(extension, file), { recursive: true });
  if (web) {
    const manifest = path.join(extension, 'package.json');
    const shipped = JSON.parse(readFileSync(manifest, 'utf8'));
    delete shipped.main;
    writeFileSync(manifest, JSON.stringify(shipped));
  }
  mkdirSync(path.join(state, 'user', 'User'), { recursive: true });
  writeFileSync(path.join(state, 'user', 'User', 'settings.json'), JSON.stringify(SETTINGS, null, 2));
  const chosen = port ?? (await freePort());
  const flags = [
    '--auth',
    'none',
    '--bind-addr',
    `127.0.0.1:${chosen}`,
    '--disable-telemetry',
    '--disable-update-check',
  ];
  flags.push('--disable-workspace-trust', '--disable-getting-started-override', '--ignore-last-opened');
  flags.push('--user-data-dir', path.join(state, 'user'), '--extensions-dir', path.join(state, 'extensions'));
  const entry = path.join(codeServer, 'out', 'node', 'entry.js');
  const child = spawn(node, [entry, ...flags], {
    stdio: 'ignore',
    env: { ...process.env, HOME: path.join(state, 'home'), XDG_CONFIG_HOME: path.join(state, 'config') },
  });
  const close = () =>
    new Promise(resolve => {
      if (child.exitCode !== null) return resolve();
      child.once('exit', resolve);
      child.kill();
    });
  process.once('exit', () => child.kill());
  await answers(`http://127.0.0.1:${chosen}/healthz`, child).catch(async error => {
    await close();
    throw error;
  });
  return { port: chosen, pid: child.pid, close };
}
