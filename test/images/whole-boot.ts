// A whole boot of the machine itself, without a lab's clock around it: for comparisons of two boots to the last bit.
import { createHash } from 'node:crypto';
import { findBoard } from '../../src/emu/boards';
import { CPU } from '../../src/emu/codegen/layout';
import type { TranslationOptions } from '../../src/emu/cpu/translator';
import { type BootImage, Machine } from '../../src/emu/machine';

export const MARKER = 'LAB-SHELL-UP';
const SLICE = 1e6;
const MIB = 1 << 20;
export const BOARD = findBoard('vexpress-v2p-ca15-tc1')!;
export const MEMORY_BYTES = 1024 * MIB;

export interface End {
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

/** Until the shell of the RAM disk has come up, or nothing more can come. */
export function boot(image: BootImage, cpus: number, translation?: TranslationOptions): End & { machine: Machine } {
  let console = '';
  const machine = new Machine({
    board: BOARD,
    cpus,
    memoryBytes: MEMORY_BYTES,
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
export function randomly(seed: number): () => boolean {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 30 !== 0;
  };
}
