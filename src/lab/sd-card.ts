// The SD card of a machine, from an image file or a directory. What the guest writes stays in memory and is gone with
// the machine.
import type { BlockStore } from '../emu/devices/device';
import { buildFatDisk } from '../image';
import { readFolder, readInput } from './files';
import type { LabHost } from './host';
import { fail } from './problems';

const BLOCK = 512;
/** Bytes of a directory that becomes a card. */
const LARGEST_FOLDER = 1 << 30;

/** @throws LabFailure or ImageError when it cannot be read, is empty, or does not fit */
export async function openCard(host: LabHost, path: string): Promise<BlockStore> {
  const found = await host.stat(path).catch(() => undefined);
  if (found?.isDirectory) return memoryStore(buildFatDisk(await readFolder(host, path, 'SD card', LARGEST_FOLDER)));
  const bytes = await readInput(host, path, 'SD card image');
  if (bytes.length === 0)
    fail('configuration.value', `${path}: an empty file is no SD card; make one with a file system first`, {
      file: path,
    });
  const contents = new Uint8Array(Math.ceil(bytes.length / BLOCK) * BLOCK);
  contents.set(bytes);
  return memoryStore(contents);
}

/** @param contents a multiple of 512 bytes */
export function memoryStore(contents: Uint8Array): BlockStore {
  const inside = (offset: number, length: number): boolean => offset >= 0 && offset + length <= contents.length;
  return {
    readOnly: false,
    size: contents.length,
    read: (offset, into) => {
      if (!inside(offset, into.length)) return false;
      into.set(contents.subarray(offset, offset + into.length));
      return true;
    },
    write: (offset, from) => {
      if (!inside(offset, from.length)) return false;
      contents.set(from, offset);
      return true;
    },
    flush: () => true,
  };
}
