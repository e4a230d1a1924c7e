// PL111: the colour LCD controller. Registers, palette, cursor and frame interrupts; no picture is drawn.
import type { Clock, IrqLine, Log } from './device';
import { FrameClock, framePeriod } from './frame-clock';
import { RegisterDevice } from './register-device';
import { defineRegisters, primeCell } from './registers';

export interface Pl111Ports {
  readonly log: Log;
  readonly irq: IrqLine;
  readonly clock: Clock;
  /** Frequency of CLCDCLK in hertz, as the board's oscillator is set now. */
  readonly pixelClock: () => number;
}

const LCD_EN = 1 << 0;
const LCD_PWR = 1 << 11;
const CRSR_ON = 1 << 0;
const INTERRUPTS = { FUF: 1, LNBU: 2, Vcomp: 3, MBERROR: 4 } as const;
const LNBU = 1 << INTERRUPTS.LNBU;
const VCOMP = 1 << INTERRUPTS.Vcomp;

const TABLE = defineRegisters<Pl111>('apb')({
  LCDTiming0: { at: 0x000, mask: 0xfffffffc, bits: { PPL: [7, 2], HSW: [15, 8], HFP: [23, 16], HBP: [31, 24] } },
  LCDTiming1: { at: 0x004, bits: { LPP: [9, 0], VSW: [15, 10], VFP: [23, 16], VBP: [31, 24] } },
  LCDTiming2: {
    at: 0x008,
    bits: {
      PCD_LO: [4, 0],
      CLKSEL: 5,
      ACB: [10, 6],
      IVS: 11,
      IHS: 12,
      IPC: 13,
      IOE: 14,
      CPL: [25, 16],
      BCD: 26,
      PCD_HI: [31, 27],
    },
  },
  LCDTiming3: { at: 0x00c, mask: 0x1007f, bits: { LED: [6, 0], LEE: 16 } },
  LCDUPBASE: { at: 0x010, mask: 0xfffffff8 },
  LCDLPBASE: { at: 0x014, mask: 0xfffffff8 },
  LCDControl: {
    at: 0x018,
    mask: 0x1ffff,
    bits: {
      LcdEn: 0,
      LcdBpp: [3, 1],
      LcdBW: 4,
      LcdTFT: 5,
      LcdMono8: 6,
      LcdDual: 7,
      BGR: 8,
      BEBO: 9,
      BEPO: 10,
      LcdPwr: 11,
      LcdVComp: [13, 12],
      WATERMARK: 16,
    },
    wrote: d => d.controlled(),
  },
  LCDIMSC: { at: 0x01c, mask: 0x1e, bits: INTERRUPTS, wrote: d => d.settleIrq() },
  LCDRIS: { at: 0x020, access: 'ro', bits: INTERRUPTS },
  LCDMIS: { at: 0x024, access: 'ro', stored: false, bits: INTERRUPTS, read: d => d.masked() },
  LCDICR: { at: 0x028, access: 'wo', stored: false, bits: INTERRUPTS, write: (d, value) => d.clear(value) },
  LCDUPCURR: { at: 0x02c, access: 'ro' },
  LCDLPCURR: { at: 0x030, access: 'ro' },
  LCDPalette: { at: 0x200, count: 128 },
  CursorImage: { at: 0x800, count: 256 },
  ClcdCrsrCtrl: { at: 0xc00, mask: 0x31 },
  ClcdCrsrConfig: { at: 0xc04, mask: 0x3 },
  ClcdCrsrPalette0: { at: 0xc08, mask: 0xffffff },
  ClcdCrsrPalette1: { at: 0xc0c, mask: 0xffffff },
  ClcdCrsrXY: { at: 0xc10, mask: 0x0fff0fff },
  ClcdCrsrClip: { at: 0xc14, mask: 0x3f3f },
  ClcdCrsrIMSC: { at: 0xc20, mask: 1, wrote: d => d.settleIrq() },
  ClcdCrsrICR: { at: 0xc24, access: 'wo', stored: false, write: (d, value) => d.clearCursor(value) },
  ClcdCrsrRIS: { at: 0xc28, access: 'ro' },
  ClcdCrsrMIS: { at: 0xc2c, access: 'ro', stored: false, read: d => d.maskedCursor() },
  ...primeCell(0x00241111),
});

/**
 * ARM PrimeCell CLCD PL111 (DDI0293). While it is enabled and powered, each frame ends in the base-update and
 * vertical-compare interrupts, at the pace that the timing registers and the pixel clock give.
 */
export class Pl111 extends RegisterDevice<{ nextFrame: number }> {
  private readonly frames: FrameClock;

  constructor(
    name: string,
    private readonly ports: Pl111Ports,
  ) {
    super(name, TABLE, { nextFrame: 0 }, ports.log);
    this.frames = new FrameClock(ports.clock, () => this.frame());
  }

  masked(): number {
    return this.values[TABLE.slot.LCDRIS]! & this.values[TABLE.slot.LCDIMSC]!;
  }

  maskedCursor(): number {
    return this.values[TABLE.slot.ClcdCrsrRIS]! & this.values[TABLE.slot.ClcdCrsrIMSC]!;
  }

  clear(value: number): void {
    this.values[TABLE.slot.LCDRIS]! &= ~value;
    this.settleIrq();
  }

  clearCursor(value: number): void {
    this.values[TABLE.slot.ClcdCrsrRIS]! &= ~value;
    this.settleIrq();
  }

  settleIrq(): void {
    this.ports.irq.set((this.masked() | this.maskedCursor()) !== 0);
  }

  /** LCDControl was written: frames begin or end. */
  controlled(): void {
    const on = (this.values[TABLE.slot.LCDControl]! & (LCD_EN | LCD_PWR)) === (LCD_EN | LCD_PWR);
    if (on === this.state.nextFrame > 0) return;
    this.state.nextFrame = on ? this.frames.now() + this.period() : 0;
    this.frames.arm(this.state.nextFrame);
  }

  private frame(): void {
    const { slot } = TABLE;
    this.values[slot.LCDUPCURR] = this.values[slot.LCDUPBASE]!;
    this.values[slot.LCDLPCURR] = this.values[slot.LCDLPBASE]!;
    this.values[slot.LCDRIS]! |= LNBU | VCOMP;
    if (this.values[slot.ClcdCrsrCtrl]! & CRSR_ON) this.values[slot.ClcdCrsrRIS] = 1;
    this.state.nextFrame += this.period();
    this.frames.arm(this.state.nextFrame);
    this.settleIrq();
  }

  /** Nanoseconds of a frame: DDI0293, 3.2.1 to 3.2.3; every count but the porches is one less than its length. */
  private period(): number {
    const { slot } = TABLE;
    const [t0, t1, t2] = [slot.LCDTiming0, slot.LCDTiming1, slot.LCDTiming2].map(at => this.values[at]!) as [
      number,
      number,
      number,
    ];
    const line = 16 * (((t0 >>> 2) & 0x3f) + 1) + ((t0 >>> 8) & 0xff) + ((t0 >>> 16) & 0xff) + (t0 >>> 24) + 3;
    const lines = (t1 & 0x3ff) + ((t1 >>> 10) & 0x3f) + 2 + ((t1 >>> 16) & 0xff) + (t1 >>> 24);
    const divider = t2 & (1 << 26) ? 1 : ((t2 & 0x1f) | ((t2 >>> 22) & 0x3e0)) + 2;
    return framePeriod(line * lines * divider, this.ports.pixelClock());
  }

  protected override settle(): void {
    this.frames.arm(this.state.nextFrame);
    this.settleIrq();
  }
}
