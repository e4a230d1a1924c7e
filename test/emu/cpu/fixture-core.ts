// Cores over a small memory, without code: for tests of state, exceptions, system registers and translation.
import { layoutMemory } from '../../../src/emu/codegen/layout';
import { Core, type CoreHost, type EntryState } from '../../../src/emu/cpu/core';
import { mcr } from '../../../src/emu/cpu/sysregs';
import { NotedTimer } from './noted-timer';

export const RAM = 0x80000000;
export const RAM_BYTES = 1 << 20;

export interface TestCores {
  readonly cores: Core[];
  readonly core: Core;
  readonly log: string[];
  /** What the timer port was asked. */
  readonly timer: Map<string, bigint>;
  /** Linear addresses of pages that hold code, or are flash. */
  readonly code: Set<number>;
  readonly flash: Set<number>;
  /** Instructions executed, as the core is told. */
  now: number;
  host(pa: number): number;
  set(pa: number, ...words: number[]): void;
}

export function testCores(count = 1, entry: EntryState = {}): TestCores {
  const layout = layoutMemory(count, RAM_BYTES, 1);
  const memory = new WebAssembly.Memory({ initial: layout.wasmPages, maximum: layout.wasmPages });
  const words = new Uint32Array(memory.buffer);
  const host = (pa: number): number => (pa >= RAM && pa < RAM + RAM_BYTES ? layout.guest + (pa - RAM) : 0);
  const cores: Core[] = [];
  const code = new Set<number>();
  const flash = new Set<number>();
  const log: string[] = [];
  const timer = new NotedTimer((register, secure) =>
    register.startsWith('CNTP_') && secure ? `${register}.secure` : register,
  );
  const test: TestCores = {
    cores,
    get core() {
      return cores[0]!;
    },
    log,
    timer: timer.values,
    code,
    flash,
    now: 0,
    host,
    set: (pa, ...values) => values.forEach((v, i) => (words[(host(pa) >> 2) + i] = v)),
  };
  const env: CoreHost = {
    memory,
    layout,
    cores,
    physical: { hostOf: host, isWritable: h => !flash.has(h), hasCode: h => code.has(h) },
    timer,
    peripheralBase: 0x2c000000,
    instructions: () => test.now,
    log: message => void log.push(message),
  };
  for (let n = 0; n < count; n++) cores.push(new Core(env, n));
  for (const core of cores) core.reset(entry);
  return test;
}

/** Short descriptors at RAM + 0x4000: RAM mapped 1:1 for PL1, and at 0x00100000 for everyone, not global. */
export function withMmu(count = 1): TestCores {
  const t = testCores(count);
  t.set(RAM + 0x4000 + (RAM >>> 20) * 4, RAM | 0x402);
  t.set(RAM + 0x4000 + 4, RAM | (1 << 17) | 0xc02);
  t.set(RAM + 0x4000 + 8, 0x1c000000 | 0x402);
  for (const core of t.cores) {
    mcr(core, 15, 0, 2, 0, 0, RAM + 0x4000);
    mcr(core, 15, 0, 3, 0, 0, 1);
    mcr(core, 15, 0, 1, 0, 0, 0x00c50079);
  }
  return t;
}
