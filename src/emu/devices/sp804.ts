// ARM Dual-Timer Module SP804 (ARM DDI 0271): two down counters with a combined interrupt.
import { ticksToZero, valueAfter, zeros } from './countdown';
import type { Clock, IrqLine, Log, Timer } from './device';
import { RegisterDevice } from './register-device';
import { defineRegisters, primeCell } from './registers';
import { TickRate } from './tick-rate';

/** Bits of TimerXControl. */
const ONE_SHOT = 1 << 0;
const SIZE_32 = 1 << 1;
const INT_ENABLE = 1 << 5;
const PERIODIC = 1 << 6;
const ENABLE = 1 << 7;
/** TimerPre: divider by field value; 3 is undefined and taken as 2. */
const PRESCALE = [1, 16, 256, 256];

export interface Sp804Ports {
  readonly clock: Clock;
  readonly log: Log;
  /** TIMINTC, the OR of both timers. */
  readonly irq: IrqLine;
}

/** Registers of timer 1 are at 0x00, those of timer 2 at 0x20. */
const timer = { count: 2, stride: 0x20 };
const REGISTERS = defineRegisters<Sp804>('apb')({
  TIMERLOAD: { at: 0x00, ...timer, wrote: (d, i) => d.restart(i) },
  // Read-only; drivers of its predecessors write it all the same, so that is not worth a line in the log.
  TIMERVALUE: { at: 0x04, ...timer, stored: false, read: (d, i) => d.value(i), write: () => {} },
  TIMERCONTROL: {
    at: 0x08,
    ...timer,
    reset: INT_ENABLE,
    bits: { OneShot: 0, TimerSize: 1, TimerPre: [3, 2], IntEnable: 5, TimerMode: 6, TimerEn: 7 },
    write: (d, value, i) => d.setControl(i, value),
  },
  TIMERINTCLR: { at: 0x0c, ...timer, access: 'wo', stored: false, write: (d, _value, i) => d.clear(i) },
  TIMERRIS: { at: 0x10, ...timer, access: 'ro', stored: false, read: (d, i) => d.raw(i) },
  TIMERMIS: { at: 0x14, ...timer, access: 'ro', stored: false, read: (d, i) => d.masked(i) },
  TIMERBGLOAD: {
    at: 0x18,
    ...timer,
    about: 'the load value, without a restart',
    stored: false,
    read: (d, i) => d.reloadValue(i),
    write: (d, value, i) => d.setPeriod(i, value),
  },
  TIMERITCR: { at: 0xf00, access: 'none', about: 'integration test' },
  TIMERITOP: { at: 0xf04, access: 'none', about: 'integration test' },
  ...primeCell(0x00141804),
});
const R = REGISTERS.slot;

interface State {
  [field: string]: Uint32Array | Float64Array;
  /** Frequency of TIMCLK as TIMCLKEN1 and TIMCLKEN2 gate it. */
  hertz: Uint32Array;
  /** Counter value at tick `since` of that clock. */
  count: Float64Array;
  since: Float64Array;
  /** Raw interrupt status. */
  raised: Uint32Array;
}

export class Sp804 extends RegisterDevice<State> {
  private readonly clock: Clock;
  private readonly irq: IrqLine;
  private readonly rates: [TickRate, TickRate];
  private readonly pending: [Timer?, Timer?] = [];

  /** @param hertz of both timers after reset, until {@link setClock} changes it. */
  constructor(name: string, ports: Sp804Ports, hertz: number) {
    const initial: State = {
      hertz: Uint32Array.of(hertz, hertz),
      count: Float64Array.of(0xffffffff, 0xffffffff),
      since: new Float64Array(2),
      raised: new Uint32Array(2),
    };
    super(name, REGISTERS, initial, ports.log);
    this.clock = ports.clock;
    this.irq = ports.irq;
    this.rates = [new TickRate(hertz), new TickRate(hertz)];
  }

  /** Changes the clock of timer 0 or 1; it goes on from its present value. */
  setClock(i: 0 | 1, hertz: number): void {
    if (this.state.hertz[i] === hertz) return;
    this.sync(i);
    this.state.hertz[i] = hertz;
    this.rates[i] = new TickRate(hertz);
    this.state.since[i] = this.ticks(i);
    this.update(i);
  }

  private ticks(i: number): number {
    return this.rates[i]!.ticks(this.clock.now());
  }

  private control(i: number): number {
    return this.values[R.TIMERCONTROL + i]!;
  }

  private limit(i: number): number {
    return this.control(i) & SIZE_32 ? 0xffffffff : 0xffff;
  }

  private period(i: number): number {
    const control = this.control(i);
    if (control & ONE_SHOT) return Infinity;
    if (!(control & PERIODIC)) return this.limit(i) + 1;
    return (this.values[R.TIMERLOAD + i]! & this.limit(i)) >>> 0 || Infinity;
  }

  /** Brings the counter and the raw status up to now. */
  private sync(i: number): void {
    const { count, since, raised } = this.state;
    const now = this.ticks(i);
    if (!(this.control(i) & ENABLE)) {
      since[i] = now;
      return;
    }
    const prescale = PRESCALE[(this.control(i) >>> 2) & 3]!;
    const steps = Math.floor((now - since[i]!) / prescale);
    if (steps <= 0) return;
    const period = this.period(i);
    const value = (count[i]! & this.limit(i)) >>> 0;
    if (zeros(value, steps, period) > 0) raised[i] = 1;
    count[i] = (valueAfter(value, steps, period) & this.limit(i)) >>> 0;
    since[i] = since[i]! + steps * prescale;
  }

  /** Sets the output, and an appointment for the next interrupt if one is to come. */
  private update(i: number): void {
    const { count, since, raised } = this.state;
    this.irq.set(this.asserted(0) || this.asserted(1));
    this.pending[i]?.cancel();
    this.pending[i] = undefined;
    const live = (this.control(i) & (ENABLE | INT_ENABLE)) === (ENABLE | INT_ENABLE);
    if (!live || raised[i]) return;
    const steps = ticksToZero((count[i]! & this.limit(i)) >>> 0, this.period(i));
    if (steps === Infinity) return;
    const tick = since[i]! + steps * PRESCALE[(this.control(i) >>> 2) & 3]!;
    this.pending[i] = this.clock.schedule(this.rates[i]!.nanoseconds(tick), () => {
      this.sync(i);
      this.update(i);
    });
  }

  value(i: number): number {
    this.sync(i);
    return this.state.count[i]!;
  }

  raw(i: number): number {
    this.sync(i);
    return this.state.raised[i]!;
  }

  masked(i: number): number {
    this.sync(i);
    return this.asserted(i) ? 1 : 0;
  }

  private asserted(i: number): boolean {
    return this.state.raised[i] === 1 && (this.control(i) & INT_ENABLE) !== 0;
  }

  /** After a write to TimerXLoad: counts from there; zero interrupts at once. */
  restart(i: number): void {
    const load = this.values[R.TIMERLOAD + i]!;
    this.state.count[i] = load;
    this.state.since[i] = this.ticks(i);
    if (load === 0 && this.control(i) & ENABLE) this.state.raised[i] = 1;
    this.update(i);
  }

  /** The value the counter starts again from. */
  reloadValue(i: number): number {
    return this.values[R.TIMERLOAD + i]!;
  }

  setPeriod(i: number, value: number): void {
    this.sync(i);
    this.values[R.TIMERLOAD + i] = value;
    this.update(i);
  }

  setControl(i: number, value: number): void {
    this.sync(i);
    this.values[R.TIMERCONTROL + i] = value & 0xef;
    this.state.since[i] = this.ticks(i);
    this.update(i);
  }

  clear(i: number): void {
    this.sync(i);
    this.state.raised[i] = 0;
    this.update(i);
  }

  protected override settle(): void {
    for (const i of [0, 1] as const) {
      this.rates[i] = new TickRate(this.state.hertz[i] || 1);
    }
    this.update(0);
    this.update(1);
  }
}
