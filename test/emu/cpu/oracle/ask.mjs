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
  '-mcpu=cortex-a15 -marm -mfloat-abi=soft -O1 -ffreestanding -nostdlib -fno-builtin -mno-unaligned-access -Wall -Wextra -Wno-unused-function -Wno-missing-field-initializers'.split(
    ' ',
  );
const LIMIT_SECONDS = 120;
const work = mkdtempSync(join(tmpdir(), 'questions-'));

function build(name, files, ...defines) {
  const elf = join(work, `${name}.elf`);
  const sources = files.map(f => join(here, f));
  execFileSync('arm-none-eabi-gcc', [...FLAGS, ...defines, '-T', join(here, 'link.ld'), ...sources, '-o', elf]);
  execFileSync('arm-none-eabi-objcopy', ['-O', 'binary', elf, join(work, `${name}.bin`)]);
  return elf;
}

/** Runs an image until it says that it is done. */
async function ask(elf, board = 'vexpress-a15') {
  const console = join(work, 'console');
  writeFileSync(console, '');
  const machine = ['-M', board, '-m', '512', '-display', 'none', '-monitor', 'none', '-audiodev', 'none,id=no'];
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

const SECURE = ['start.s', 'questions.c'];
const HYP = ['hyp-start.s', 'hyp.c'];
/** Without Secure state the processor starts in Hyp mode. */
const HYP_BOARD = 'vexpress-a15,secure=off,virtualization=on';

const write = (name, answers) => writeFileSync(join(fixtures, `${name}.txt.br`), brotliCompressSync(answers));
const keep = name => copyFileSync(join(work, `${name}.bin`), join(fixtures, `${name}.bin`));
try {
  write('registers', await ask(build('registers', SECURE, '-DREGISTERS')));
  write('behaviour', await ask(build('behaviour', SECURE)));
  keep('behaviour');
  write('hyp-registers', await ask(build('hyp-registers', HYP, '-DREGISTERS'), HYP_BOARD));
  write('hyp-behaviour', await ask(build('hyp-behaviour', HYP), HYP_BOARD));
  keep('hyp-behaviour');
} finally {
  rmSync(work, { recursive: true });
}
