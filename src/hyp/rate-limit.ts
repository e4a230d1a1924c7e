// How often a guest may be heard on Xen's console: what it can cause at will would drown everything else (Xen,
// drivers/char/console.c, printk_ratelimit).

/** A message every so many nanoseconds, and so many at once after a silence. */
const INTERVAL = 5e9;
const BURST = 10;

export class RateLimit {
  private credit = BURST * INTERVAL;
  private last = 0;
  private missed = 0;

  constructor(private readonly print: (line: string) => void) {}

  /** @param now nanoseconds */
  say(line: string, now: number): void {
    this.credit = Math.min(this.credit + now - this.last, BURST * INTERVAL);
    this.last = now;
    if (this.credit < INTERVAL) {
      this.missed++;
      return;
    }
    this.credit -= INTERVAL;
    if (this.missed > 0) this.print(`printk: ${this.missed} messages suppressed.`);
    this.missed = 0;
    this.print(line);
  }
}
