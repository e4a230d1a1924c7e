// How the compiler reads files of this machine.
import { readFileSync } from 'node:fs';
import type { SourceReader } from '../../dt';

/** Reads each file once; what is not there is remembered too, for an include is looked for in many folders. */
export function nodeSourceReader(): SourceReader {
  const files = new Map<string, Uint8Array | undefined>();
  const texts = new Map<string, string>();
  const bytes = (file: string): Uint8Array | undefined => {
    if (files.has(file)) return files.get(file);
    let content: Uint8Array | undefined;
    try {
      content = readFileSync(file);
    } catch {
      content = undefined;
    }
    files.set(file, content);
    return content;
  };
  return {
    bytes,
    text: file => {
      const known = texts.get(file);
      if (known !== undefined) return known;
      const content = bytes(file);
      if (!content) return undefined;
      const text = new TextDecoder().decode(content);
      texts.set(file, text);
      files.delete(file);
      return text;
    },
  };
}
