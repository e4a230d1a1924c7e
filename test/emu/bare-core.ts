// A core with RAM and nothing else, for tests of instructions.
import { layoutMemory } from '../../src/emu/codegen/layout';
import { Core, type EntryState } from '../../src/emu/cpu/core';
import { Processor } from '../../src/emu/cpu/processor';
import type { TranslationOptions } from '../../src/emu/cpu/translator';

export const RAM = 0x80000000;

export interface BareCore {
  readonly core: Core;
  readonly processor: Processor;
  /** Guest RAM as bytes. */
  readonly ram: Uint8Array;
  write32(pa: number, ...words: number[]): void;
  write16(pa: number, ...halfwords: number[]): void;
  read32(pa: number): number;
  start(entry: EntryState): void;
}

/** @param log receives what the model says about what it does not do. @param profile counts what is executed */
export function bareCore(
  ramBytes = 1 << 20,
  log: (m: string) => void = () => {},
  translation?: TranslationOptions,
  profile = false,
): BareCore {
  const layout = layoutMemory(1, ramBytes, 64, profile);
  const memory = new WebAssembly.Memory({ initial: layout.wasmPages, maximum: layout.wasmPages });
  const ram = new Uint8Array(memory.buffer, layout.guest, ramBytes);
  const view = new DataView(memory.buffer);
  const host = (pa: number): number => (pa >= RAM && pa < RAM + ramBytes ? layout.guest + (pa - RAM) : 0);
  const cores: Core[] = [];
  const holder: { processor?: Processor } = {};
  const core = new Core(
    {
      memory,
      layout,
      cores,
      physical: {
        hostOf: host,
        isWritable: () => true,
        hasCode: h => holder.processor?.code.hasCode(Math.floor((h - layout.guest) / 4096)) ?? false,
      },
      timer: { high: 0, read: () => 0, write: () => {} },
      peripheralBase: 0x2c000000,
      instructions: () => 0,
      log,
    },
    0,
  );
  cores.push(core);
  const bus = { read: () => -1, write: () => false };
  const processor = new Processor({ memory, cores, bus, ...(translation && { translation }) });
  holder.processor = processor;
  return {
    core,
    processor,
    ram,
    write32: (pa, ...words) => {
      words.forEach((w, i) => view.setUint32(host(pa + 4 * i), w, true));
      processor.written(host(pa), words.length * 4);
    },
    write16: (pa, ...halves) => {
      halves.forEach((w, i) => view.setUint16(host(pa + 2 * i), w, true));
      processor.written(host(pa), halves.length * 2);
    },
    read32: pa => view.getUint32(host(pa), true),
    start: entry => core.reset(entry),
  };
}
