// dtc's own test suite over our tools:  npm run dtc-tests -- CHECKOUT [TESTSET ...]
//
// CHECKOUT is a clone of dtc's repository; its tag v1.6.1 is unpacked under .cache and its test programs are built there
// (make, a C compiler, bison and flex are needed). run_tests.sh then runs twice: with the dtc, fdtget, fdtput, fdtdump and
// fdtoverlay of this system, and with `xenlab` in the place of each. A case is equal when both runs say the same of it.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const TAG = 'v1.6.1';
const TOOLS = ['dtc', 'fdtget', 'fdtput', 'fdtdump', 'fdtoverlay'];
const [checkout, ...sets] = process.argv.slice(2);
if (checkout === undefined) throw new Error('usage: npm run dtc-tests -- CHECKOUT [TESTSET ...]');

const root = fileURLToPath(new URL('../..', import.meta.url));
const work = path.join(root, '.cache/dtc-tests');
const source = path.join(work, 'dtc');

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'latin1', maxBuffer: 1 << 28, ...options });
  if (result.error) throw result.error;
  return result;
}

function must(command, args, options) {
  const { status, stderr, stdout } = run(command, args, options);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stderr}`);
  return stdout;
}

if (!existsSync(path.join(source, 'tests/dtbs_equal_ordered'))) {
  mkdirSync(source, { recursive: true });
  const archive = must('git', ['-C', path.resolve(checkout), 'archive', TAG], { encoding: 'buffer' });
  must('tar', ['x', '-C', source], { input: archive });
  must('make', ['-s', '-C', source, 'NO_PYTHON=1', 'NO_YAML=1', 'tests']);
}

/** A folder with each tool under its own name. */
function folder(name, put) {
  const place = path.join(work, name);
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  for (const tool of TOOLS) put(tool, path.join(place, tool));
  return place;
}

const theirs = folder('theirs', (tool, file) => symlinkSync(must('which', [tool]).trim(), file));
const ours = folder('ours', (tool, file) => {
  const script = path.join(root, 'dist/xenlab.mjs');
  writeFileSync(file, `#!/bin/sh\nexec "${process.execPath}" "${script}" ${tool} "$@"\n`);
  chmodSync(file, 0o755);
});

/** What run_tests.sh says of each case, in order. */
function verdicts(tools) {
  const tests = path.join(source, 'tests');
  // Output of a run before would count as output of this one.
  for (const glob of ['*.test.*', '*.dtb', 'fs']) must('sh', ['-c', `rm -rf ${glob}`], { cwd: tests });
  must('sh', ['-c', './dumptrees . > /dev/null'], { cwd: tests });
  const args = ['run_tests.sh', ...(sets.length > 0 ? ['-t', sets.join(' ')] : [])];
  const env = { ...process.env, TEST_BINDIR: tools, NO_PYTHON: '1', NO_YAML: '0' };
  return run('sh', args, { cwd: tests, env })
    .stdout.split('\n')
    .filter(line => line.includes(':\t') && !line.startsWith('*'))
    .map(line => {
      const [name, verdict] = line.split(':\t');
      return { name: name.replaceAll(tools, ''), verdict: verdict.replace(/ .*/, ''), whole: verdict };
    });
}

const expected = verdicts(theirs);
const found = verdicts(ours);
const different = expected.flatMap((one, i) => {
  const other = found[i];
  return other?.name === one.name && other.verdict === one.verdict ? [] : [{ one, other }];
});
for (const { one, other } of different)
  console.log(`${one.name}\n  theirs: ${one.whole}\n  ours:   ${other?.whole ?? 'not run'}`);
const passed = expected.filter(({ verdict }) => verdict === 'PASS').length;
console.log(
  `${expected.length} cases, of which this system's tools pass ${passed}: ${expected.length - different.length} equal, ${different.length} different`,
);
process.exitCode = different.length > 0 || found.length !== expected.length ? 1 : 0;
