// PrimeCell Real Time Clock PL031 (ARM DDI 0224): a 32-bit counter of seconds with one alarm.
import type { Clock, IrqLine, Log, Timer } from './device';
import { RegisterDevice } from './register-device';
import { defineRegisters, primeCell } from './registers';

const SECOND = 1_000_000_000;
const RANGE = 2 ** 32;

export interface Pl031Ports {
  readonly clock: Clock;
  readonly log: Log;
  readonly irq: IrqLine;
}

const REGISTERS = defineRegisters<Pl031>('apb')({
  RTCDR: { at: 0x00, access: 'ro', stored: false, about: 'seconds', read: d => d.seconds() },
  RTCMR: { at: 0x04, about: 'alarm at this second', wrote: d => d.compare() },
  RTCLR: { at: 0x08, about: 'seconds are set to this', wrote: d => d.setSeconds() },
  RTCCR: {
    at: 0x0c,
    reset: 1, // set by the board's firmware; the counter runs on a battery
    bits: { Start: 0 },
    about: 'once started, it stays so',
    write: () => {},
  },
  RTCIMSC: { at: 0x10, mask: 1, wrote: d => d.settle() },
  RTCRIS: { at: 0x14, access: 'ro', stored: false, read: d => Number(d.state.raised) },
  RTCMIS: { at: 0x18, access: 'ro', stored: false, read: d => Number(d.masked()) },
  RTCICR: { at: 0x1c, access: 'wo', stored: false, write: (d, value) => d.clear(value) },
  ...primeCell(0x00141031),
});
const R: typeof REGISTERS.slot = REGISTERS.slot;

export class Pl031 extends RegisterDevice<{ offset: number; raised: boolean }> {
  private pending: Timer | undefined;

  /** @param baseSeconds seconds since 1970 at power-on: what the battery kept. */
  constructor(
    name: string,
    private readonly ports: Pl031Ports,
    baseSeconds: number,
  ) {
    super(name, REGISTERS, { offset: baseSeconds >>> 0, raised: false }, ports.log);
  }

  private elapsed(): number {
    return Math.floor(this.ports.clock.now() / SECOND);
  }

  seconds(): number {
    return (this.state.offset + this.elapsed()) % RANGE;
  }

  setSeconds(): void {
    const wanted = this.values[R.RTCLR]! - this.elapsed();
    this.state.offset = wanted - Math.floor(wanted / RANGE) * RANGE;
    this.compare();
  }

  /** After a change of the time or of the alarm. */
  compare(): void {
    if (this.seconds() === this.values[R.RTCMR]) this.state.raised = true;
    this.settle();
  }

  masked(): boolean {
    return this.state.raised && this.values[R.RTCIMSC] === 1;
  }

  clear(value: number): void {
    if (value & 1) this.state.raised = false;
    this.settle();
  }

  /** The alarm is an event of the second that equals RTCMR; it comes round every 2^32 seconds. */
  override settle(): void {
    const { clock, irq } = this.ports;
    irq.set(this.masked());
    this.pending?.cancel();
    const ahead = this.values[R.RTCMR]! - this.seconds();
    const wait = ahead > 0 ? ahead : ahead + RANGE;
    this.pending = undefined;
    const deadline = (this.elapsed() + wait) * SECOND;
    if (deadline > Number.MAX_SAFE_INTEGER) return; // guest time ends before
    this.pending = clock.schedule(deadline, () => {
      this.state.raised = true;
      this.settle();
    });
  }
}
