// npm run vectors: writes test/isa/fixtures anew from what qemu-arm says.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { probeCase, probes } from './probes';
import { ask, buildHarness, emulatorVersion } from './qemu';
import { regenerate } from './regenerate';
import { ROWS } from './rows';

const root = process.env['PROJECT'] ?? process.cwd();
const fixtures = join(root, 'test/isa/fixtures');
const harness = buildHarness(root);
mkdirSync(fixtures, { recursive: true });
console.log(emulatorVersion());

for (const set of ['a32', 't32', 't16'] as const) {
  const { file, remarks, rows, cases } = regenerate(set, ROWS, harness);
  writeFileSync(join(fixtures, `${set}.bin.br`), file);
  console.log(`${set}: ${rows} rows, ${cases} cases, ${file.length} bytes`);
  for (const remark of remarks) console.log(`  ${remark}`);

  const outcomes = ask(harness, probes(set).map(probeCase));
  const verdicts = outcomes.map(a => ('unusable' in a ? '?' : a.kind === 'undefined' ? 'u' : '.'));
  const text = brotliCompressSync(verdicts.join(''));
  writeFileSync(join(fixtures, `probes-${set}.txt.br`), text);
  const undefinedCount = verdicts.filter(v => v === 'u').length;
  console.log(`${set}: ${verdicts.length} probes, ${undefinedCount} undefined, ${text.length} bytes`);
  outcomes.forEach((a, i) => {
    if ('unusable' in a) console.log(`  ${probes(set)[i]!.encoding.toString(16)}: ${a.unusable}`);
  });
}
