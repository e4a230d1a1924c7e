// Kernel modules and what they depend on, from the modules themselves: the package has no modules.dep, that file is made
// when it is installed.
import { ImageError } from '../../image';
import type { FileTree } from './file-tree';

export interface KernelModule {
  /** Without folders. */
  readonly file: string;
  readonly data: Uint8Array;
}

export interface ModuleSet {
  /** The module and all that it needs, in the order in which they have to be loaded; undefined without such a module. */
  withDependencies(name: string): KernelModule[] | undefined;
}

/** Names of modules are the same with hyphens and underscores. */
const canonical = (name: string): string => name.replaceAll('_', '-');

export function kernelModules(kernel: FileTree): ModuleSet {
  const byName = new Map<string, string>();
  for (const path of kernel.paths(/\.ko$/)) byName.set(canonical(fileName(path).slice(0, -'.ko'.length)), path);
  return {
    withDependencies(name) {
      if (!byName.has(canonical(name))) return undefined;
      const order = new Map<string, KernelModule>();
      const underWay = new Set<string>();
      const load = (module: string, neededBy: string): void => {
        const path = byName.get(canonical(module));
        if (path === undefined) {
          throw new ImageError('image.missing', `the module ${module}, needed by ${neededBy}, is not in the package`);
        }
        if (underWay.has(path)) return;
        underWay.add(path);
        const data = kernel.read(path);
        for (const one of dependencies(data)) load(one, path);
        order.set(path, { file: fileName(path), data });
      };
      load(name, '');
      return [...order.values()];
    },
  };
}

/** `depends=a,b` in the section .modinfo, a list of strings that end with a zero. */
function dependencies(module: Uint8Array): string[] {
  const content = Buffer.from(module.buffer, module.byteOffset, module.byteLength);
  const key = 'depends=';
  const start = content.indexOf(key);
  if (start < 0) return [];
  const end = content.indexOf(0, start);
  const list = content.toString('latin1', start + key.length, end < 0 ? content.length : end);
  return list.split(',').filter(name => name !== '');
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
