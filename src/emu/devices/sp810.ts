// PrimeXsys System Controller SP810 (ARM DDI 0254): modes, resets, and which clock the timers count.
import type { Log } from './device';
import { RegisterDevice } from './register-device';
import { defineRegisters, primeCell } from './registers';

export interface Sp810Ports {
  readonly log: Log;
  /** TIMERCLKEN of timer 0..3 has changed to this frequency. */
  readonly timerClock: (timer: number, hertz: number) => void;
  /** A program asked for a reset of the board. */
  readonly reset: () => void;
}

export interface Sp810Options {
  readonly referenceHertz: number;
  readonly timerHertz: number;
}

/** TimerEnNSel of timer n is bit 15 + 2n: 0 for REFCLK, 1 for TIMCLK; TimerEnNOv above it forces TIMCLK. */
const TIMER_SELECT = 15;
const TIMERS = 4;

const REGISTERS = defineRegisters<Sp810>('apb')({
  SCCTRL: {
    at: 0x000,
    reset: 0x00000009,
    mask: 0x00fff107,
    bits: {
      ModeCtrl: [2, 0],
      ModeStatus: [6, 3],
      RemapClear: 8,
      RemapStat: 9,
      HCLKDivSel: [14, 12],
      TimerEn0Sel: 15,
      TimerEn0Ov: 16,
      TimerEn1Sel: 17,
      TimerEn1Ov: 18,
      TimerEn2Sel: 19,
      TimerEn2Ov: 20,
      TimerEn3Sel: 21,
      TimerEn3Ov: 22,
      WDogEnOv: 23,
    },
    wrote: d => d.selectClocks(),
  },
  // Any value resets the board; that is how Xen restarts it. It reads as 0 here: no reset status is kept.
  SCSYSSTAT: { at: 0x004, stored: false, read: () => 0, write: d => d.resetBoard() },
  SCIMCTRL: { at: 0x008, mask: 0x8f, about: 'interrupt mode' },
  SCIMSTAT: { at: 0x00c, mask: 0x1, about: 'interrupt mode status' },
  SCXTALCTRL: { at: 0x010, mask: 0x7ffff, about: 'crystal control' },
  SCPLLCTRL: { at: 0x014, mask: 0xfffffff, about: 'PLL control' },
  SCPLLFCTRL: { at: 0x018, about: 'PLL frequency control' },
  SCPERCTRL0: { at: 0x01c, about: 'peripheral control' },
  SCPERCTRL1: { at: 0x020, about: 'peripheral control' },
  SCPEREN: { at: 0x024, access: 'wo', stored: false, write: (d, value) => d.gatePeripherals(value, true) },
  SCPERDIS: { at: 0x028, access: 'wo', stored: false, write: (d, value) => d.gatePeripherals(value, false) },
  SCPERCLKEN: { at: 0x02c, access: 'ro', about: 'peripheral clocks enabled by SCPEREN; nothing hangs on them' },
  SCPERSTAT: { at: 0x030, access: 'ro', stored: false, read: d => d.peripheralClocks() },
  SCSYSID: { at: 0xee0, count: 4, access: 'const', about: 'system identification, not assigned' },
  SCITCR: { at: 0xf00, access: 'none', about: 'integration test' },
  ...primeCell(0x00041810),
});
const R = REGISTERS.slot;

export class Sp810 extends RegisterDevice<Record<string, never>> {
  constructor(
    name: string,
    private readonly ports: Sp810Ports,
    private readonly options: Sp810Options,
  ) {
    super(name, REGISTERS, {}, ports.log);
  }

  /** The frequency that timer 0..3 counts. */
  timerHertz(timer: number): number {
    const selected = (this.values[R.SCCTRL]! >>> (TIMER_SELECT + 2 * timer)) & 3;
    return selected === 0 ? this.options.referenceHertz : this.options.timerHertz;
  }

  /** The mode is granted at once: ModeStatus follows ModeCtrl (a fixed clock runs in all modes). */
  selectClocks(): void {
    const control = this.values[R.SCCTRL]!;
    this.values[R.SCCTRL] = (control & ~0x78) | ((control & 7) << 3);
    for (let timer = 0; timer < TIMERS; timer++) this.ports.timerClock(timer, this.timerHertz(timer));
  }

  resetBoard(): void {
    this.ports.reset();
  }

  peripheralClocks(): number {
    return this.values[R.SCPERCLKEN]!;
  }

  gatePeripherals(value: number, on: boolean): void {
    const gated = this.values[R.SCPERCLKEN]!;
    this.values[R.SCPERCLKEN] = on ? gated | value : gated & ~value;
  }

  protected override settle(): void {
    this.selectClocks();
  }
}
