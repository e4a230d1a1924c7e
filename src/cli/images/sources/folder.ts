// Packages from a folder that the user has filled.
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../../options';
import type { PackageSource } from '../source';

export function folderSource(folder: string): PackageSource {
  return {
    title: folder,
    async collect() {
      const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
        const why = error.code === 'ENOENT' ? 'there is no such folder' : error.message;
        throw new UsageError(`--from ${folder}: ${why}`);
      });
      const packages = names.filter(name => name.endsWith('.deb')).sort();
      if (packages.length === 0) throw new UsageError(`--from ${folder}: no .deb file in this folder`);
      return packages.map(name => path.join(folder, name));
    },
  };
}
