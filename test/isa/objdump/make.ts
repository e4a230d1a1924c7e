// Second half of `npm run vectors`: writes fixtures/objdump.json.br, what objdump says of samples of every row.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { NothingToAsk } from '../oracle/generate';
import { ROWS } from '../oracle/rows';
import { objdump } from './listing';
import { BASE, type Sample, sampleDigest, sampleImage, samples } from './samples';

const root = process.env['PROJECT'] ?? process.cwd();
const stored: Record<string, { digest: number; texts: string[] }> = {};

for (const row of ROWS) {
  let chosen: Sample[];
  try {
    chosen = samples(row);
  } catch (error) {
    if (!(error instanceof NothingToAsk)) throw error;
    console.log(`${row.set} ${row.name}: left out, ${error.message}`);
    continue;
  }
  const thumb = row.set !== 'a32';
  const lines = new Map(objdump(sampleImage(chosen, thumb), thumb, BASE).map(line => [line.address, line]));
  const texts = chosen.map(({ address, encoding }) => {
    const line = lines.get(address);
    if (line?.encoding !== encoding)
      throw new Error(`objdump did not list ${encoding.toString(16)} of row '${row.name}'`);
    return line.text;
  });
  stored[`${row.set} ${row.name}`] = { digest: sampleDigest(chosen), texts };
}

const file = brotliCompressSync(JSON.stringify(stored));
writeFileSync(join(root, 'test/isa/fixtures/objdump.json.br'), file);
console.log(`objdump: ${Object.keys(stored).length} rows, ${file.length} bytes`);
