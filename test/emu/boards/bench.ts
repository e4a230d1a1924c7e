// A board on a test bench: built for real, with a clock that the test turns.
import { buildBoard, guestMemories, type Board, type BoardPorts, type BuiltBoard } from '../../../src/emu/boards';
import type { Width } from '../../../src/emu/devices/device';
import { FakeClock, FakeLine } from '../devices/fakes';

export interface Bench extends BuiltBoard {
  readonly clock: FakeClock;
  readonly log: string[];
  readonly events: string[];
  readonly sent: number[];
  readonly flash: ReadonlyMap<string, Uint8Array>;
}

export function bench(board: Board, cores: number, at = 0): Bench {
  const clock = new FakeClock(at);
  const log: string[] = [];
  const events: string[] = [];
  const sent: number[] = [];
  const memories = guestMemories(board).filter(memory => memory.flash);
  const flash = new Map(memories.map(({ name, size }) => [name, new Uint8Array(size)]));
  const ports: BoardPorts = {
    clock,
    log: message => void log.push(message),
    irq: () => new FakeLine(),
    fiq: () => new FakeLine(),
    virq: () => new FakeLine(),
    vfiq: () => new FakeLine(),
    powerOff: () => void events.push('powerOff'),
    reboot: () => void events.push('reboot'),
    console: () => ({ write: byte => void sent.push(byte) }),
    baseSeconds: 1_700_000_000,
    contents: name => flash.get(name)!,
    setDirect: () => {},
  };
  return { ...buildBoard(board, cores, ports), clock, log, events, sent, flash };
}

/** Numbers that look random and are the same in every run (xorshift32). */
export function numbers(seed: number): (below: number) => number {
  let x = seed | 1;
  return below => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}

export interface Step {
  window: number;
  target: number;
  offset: number;
  width: Width;
  /** Undefined reads. */
  value: number | undefined;
  /** Nanoseconds that pass first. */
  wait: number;
}

const VALUES = [0, 1, 2, 3, 0x10, 0x80, 0xff, 0x301, 0xffff, 0x10000, 0x80000000, 0xffffffff];
const WAITS = [0, 0, 0, 1, 100, 41_667, 1_000_000, 20_000_000];

/** Accesses to the windows of `built` whose index is in `windows`: mostly to the first registers, anywhere otherwise. */
export function randomSteps(built: BuiltBoard, windows: readonly number[], count: number, seed: number): Step[] {
  const draw = numbers(seed);
  return Array.from({ length: count }, () => {
    const window = windows[draw(windows.length)]!;
    const { size, targets } = built.windows[window]!;
    const width = ([4, 4, 4, 4, 2, 1] as const)[draw(6)]!;
    const reach = [0x50, 0x100, 0x1000, size][draw(4)]!;
    const offset = draw(Math.min(reach, size)) & ~(width - 1);
    const bits = 2 ** (8 * width);
    const value = draw(2) ? undefined : (draw(2) ? VALUES[draw(VALUES.length)]! : draw(0xffffffff)) % bits;
    return { window, target: draw(targets.length), offset, width, value, wait: WAITS[draw(WAITS.length)]! };
  });
}

/** @returns what the reads gave. */
export function run(built: Bench, steps: readonly Step[]): number[] {
  const reads: number[] = [];
  for (const { window, target, offset, width, value, wait } of steps) {
    built.clock.advance(wait);
    const device = built.windows[window]!.targets[target]!;
    if (value === undefined) reads.push(device.read(offset, width));
    else device.write(offset, width, value);
  }
  return reads;
}

/** State of all devices in a form that compares. */
export const stateOf = (built: BuiltBoard): Record<string, unknown> =>
  Object.fromEntries(built.devices.map(device => [device.name, structuredClone(device.save())]));
