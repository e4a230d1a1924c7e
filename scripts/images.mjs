// The images that `npm run test:images` boots: those of $XENLAB_IMAGES, else images/, fetched when they are not there.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const folder = path.resolve(root, process.env.XENLAB_IMAGES ?? 'images');

if (!existsSync(path.join(folder, 'zImage-armhf'))) {
  const program = path.join(root, 'dist', 'xenlab.mjs');
  const { status } = spawnSync(process.execPath, [program, 'images', 'get', folder], { stdio: 'inherit' });
  process.exit(status ?? 1);
}
