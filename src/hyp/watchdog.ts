// Timers that end a domain unless it sets them anew in time (Xen, common/sched/core.c, domain_watchdog).
import { ERRNO } from './abi/errno';
import type { Archive } from './save/archive';
import type { Deadline, Timers } from './timers';

const TIMERS = 2;

export interface WatchdogPorts {
  /** Where deadlines are kept. */
  readonly timers: () => Timers;
  /** Counts of the timers in a second. */
  readonly hertz: number;
  readonly bite: () => void;
}

export class Watchdogs {
  private readonly all: (Deadline | undefined)[] = new Array<undefined>(TIMERS).fill(undefined);

  constructor(private readonly ports: WatchdogPorts) {}

  /**
   * SCHEDOP_watchdog.
   * @param id 0: a new one @param seconds 0: never, and it is free
   * @returns the number of a new one, 0, or a negative error
   */
  set(id: number, seconds: number): number {
    if (id > TIMERS) return -ERRNO.EINVAL;
    const at = id === 0 ? this.all.indexOf(undefined) : id - 1;
    if (id === 0 && at < 0) return -ERRNO.ENOSPC;
    if (id > 0 && !this.all[at]) return -ERRNO.EINVAL;
    const deadline = (this.all[at] ??= { at: Infinity, fire: this.ports.bite });
    const timers = this.ports.timers();
    if (id > 0 && seconds === 0) {
      timers.set(deadline, Infinity);
      this.all[at] = undefined;
    } else timers.set(deadline, timers.now + seconds * this.ports.hertz);
    return id === 0 ? at + 1 : 0;
  }

  transfer(io: Archive): void {
    const { timers, bite } = this.ports;
    for (let i = 0; i < TIMERS; i++) {
      const deadline = this.all[i];
      if (!io.bool(deadline !== undefined)) continue;
      const at = io.f64(deadline?.at ?? 0) + io.shift.ticks;
      if (!io.loading) continue;
      this.all[i] = { at: Infinity, fire: bite };
      timers().set(this.all[i]!, Number.isSafeInteger(Math.floor(at)) ? Math.max(0, Math.ceil(at)) : Infinity);
    }
  }

  stop(): void {
    for (const deadline of this.all) if (deadline) this.ports.timers().set(deadline, Infinity);
    this.all.fill(undefined);
  }
}
