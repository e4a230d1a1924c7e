// The beat of a display controller: one event per frame while it is on.
import type { Clock, Timer } from './device';

/** Frames shorter than this would be a misprogrammed controller; they are stretched, so that time still advances. */
const SHORTEST_FRAME = 1_000_000;
const LONGEST_FRAME = 10_000_000_000;

/** Frame period in nanoseconds for `clocks` pixel clocks at `hertz`, within 1 ms .. 10 s. */
export function framePeriod(clocks: number, hertz: number): number {
  const period = hertz > 0 ? Math.round((clocks * 1e9) / hertz) : LONGEST_FRAME;
  return Math.min(Math.max(period, SHORTEST_FRAME), LONGEST_FRAME);
}

/** Calls `frame` once per period. The owner keeps the deadline of the next frame (0: off) in its own state. */
export class FrameClock {
  private timer: Timer | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly frame: () => void,
  ) {}

  now(): number {
    return this.clock.now();
  }

  /** @param deadline guest time of the next frame, or 0 to stop. */
  arm(deadline: number): void {
    this.timer?.cancel();
    this.timer = deadline > 0 ? this.clock.schedule(deadline, this.frame) : undefined;
  }
}
