// Guest time and what is to happen at a moment of it.
import type { Clock, Timer } from './devices/device';

interface Appointment extends Timer {
  deadline: number;
  /** Order of making, so that equal deadlines fire in order. */
  order: number;
  fire: () => void;
}

/** Appointments sorted by time; few at any moment, so a sorted array is the fastest heap. */
export class MachineClock implements Clock {
  private readonly due: Appointment[] = [];
  private made = 0;

  /**
   * @param now guest time in nanoseconds.
   * @param earlier called when an appointment is made that comes before all others: the running slice may be too long.
   */
  constructor(
    readonly now: () => number,
    private readonly earlier: (deadline: number) => void,
  ) {}

  /** Time of the next appointment, or Infinity. */
  get next(): number {
    return this.due.length > 0 ? this.due[0]!.deadline : Infinity;
  }

  schedule(deadline: number, fire: () => void): Timer {
    const { due } = this;
    const appointment: Appointment = {
      deadline,
      order: this.made++,
      fire,
      cancel: () => {
        const i = due.indexOf(appointment);
        if (i >= 0) due.splice(i, 1);
      },
    };
    let i = due.length;
    while (i > 0 && due[i - 1]!.deadline > deadline) i--;
    due.splice(i, 0, appointment);
    if (i === 0) this.earlier(deadline);
    return appointment;
  }

  /** Fires all that is due at `now()`. */
  fireDue(): void {
    const now = this.now();
    while (this.due.length > 0 && this.due[0]!.deadline <= now) this.due.shift()!.fire();
  }

  clear(): void {
    this.due.length = 0;
  }
}
