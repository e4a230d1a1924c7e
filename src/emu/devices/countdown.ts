// Arithmetic of counters that count down to zero and start again. `period` is what they start again from: Infinity for
// one that stops at zero.

/** Ticks until a counter that shows `value` reaches zero next. At zero it has a whole period before it. */
export const ticksToZero = (value: number, period: number): number => (value === 0 ? period : value);

/** How often it reaches zero in `ticks` ticks. */
export function zeros(value: number, ticks: number, period: number): number {
  const first = ticksToZero(value, period);
  return ticks < first ? 0 : 1 + Math.floor((ticks - first) / period);
}

/**
 * What it shows after `ticks` ticks. At the moment of zero a periodic counter shows its period again (reaching zero
 * and reloading are one event, so that the period is exactly that many ticks).
 */
export function valueAfter(value: number, ticks: number, period: number): number {
  if (period === Infinity) return Math.max(value - ticks, 0);
  if (ticks === 0) return value;
  const first = ticksToZero(value, period);
  return ticks < first ? first - ticks : period - ((ticks - first) % period);
}
