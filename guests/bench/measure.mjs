// Writes bench.json: for every benchmark the checksum that it must print, computed by the host's own compiler, and the
// instructions that it takes, counted by qemu-system-arm. Needs gcc and qemu-system-arm; run it after build.mjs.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { BENCHMARKS, build, generateCalls, GUESTS, inScratch, programs } from '../build.mjs';

const BENCH = path.join(GUESTS, 'bench');
// With -icount shift=0 an instruction takes 1 ns of the machine's time, and the counter runs at 62.5 MHz.
const INSTRUCTIONS_PER_TICK = 16;

const captured = (command, args) => execFileSync(command, args, { stdio: ['ignore', 'pipe', 'ignore'] }).toString();

function referenceChecksum(name, source, work) {
  const program = path.join(work, 'host');
  const flags = ['-O2', '-ffp-contract=off', '-fno-math-errno', `-I${BENCH}`];
  captured('gcc', [...flags, source, path.join(BENCH, 'host.c'), '-o', program, '-lm']);
  return new RegExp(`^BENCH ${name} checksum=([0-9A-F]{8})$`, 'm').exec(captured(program, []))[1];
}

function runOnQemu(elf, options) {
  const machine = ['-M', 'vexpress-a15', '-cpu', 'cortex-a15', '-m', '256', '-nographic', '-audiodev', 'none,id=none'];
  return captured('qemu-system-arm', [...machine, ...options, '-kernel', elf]);
}

function countInstructions(program, work) {
  const elf = path.join(work, 'counting.elf');
  writeFileSync(elf, build(program, work, ['-DBENCH_COUNT']));
  const ticks = /ticks=([0-9A-F]{8})/.exec(runOnQemu(elf, ['-icount', 'shift=0']))[1];
  return Math.round((parseInt(ticks, 16) * INSTRUCTIONS_PER_TICK) / 1000) * 1000; // the last digits vary
}

function measure(name, work) {
  const source = name === 'calls' ? generateCalls(work) : path.join(BENCH, `${name}.c`);
  const checksum = referenceChecksum(name, source, work);
  const instructions = {};
  for (const set of ['a32', 't32']) {
    const program = programs.find(({ output }) => output === `bench/${name}-${set}.elf`);
    const printed = runOnQemu(path.join(GUESTS, program.output), []);
    if (!printed.includes(`BENCH ${name} checksum=${checksum}`))
      throw new Error(`${program.output} printed ${JSON.stringify(printed)}, the host computes ${checksum}`);
    instructions[set] = countInstructions(program, work);
  }
  const about = readFileSync(source, 'utf8')
    .split('\n', 1)[0]
    .replace(/^\/\/ (.*)\.$/, '$1');
  console.log(name, checksum, instructions);
  return { name, about, checksum, instructions };
}

const rows = inScratch(work => BENCHMARKS.map(name => measure(name, work)));
writeFileSync(path.join(BENCH, 'bench.json'), JSON.stringify(rows, null, 2) + '\n');
