// What every file of these tests begins and ends with: a VS Code of its own, and a picture of each failure.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { after, afterEach, before } from 'node:test';
import { cache } from './install.mjs';
import { serve } from './server.mjs';
import { Workbench } from './workbench.mjs';

/** Where tests make folders: `.cache` of the checkout. */
export const scratch = name => path.join(cache, '..', name);

/**
 * @param name of this file's folders
 * @param workspace the folder to open; `prepare` can make it
 * @param opened told of the workbench, and of every later one
 * @param web whether the extension runs in the browser
 * @returns what opens another folder in its place
 */
export function scene({ name, workspace, prepare, opened, web = false }) {
  let server;
  let bench;
  const open = async folder => opened((bench = await Workbench.open(server.port, folder)));
  before(async () => {
    prepare?.();
    server = await serve({ state: scratch(`e2e-state-${name}`), web });
    await open(workspace);
  });
  after(async () => {
    await bench?.close();
    await server?.close();
  });
  afterEach(async context => {
    if (!context.error) return;
    mkdirSync(scratch('e2e-failures'), { recursive: true });
    await bench?.screenshot(scratch(`e2e-failures/${context.name.replaceAll(/\W+/g, '-')}.png`));
  });
  return async folder => {
    await bench.close();
    await open(folder);
  };
}
