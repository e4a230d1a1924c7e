// Draws media/icon.png (128 px, what the Marketplace asks for) from media/icon.svg.  node scripts/icon.mjs
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { launchBrowser } from '../test/e2e/browser.mjs';
import { install } from '../test/e2e/install.mjs';

const media = new URL('../media/', import.meta.url);
install();
const browser = await launchBrowser();
const page = await browser.newPage({ viewport: { width: 128, height: 128 } });
await page.setContent(`<style>body { margin: 0 }</style>${readFileSync(new URL('icon.svg', media), 'utf8')}`);
await page.screenshot({ path: fileURLToPath(new URL('icon.png', media)), omitBackground: true });
await browser.close();
