// ARM Watchdog Module SP805 (ARM DDI 0270): interrupts at the first zero of its counter, resets at the second.
import { ticksToZero, valueAfter, zeros } from './countdown';
import type { Clock, IrqLine, Log, Timer } from './device';
import { RegisterDevice } from './register-device';
import { defineRegisters, primeCell } from './registers';
import { TickRate } from './tick-rate';

const INTEN = 1;
const RESEN = 2;
/** Written to WdogLock, this opens the other registers; anything else closes them. */
const UNLOCK = 0x1acce551;

export interface Sp805Ports {
  readonly clock: Clock;
  readonly log: Log;
  readonly irq: IrqLine;
  /** WDOGRES: the board's reset. */
  readonly reset: () => void;
}

const REGISTERS = defineRegisters<Sp805>('apb')({
  WDOGLOAD: { at: 0x000, reset: 0xffffffff, write: (d, value) => d.setLoad(value) },
  WDOGVALUE: { at: 0x004, access: 'ro', stored: false, read: d => d.value() },
  WDOGCONTROL: { at: 0x008, bits: { INTEN: 0, RESEN: 1 }, write: (d, value) => d.setControl(value) },
  WDOGINTCLR: { at: 0x00c, access: 'wo', stored: false, write: d => d.clear() },
  WDOGRIS: { at: 0x010, access: 'ro', stored: false, read: d => d.raw() },
  WDOGMIS: { at: 0x014, access: 'ro', stored: false, read: d => d.masked() },
  WDOGLOCK: {
    at: 0xc00,
    about: 'reads 1 while the other registers are read-only',
    write: (d, value) => d.setLock(value),
  },
  WDOGITCR: { at: 0xf00, access: 'none', about: 'integration test' },
  WDOGITOP: { at: 0xf04, access: 'none', about: 'integration test' },
  ...primeCell(0x00141805),
});
const R = REGISTERS.slot;

const INITIAL = {
  /** Counter value at tick `since` of its clock. */
  count: 0xffffffff,
  since: 0,
  /** Raw interrupt status: the counter has reached zero. */
  raised: false,
  /** WDOGRES has been given; once is enough. */
  bitten: false,
};

export class Sp805 extends RegisterDevice<typeof INITIAL> {
  private readonly rate: TickRate;
  private pending: Timer | undefined;

  /** @param hertz of WDOGCLK. */
  constructor(
    name: string,
    private readonly ports: Sp805Ports,
    hertz: number,
  ) {
    super(name, REGISTERS, INITIAL, ports.log);
    this.rate = new TickRate(hertz);
  }

  private get enabled(): boolean {
    return (this.values[R.WDOGCONTROL]! & INTEN) !== 0;
  }

  private get locked(): boolean {
    return this.values[R.WDOGLOCK] !== 0;
  }

  private ticks(): number {
    return this.rate.ticks(this.ports.clock.now());
  }

  private period(): number {
    return this.values[R.WDOGLOAD]! || Infinity;
  }

  /** Brings the counter up to now; the second zero without a clear resets the board. */
  private sync(): void {
    const { state } = this;
    const now = this.ticks();
    if (now < state.since) return;
    const steps = this.enabled ? now - state.since : 0;
    const reached = zeros(state.count, steps, this.period());
    state.count = valueAfter(state.count, steps, this.period());
    state.since = now;
    if (reached === 0) return;
    const second = state.raised || reached > 1;
    state.raised = true;
    if (!second || state.bitten || !(this.values[R.WDOGCONTROL]! & RESEN)) return;
    state.bitten = true;
    this.ports.reset();
  }

  private update(): void {
    const { state } = this;
    this.ports.irq.set(state.raised && this.enabled);
    this.pending?.cancel();
    this.pending = undefined;
    const more = !state.raised || (!state.bitten && (this.values[R.WDOGCONTROL]! & RESEN) !== 0);
    const steps = ticksToZero(state.count, this.period());
    if (!this.enabled || !more || steps === Infinity) return;
    this.pending = this.ports.clock.schedule(this.rate.nanoseconds(state.since + steps), () => {
      this.sync();
      this.update();
    });
  }

  value(): number {
    this.sync();
    return this.state.count;
  }

  raw(): number {
    this.sync();
    return this.state.raised ? 1 : 0;
  }

  masked(): number {
    return this.enabled ? this.raw() : 0;
  }

  private reload(): void {
    this.state.count = this.values[R.WDOGLOAD]!;
    this.state.since = this.ticks();
    this.update();
  }

  setLock(value: number): void {
    this.values[R.WDOGLOCK] = value === UNLOCK ? 0 : 1;
  }

  setLoad(value: number): void {
    if (this.locked) return;
    this.sync();
    this.values[R.WDOGLOAD] = value;
    this.reload();
  }

  /** Setting INTEN after it was clear reloads the counter. */
  setControl(value: number): void {
    if (this.locked) return;
    this.sync();
    const before = this.enabled;
    this.values[R.WDOGCONTROL] = value & (INTEN | RESEN);
    if (!before && this.enabled) this.reload();
    else this.update();
  }

  clear(): void {
    if (this.locked) return;
    this.sync();
    this.state.raised = false;
    this.state.bitten = false;
    this.reload();
  }

  protected override settle(): void {
    this.update();
  }
}
