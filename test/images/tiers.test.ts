// A whole boot of Linux is the same whatever is translated, and when: instructions, console, and all of the state at the end.
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { linuxBoot } from '../../bench/linux';
import { findBoard } from '../../src/emu/boards';
import { CPU } from '../../src/emu/codegen/layout';
import type { TranslationOptions } from '../../src/emu/cpu/translator';
import { type BootImage, Machine } from '../../src/emu/machine';

const images = process.env['XENLAB_IMAGES'] ?? 'images';
const MARKER = 'LAB-SHELL-UP';
const SLICE = 1e6;
const MIB = 1 << 20;

interface End {
  readonly instructions: number;
  readonly timeNs: number;
  readonly console: string;
  readonly state: string;
}

/** Registers, system registers and memory; not what lies beside them to be fast. */
function stateOf(machine: Machine): string {
  const hash = createHash('sha256');
  for (const core of machine.cores) {
    hash.update(core.sys).update(core.banked);
    hash.update(Uint32Array.from({ length: 15 }, (_, i) => core.r(i)));
    hash.update(`${core.pc} ${core.cpsr} ${core.field(CPU.FPSCR)} ${core.field(CPU.FP_NZCV)} ${core.waiting}`);
    hash.update(new Uint8Array(machine.memory.buffer, core.env.layout.cpu(core.index) + CPU.V, 256));
  }
  hash.update(new Uint8Array(machine.memory.buffer, machine.cores[0]!.env.layout.guest));
  return hash.digest('hex');
}

function boot(image: BootImage, cpus: number, translation?: TranslationOptions): End & { machine: Machine } {
  let console = '';
  const machine = new Machine({
    board: findBoard('vexpress-v2p-ca15-tc1')!,
    cpus,
    memoryBytes: 1024 * MIB,
    output: (_, byte) => (console += String.fromCharCode(byte)),
    log: () => {},
    baseSeconds: 0,
    ...(translation && { translation }),
  });
  machine.start(image);
  while (!console.includes(MARKER) && machine.instructions < 4e9 && machine.timeNs < 60e9) {
    const end = machine.run(SLICE);
    if (end.reason === 'idle' && end.idleUntilNs !== undefined) machine.skipIdle();
    else if (end.reason !== 'budget') break;
  }
  const { instructions, timeNs } = machine;
  return { instructions, timeNs, console, state: stateOf(machine), machine };
}

/** The same numbers every time (Numerical Recipes). */
function randomly(seed: number): () => boolean {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 30 !== 0;
  };
}

const OPTIONS: readonly (readonly [string, number, TranslationOptions])[] = [
  ['a threshold of 1', 1, { threshold: 1, capacity: 4096, limit: 600 }],
  ['a threshold of 30', 1, { threshold: 30, capacity: 4096, limit: 600 }],
  ['a threshold of 300', 1, { threshold: 300, capacity: 4096, limit: 600 }],
  ['random choice', 1, { threshold: 50, capacity: 4096, limit: 600, decline: randomly(1) }],
  ['64 modules at most', 1, { threshold: 300, capacity: 64, limit: 600 }],
  ['two cores and a threshold of 100', 2, { threshold: 100, capacity: 4096, limit: 600 }],
];

describe('a boot of Linux', () => {
  const interpreted: End[] = [];
  const kernels: BootImage[] = [];
  beforeAll(async () => {
    for (const cpus of [1, 2]) {
      kernels[cpus] = await linuxBoot(images, 'console=ttyAMA0 rdinit=/init', cpus);
      const { machine, ...end } = boot(kernels[cpus], cpus);
      expect(machine.translation).toBeUndefined();
      interpreted[cpus] = end;
    }
  }, 300_000);
  for (const [name, cpus, options] of OPTIONS)
    it(`is the same with ${name}`, () => {
      const { machine, ...end } = boot(kernels[cpus]!, cpus, options);
      expect(end.console).toContain(`${MARKER} `);
      expect(end).toEqual(interpreted[cpus]);
      expect(machine.translation!.share).toBeGreaterThan(0.5);
      expect(machine.translation!.live).toBeLessThanOrEqual(options.capacity);
    });
});
