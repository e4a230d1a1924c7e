// What esbuild's loaders do for embedded files (esbuild.mjs), for Vitest: the same imports mean the same thing there.
import { readFileSync } from 'node:fs';
import { EMBEDDED } from '../esbuild.mjs';

export function embedded() {
  return {
    name: 'embedded-files',
    enforce: 'pre',
    load(id) {
      const file = id.split('?')[0];
      const kind = Object.entries(EMBEDDED).find(([suffix]) => file.endsWith(suffix))?.[1];
      if (kind === 'text') return `export default ${JSON.stringify(readFileSync(file, 'utf8'))};`;
      if (kind !== 'binary') return null;
      const base64 = readFileSync(file).toString('base64');
      return `export default Uint8Array.from(atob('${base64}'), c => c.charCodeAt(0));`;
    },
  };
}
