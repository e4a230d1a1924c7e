// Deadlines of the hypervisor on one physical CPU, over the Hyp timer of its core (ARM DDI 0406C, B8.1).
import { type GenericTimer, TIMER } from '../emu/devices/generic-timer';

const ENABLE = 1;
const TWO_32 = 2 ** 32;
const TWO_64 = 2 ** 64;

/** Something that is due at a count of the system counter. */
export interface Deadline {
  /** CNTPCT; Infinity: never. */
  at: number;
  readonly fire: () => void;
}

export class Timers {
  private readonly deadlines = new Set<Deadline>();

  constructor(private readonly timer: GenericTimer) {}

  /** CNTPCT as a number: exact for 2^53 ticks. */
  get now(): number {
    const low = this.timer.physicalCount();
    return this.timer.high * TWO_32 + low;
  }

  /** Deadlines that are set. */
  get size(): number {
    return this.deadlines.size;
  }

  /** Sets or moves a deadline; Infinity takes it away. */
  set(deadline: Deadline, at: number): void {
    deadline.at = at;
    if (at === Infinity) this.deadlines.delete(deadline);
    else this.deadlines.add(deadline);
    this.program();
  }

  /** The Hyp timer has fired: calls who is due, in the order of their deadlines. */
  run(): void {
    const { now } = this;
    const due = [...this.deadlines].filter(one => one.at <= now).sort((a, b) => a.at - b.at);
    for (const one of due) {
      if (one.at > now) continue; // moved by another one
      this.deadlines.delete(one);
      one.at = Infinity;
      one.fire();
    }
    this.program();
  }

  private program(): void {
    let next = Infinity;
    for (const { at } of this.deadlines) next = Math.min(next, at);
    // What the comparator cannot hold is never: with the upper bits cut off it would fire at once, and again and again.
    if (next >= TWO_64) return this.timer.setControl(TIMER.HYP, 0);
    next = Math.max(0, Math.ceil(next));
    const low = next % TWO_32;
    this.timer.setCompareValue(TIMER.HYP, Math.floor(next / TWO_32), low);
    this.timer.setControl(TIMER.HYP, ENABLE);
  }
}
