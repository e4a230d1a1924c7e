// The files a lab is made of: read through the host, every failure a problem with the name of the file in it.
import type { LabHost } from './host';
import { fail } from './problems';

/** No guest memory of any board is larger; a longer file is a mistake that would only cost memory. */
const LARGEST_FILE = 2 ** 31;

/**
 * @param purpose what the file is for, as messages say it: `kernel`, `device tree`
 * @throws LabFailure `file.missing`, `file.unreadable`, `file.tooLarge`
 */
export async function readInput(host: LabHost, path: string, purpose: string): Promise<Uint8Array> {
  const found = await host.stat(path).catch((error: unknown) => refuse(path, purpose, error));
  const place = { file: path };
  if (!found) fail('file.missing', `${path}: there is no such file; check the path of the ${purpose}`, place);
  if (found.isDirectory) fail('file.unreadable', `${path}: this is a directory, but the ${purpose} is a file`, place);
  if (found.size > LARGEST_FILE)
    fail('file.tooLarge', `${path}: ${found.size} bytes are more than any board has memory for (${purpose})`, place);
  return host.readFile(path).catch((error: unknown) => refuse(path, purpose, error));
}

function refuse(path: string, purpose: string, error: unknown): never {
  const why = error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error);
  return fail('file.unreadable', `${path}: the ${purpose} cannot be read: ${why}`, { file: path });
}
