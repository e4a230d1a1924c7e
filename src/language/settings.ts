// What the person sets, as far as the languages care.

export interface LanguageSettings {
  /** Folders for includes, after the one of the file that includes. */
  readonly includePaths: readonly string[];
  /** A kernel's sources: its headers and its bindings are used. */
  readonly kernelTree: string;
  /** The board that trees are held against when their root does not name one. */
  readonly board: string;
}

export const DEFAULT_SETTINGS: LanguageSettings = { includePaths: [], kernelTree: '', board: '' };

/** Reads what a client sends; anything that is not what it should be counts as not set. */
export function readSettings(given: unknown): LanguageSettings {
  if (typeof given !== 'object' || given === null) return DEFAULT_SETTINGS;
  const text = (name: string): string => {
    const value: unknown = Reflect.get(given, name);
    return typeof value === 'string' ? value : '';
  };
  const paths: unknown = Reflect.get(given, 'includePaths');
  const includePaths = Array.isArray(paths) ? paths.filter(path => typeof path === 'string') : [];
  return { includePaths, kernelTree: text('kernelTree').replace(/\/+$/, ''), board: text('board') };
}

/** Where a kernel keeps what its trees include. */
const KERNEL_FOLDERS = ['scripts/dtc/include-prefixes', 'include', 'arch/arm/boot/dts', 'arch/arm64/boot/dts'];

/** Folders for the includes of a file: those set, and those of the kernel that it lies in or that is set. */
export function includePathsFor(file: string, { includePaths, kernelTree }: LanguageSettings): string[] {
  const own = /^(.*)\/arch\/[^/]+\/boot\/dts\//.exec(file)?.[1];
  const kernels = [own, kernelTree].filter((path): path is string => path !== undefined && path !== '');
  const folders = kernels.flatMap(kernel => KERNEL_FOLDERS.map(folder => `${kernel}/${folder}`));
  return [...new Set([...includePaths, ...folders])];
}
