// A real VS Code with this extension in it, in your browser.  npm run vscode [-- FOLDER]
import path from 'node:path';
import { cache, root } from '../test/e2e/install.mjs';
import { serve } from '../test/e2e/server.mjs';

const folder = path.resolve(process.argv[2] ?? path.join(root, 'test', 'e2e', 'workspace'));
const PORT = 8642;

try {
  const server = await serve({ state: path.join(cache, '..', 'vscode-state'), port: PORT, browser: false });
  console.log(`VS Code is ready:\n\n  http://127.0.0.1:${server.port}/?folder=${encodeURIComponent(folder)}\n`);
  console.log('Open it, and press F5 there to boot the demo guest. Ctrl-C here ends it.');
  process.on('SIGINT', () => void server.close().then(() => process.exit(0)));
  process.on('SIGTERM', () => void server.close().then(() => process.exit(0)));
} catch (error) {
  console.error(`xenlab: ${error.message}`);
  process.exit(1);
}
