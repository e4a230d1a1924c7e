// Notices that a machine waits for input that cannot come any more, so that `xenlab boot < /dev/null` ends.
import type { LabStatistics } from '../lab/protocol';

/** Seconds of silence and idleness after which nothing more is expected. */
export const QUIET_SECONDS = 5;
/** Part of guest time in which cores execute, below which a machine counts as idle; timer ticks stay below it. */
const IDLE_SHARE = 0.05;

export class QuietWatch {
  #last: LabStatistics | undefined;
  #quietFor = 0;

  /** The console has said something. */
  heard(): void {
    this.#quietFor = 0;
  }

  /** Takes the statistics of every second. @returns whether the machine has been quiet for long enough */
  tick(now: LabStatistics): boolean {
    const last = this.#last;
    this.#last = now;
    if (!last) return false;
    const busy = now.instructions - last.instructions;
    const passed = (now.guestSeconds - last.guestSeconds) * 1e9;
    this.#quietFor = busy <= IDLE_SHARE * passed ? this.#quietFor + 1 : 0;
    return this.#quietFor >= QUIET_SECONDS;
  }
}
