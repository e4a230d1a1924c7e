// A file as a disk: what is written is in the file at once, and on its medium after a flush.
import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import type { OpenDisk } from '../host';

const BLOCK = 512;

/** @throws as the system refuses to open it */
export const openDisk = (path: string, readOnly: boolean): Promise<OpenDisk> =>
  // Synchronous throughout: a guest waits for its disk in guest time, which stands still meanwhile.
  Promise.resolve().then(() => open(path, readOnly));

function open(path: string, readOnly: boolean): OpenDisk {
  const file = openSync(path, readOnly ? 'r' : 'r+');
  const size = Math.floor(fstatSync(file).size / BLOCK) * BLOCK;
  const inside = (offset: number, length: number): boolean => offset >= 0 && offset + length <= size;
  /** Calls a system function for what is left, until nothing is. */
  const all = (length: number, some: (done: number) => number): boolean => {
    try {
      for (let done = 0; done < length;) {
        const n = some(done);
        if (n <= 0) return false;
        done += n;
      }
      return true;
    } catch {
      return false;
    }
  };
  return {
    readOnly,
    size,
    read: (offset, into) =>
      inside(offset, into.length) &&
      all(into.length, done => readSync(file, into, done, into.length - done, offset + done)),
    write: (offset, from) =>
      !readOnly &&
      inside(offset, from.length) &&
      all(from.length, done => writeSync(file, from, done, from.length - done, offset + done)),
    flush: () => {
      try {
        fsyncSync(file);
        return true;
      } catch {
        return false;
      }
    },
    close: () => closeSync(file),
  };
}
