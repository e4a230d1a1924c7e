// Builds the questions to the interrupt controller, asks qemu-system-arm, and writes its answers as a fixture:
// node test/emu/devices/oracle/ask.mjs
// Debian: apt install gcc-arm-none-eabi qemu-system-arm
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync } from 'node:zlib';

const here = import.meta.dirname;
const COMPILE = '-mcpu=cortex-a15 -marm -mfloat-abi=soft -O1 -ffreestanding -nostdlib -fno-builtin -Wall -Wextra';
// Hyp mode from the first instruction: the virtualization extensions without the security extensions.
const MACHINE = '-M vexpress-a15,secure=off,virtualization=on -m 512 -display none -monitor none -audiodev none,id=no';
const LIMIT_SECONDS = 60;
const work = mkdtempSync(join(tmpdir(), 'questions-'));

/** What the program says until it is done. */
async function ask(elf) {
  const console = join(work, 'console');
  writeFileSync(console, '');
  const qemu = spawn('qemu-system-arm', [...MACHINE.split(' '), '-serial', `file:${console}`, '-kernel', elf], {
    stdio: 'ignore',
  });
  try {
    for (let waited = 0; waited < LIMIT_SECONDS; waited += 0.2) {
      await sleep(200);
      const answers = readFileSync(console, 'utf8');
      if (answers.endsWith('# end\n')) return answers;
    }
    throw new Error(`no end after ${LIMIT_SECONDS} s; so far: ${readFileSync(console, 'utf8').slice(-200)}`);
  } finally {
    qemu.kill();
  }
}

try {
  const elf = join(work, 'gic-virtual.elf');
  const sources = ['start.s', 'gic-virtual.c'].map(file => join(here, file));
  const gcc = [...COMPILE.split(' '), '-T', join(here, 'link.ld'), ...sources, '-o', elf];
  execFileSync('arm-none-eabi-gcc', gcc, { stdio: 'inherit' });
  writeFileSync(join(here, '../fixtures/gic-virtual.txt.br'), brotliCompressSync(await ask(elf)));
} finally {
  rmSync(work, { recursive: true });
}
