// Exact conversion between guest nanoseconds and the ticks of a clock, in integers below 2^53.

const NANOSECONDS = 1_000_000_000;

function gcd(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

/** A clock of a whole number of hertz that started with the machine. */
export class TickRate {
  /** ticks / nanoseconds as a reduced fraction. */
  private readonly numerator: number;
  private readonly denominator: number;

  /** @param hertz an integer, 1 .. 10^9. */
  constructor(readonly hertz: number) {
    const common = gcd(hertz, NANOSECONDS);
    this.numerator = hertz / common;
    this.denominator = NANOSECONDS / common;
  }

  /** Whole ticks that have passed at `ns` nanoseconds after power-on. */
  ticks(ns: number): number {
    const d = this.denominator;
    // The quotient of doubles can round up to the next integer; the products below stay exact.
    let periods = Math.floor(ns / d);
    let rest = ns - periods * d;
    if (rest < 0) {
      periods--;
      rest += d;
    }
    return periods * this.numerator + Math.floor((rest * this.numerator) / d);
  }

  /** The first nanosecond at which `ticks` whole ticks have passed. */
  nanoseconds(ticks: number): number {
    const n = this.numerator;
    let periods = Math.floor(ticks / n);
    let rest = ticks - periods * n;
    if (rest < 0) {
      periods--;
      rest += n;
    }
    return periods * this.denominator + Math.ceil((rest * this.denominator) / n);
  }
}
