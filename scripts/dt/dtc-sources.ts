// The sources of dtc's own test suite, dtc's verdict and ours:  npm run dtc-sources -- CHECKOUT
//
// CHECKOUT is a clone of dtc's repository; the tests of its tag v1.6.1 are unpacked under .cache. For each source the real
// dtc and ours say whether it compiles, what the checks find (word for word, with places), and which bytes it gives; of
// what compiles also what the checks find in the blob, and its text when it is decompiled.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { nodeSourceReader } from '../../src/cli/dtc/reader';
import { compileSource, dtcMessage, parseBlob, printDts, runChecks, writeBlob } from '../../src/dt';

const TAG = 'v1.6.1';
const [checkout] = process.argv.slice(2);
if (checkout === undefined) throw new Error('usage: npm run dtc-sources -- CHECKOUT');

function run(command: string, args: readonly string[], input?: Uint8Array) {
  const { stdout, stderr, status, error } = spawnSync(command, args, { input, maxBuffer: 1 << 28 });
  if (error) throw error;
  return { out: new Uint8Array(stdout), said: stderr.toString('latin1'), status };
}

const work = path.join(process.env['PROJECT'] ?? '.', '.cache/dtc-sources');
mkdirSync(work, { recursive: true });
const archive = run('git', ['-C', path.resolve(checkout), 'archive', TAG, 'tests']);
if (archive.status !== 0) throw new Error(`${checkout} is no clone of dtc with the tag ${TAG}: ${archive.said}`);
run('tar', ['x', '-C', work], archive.out);
process.chdir(path.join(work, 'tests'));

/** What dtc says of checks, without its last words. */
const checksOf = (said: string): string => said.replace(/^ERROR: Input tree has errors.*\n/m, '');
const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

const counts = new Map<string, [equal: number, all: number]>();
function count(what: string, file: string, isEqual: boolean): void {
  const [good, all] = counts.get(what) ?? [0, 0];
  counts.set(what, [good + Number(isEqual), all + 1]);
  if (!isEqual) console.log(`${file}: ${what} differ`);
}

for (const file of readdirSync('.').filter(name => name.endsWith('.dts'))) {
  const theirs = run('dtc', ['-I', 'dts', '-O', 'dtb', '-o', '-', file]);
  const options = { file, reader: nodeSourceReader(), checks: { stopAtError: true } };
  const { tree, findings } = compileSource(readFileSync(file, 'utf8'), options);
  count('verdicts', file, (theirs.status === 0) === (tree !== undefined));
  const said = checksOf(theirs.said);
  // What is no tree for the parser has no checks: the words of the parser are our own.
  if (theirs.status === 0 || findings.length > 0 || /\(\w+\): /.test(said))
    count('words of checks', file, findings.map(one => dtcMessage(one, '-')).join('') === said);
  if (!tree || theirs.status !== 0) continue;
  count('bytes', file, equal(writeBlob(tree), theirs.out));
  const again = run('dtc', ['-I', 'dtb', '-O', 'dts', '-o', '-', '-'], theirs.out);
  const blob = parseBlob(theirs.out);
  const found = runChecks(blob, { stopAtError: true }).map(one => dtcMessage(one, '-'));
  count('words of checks of the blob', file, found.join('') === checksOf(again.said));
  count('decompiled texts', file, printDts(blob) === Buffer.from(again.out).toString('latin1'));
}
for (const [what, [good, all]] of counts) console.log(`${what}: ${good} of ${all} equal`);
process.exitCode = [...counts.values()].some(([good, all]) => good < all) ? 1 : 0;
