// What the firmware of the board keeps in NOR flash: the images of an `images.txt` on the configuration card (ARM DUI 0447,
// chapter 4). The card is a folder here, the same one that becomes the SD card.
import type { Board, Range } from '../../emu/boards';
import { parseCardImages } from '../../image';
import { readInput } from '../files';
import type { LabHost } from '../host';
import { fail } from '../problems';

/** Where the file may be: in the card's root, or below MB, as in MB/HBI0190D/SITE1/HBI0237A. */
const MOTHERBOARD = 'mb';
const MOST_DEPTH = 6;

export interface FlashImage {
  readonly name: string;
  /** Physical address. */
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** Flash as banks of memory: every window at which it appears. */
export const flashBanks = (board: Board): { base: number; size: number }[] =>
  board.devices.filter(({ type }) => type === 'nor-flash').flatMap(({ windows }) => [...windows]);

/** Where the flash that holds an address appears besides. */
export function flashAliases(board: Board, address: number): number[] {
  const inside = ({ base, size: bytes }: Range): boolean => address >= base && address < base + bytes;
  const flash = board.devices.find(({ type, windows }) => type === 'nor-flash' && windows.some(inside));
  const offset = address - (flash?.windows.find(inside)?.base ?? address);
  return flash?.windows.map(({ base }) => base + offset) ?? [];
}

/**
 * Reads what the card puts into flash.
 * @returns nothing when the card is no folder, or has no images.txt
 * @throws LabFailure `xen.flash` for an image outside of the flash, ImageError for a malformed images.txt
 */
export async function readFlash(host: LabHost, board: Board, card: string | undefined): Promise<FlashImage[]> {
  const folder = card !== undefined && (await host.stat(card).catch(() => undefined))?.isDirectory ? card : undefined;
  const file = folder === undefined ? undefined : await findImagesTxt(host, folder, 0);
  if (folder === undefined || file === undefined) return [];
  const images = parseCardImages(new TextDecoder().decode(await readInput(host, file, 'list of flash images')), file);
  const found: FlashImage[] = [];
  for (const { index, address, file: name, line } of images) {
    // The firmware itself: there is none here, and its place is its own.
    if (address === 'BOOT') continue;
    const bytes = await readInput(host, `${folder}/${name}`, `image NOR${index} of ${file}`);
    const inFlash = flashBanks(board).some(
      ({ base, size }) => address >= base && address + bytes.length <= base + size,
    );
    if (!inFlash) {
      const banks = flashBanks(board).map(({ base, size }) => `0x${base.toString(16)}-0x${(base + size).toString(16)}`);
      const what = `NOR${index}ADDRESS 0x${address.toString(16)} with the ${bytes.length} bytes of ${name} is outside of the flash`;
      fail('xen.flash', `${file}:${line}: ${what}; it is at ${banks.join(', ')}`, { file, line });
    }
    found.push({ name: `${folder}/${name}`, address, bytes });
  }
  return found;
}

async function findImagesTxt(host: LabHost, folder: string, depth: number): Promise<string | undefined> {
  const names = await host.list(folder).catch(() => []);
  const here = names.find(name => name.toLowerCase() === 'images.txt');
  if (here !== undefined) return `${folder}/${here}`;
  if (depth >= MOST_DEPTH) return undefined;
  for (const name of names) {
    if (depth === 0 && name.toLowerCase() !== MOTHERBOARD) continue;
    const path = `${folder}/${name}`;
    const found = await host.stat(path).catch(() => undefined);
    const below = found?.isDirectory ? await findImagesTxt(host, path, depth + 1) : undefined;
    if (below !== undefined) return below;
  }
  return undefined;
}
