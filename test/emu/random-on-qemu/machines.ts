// The two machines that work through a list of programs: qemu-system-arm and this one. Both print the same lines.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findBoard } from '../../../src/emu/boards';
import type { TranslationOptions } from '../../../src/emu/cpu/translator';
import { Machine } from '../../../src/emu/machine';
import { parseElf } from '../../../src/image';
import { LIST } from './programs';

const HARNESS = path.join(import.meta.dirname, 'harness.elf');
const QEMU = 'qemu-system-arm';
const LIMIT_SECONDS = 600;
const SLICE = 1e7;
const MIB = 1 << 20;

/** The first line of its version, or undefined when it is not installed. */
export function qemuVersion(): string | undefined {
  const { status, stdout } = spawnSync(QEMU, ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n')[0] : undefined;
}

/** @throws Error when it does not come to an end */
export function onQemu(list: Uint8Array): string[] {
  const work = mkdtempSync(path.join(tmpdir(), 'random-programs-'));
  try {
    const file = path.join(work, 'list');
    const console = path.join(work, 'console');
    writeFileSync(file, list);
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
    const images = ['-kernel', HARNESS, '-device', `loader,file=${file},addr=0x${LIST.toString(16)},force-raw=on`];
    const options = { timeout: LIMIT_SECONDS * 1000, encoding: 'utf8' as const, maxBuffer: MIB };
    const { status, stderr } = spawnSync(QEMU, [...machine, '-serial', `file:${console}`, ...images], options);
    return complete(readFileSync(console, 'latin1'), status === 0 ? '' : stderr);
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** @param translation undefined: everything is interpreted. @throws Error when it does not come to an end */
export function onOurs(list: Uint8Array, translation?: TranslationOptions): { lines: string[]; machine: Machine } {
  const { segments, entry } = parseElf(new Uint8Array(readFileSync(HARNESS)), HARNESS);
  let console = '';
  const machine = new Machine({
    board: findBoard('vexpress-v2p-ca15-tc1')!,
    cpus: 1,
    memoryBytes: 512 * MIB,
    output: (_, byte) => (console += String.fromCharCode(byte)),
    log: () => {},
    baseSeconds: 0,
    ...(translation && { translation }),
  });
  const images = segments.map(s => ({ address: Number(s.physicalAddress), bytes: s.data }));
  machine.start({ images: [...images, { address: LIST, bytes: list }], entry: { pc: Number(entry) } });
  const limit = LIMIT_SECONDS * 1e8;
  while (machine.instructions < limit && machine.run(SLICE).reason === 'budget');
  return { lines: complete(console, ''), machine };
}

function complete(console: string, why: string): string[] {
  const lines = console.split('\n').filter(line => line !== '');
  if (lines.at(-1) !== 'end') throw new Error(`no end; the last line was "${lines.at(-1)}" ${why}`);
  return lines.slice(0, -1);
}
