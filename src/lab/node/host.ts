// Node's answers to what a lab asks of the world.
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LabHost } from '../host';
import { openDisk } from './disk';
import { experienceFile } from './experience-file';
import { payloadFolder } from './payload-folder';

/** The longest a Node timer can wait. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const noEntry = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

export const nodeHost: LabHost = {
  unpacked: payloadFolder(),
  experience: experienceFile(),
  readFile: path => readFile(path),
  writeFile: (path, bytes) => writeFile(path, bytes),
  stat: async path => {
    try {
      const found = await stat(path);
      return { size: found.size, isDirectory: found.isDirectory() };
    } catch (error) {
      if (noEntry(error)) return undefined;
      throw error;
    }
  },
  openDisk,
  list: async path => (await readdir(path)).sort(),
  now: () => performance.now(),
  dateSeconds: () => Math.floor(Date.now() / 1000),
  cpuSeconds: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  },
  sleep: ms => {
    let wake = (): void => {};
    const over = new Promise<void>(resolve => (wake = resolve));
    const timer = setTimeout(wake, Math.min(ms, LONGEST_TIMER_MS));
    const end = (): void => {
      clearTimeout(timer);
      wake();
    };
    return { over, end };
  },
  yieldNow: () => nextTurn(),
};
