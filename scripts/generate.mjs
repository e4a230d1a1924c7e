// Writes what scripts/generated.ts makes.  npm run generate
import { readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { format } from 'prettier';
import { EMBEDDED, REQUIRE } from '../esbuild.mjs';

const at = name => new URL(`../${name}`, import.meta.url);
const outfile = at('.cache/generate.mjs').pathname;
await build({
  entryPoints: [at('scripts/generated.ts').pathname],
  outfile,
  bundle: true,
  loader: EMBEDDED,
  format: 'esm',
  target: 'node20',
  platform: 'node',
  banner: { js: REQUIRE },
});
const generated = await import(outfile);

const manifest = JSON.parse(readFileSync(at('package.json'), 'utf8'));
manifest.contributes.debuggers[0].configurationAttributes = generated.configurationAttributes();
writeFileSync(at('package.json'), await format(JSON.stringify(manifest), { parser: 'json-stringify' }));
writeFileSync(at('docs/launch.md'), generated.launchDocument());
writeFileSync(at('docs/errors.md'), generated.errorsDocument());
writeFileSync(at('docs/checks.md'), generated.checksDocument());
writeFileSync(at('docs/xl-cfg.md'), generated.xlDocument());
