// Sources from a grammar, and samples with damage, before the real dtc and ours:  npm run fuzz-dtc -- COUNT [SEED] [FOLDER]
//
// dtc 1.6.1 and cpp must be there. Whether a source compiles, the bytes of the blob and the warnings of checks must be
// equal. With FOLDER each source that makes a difference is kept there.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mutateText, Random } from '../test/dt/fuzz';
import { names, text } from '../test/dt/fixtures';
import { askDtc, askUs, difference, type Place } from '../test/dt/oracle/compare';
import { FILES, INCLUDE_PATH, makeSource, someFlags, type Made } from '../test/dt/oracle/grammar';

const [count = '3000', seed = String(1 + (Date.now() % 1e9)), keep] = process.argv.slice(2);
const kept = keep === undefined ? undefined : path.resolve(keep);
if (kept !== undefined) mkdirSync(kept, { recursive: true });

const folder = mkdtempSync(path.join(tmpdir(), 'fuzz-dtc-'));
mkdirSync(path.join(folder, INCLUDE_PATH));
for (const [name, content] of Object.entries(FILES)) writeFileSync(path.join(folder, name), content);
process.chdir(folder);
const place: Place = { folder, file: 'main.dts', include: INCLUDE_PATH, scratch: '' };

const samples = names('sources', '.dts').map(name => text('sources', `${name}.dts`));
/** Lines that cpp would take for its own, or join. */
const DIRECTIVE =
  /\\\n|^[ \t]*#[ \t]*(define|undef|include|if|ifdef|ifndef|elif|else|endif|error|warning|pragma|line|\d)/m;

function mutated(random: Random): Made {
  const source = mutateText(random.below(2) === 0 ? random.of(samples) : makeSource(random).source, random);
  return { source, cpp: DIRECTIVE.test(source), flags: someFlags(random) };
}

const counts = { compiled: 0, refused: 0, crashed: 0, different: 0 };
for (let i = 0; i < Number(count); i++) {
  const random = new Random(Number(seed) + i * 7919);
  const one = random.below(4) === 0 ? mutated(random) : makeSource(random);
  writeFileSync(place.file, one.source);
  const theirs = askDtc(one, place);
  if (!theirs) {
    counts.crashed++;
    continue;
  }
  counts[theirs.status === 0 ? 'compiled' : 'refused']++;
  const ours = askUs(one, place);
  const what = difference(theirs, ours);
  if (what === undefined) continue;
  counts.different++;
  console.log(`${i} (${one.cpp ? 'cpp and ' : ''}dtc ${one.flags.join(' ')}): ${what}`);
  const words = `dtc says:\n${theirs.words}\nours says:\n${ours.words}`;
  if (kept === undefined) continue;
  writeFileSync(path.join(kept, `${i}.dts`), one.source);
  writeFileSync(path.join(kept, `${i}.txt`), `${one.flags.join(' ')}\n${what}\n${words}\n`);
}
process.chdir('/');
rmSync(folder, { recursive: true });
const { compiled, refused, crashed, different } = counts;
console.log(
  `seed ${seed}: ${count} sources, ${compiled} compiled and ${refused} refused by dtc, ${crashed} ended it by a signal; ${different} differ`,
);
process.exitCode = different > 0 ? 1 : 0;
