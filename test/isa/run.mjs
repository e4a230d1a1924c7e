// Bundles a tool of this folder and runs it:  node test/isa/run.mjs oracle/main.ts [arguments]
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const [entry, ...args] = process.argv.slice(2);
if (entry === undefined) throw new Error('usage: node test/isa/run.mjs ENTRY.ts [arguments]');
const outfile = path.join(root, '.cache/isa-oracle', `${entry.replaceAll('/', '-')}.mjs`);
await build({
  entryPoints: [path.join(here, entry)],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
  // Packages written for CommonJS ask for Node's modules through require.
  banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
});
process.exitCode =
  spawnSync(process.execPath, [outfile, ...args], {
    cwd: process.cwd(),
    env: { ...process.env, PROJECT: root },
    stdio: 'inherit',
  }).status ?? 1;
