// Blobs as source. By itself, and without the whole of dt: the extension needs it for the trees of labs.
import { parseBlob } from '../../dt/blob';
import { DtError } from '../../dt/error';
import { printSource } from '../../dt/source/printer';

/** A blob as source. What is no blob is a remark that says why. */
export function decompiled(bytes: Uint8Array, file: string): string {
  try {
    return printSource(parseBlob(bytes, file));
  } catch (error) {
    if (error instanceof DtError) return `// ${error.message}\n`;
    throw error;
  }
}
