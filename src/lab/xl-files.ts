// What is in the files that a configuration of a domain names, for the checks of src/xl.
import { isGuestTree } from '../hyp';
import { describe, identify, ImageError } from '../image';
import { type FileFacts, filesOf, parseXl, XlSettings } from '../xl';
import { findZImage } from './builtin/kernel';
import { isEmbedded } from './embedded-names';
import { readInput } from './files';
import type { LabHost } from './host';

/** A kernel that is larger is none; it would only cost memory to look. */
const LARGEST_KERNEL = 256 << 20;

/**
 * Looks at every file that a configuration names.
 * @param resolve where a path of the configuration lies
 */
export async function lookAtFiles(
  host: LabHost,
  text: string,
  resolve: (path: string) => string,
): Promise<ReadonlyMap<string, FileFacts>> {
  const facts = new Map<string, FileFacts>();
  for (const { key, path } of filesOf(new XlSettings(parseXl(text)))) {
    if (facts.has(path) || path.startsWith('/dev/')) continue;
    const found = await lookAt(host, resolve(path), key === 'kernel').catch(() => undefined);
    if (found) facts.set(path, found);
  }
  return facts;
}

/** @returns undefined when the system does not let us look */
async function lookAt(host: LabHost, file: string, isKernel: boolean): Promise<FileFacts | undefined> {
  if (!isEmbedded(file)) {
    const found = await host.stat(file);
    if (!found) return { kind: 'missing' };
    if (found.isDirectory) return { kind: 'folder' };
    const { size } = found;
    if (!isKernel || size === 0) return { kind: 'file', size };
    if (size > LARGEST_KERNEL) return { kind: 'file', size, image: 'other', description: `this has ${size} bytes` };
  }
  const data = await readInput(host, file, 'kernel');
  return { kind: 'file', size: data.length, ...(isKernel ? await kernelFacts(data, file) : {}) };
}

async function kernelFacts(
  data: Uint8Array,
  file: string,
): Promise<Pick<Extract<FileFacts, { kind: 'file' }>, 'image' | 'description' | 'appendedTree'>> {
  // prettier-ignore
  const kind = identify(data);
  if (kind === 'arm64-image') return { image: kind };
  if (kind !== 'zimage' && kind !== 'uimage' && kind !== 'gzip') return { image: 'other', description: describe(data) };
  try {
    const { appendedDtb } = await findZImage(data, file);
    const appendedTree = !appendedDtb ? 'none' : isGuestTree(appendedDtb) ? 'of a guest' : 'other';
    return { image: kind, appendedTree };
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    // A packed Image of arm64 is a kernel too; what else is in there is for whoever unpacks it.
    return kind === 'zimage' ? { image: 'other', description: 'this is a damaged zImage' } : { image: kind };
  }
}
