// Stand-ins for the ports of devices: a clock that a test turns, lines that remember, a log that collects.
import type { Clock, IrqLine, Timer } from '../../../src/emu/devices/device';

export class FakeClock implements Clock {
  private time: number;
  private waiting: { deadline: number; fire: () => void }[] = [];

  constructor(start = 0) {
    this.time = start;
  }

  now(): number {
    return this.time;
  }

  schedule(deadline: number, fire: () => void): Timer {
    const entry = { deadline, fire };
    this.waiting.push(entry);
    return { cancel: () => void (this.waiting = this.waiting.filter(other => other !== entry)) };
  }

  /** Deadlines not yet reached. */
  get scheduled(): number[] {
    return this.waiting.map(entry => entry.deadline).sort((a, b) => a - b);
  }

  /** Moves time to `to`, running what falls due on the way, each at its own time. */
  advanceTo(to: number): void {
    for (;;) {
      const due = this.waiting.filter(e => e.deadline <= to).sort((a, b) => a.deadline - b.deadline)[0];
      if (!due) break;
      this.waiting = this.waiting.filter(entry => entry !== due);
      this.time = Math.max(this.time, due.deadline);
      due.fire();
    }
    this.time = Math.max(this.time, to);
  }

  advance(by: number): void {
    this.advanceTo(this.time + by);
  }
}

export class FakeLine implements IrqLine {
  level = false;
  /** How often the line went high. */
  rises = 0;

  set(level: boolean): void {
    if (level && !this.level) this.rises++;
    this.level = level;
  }
}
