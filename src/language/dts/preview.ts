// The tree as the compiler sees it, as text: merged source, or the blob in hexadecimal with what stands where.
import { printSource, writeBlob, type DeviceTree } from '../../dt';
import type { Analysis } from './analysis';

/** The merged tree. What cannot be compiled shows what was compiled last, and says so. */
export function mergedSource(analysis: Analysis): string {
  const { tree, isCurrent, errors } = analysis;
  const remarks = isCurrent
    ? []
    : [
        ...errors.slice(0, 20).map(error => `// ${error.message}`),
        tree
          ? '// The source has errors: this is the tree as it was last compiled.'
          : '// The source has errors: no tree.',
        '',
      ];
  return remarks.join('\n') + (tree ? printSource(tree) : '');
}

/** The blob: 16 bytes a line, offsets, and characters. */
export function blobDump(tree: DeviceTree): string {
  const bytes = writeBlob(tree);
  const lines = [`${bytes.length} bytes`, ''];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = bytes.subarray(at, at + 16);
    const words = Array.from({ length: 4 }, (_, i) => {
      const word = row.subarray(i * 4, i * 4 + 4);
      return [...word].map(byte => byte.toString(16).padStart(2, '0')).join('');
    });
    const characters = [...row].map(byte => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(8, '0')}  ${words.join(' ').padEnd(35)}  ${characters}`);
  }
  return `${lines.join('\n')}\n`;
}

/** The blob in base64, for clients that write it. */
export function compiledBlob({ tree, isCurrent, errors }: Analysis): {
  blob: string | undefined;
  problems: readonly string[];
} {
  if (!tree || !isCurrent) return { blob: undefined, problems: errors.map(({ message }) => message) };
  let text = '';
  for (const byte of writeBlob(tree)) text += String.fromCharCode(byte);
  return { blob: btoa(text), problems: [] };
}
