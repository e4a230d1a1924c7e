// The timers of a virtual CPU: the virtual one is the core's own while it runs, the physical one is emulated (Xen,
// arch/arm/vtimer.c).
import { type GenericTimer, TIMER } from '../emu/devices/generic-timer';
import { type Archive, SaveError } from './save/archive';
import type { Deadline, Timers } from './timers';

const ENABLE = 1;
const IMASK = 2;
const ISTATUS = 4;
const TWO_32 = 2 ** 32;
const TWO_64 = 2 ** 64;

/** PPIs that guests get (Xen, public/arch-arm.h GUEST_TIMER_*_PPI). */
export const GUEST_TIMER_PPI = { VIRTUAL: 27, PHYSICAL: 30 } as const;

export interface VtimerPorts {
  /** Of the physical CPU that the virtual one belongs to at the moment. */
  readonly timers: () => Timers;
  readonly inject: (ppi: number) => void;
}

export class Vtimer {
  /** CNTV_CTL and CNTV_CVAL while the virtual CPU does not run. */
  private control = 0;
  private compareHigh = 0;
  private compareLow = 0;
  private kernelControl = 0;
  private readonly virtual: Deadline = { at: Infinity, fire: () => this.ports.inject(GUEST_TIMER_PPI.VIRTUAL) };
  /** CNTP_CTL and CNTP_CVAL, relative to the start of the domain. */
  private physicalControl = 0;
  private physicalCompare = 0;
  private readonly physical: Deadline = { at: Infinity, fire: () => this.ports.inject(GUEST_TIMER_PPI.PHYSICAL) };
  private armedOn: Timers | undefined;
  private physicalOn: Timers | undefined;

  /** @param offset CNTPCT when the domain's virtual count was 0 */
  constructor(
    private readonly ports: VtimerPorts,
    private offset: number,
  ) {}

  /** The virtual CPU leaves the core: what its timer would do is done by a deadline. */
  save(timer: GenericTimer): void {
    this.control = timer.control(TIMER.VIRTUAL);
    this.compareLow = timer.compareValue(TIMER.VIRTUAL);
    this.compareHigh = timer.high;
    this.kernelControl = timer.state.kernelControl;
    timer.setControl(TIMER.VIRTUAL, 0);
    this.armVirtual();
  }

  private armVirtual(): void {
    if ((this.control & (ENABLE | IMASK)) !== ENABLE) return;
    const at = Math.max(0, this.compareHigh * TWO_32 + this.compareLow + this.offset);
    this.armedOn = this.ports.timers();
    this.armedOn.set(this.virtual, at >= TWO_64 ? Infinity : at);
  }

  restore(timer: GenericTimer): void {
    this.armedOn?.set(this.virtual, Infinity);
    this.armedOn = undefined;
    // It is negative for a guest that is older than the machine.
    const high = Math.floor(this.offset / TWO_32) >>> 0;
    timer.setOffset(high, this.offset >>> 0);
    timer.state.kernelControl = this.kernelControl;
    timer.setCompareValue(TIMER.VIRTUAL, this.compareHigh, this.compareLow);
    timer.setControl(TIMER.VIRTUAL, this.control & ~ISTATUS);
  }

  /** The core's virtual timer has fired: it is masked until the guest sets it anew. */
  fired(timer: GenericTimer): void {
    timer.setControl(TIMER.VIRTUAL, timer.control(TIMER.VIRTUAL) | IMASK);
    this.ports.inject(GUEST_TIMER_PPI.VIRTUAL);
  }

  /** Trapped accesses to CNTP_CTL, CNTP_CVAL and CNTP_TVAL. The count is that of the physical counter. */
  readControl(now: number): number {
    const met = now >= this.physicalCompare;
    return (this.physicalControl & ~ISTATUS) | (this.physicalControl & ENABLE && met ? ISTATUS : 0);
  }
  writeControl(value: number): void {
    this.physicalControl = value & (ENABLE | IMASK);
    this.arm();
  }
  get compare(): number {
    return this.physicalCompare;
  }
  set compare(at: number) {
    this.physicalCompare = at;
    this.arm();
  }
  readTimerValue(now: number): number {
    return (this.physicalCompare - now) >>> 0;
  }
  writeTimerValue(now: number, value: number): void {
    this.compare = now + (value | 0);
  }

  private arm(): void {
    const live = (this.physicalControl & (ENABLE | IMASK)) === ENABLE;
    this.physicalOn?.set(this.physical, Infinity);
    this.physicalOn = this.ports.timers();
    this.physicalOn.set(this.physical, live ? this.physicalCompare : Infinity);
  }

  /** Of a virtual CPU that does not run. The guest's time goes on where it stopped. */
  transfer(io: Archive): void {
    this.control = io.u32(this.control);
    this.compareHigh = io.u32(this.compareHigh);
    this.compareLow = io.u32(this.compareLow);
    this.kernelControl = io.u32(this.kernelControl);
    this.offset = io.f64(this.offset) + io.shift.ticks;
    this.physicalControl = io.u32(this.physicalControl);
    this.physicalCompare = Math.max(0, io.f64(this.physicalCompare) + io.shift.ticks);
    if (!io.loading) return;
    const sensible = (value: number): boolean => Number.isSafeInteger(value) || value < TWO_64;
    if (!Number.isSafeInteger(this.offset) || !sensible(this.physicalCompare))
      throw new SaveError('a timer is set to no time');
    this.armVirtual();
    this.arm();
  }

  /** The virtual CPU is gone. */
  stop(): void {
    this.armedOn?.set(this.virtual, Infinity);
    this.physicalOn?.set(this.physical, Infinity);
  }
}
