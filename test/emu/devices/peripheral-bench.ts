// A bench for one device: clock, lines and log that a test can look at, and the checks that every device must pass.
import { expect } from 'vitest';
import type { Clock, Device, IrqLine, Timer, Width } from '../../../src/emu/devices/device';

export class BenchClock implements Clock {
  private time = 0;
  private readonly timers = new Set<{ deadline: number; fire: () => void }>();

  now(): number {
    return this.time;
  }

  schedule(deadline: number, fire: () => void): Timer {
    const timer = { deadline, fire };
    this.timers.add(timer);
    return { cancel: () => void this.timers.delete(timer) };
  }

  /** Lets `ns` nanoseconds pass, firing timers in order. */
  advance(ns: number): void {
    const end = this.time + ns;
    for (;;) {
      let next: { deadline: number; fire: () => void } | undefined;
      for (const timer of this.timers)
        if (timer.deadline <= end && (!next || timer.deadline < next.deadline)) next = timer;
      if (!next) break;
      this.timers.delete(next);
      this.time = Math.max(this.time, next.deadline);
      next.fire();
    }
    this.time = end;
  }

  /** Time travel, for a load of a snapshot: pending timers belong to the devices that loaded. */
  set(time: number): void {
    this.time = time;
  }
}

export class BenchLine implements IrqLine {
  level = false;
  /** Changes from low to high. */
  edges = 0;

  set(level: boolean): void {
    if (level && !this.level) this.edges++;
    this.level = level;
  }
}

export class BenchLog {
  readonly lines: string[] = [];
  private readonly seen = new Set<string>();
  readonly log = (message: string, once?: string): void => {
    if (once !== undefined) {
      if (this.seen.has(once)) return;
      this.seen.add(once);
    }
    this.lines.push(message);
  };
}

/** Numbers from a seed, uniform over 32 bits (xorshift). */
export function random(seed: number): () => number {
  let x = seed | 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}

/** One access that a guest could make. */
interface Access {
  write: boolean;
  offset: number;
  width: Width;
  value: number;
}

/**
 * Accesses that a guest could make to a window: mostly words, mostly at `interesting` offsets, with values that hit
 * small fields as well as whole words.
 */
export function accesses(count: number, seed: number, size: number, interesting: readonly number[]): Access[] {
  const next = random(seed);
  return Array.from({ length: count }, () => {
    const width: Width = next() % 8 ? 4 : next() % 2 ? 2 : 1;
    const base = next() % 4 ? interesting[next() % interesting.length]! : next() % size;
    const offset = Math.min(base - (base % width), size - width);
    const value = [next(), next() & 0xff, 1 << (next() & 31), 0, 0xffffffff][next() % 5]! >>> 0;
    return {
      write: next() % 2 === 0,
      offset,
      width,
      value: width === 4 ? value : value & (width === 2 ? 0xffff : 0xff),
    };
  });
}

/** Runs accesses, letting some time pass between them; gives what a guest saw. */
export function run(device: Device, list: readonly Access[], clock?: BenchClock): number[] {
  return list.map(({ write, offset, width, value }, n) => {
    if (clock && n % 16 === 0) clock.advance((value % 5000) + 1);
    if (write) {
      device.write(offset, width, value);
      return -1;
    }
    const got = device.read(offset, width);
    if (!Number.isInteger(got) || got < 0 || got >= 2 ** (8 * width)) {
      throw new Error(`${device.name} +0x${offset.toString(16)} answered ${got} to a read of ${width} bytes`);
    }
    return got;
  });
}

/** What {@link checkDevice} needs besides the device. */
export interface Subject {
  device: Device;
  /** Bytes of the window. */
  size: number;
  /** Offsets that matter. */
  offsets: readonly number[];
  clock?: BenchClock;
  lines?: readonly BenchLine[];
  /** Copies and restores what is not the device's own state: the disk behind it. */
  outside?: { save(): unknown; load(saved: never): void };
}

/** Random accesses never throw, and what follows a load is exactly what followed the save. */
export function checkDevice(subject: () => Subject, rounds = 12, count = 400): void {
  for (let round = 0; round < rounds; round++) {
    const { device, size, offsets, clock, lines = [], outside } = subject();
    device.reset();
    run(device, accesses(count, 77 * round + 1, size, offsets), clock);
    const snapshot = structuredClone(device.save());
    const [time, world] = [clock?.now() ?? 0, outside?.save()];
    const again = accesses(count, 77 * round + 2, size, offsets);
    const levels = (): boolean[] => lines.map(line => line.level);
    const before = levels();
    const first = run(device, again, clock);
    const end = [device.save(), levels()];
    clock?.set(time);
    outside?.load(world as never);
    device.load(snapshot);
    expect(device.save(), 'a load restores the state').toEqual(snapshot);
    expect(levels(), 'a load restores the lines').toEqual(before);
    expect(run(device, again, clock), `${device.name}: the same accesses give the same answers`).toEqual(first);
    expect([device.save(), levels()]).toEqual(end);
    expect(() => device.load({ ...snapshot, version: 99 })).toThrow(RangeError);
  }
}
