// Which lines Xen prints: always, so many in a time, or not at all (Xen, drivers/char/console.c).

/** How much a line matters. Most have no level, and are warnings. */
export const LEVEL = { ERROR: 0, WARNING: 1, INFO: 2, DEBUG: 3 } as const;
export type Level = (typeof LEVEL)[keyof typeof LEVEL];

/** Lines of levels below `always` are printed, those below `limited` so many in a time. */
export interface LogThresholds {
  readonly always: number;
  readonly limited: number;
}

/** Of Xen's own lines, and of those about guests. */
export const THRESHOLDS: Readonly<Record<'xen' | 'guest', LogThresholds>> = {
  xen: { always: 2, limited: 2 },
  guest: { always: 0, limited: 2 },
};

const NAMES: Readonly<Record<string, number>> = { none: 0, error: 1, warning: 2, info: 3, debug: 4, all: 4 };
const SHOWN = ['Nothing', 'Errors', 'Errors and warnings', 'Errors, warnings and info', 'All'];

/** `loglvl=<always>[/<limited>]`. @returns undefined for what is no level */
export function parseThresholds(text: string): LogThresholds | undefined {
  const [first = '', second = first, ...rest] = text.split('/');
  const [always, limited] = [NAMES[first], NAMES[second]];
  if (always === undefined || limited === undefined || rest.length > 0) return undefined;
  return { always, limited: Math.max(always, limited) };
}

/** As `loglvl=` has them. */
export const thresholdsText = ({ always, limited }: LogThresholds): string =>
  [always, limited].map(level => ['none', 'error', 'warning', 'info', 'all'][level]!).join('/');

export function describeThresholds({ always, limited }: LogThresholds): string {
  return limited === always ? SHOWN[always]! : `${SHOWN[always]!} (Rate-limited: ${SHOWN[limited]!})`;
}

const PERIOD_MS = 5000;
const BURST = 10;

/** A line every five seconds, and ten at once after a pause. */
export class RateLimit {
  private tokens = PERIOD_MS * BURST;
  private last = 0;
  private missed = 0;

  /** @param now milliseconds @returns undefined: this one is left out; else how many were left out before it */
  take(now: number): number | undefined {
    this.tokens = Math.min(PERIOD_MS * BURST, this.tokens + now - this.last);
    this.last = now;
    if (this.tokens < PERIOD_MS) {
      this.missed++;
      return undefined;
    }
    this.tokens -= PERIOD_MS;
    const { missed } = this;
    this.missed = 0;
    return missed;
  }
}
