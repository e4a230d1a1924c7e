// Runs kvm-unit-tests for 32-bit ARM on qemu-system-arm and on the emulator, and compares every verdict:
//   npm run kvm-unit-tests -- CHECKOUT [--only NAME] [--write]
// CHECKOUT is a copy of https://gitlab.com/kvm-unit-tests/kvm-unit-tests; it is built outside of itself, in .cache.
// --write makes the expectations in test/kvm-unit-tests/tests.json anew, of what qemu says.
// Debian: apt install make gcc-arm-linux-gnueabihf qemu-system-arm
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { compare, verdicts } from '../test/kvm-unit-tests/verdicts.mjs';
import { ensureBuilt } from './setup.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const suite = path.join(root, 'test/kvm-unit-tests');
const build = path.join(root, '.cache/kvm-unit-tests');
const TABLE = path.join(suite, 'tests.json');
/** A test that has not ended by then fails, wherever it runs. */
const LIMIT_SECONDS = 1200;
const QEMU =
  '-nodefaults -display none -serial stdio -machine virt,gic-version=2,highmem=off -accel tcg -cpu cortex-a15';

const USAGE = 'usage: npm run kvm-unit-tests -- CHECKOUT [--only NAME] [--write]';

function parseArguments(words) {
  const options = { checkout: undefined, only: undefined, write: false };
  for (let i = 0; i < words.length; i++) {
    if (words[i] === '--only') options.only = words[++i];
    else if (words[i] === '--write') options.write = true;
    else if (options.checkout === undefined && !words[i].startsWith('-')) options.checkout = path.resolve(words[i]);
    else throw new Error(USAGE);
  }
  if (options.checkout === undefined) throw new Error(USAGE);
  return options;
}

/** Builds the test programs that the table names. @returns the revision of the checkout, if it is one of git */
function compile(checkout, files) {
  rmSync(build, { recursive: true, force: true });
  mkdirSync(path.join(build, 'arm'), { recursive: true });
  const run = (command, ...words) => execFileSync(command, words, { cwd: build, stdio: ['ignore', 'ignore', 'pipe'] });
  const configuration = ['--arch=arm', '--processor=cortex-a15', '--cross-prefix=arm-linux-gnueabihf-'];
  run(path.join(checkout, 'configure'), ...configuration, '--disable-werror');
  const timer = [path.join(suite, 'timer-a32.h'), path.join(checkout, 'arm/timer.c')];
  writeFileSync(path.join(build, 'arm/timer-a32.c'), timer.map(file => `#include "${file}"\n`).join(''));
  run('make', ...files.map(file => `arm/${file}.flat`));
  const git = spawnSync('git', ['-C', checkout, 'rev-parse', 'HEAD'], { encoding: 'utf8' });
  return git.status === 0 ? git.stdout.trim() : undefined;
}

/** Runs a program to its end. @returns what it said on standard output */
function output(command, words) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { cwd: build, stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = setTimeout(() => child.kill(), LIMIT_SECONDS * 1000);
    let said = '';
    let complaints = '';
    child.stdout.on('data', data => (said += data));
    child.stderr.on('data', data => (complaints += data));
    child.on('error', reject);
    child.on('close', code => {
      clearTimeout(timer);
      if (said === '') console.error(`${command}: ended with ${code} and said nothing\n${complaints}`);
      resolve(said);
    });
  });
}

/** The environment of a test is a file in memory. @returns options that name it */
function environment(test, option) {
  if (!test.environment) return [];
  const file = path.join(build, `${test.name}.env`);
  writeFileSync(file, `${test.environment}\n`);
  return [option, file];
}

const onQemu = test =>
  output('qemu-system-arm', [
    ...QEMU.split(' '),
    ...(test.qemu ?? []),
    ...['-smp', `${test.cpus}`, '-m', `${test.memory}`, '-kernel', `arm/${test.file}.flat`],
    ...(test.arguments ? ['-append', test.arguments] : []),
    ...environment(test, '-initrd'),
  ]);

const onEmulator = test =>
  output(process.execPath, [
    path.join(root, 'dist/xenlab.mjs'),
    ...['boot', '--board', 'virt', '--hypervisor', 'none', '--pace', 'fast', '--timeout', `${LIMIT_SECONDS}`],
    ...['--cpus', `${test.cpus}`, '--memory', `${test.memory}`, '--kernel', `arm/${test.file}.elf`],
    ...(test.arguments ? ['--append', test.arguments] : []),
    ...environment(test, '--initrd'),
  ]);

/** For example `17 PASS, 1 SKIP`. */
function count(lines) {
  const kinds = ['PASS', 'FAIL', 'SKIP', 'XFAIL', 'EXIT'].map(kind => [
    lines.filter(l => l.startsWith(kind)).length,
    kind,
  ]);
  return kinds.flatMap(([n, kind]) => (n > 0 && kind !== 'EXIT' ? [`${n} ${kind}`] : [])).join(', ') || 'nothing';
}

const options = parseArguments(process.argv.slice(2));
const table = JSON.parse(readFileSync(TABLE, 'utf8'));
const tests = table.tests.filter(test => options.only === undefined || test.name === options.only);
if (tests.length === 0) throw new Error(`there is no test ${options.only}`);
await ensureBuilt();
const revision = compile(options.checkout, [...new Set(tests.map(test => test.file))]);
if (revision !== table.revision) console.log(`checkout ${revision}; expectations are of ${table.revision}`);

let wrong = 0;
console.log(`| test | cores | qemu-system-arm | here | |\n|---|---|---|---|---|`);
for (const test of tests) {
  const there = verdicts(await onQemu(test));
  const here = verdicts(await onEmulator(test));
  if (options.write) test.expected = there;
  const differences = compare(there, here);
  const changed = compare(test.expected ?? [], there);
  const verdict = differences.length > 0 ? 'DIFFERENT' : 'equal';
  console.log(`| ${test.name} | ${test.cpus} | ${count(there)} | ${count(here)} | ${verdict} |`);
  for (const line of differences) console.log(`    ${line}`);
  for (const line of changed) console.log(`    qemu says something else than it did: ${line}`);
  wrong += differences.length + changed.length;
}
if (options.write) {
  table.revision = revision ?? table.revision;
  writeFileSync(TABLE, await format(JSON.stringify(table), { parser: 'json', printWidth: 120 }));
}
process.exitCode = wrong > 0 ? 1 : 0;
