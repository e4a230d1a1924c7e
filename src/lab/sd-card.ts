// The SD card of a machine, from an image file. What the guest writes stays in memory and is gone with the machine.
import type { BlockStore } from '../emu/devices/device';
import { readInput } from './files';
import type { LabHost } from './host';
import { fail } from './problems';

const BLOCK = 512;

/** @throws LabFailure when the image cannot be read or is empty */
export async function openCard(host: LabHost, path: string): Promise<BlockStore> {
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
