// Builds the questions, asks qemu-system-arm, and writes the answers as fixtures: node test/emu/cpu/oracle/ask.mjs
// Debian: apt install gcc-arm-none-eabi qemu-system-arm
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync } from 'node:zlib';

const here = import.meta.dirname;
const fixtures = join(here, '../fixtures');
const FLAGS =
  '-mcpu=cortex-a15 -marm -mfloat-abi=soft -O1 -ffreestanding -nostdlib -fno-builtin -mno-unaligned-access -Wall -Wextra'.split(
    ' ',
  );
const LIMIT_SECONDS = 120;
const work = mkdtempSync(join(tmpdir(), 'questions-'));

function build(name, ...defines) {
  const elf = join(work, `${name}.elf`);
  const sources = ['start.s', 'questions.c'].map(f => join(here, f));
  execFileSync('arm-none-eabi-gcc', [...FLAGS, ...defines, '-T', join(here, 'link.ld'), ...sources, '-o', elf]);
  execFileSync('arm-none-eabi-objcopy', ['-O', 'binary', elf, join(work, `${name}.bin`)]);
  return elf;
}

/** Runs an image until it says that it is done. */
async function ask(elf) {
  const console = join(work, 'console');
  writeFileSync(console, '');
  const machine = [
    '-M',
    'vexpress-a15',
    '-m',
    '512',
    '-display',
    'none',
    '-monitor',
    'none',
    '-audiodev',
    'none,id=no',
  ];
  const qemu = spawn('qemu-system-arm', [...machine, '-serial', `file:${console}`, '-kernel', elf], {
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

const write = (name, answers) => writeFileSync(join(fixtures, `${name}.txt.br`), brotliCompressSync(answers));
try {
  write('registers', await ask(build('registers', '-DREGISTERS')));
  write('behaviour', await ask(build('behaviour')));
  copyFileSync(join(work, 'behaviour.bin'), join(fixtures, 'behaviour.bin'));
} finally {
  rmSync(work, { recursive: true });
}
