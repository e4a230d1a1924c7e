// What the disassembler's tests ask: for a row of the instruction tables, encodings and the text that objdump gives them.
import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { type Sample, sampleDigest, samples } from './objdump/samples';
import type { Row } from './oracle/case';

export { compare, report } from './objdump/compare';
export { ROWS } from './oracle/rows';

export interface Listed extends Sample {
  /** Mnemonic, tab, operands, without comments; `<UNDEFINED>` for what objdump does not know. */
  readonly text: string;
}

let stored: Record<string, { digest: number; texts: string[] }> | undefined;

/** @throws Error when there are none for this row, or when the row has changed since they were made. */
export function listings(row: Row): Listed[] {
  stored ??= JSON.parse(
    brotliDecompressSync(readFileSync(new URL('./fixtures/objdump.json.br', import.meta.url))).toString(),
  ) as NonNullable<typeof stored>;
  const found = stored[`${row.set} ${row.name}`];
  if (!found) throw new Error(`no listing of row '${row.name}' (${row.set}); run 'npm run vectors'`);
  const all = samples(row);
  if (sampleDigest(all) !== found.digest)
    throw new Error(`row '${row.name}' (${row.set}) has changed; run 'npm run vectors'`);
  return all.map((sample, i) => ({ ...sample, text: found.texts[i]! }));
}
