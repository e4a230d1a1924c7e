// Executes one case of the oracle and reports it as the oracle does.
import { layoutMemory } from '../../src/emu/codegen/layout';
import { Core } from '../../src/emu/cpu/core';
import { Processor } from '../../src/emu/cpu/processor';
import { CPU } from '../../src/emu/codegen/layout';
import { SLOT } from '../../src/emu/cpu/sysregs/storage';
import { readFpscr, writeFpscr } from '../../src/emu/cpu/sysregs/floating-point';
import {
  type Answer,
  type Case,
  CODE,
  CODE_SIZE,
  codeImage,
  type Kind,
  startOf,
  WINDOW,
  WINDOW_SIZE,
  windowImage,
} from './vectors';

const CODE_PAGES = 0x4000;
const layout = layoutMemory(1, CODE_PAGES + WINDOW_SIZE, 16);
const vBase = layout.cpu(0) + CPU.V;
const PABT_DEBUG = 2;

/** Makes a core that executes cases: on tier 0, or on tier 1, where each case is a region of its own. */
export function executor(translated: boolean): { execute: (c: Case) => Answer; processor: Processor } {
  const memory = new WebAssembly.Memory({ initial: layout.wasmPages, maximum: layout.wasmPages });
  const u8 = new Uint8Array(memory.buffer);
  const view = new DataView(memory.buffer);
  const codeAt = layout.guest;
  const windowAt = layout.guest + CODE_PAGES;
  const hostOf = (pa: number): number => {
    if (pa >= CODE && pa < CODE + CODE_SIZE) return codeAt + pa - CODE;
    if (pa >= WINDOW && pa < WINDOW + WINDOW_SIZE) return windowAt + pa - WINDOW;
    return 0;
  };
  const cores: Core[] = [];
  const core = new Core(
    {
      memory,
      layout,
      cores,
      physical: {
        hostOf,
        isWritable: host => host >= windowAt,
        hasCode: host => processor.code.hasCode(Math.floor((host - layout.guest) / 4096)),
      },
      timer: { high: 0, read: () => 0, write: () => {} },
      peripheralBase: 0,
      instructions: () => 0,
      log: () => {},
    },
    0,
  );
  cores.push(core);
  const translation = { threshold: 1, capacity: 64, limit: 1, eager: true };
  const processor = new Processor({
    memory,
    cores,
    bus: { read: () => -1, write: () => false },
    ...(translated && { translation }),
  });

  /** @returns what the case came to; `memory` holds the words of the window that changed */
  function execute(c: Case): Answer {
    const image = codeImage(c);
    u8.set(image, codeAt);
    processor.written(codeAt, CODE_SIZE);
    const before = c.memory !== 0 ? windowImage(c) : undefined;
    if (before) u8.set(before, windowAt);
    core.reset({ secure: false });
    core.sys[SLOT.CPACR] = 0xf << 20;
    core.sys[SLOT.FPEXC] = 1 << 30;
    core.setCpsr(c.before.cpsr);
    c.before.r.forEach((v, i) => core.setR(i, v));
    c.before.d.forEach((v, i) => view.setUint32(vBase + 4 * i, v, true));
    writeFpscr(core, c.before.fpscr);
    core.pc = startOf(c);
    let kind: Kind = 'done';
    processor.switchTo(0);
    const count = c.lead.length + 1;
    if (translated) {
      translation.limit = count;
      // All is in the TLB, so that neither the way into the region nor accesses need help.
      for (let va = WINDOW; va < WINDOW + WINDOW_SIZE; va += 4096) core.fill(va, 'write', false);
      core.fill(startOf(c), 'execute', false);
    }
    for (let i = 0; i < (translated ? 1 : count) && kind === 'done'; i++) {
      processor.run(0, translated ? count : 1);
      const mode = core.mode.name;
      if (mode === 'und') kind = 'undefined';
    else if (mode === 'abt')
      kind = core.pc === 0x0c ? ((core.system('IFSR') & 0xf) === PABT_DEBUG ? 'breakpoint' : 'done') : (core.system('DFSR') & 0x40f) === 1 ? 'alignment' : 'fault'; // prettier-ignore
    }
    const exception = core.mode.name !== 'usr';
    const fault = kind === 'fault' || kind === 'alignment' ? core.system('DFAR') : 0;
    const thumb = (core.spsr & 0x20) !== 0;
    const link = { undefined: thumb ? 2 : 4, breakpoint: 4, fault: 8, alignment: 8, done: 4 }[kind];
    const pc = exception ? (core.r(14) - link) >>> 0 : core.pc;
    const cpsr = exception ? core.spsr : core.cpsr;
    if (exception) core.setCpsr(cpsr);
    const changed: [number, number][] = [];
    if (before)
      for (let i = 0; i < WINDOW_SIZE; i += 4) {
        const word = view.getUint32(windowAt + i, true);
        const old = (before[i]! | (before[i + 1]! << 8) | (before[i + 2]! << 16) | (before[i + 3]! << 24)) >>> 0;
        if (word !== old) changed.push([WINDOW + i, word]);
      }
    return {
      kind,
      fault,
      pc,
      after: {
        r: Uint32Array.from({ length: 15 }, (_, i) => core.r(i)),
        cpsr: (cpsr & ~0x1c0) >>> 0,
        fpscr: readFpscr(core),
        d: Uint32Array.from({ length: 64 }, (_, i) => view.getUint32(vBase + 4 * i, true)),
      },
      memory: changed,
    };
  }

  return { execute, processor };
}

export const { execute } = executor(false);
