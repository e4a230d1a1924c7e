// A core with 4 MiB of RAM and a UART that only listens: what the questions of oracle/ run on.
import { layoutMemory } from '../../../src/emu/codegen/layout';
import { Core, type CoreHost, type EntryState } from '../../../src/emu/cpu/core';
import { Processor } from '../../../src/emu/cpu/processor';
import { NotedTimer } from './noted-timer';

const RAM = 0x80000000;
const RAM_BYTES = 4 << 20;
const UART_DR = 0x1c090000;
const SLICE = 100_000;

/**
 * Runs an image loaded at `entry` until it has printed `end`.
 * @param state how the core starts
 * @throws Error when it does not within `limit` instructions
 */
export function run(image: Uint8Array, entry: number, end: string, limit: number, state: EntryState = {}): string {
  const layout = layoutMemory(1, RAM_BYTES, 64);
  const memory = new WebAssembly.Memory({ initial: layout.wasmPages, maximum: layout.wasmPages });
  const bytes = new Uint8Array(memory.buffer);
  const host = (pa: number): number => (pa >= RAM && pa < RAM + RAM_BYTES ? layout.guest + (pa - RAM) : 0);
  const output: string[] = [];
  let line = '';
  const cores: Core[] = [];
  const holder: { processor?: Processor } = {};
  const env: CoreHost = {
    memory,
    layout,
    cores,
    physical: {
      hostOf: host,
      isWritable: () => true,
      hasCode: h => holder.processor?.code.hasCode(Math.floor((h - layout.guest) / 4096)) ?? false,
    },
    timer: new NotedTimer(),
    peripheralBase: 0x2c000000,
    instructions: () => 0,
    log: () => {},
  };
  cores.push(new Core(env, 0));
  holder.processor = new Processor({
    memory,
    cores,
    bus: {
      read: () => 0,
      write: (pa, _width, value) => {
        if (pa !== UART_DR) return false;
        if (value === 10) {
          output.push(line);
          line = '';
        } else line += String.fromCharCode(value & 0xff);
        return true;
      },
    },
  });
  bytes.set(image, host(entry));
  cores[0]!.reset({ ...state, pc: entry });
  for (let executed = 0; executed < limit;) {
    executed += holder.processor.run(0, SLICE).executed;
    if (output.at(-1) === end) return output.join('\n') + '\n';
  }
  throw new Error(`not done after ${limit} instructions; the last line was: ${output.at(-1)}`);
}
