// Makes xen-arm-lab-VERSION.vsix: a production build, packed by vsce (the release that runs on Node 20).
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from '../esbuild.mjs';

const VSCE = '@vscode/vsce@3.9.2';

await build({ production: true });
const { status } = spawnSync(
  'npx',
  ['--yes', VSCE, 'package', '--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'],
  {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    shell: process.platform === 'win32',
  },
);
process.exit(status ?? 1);
