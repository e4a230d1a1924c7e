// The warnings of a whole kernel tree, dtc's and ours:  npm run corpus-warnings -- TREE [PART OF A NAME]
//
// TREE has arch/arm/boot/dts, arch/arm64/boot/dts, include and scripts/dtc/include-prefixes. Every .dts goes through the
// real cpp; what comes out goes to the real dtc with every check on, and to ours. Any line that differs is shown. Then the
// checks that dtc does not have run too: none may call any of these files wrong.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { nodeSourceReader } from '../../src/cli/dtc/reader';
import {
  checkMessage,
  checkResult,
  compileSource,
  DTC_RULES,
  dtcMessage,
  isCheckName,
  type CheckSwitch,
  type CompileOptions,
} from '../../src/dt';

const [tree, only = ''] = process.argv.slice(2);
if (tree === undefined) throw new Error('usage: npm run corpus-warnings -- TREE [PART OF A NAME]');

/** All but the check that always fails. */
const switches: readonly CheckSwitch[] = DTC_RULES.filter(
  ({ level, id }) => level === 'off' && id !== 'always_fail',
).map(({ id }) => ({ kind: 'warning', name: id }));
const flags = switches.flatMap(({ name }) => ['-W', name]);

function run(command: string, args: readonly string[], input?: string): { out: string; errors: string } {
  const { stdout, stderr, error } = spawnSync(command, args, { input, maxBuffer: 1 << 28, encoding: 'latin1' });
  if (error) throw error;
  return { out: stdout, errors: stderr };
}

/** How often each of our own checks spoke. */
const spoken = new Map<string, number>();
/** What `xenlab dt-check` would end with status 1 for. */
const refused: string[] = [];

function countOwn(text: string, options: CompileOptions): void {
  for (const finding of checkResult(compileSource(text, { ...options, checks: {} }))) {
    if (!isCheckName(finding.id)) spoken.set(finding.id, (spoken.get(finding.id) ?? 0) + 1);
    if (finding.severity === 'error') refused.push(checkMessage(finding, '<stdin>'));
  }
}

function ours(text: string, folder: string): string {
  const options = { file: '<stdin>', reader: nodeSourceReader(), includePaths: [folder] };
  countOwn(text, options);
  const { findings, errors } = compileSource(text, { ...options, checks: { switches, stopAtError: true } });
  const fatal = errors.length > 0 && findings.length === 0 ? errors.map(error => `${error.message}\n`) : [];
  return [...fatal, ...findings.map(finding => dtcMessage(finding, '-'))].join('');
}

const folders = ['arch/arm/boot/dts', 'arch/arm64/boot/dts'];
const files = folders.flatMap(folder =>
  readdirSync(path.join(tree, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.dts') && path.join(folder, name).includes(only))
    .sort()
    .map(name => path.join(tree, folder, name)),
);
let [lines, different, milliseconds] = [0, 0, 0];
for (const file of files) {
  const includes = [path.dirname(file), path.join(tree, 'scripts/dtc/include-prefixes'), path.join(tree, 'include')];
  const cpp = ['-nostdinc', '-undef', '-D__DTS__', '-x', 'assembler-with-cpp', ...includes.flatMap(one => ['-I', one])];
  const { out } = run('cpp', [...cpp, file]);
  const expected = run('dtc', ['-I', 'dts', '-O', 'dtb', '-o', '-', '-i', path.dirname(file), ...flags], out).errors;
  const start = performance.now();
  const found = ours(Buffer.from(out, 'latin1').toString('utf8'), path.dirname(file));
  milliseconds += performance.now() - start;
  lines += expected.split('\n').length - 1;
  if (Buffer.from(found, 'utf8').toString('latin1') === expected) continue;
  different++;
  const [a, b] = [expected.split('\n'), found.split('\n')];
  const at = a.findIndex((line, i) => line !== b[i]);
  console.log(`${file}: ${a.length - 1} lines of dtc, ${b.length - 1} of ours\n  dtc:  ${a[at]}\n  ours: ${b[at]}`);
}
const time = (milliseconds / 1000).toFixed(1);
console.log(`${files.length} files, ${lines} lines of dtc; ${different} files differ; ${time} s of ours`);
const own = [...spoken].map(([id, count]) => `${id} ${count}`);
console.log(`our own checks: ${own.join(', ') || 'nothing'}; ${refused.length} errors at the default settings`);
process.stdout.write(refused.slice(0, 100).join(''));
process.exitCode = different + refused.length > 0 ? 1 : 0;
