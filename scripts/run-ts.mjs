// Bundles a tool written in TypeScript and runs it:  node scripts/run-ts.mjs bench/hot-variants.ts [arguments]
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { EMBEDDED, REQUIRE } from '../esbuild.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const [entry, ...args] = process.argv.slice(2);
if (entry === undefined) throw new Error('usage: node scripts/run-ts.mjs ENTRY.ts [arguments]');
const outfile = path.join(root, '.cache/tools', `${entry.replaceAll('/', '-')}.mjs`);
await build({
  entryPoints: [path.resolve(root, entry)],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  loader: EMBEDDED,
  logLevel: 'warning',
  banner: { js: REQUIRE },
});
const { status } = spawnSync(process.execPath, [outfile, ...args], {
  env: { ...process.env, PROJECT: root },
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
