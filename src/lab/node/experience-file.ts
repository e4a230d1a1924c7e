// What translation learnt, as a file in the user's cache. It may be deleted at any time.
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ExperienceStore } from '../experience';
import { cacheFolder } from './payload-folder';

const NAME = 'translation.json';
/** A file that is larger is not ours. */
const MOST_CHARACTERS = 16 << 20;

/** @param folder undefined: nothing is kept */
export function experienceFile(folder: () => string | undefined = () => cacheFolder()): ExperienceStore {
  return {
    load: async () => {
      const at = folder();
      if (at === undefined) return undefined;
      const text = await readFile(path.join(at, NAME), 'utf8').catch(() => undefined);
      return text !== undefined && text.length <= MOST_CHARACTERS ? text : undefined;
    },
    save: async text => {
      const at = folder();
      if (at === undefined) return;
      const file = path.join(at, NAME);
      const half = `${file}.${process.pid}.part`;
      try {
        await mkdir(at, { recursive: true });
        // Others may read or write it now: it appears whole.
        await writeFile(half, text);
        await rename(half, file);
      } catch {
        await rm(half, { force: true }).catch(() => {});
      }
    },
  };
}
