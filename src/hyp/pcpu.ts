// A physical CPU as the hypervisor sees it: who runs on it, until when, and its deadlines.
import type { GenericTimer } from '../emu/devices/generic-timer';
import { type Deadline, Timers } from './timers';
import type { Vcpu } from './vcpu';

export class PhysicalCpu {
  readonly timers: Timers;
  up = false;
  current: Vcpu | undefined;
  /** Somebody has to be chosen anew before a guest goes on. */
  reschedule = true;
  /** Guest time at which `current` began to run, or the core to idle. */
  since = 0;
  /** Nanoseconds that it has idled before that. */
  private idle = 0;
  readonly sliceEnd: Deadline = { at: Infinity, fire: () => (this.reschedule = true) };

  constructor(
    readonly core: number,
    readonly timer: GenericTimer,
  ) {
    this.timers = new Timers(timer);
  }

  /** The time since it last changed who runs is accounted for. */
  account(now: number): void {
    if (!this.current) this.idle += now - this.since;
    this.since = now;
  }
  /** Nanoseconds that nobody ran. */
  idleTime(now: number): number {
    return this.idle + (this.current ? 0 : now - this.since);
  }
}
