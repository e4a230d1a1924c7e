// The Generic Timer of one core (ARM DDI 0406C chapter B8): four timers that compare with a system counter. It has no
// window; CP15 code calls it. Access rights are the core's business.
import type { Clock, DeviceState, IrqLine, Stateful, Timer } from './device';
import { assignState, cloneState, readState, type StateRecord } from './state';
import { TickRate } from './tick-rate';

/** The timers of a core, in the order of their indices. */
export const TIMER = { SECURE_PHYSICAL: 0, PHYSICAL: 1, VIRTUAL: 2, HYP: 3 } as const;
export type TimerIndex = (typeof TIMER)[keyof typeof TIMER];

/** The private interrupt of each timer on a Cortex-A15 (DDI 0438I section 8.2.3). */
export const TIMER_INTID: readonly number[] = [29, 30, 27, 26];

/** Bits of CNTx_CTL. */
const ENABLE = 1;
const IMASK = 2;
const ISTATUS = 4;

const TWO_32 = 2 ** 32;
/** No event is farther away than guest time reaches. */
const LAST_NANOSECOND = Number.MAX_SAFE_INTEGER;

export interface GenericTimerPorts {
  readonly clock: Clock;
  /** Outputs by {@link TimerIndex}; high means asserted. */
  readonly lines: readonly IrqLine[];
}

interface TimerState extends StateRecord {
  /** CNTFRQ is a note of firmware to software; it does not change the counter. */
  frequency: number;
  /** CNTKCTL, kept here for the core. */
  kernelControl: number;
  /** CNTVOFF. */
  offsetHigh: number;
  offsetLow: number;
  /** CNTx_CVAL and CNTx_CTL by {@link TimerIndex}. */
  compareHigh: Uint32Array;
  compareLow: Uint32Array;
  control: Uint32Array;
}

/**
 * 64-bit results are returned as their low word, with the high word left in {@link high}: these registers are read in
 * loops, and neither allocation nor BigInt is needed for them.
 */
export class GenericTimer implements Stateful {
  /** Bits 63:32 of the last 64-bit answer. */
  high = 0;
  readonly state: TimerState;
  private readonly initial: TimerState;
  private readonly rate: TickRate;
  private pending: Timer | undefined;
  /** Guest time that `pending` is for. */
  private deadline = Infinity;

  /**
   * @param hertz frequency of the system counter; also what CNTFRQ holds after reset, as if firmware had written it
   * (the architecture leaves it UNKNOWN).
   */
  constructor(
    readonly name: string,
    private readonly ports: GenericTimerPorts,
    hertz: number,
  ) {
    this.rate = new TickRate(hertz);
    this.initial = {
      frequency: hertz,
      kernelControl: 0,
      offsetHigh: 0,
      offsetLow: 0,
      compareHigh: new Uint32Array(4),
      compareLow: new Uint32Array(4),
      control: new Uint32Array(4),
    };
    this.state = cloneState(this.initial);
  }

  /** CNTPCT. */
  physicalCount(): number {
    const ticks = this.rate.ticks(this.ports.clock.now());
    const low = ticks >>> 0;
    this.high = (ticks - low) / TWO_32;
    return low;
  }

  /** CNTVCT: CNTPCT - CNTVOFF. */
  virtualCount(): number {
    const low = this.physicalCount();
    const { offsetHigh, offsetLow } = this.state;
    this.high = (this.high - offsetHigh - (low < offsetLow ? 1 : 0)) >>> 0;
    return (low - offsetLow) >>> 0;
  }

  /** CNTVOFF. */
  offset(): number {
    this.high = this.state.offsetHigh;
    return this.state.offsetLow;
  }

  setOffset(high: number, low: number): void {
    this.state.offsetHigh = high >>> 0;
    this.state.offsetLow = low >>> 0;
    this.update();
  }

  /** CNTx_CVAL. */
  compareValue(timer: TimerIndex): number {
    this.high = this.state.compareHigh[timer]!;
    return this.state.compareLow[timer]!;
  }

  setCompareValue(timer: TimerIndex, high: number, low: number): void {
    this.state.compareHigh[timer] = high;
    this.state.compareLow[timer] = low;
    this.update();
  }

  /** CNTx_TVAL: the low word of the compare value minus the count. */
  timerValue(timer: TimerIndex): number {
    return (this.state.compareLow[timer]! - this.count(timer)) >>> 0;
  }

  /** @param value 32 bits, taken as signed: the compare value becomes the count plus this. */
  setTimerValue(timer: TimerIndex, value: number): void {
    const low = this.count(timer);
    const sum = low + (value >>> 0);
    const carry = sum >= TWO_32 ? 1 : 0;
    this.setCompareValue(timer, this.high + (value >> 31) + carry, sum);
  }

  /** CNTx_CTL. */
  control(timer: TimerIndex): number {
    const control = this.state.control[timer]!;
    return control & ENABLE && this.remaining(timer) === 0 ? control | ISTATUS : control;
  }

  setControl(timer: TimerIndex, value: number): void {
    this.state.control[timer] = value & (ENABLE | IMASK);
    this.update();
  }

  reset(): void {
    assignState(this.state, this.initial);
    this.update();
  }

  save(): DeviceState {
    return { version: 1, state: cloneState(this.state) };
  }

  load(saved: DeviceState): void {
    if (saved.version !== 1) throw new RangeError(`${this.name}: snapshot version ${saved.version} is not 1`);
    assignState(this.state, readState(this.name, this.initial, saved['state']));
    this.pending?.cancel(); // it may be of a clock that has been set back
    this.pending = undefined;
    this.deadline = Infinity;
    this.update();
  }

  private count(timer: TimerIndex): number {
    return timer === TIMER.VIRTUAL ? this.virtualCount() : this.physicalCount();
  }

  /** Ticks until the condition of a timer is met; 0 when it is (B8.1.5: an unsigned 64-bit comparison). */
  private remaining(timer: TimerIndex): number {
    const low = this.count(timer);
    const ticks = (this.state.compareHigh[timer]! - this.high) * TWO_32 + (this.state.compareLow[timer]! - low);
    return ticks > 0 ? ticks : 0;
  }

  /** Sets the outputs, and asks the clock for the next moment at which one of them changes by itself. */
  private update(): void {
    const { clock, lines } = this.ports;
    let next = Infinity;
    for (let timer = 0; timer < 4; timer++) {
      const live = (this.state.control[timer]! & (ENABLE | IMASK)) === ENABLE;
      const remaining = live ? this.remaining(timer as TimerIndex) : 0;
      lines[timer]!.set(live && remaining === 0);
      if (remaining > 0) next = Math.min(next, remaining);
    }
    // Sums beyond 2^53 are inexact, and beyond the end of guest time anyway.
    const deadline = next === Infinity ? Infinity : this.rate.nanoseconds(this.rate.ticks(clock.now()) + next);
    if (deadline === this.deadline) return;
    this.pending?.cancel();
    this.pending = undefined;
    this.deadline = deadline;
    if (deadline <= LAST_NANOSECOND) this.pending = clock.schedule(deadline, this.fire);
  }

  private readonly fire = (): void => {
    this.pending = undefined;
    this.deadline = Infinity;
    this.update();
  };
}
