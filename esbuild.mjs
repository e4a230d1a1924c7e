// Bundles everything that ships into dist/.  node esbuild.mjs [--production] [--watch]
import { chmod, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const root = fileURLToPath(new URL('.', import.meta.url));

/** Files that are part of a program: trees as text, guests as bytes. Vitest reads the same table (vitest.config.ts). */
export const EMBEDDED = { '.dts': 'text', '.cfg': 'text', '.elf': 'binary', '.bin': 'binary' };

// Packages written for CommonJS ask for Node's modules through require, which an ES module has to make for itself.
export const REQUIRE = "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);";

/** The bundles; every entry runs on Node 20 or newer (desktop VS Code from 1.96 on has it). */
const NODE = { platform: 'node', target: 'node20' };
const BUNDLES = [
  {
    ...NODE,
    entryPoints: ['src/extension/extension.ts'],
    outfile: 'dist/extension.cjs',
    format: 'cjs',
    external: ['vscode'],
  },
  {
    ...NODE,
    entryPoints: ['src/lab/node/worker-entry.ts'],
    outfile: 'dist/worker.cjs',
    format: 'cjs',
  },
  // A file of its own: it comes from the code cache only when it is read after that is on.
  { ...NODE, entryPoints: ['src/lab/node/worker-lab.ts'], outfile: 'dist/worker-lab.cjs', format: 'cjs' },
  { ...NODE, entryPoints: ['src/cli/language-worker.ts'], outfile: 'dist/language.cjs', format: 'cjs' },
  {
    ...NODE,
    entryPoints: { xenlab: 'src/cli/entry.ts' },
    outdir: 'dist',
    outExtension: { '.js': '.mjs' },
    chunkNames: 'cli-[name]-[hash]',
    splitting: true,
    format: 'esm',
    banner: { js: `#!/usr/bin/env node\n${REQUIRE}` },
  },
  // The languages in a browser.
  {
    // In a package of type module an entry is CommonJS by its ending.
    platform: 'browser',
    target: 'chrome128',
    entryPoints: ['src/extension/web.ts'],
    outfile: 'dist/web/extension.cjs',
    format: 'cjs',
    external: ['vscode'],
  },
  // Pages of webviews; VS Code 1.96 has Chromium 128.
  {
    platform: 'browser',
    target: 'chrome128',
    entryPoints: { 'memory-map': 'src/webview/memory-map/main.ts' },
    outdir: 'dist/webview',
    format: 'iife',
  },
];

/** @param {{ production?: boolean, watch?: boolean }} options production: minified, no source maps (what the .vsix holds) */
export async function build({ production = false, watch = false } = {}) {
  if (production) await rm(new URL('dist', import.meta.url), { recursive: true, force: true });
  await removeChunks();
  const contexts = BUNDLES.map(bundle =>
    esbuild.context({
      absWorkingDir: root,
      bundle: true,
      charset: 'ascii',
      legalComments: 'none',
      metafile: true,
      loader: EMBEDDED,
      logLevel: 'warning',
      minify: production,
      keepNames: production,
      sourcemap: production ? false : 'linked',
      sourcesContent: false,
      ...bundle,
    }),
  );
  const inputs = new Set();
  for (const context of await Promise.all(contexts)) {
    const { metafile } = await context.rebuild();
    for (const input of Object.keys(metafile.inputs)) inputs.add(input);
    if (watch) await context.watch();
    else await context.dispose();
  }
  await writeFile(new URL('dist/THIRD-PARTY-NOTICES.txt', import.meta.url), await notices(inputs));
  await chmod(new URL('dist/xenlab.mjs', import.meta.url), 0o755);
}

/** Chunks have a hash in their names: those of the last build would stay. */
async function removeChunks() {
  const names = await readdir(new URL('dist', import.meta.url)).catch(() => []);
  const stale = names.filter(name => /^cli-.*\.mjs(\.map)?$/.test(name));
  await Promise.all(stale.map(name => rm(new URL(`dist/${name}`, import.meta.url), { force: true })));
}

/** The licences of the packages that the bundles contain. */
async function notices(inputs) {
  const packages = new Set([...inputs].flatMap(input => /node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []));
  const texts = [...packages].sort().map(async folder => {
    const { name, version, license } = JSON.parse(
      await readFile(new URL(`${folder}/package.json`, import.meta.url), 'utf8'),
    );
    const file = (await readdir(new URL(folder, import.meta.url))).find(entry => /^licen[cs]e/i.test(entry));
    const text = file ? await readFile(new URL(`${folder}/${file}`, import.meta.url), 'utf8') : '';
    return `${name} ${version} (${license})\n\n${text.trim()}\n`;
  });
  return `This program contains the following packages.\n\n${(await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n\n`)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await build({ production: process.argv.includes('--production'), watch: process.argv.includes('--watch') });
}
