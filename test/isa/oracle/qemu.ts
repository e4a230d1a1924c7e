// Builds the harness when its source is newer, and runs cases through it under qemu-arm.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer, Case } from './case';
import { readOutcomes, type Unusable, writeTests } from './records';

const COMPILER = 'arm-linux-gnueabihf-gcc';
const EMULATOR = 'qemu-arm';
/** Far from the code area and the window of case.ts, and from where qemu-arm puts the stack. */
const BASE = '0x70000000';
const FLAGS = [
  '-O2',
  '-static',
  '-marm',
  '-march=armv7-a',
  '-mfpu=neon-vfpv4',
  '-Wall',
  '-Wextra',
  `-Wl,-Ttext-segment=${BASE}`,
];
const BATCH = 20_000;

/** @param root folder of the project. @throws Error when the compiler is missing or complains. */
export function buildHarness(root: string): string {
  const source = join(root, 'test/isa/oracle/harness.c');
  const cache = join(root, '.cache/isa-oracle');
  const hash = createHash('sha256').update(readFileSync(source)).update(FLAGS.join()).digest('hex').slice(0, 12);
  const binary = join(cache, `harness-${hash}`);
  if (existsSync(binary)) return binary;
  mkdirSync(cache, { recursive: true });
  run(COMPILER, [...FLAGS, source, '-o', binary], 'Debian: apt install gcc-arm-linux-gnueabihf libc6-dev-armhf-cross');
  return binary;
}

export function emulatorVersion(): string {
  return run(EMULATOR, ['--version'], 'Debian: apt install qemu-user').split('\n')[0]!;
}

function run(program: string, args: readonly string[], remedy: string): string {
  const result = spawnSync(program, args, { encoding: 'utf8' });
  if (result.error) throw new Error(`${program}: ${result.error.message}. ${remedy}`);
  if (result.status !== 0) throw new Error(`${program} failed: ${result.stderr}`);
  return result.stdout;
}

/** The outcome of each case, in order. */
export function ask(harness: string, cases: readonly Case[]): (Answer | Unusable)[] {
  const answers: (Answer | Unusable)[] = [];
  for (let at = 0; at < cases.length; at += BATCH) answers.push(...askBatch(harness, cases.slice(at, at + BATCH)));
  return answers;
}

/** A case that brings qemu-arm itself down takes its batch along; halving finds it. */
function askBatch(harness: string, cases: readonly Case[]): (Answer | Unusable)[] {
  const result = spawnSync(EMULATOR, ['-cpu', 'cortex-a15', harness], { input: writeTests(cases), maxBuffer: 2 ** 30 });
  // It may die before it has read everything, which is EPIPE here.
  if (result.error && result.pid === 0)
    throw new Error(`${EMULATOR}: ${result.error.message}. Debian: apt install qemu-user`);
  if (result.status === 0) return readOutcomes(result.stdout, cases);
  const why = result.stderr.toString().split('\n')[0]!;
  if (why.startsWith('harness:')) throw new Error(why);
  if (cases.length === 1) return [{ unusable: `qemu-arm failed: ${why}` }];
  const half = cases.length >> 1;
  return [...askBatch(harness, cases.slice(0, half)), ...askBatch(harness, cases.slice(half))];
}
