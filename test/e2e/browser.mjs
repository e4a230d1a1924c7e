// Headless Chromium with the flags that work in containers.
import { pathToFileURL } from 'node:url';
import { chromium as chromiumPath, playwright } from './install.mjs';

/** @returns a browser of playwright-core */
export async function launchBrowser() {
  const { chromium } = await import(pathToFileURL(playwright).href);
  const flags = '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking';
  const more = '--disable-component-update --disable-sync --disable-dev-shm-usage';
  return chromium.launch({
    executablePath: chromiumPath(),
    headless: true,
    args: [...flags.split(' '), ...more.split(' ')],
  });
}
