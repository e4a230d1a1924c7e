// HDLCD: the display controller of the CoreTile Express A15x2. Registers and frame interrupts; no picture is drawn.
import type { Clock, IrqLine, Log } from './device';
import { FrameClock, framePeriod } from './frame-clock';
import { RegisterDevice } from './register-device';
import { defineRegisters } from './registers';

export interface HdlcdPorts {
  readonly log: Log;
  readonly irq: IrqLine;
  readonly clock: Clock;
  /** Frequency of PXLCLK in hertz, as the board's oscillator is set now. */
  readonly pixelClock: () => number;
}

const INTERRUPTS = { DMA_END: 0, BUS_ERROR: 1, VSYNC: 2, UNDERRUN: 3 } as const;
const DMA_END = 1 << INTERRUPTS.DMA_END;
const VSYNC = 1 << INTERRUPTS.VSYNC;
const ALL = 0xf;

const colour = (at: number) =>
  ({ at, mask: 0x00ff0f1f, bits: { offset: [4, 0], size: [11, 8], default: [23, 16] } }) as const;

const TABLE = defineRegisters<Hdlcd>('apb')({
  VERSION: {
    at: 0x000,
    access: 'const',
    reset: 0x1cdc0000,
    bits: { minor: [7, 0], major: [15, 8], product: [31, 16] },
  },
  INT_RAWSTAT: {
    at: 0x010,
    bits: INTERRUPTS,
    about: 'ones written set interrupts, for tests',
    write: (d, value) => d.raise(value & ALL),
  },
  INT_CLEAR: { at: 0x014, access: 'wo', stored: false, bits: INTERRUPTS, write: (d, value) => d.clear(value) },
  INT_MASK: { at: 0x018, mask: ALL, bits: INTERRUPTS, wrote: d => d.settleIrq() },
  INT_STATUS: { at: 0x01c, access: 'ro', stored: false, bits: INTERRUPTS, read: d => d.masked() },
  FB_BASE: { at: 0x100, mask: 0xfffffff8 },
  FB_LINE_LENGTH: { at: 0x104, mask: 0x7ffffff8 },
  FB_LINE_COUNT: { at: 0x108, mask: 0xfff },
  FB_LINE_PITCH: { at: 0x10c, mask: 0xfffffff8 },
  BUS_OPTIONS: { at: 0x110, mask: 0xf1f, bits: { burst_len: [4, 0], max_outstanding: [11, 8] } },
  V_SYNC: { at: 0x200, mask: 0xfff },
  V_BACK_PORCH: { at: 0x204, mask: 0xfff },
  V_DATA: { at: 0x208, mask: 0xfff },
  V_FRONT_PORCH: { at: 0x20c, mask: 0xfff },
  H_SYNC: { at: 0x210, mask: 0xfff },
  H_BACK_PORCH: { at: 0x214, mask: 0xfff },
  H_DATA: { at: 0x218, mask: 0xfff },
  H_FRONT_PORCH: { at: 0x21c, mask: 0xfff },
  POLARITIES: { at: 0x220, mask: 0x1f, bits: { vsync: 0, hsync: 1, dataen: 2, data: 3, pxlclk: 4 } },
  COMMAND: { at: 0x230, mask: 1, bits: { enable: 0 }, wrote: d => d.commanded() },
  PIXEL_FORMAT: { at: 0x240, mask: 0x80000018, bits: { bytes_per_pixel: [4, 3], big_endian: 31 } },
  RED_SELECT: colour(0x244),
  GREEN_SELECT: colour(0x248),
  BLUE_SELECT: colour(0x24c),
});

const { slot } = TABLE;
const LINES = [slot.V_SYNC, slot.V_BACK_PORCH, slot.V_DATA, slot.V_FRONT_PORCH];
const PIXELS = [slot.H_SYNC, slot.H_BACK_PORCH, slot.H_DATA, slot.H_FRONT_PORCH];

/**
 * ARM HDLCD controller (CoreTile Express A15x2 TRM, DUI0604, chapter 4). While it is enabled, each frame raises the
 * end-of-DMA and vertical-sync interrupts, at the pace that the timing registers and the pixel clock give.
 */
export class Hdlcd extends RegisterDevice<{ nextFrame: number }> {
  private readonly frames: FrameClock;

  constructor(
    name: string,
    private readonly ports: HdlcdPorts,
  ) {
    super(name, TABLE, { nextFrame: 0 }, ports.log);
    this.frames = new FrameClock(ports.clock, () => this.frame());
  }

  masked(): number {
    return this.values[slot.INT_RAWSTAT]! & this.values[slot.INT_MASK]!;
  }

  raise(interrupts: number): void {
    this.values[slot.INT_RAWSTAT]! |= interrupts;
    this.settleIrq();
  }

  clear(interrupts: number): void {
    this.values[slot.INT_RAWSTAT]! &= ~interrupts;
    this.settleIrq();
  }

  settleIrq(): void {
    this.ports.irq.set(this.masked() !== 0);
  }

  /** COMMAND was written: frames begin or end. */
  commanded(): void {
    const on = this.values[slot.COMMAND] === 1;
    if (on === this.state.nextFrame > 0) return;
    this.state.nextFrame = on ? this.frames.now() + this.period() : 0;
    this.frames.arm(this.state.nextFrame);
  }

  private frame(): void {
    this.state.nextFrame += this.period();
    this.frames.arm(this.state.nextFrame);
    this.raise(DMA_END | VSYNC);
  }

  /** Nanoseconds of a frame; every count is one less than its length. */
  private period(): number {
    const total = (fields: readonly number[]): number => fields.reduce((sum, at) => sum + this.values[at]! + 1, 0);
    return framePeriod(total(LINES) * total(PIXELS), this.ports.pixelClock());
  }

  protected override settle(): void {
    this.frames.arm(this.state.nextFrame);
    this.settleIrq();
  }
}
