// The files a lab is made of: read through the host, every failure a problem with the name of the file in it.
import { embeddedFile, EMBEDDED_NAMES } from './embedded';
import { isEmbedded } from './embedded-names';
import type { LabHost } from './host';
import { fail } from './problems';

/** No guest memory of any board is larger; a longer file is a mistake that would only cost memory. */
const LARGEST_FILE = 2 ** 31;

/**
 * @param purpose what the file is for, as messages say it: `kernel`, `device tree`
 * @throws LabFailure `file.missing`, `file.unreadable`, `file.tooLarge`
 */
export async function readInput(host: LabHost, path: string, purpose: string): Promise<Uint8Array> {
  if (isEmbedded(path)) return readEmbedded(path);
  const found = await host.stat(path).catch((error: unknown) => refuse(path, purpose, error));
  const place = { file: path };
  if (!found) fail('file.missing', `${path}: there is no such file; check the path of the ${purpose}`, place);
  if (found.isDirectory) fail('file.unreadable', `${path}: this is a directory, but the ${purpose} is a file`, place);
  if (found.size > LARGEST_FILE)
    fail('file.tooLarge', `${path}: ${found.size} bytes are more than any board has memory for (${purpose})`, place);
  return host.readFile(path).catch((error: unknown) => refuse(path, purpose, error));
}

const readEmbedded = (path: string): Uint8Array =>
  embeddedFile(path) ??
  fail('file.missing', `${path}: the lab has no such file in it, only ${EMBEDDED_NAMES.join(', ')}`, { file: path });

/** What {@link readFolder} reads at most. */
const MOST_FILES = 20_000;
const MOST_DEPTH = 16;

/**
 * Reads all files below a directory; what is neither file nor directory is left out.
 * @param most bytes in all
 * @returns paths relative to it, with `/`
 * @throws LabFailure as {@link readInput}, and `file.tooLarge` when there is more than that
 */
export async function readFolder(
  host: LabHost,
  folder: string,
  purpose: string,
  most: number,
): Promise<{ path: string; data: Uint8Array }[]> {
  const files: { path: string; data: Uint8Array }[] = [];
  let left = most;
  const walk = async (below: string, depth: number): Promise<void> => {
    const at = below === '' ? folder : `${folder}/${below}`;
    const names = await host.list(at).catch((error: unknown) => refuse(at, purpose, error));
    for (const name of names) {
      const path = below === '' ? name : `${below}/${name}`;
      const found = await host.stat(`${folder}/${path}`).catch(() => undefined);
      if (!found) continue;
      left -= found.isDirectory ? 0 : found.size;
      if (left < 0 || files.length >= MOST_FILES || depth > MOST_DEPTH)
        fail('file.tooLarge', `${folder}: there is more in it than the ${purpose} of ${most >> 20} MiB holds`, {
          file: folder,
        });
      if (found.isDirectory) await walk(path, depth + 1);
      else files.push({ path, data: await readInput(host, `${folder}/${path}`, purpose) });
    }
  };
  await walk('', 0);
  return files;
}

function refuse(path: string, purpose: string, error: unknown): never {
  const why = error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error);
  return fail('file.unreadable', `${path}: the ${purpose} cannot be read: ${why}`, { file: path });
}
