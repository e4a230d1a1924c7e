// The door to files: whoever compiles a source says how its includes are read.

/** Reads files for the compiler. Each answers undefined when there is no such file. */
export interface SourceReader {
  text(path: string): string | undefined;
  /** For /incbin/. */
  bytes?(path: string): Uint8Array | undefined;
}

const isAbsolute = (path: string): boolean => /^([/\\]|[A-Za-z][A-Za-z0-9+.-]*:)/.test(path);

/** The folder of a file with its final separator, or nothing. */
function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** `path` inside `folder`, without `.` and what `..` takes back, so that one file has one name. */
function join(folder: string, path: string): string {
  const whole = folder === '' || /[/\\]$/.test(folder) ? folder + path : `${folder}/${path}`;
  const parts: string[] = [];
  for (const part of whole.split('/')) {
    if (part === '.') continue;
    const last = parts.at(-1);
    if (part === '..' && last !== undefined && last !== '' && last !== '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

/** Where to look for a file, in order: beside the one that names it (unless `<...>` was written), then the folders. */
export function candidates(path: string, from: string, folders: readonly string[], beside: boolean): string[] {
  if (isAbsolute(path)) return [path];
  const list = folders.map(folder => join(folder, path));
  return beside ? [join(folderOf(from), path), ...list] : list;
}
