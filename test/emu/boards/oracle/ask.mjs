// Builds the questions of virt.c, asks qemu-system-arm, and writes image and answers as fixtures:
//   node test/emu/boards/oracle/ask.mjs
// Debian: apt install gcc-arm-none-eabi qemu-system-arm
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const here = import.meta.dirname;
const fixtures = join(here, '../fixtures');
const FLAGS =
  '-mcpu=cortex-a15 -marm -mfloat-abi=soft -O1 -ffreestanding -nostdlib -fno-builtin -fno-ident -Wall -Wextra -Werror'.split(
    ' ',
  );
const MACHINE = '-M virt,gic-version=2,highmem=off -cpu cortex-a15 -smp 2 -m 64 -nodefaults -display none'.split(' ');
const LIMIT_MS = 20_000;

const work = mkdtempSync(join(tmpdir(), 'virt-'));
try {
  const [elf, bin] = ['virt.elf', 'virt.bin'].map(name => join(work, name));
  const sources = ['start.s', 'virt.c'].map(name => join(here, name));
  execFileSync('arm-none-eabi-gcc', [...FLAGS, '-T', join(here, 'link.ld'), ...sources, '-o', elf]);
  execFileSync('arm-none-eabi-objcopy', ['-O', 'binary', elf, bin]);
  // An image that is no ELF file goes to 0x40010000.
  const qemu = [...MACHINE, '-serial', 'stdio', '-kernel', bin];
  const answers = execFileSync('qemu-system-arm', qemu, { stdio: ['ignore', 'pipe', 'inherit'], timeout: LIMIT_MS });
  writeFileSync(join(fixtures, 'virt-answers.txt'), answers);
  copyFileSync(bin, join(fixtures, 'virt-questions.bin'));
} finally {
  rmSync(work, { recursive: true });
}
