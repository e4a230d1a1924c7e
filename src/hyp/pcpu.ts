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
  /** Guest time at which `current` began to run. */
  since = 0;
  readonly sliceEnd: Deadline = { at: Infinity, fire: () => (this.reschedule = true) };

  constructor(
    readonly core: number,
    readonly timer: GenericTimer,
  ) {
    this.timers = new Timers(timer);
  }
}
