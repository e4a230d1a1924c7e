// Builds harness.elf, which is committed:  node test/emu/random-on-qemu/build.mjs
// Debian: apt install gcc-arm-none-eabi
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const here = import.meta.dirname;
const FLAGS =
  '-mcpu=cortex-a15 -marm -mfloat-abi=soft -O2 -ffreestanding -nostdlib -fno-builtin -mgeneral-regs-only -Wall -Wextra -Werror'.split(
    ' ',
  );
const LINK = ['-Wl,--build-id=none', '-Wl,--nmagic', '-Wl,--no-warn-rwx-segments', '-Wl,--strip-debug'];
execFileSync(
  'arm-none-eabi-gcc',
  [...FLAGS, ...LINK, '-T', 'link.ld', 'start.s', 'harness.c', '-o', 'harness.elf', '-fno-ident'],
  { cwd: here, stdio: 'inherit' },
);
console.log(join(here, 'harness.elf'));
