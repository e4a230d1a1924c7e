// What the language server needs from where it runs. Files are named as they are on the machine ("/tree/board.dts",
// "c:/tree/board.dts"); those of other file systems by their URI.
import { URI } from 'vscode-uri';

export interface FolderEntry {
  readonly name: string;
  readonly isFolder: boolean;
}

export interface LanguageHost {
  /** The bytes of a file; undefined when there is none. */
  read(file: string): Promise<Uint8Array | undefined>;
  /** What is in a folder; nothing when there is none. */
  list(folder: string): Promise<readonly FolderEntry[]>;
}

/** The name of a file. */
export function nameOf(uri: string): string {
  const parsed = URI.parse(uri);
  if (parsed.scheme !== 'file' || parsed.authority !== '') return parsed.toString();
  // A drive letter has no slash before it, or the names would be none for Windows.
  return /^\/[A-Za-z]:/.test(parsed.path) ? parsed.path.slice(1) : parsed.path;
}

/** The URI of a file's name, spelled as the editor spells it. */
export function uriOf(name: string): string {
  return /^[A-Za-z][\w+.-]+:/.test(name) ? URI.parse(name).toString() : URI.file(name).toString();
}

/** The folder of a file, without its final slash. */
export const folderOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf('/')));

/** The last part of a name. */
export const baseOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
