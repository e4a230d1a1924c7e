// Brings a checkout to where it can run: packages as the lockfile says, dist/ newer than its sources. Quick when it is.
// Called before `npm start` and `npm test`; needs nothing but Node itself.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => path.join(root, ...parts);
const MINIMUM_NODE = 20;

/** What dist/ is made of. */
const SOURCES = ['src', 'guests', 'webview', 'esbuild.mjs', 'package.json', 'tsconfig.json'];
const PRODUCTS = [
  'extension.cjs',
  'language.cjs',
  'worker.cjs',
  'worker-lab.cjs',
  'web/extension.cjs',
  'webview/memory-map.js',
  'xenlab.mjs',
];

const packagesIn = file => (existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')).packages ?? {}) : {});

/** Whether node_modules holds what package-lock.json asks for (packages for other platforms excepted). */
export function packagesAreCurrent() {
  const installed = packagesIn(at('node_modules', '.package-lock.json'));
  return Object.entries(packagesIn(at('package-lock.json'))).every(
    ([name, wanted]) => name === '' || wanted.optional || installed[name]?.version === wanted.version,
  );
}

/** Newest modification below `file`; folders count, so that a deleted source is noticed too. */
function newest(file) {
  if (!existsSync(file)) return 0;
  const stat = statSync(file);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(file).reduce((max, name) => Math.max(max, newest(path.join(file, name))), stat.mtimeMs);
}

export function buildIsCurrent() {
  const products = PRODUCTS.map(name => at('dist', name));
  if (!products.every(file => existsSync(file))) return false;
  const built = Math.min(...products.map(file => statSync(file).mtimeMs));
  return SOURCES.every(source => newest(at(source)) <= built);
}

function installPackages() {
  const fresh = !existsSync(at('node_modules'));
  const command = fresh ? 'ci' : 'install --no-save';
  console.error(`xenlab: installing packages (npm ${command}) ...`);
  const options = { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], shell: true };
  const { status } = spawnSync(`npm ${command} --no-audit --no-fund --loglevel=error`, options);
  if (status !== 0) throw new Error(`npm ${command} failed; run it by hand to see why`);
}

/** Builds dist/ when it is missing or older than its sources. */
export async function ensureBuilt() {
  if (buildIsCurrent()) return;
  const { build } = await import(pathToFileURL(at('esbuild.mjs')).href);
  await build();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const major = Number(process.versions.node.split('.')[0]);
    if (major < MINIMUM_NODE) throw new Error(`Node ${MINIMUM_NODE} or newer is needed; this is ${process.version}`);
    if (!packagesAreCurrent()) installPackages();
    await ensureBuilt();
  } catch (error) {
    console.error(`xenlab: setup failed: ${error.message}`);
    process.exit(1);
  }
}
