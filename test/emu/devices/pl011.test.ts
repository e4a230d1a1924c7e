import { describe, expect, it } from 'vitest';
import { Pl011 } from '../../../src/emu/devices/pl011';
import { FakeClock, FakeLine } from './fakes';

const [DR, RSR, FR, IBRD, FBRD, LCR_H, CR, IFLS, IMSC, RIS, MIS, ICR] = [
  0x00, 0x04, 0x18, 0x24, 0x28, 0x2c, 0x30, 0x34, 0x38, 0x3c, 0x40, 0x44,
] as const;

function make() {
  const clock = new FakeClock();
  const irq = new FakeLine();
  const sent: number[] = [];
  const log: string[] = [];
  let rooms = 0;
  const ports = { clock, irq, output: { write: (b: number) => void sent.push(b) }, room: () => void rooms++ };
  const d = new Pl011('uart0', { ...ports, log: m => void log.push(m) }, 24_000_000);
  return { clock, irq, sent, log, d, rooms: () => rooms };
}

/** As a driver leaves it: 115200 baud, 8N1, FIFOs on. */
function open(fifo = true) {
  const u = make();
  u.d.write(IBRD, 4, 13);
  u.d.write(FBRD, 4, 1);
  u.d.write(LCR_H, 4, fifo ? 0x70 : 0x60);
  u.d.write(CR, 4, 0x301);
  return u;
}

describe('PL011', () => {
  it('resets as its register summary says', () => {
    const { d } = make();
    expect([RSR, 0x20, IBRD, FBRD, LCR_H, CR, IFLS, IMSC, RIS, MIS, 0x48].map(o => d.read(o, 4))).toEqual([
      0, 0, 0, 0, 0, 0x300, 0x12, 0, 0, 0, 0,
    ]);
    expect(d.read(FR, 4) & 0xf8).toBe(0x90);
    expect([0xfe0, 0xfe4, 0xfe8, 0xfec, 0xff0, 0xff4, 0xff8, 0xffc].map(o => d.read(o, 4))).toEqual([
      0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1,
    ]);
  });

  it('sends at once, with any width of access', () => {
    const { d, sent, irq, log } = open();
    d.write(IMSC, 2, 0x20);
    expect(irq.level).toBe(false); // nothing was sent yet, so nothing became empty
    d.write(DR, 1, 0x48);
    d.write(DR, 2, 0x69);
    d.write(DR, 4, 0x121);
    expect(sent).toEqual([0x48, 0x69, 0x21]);
    expect([irq.level, d.read(RIS, 2), d.read(MIS, 4)]).toEqual([true, 0x20, 0x20]);
    d.write(ICR, 4, 0x20);
    expect(irq.level).toBe(false);
    expect(log).toEqual([]);
  });

  it('keeps what is written while it is off', () => {
    const { d, sent, log } = make();
    d.write(LCR_H, 4, 0x70);
    for (let i = 0; i < 40; i++) d.write(DR, 4, i);
    expect(sent).toEqual([]);
    expect(d.read(FR, 4) & 0xf8).toBe(0x30); // transmitter full
    d.write(CR, 4, 0x101);
    expect(sent).toEqual(Array.from({ length: 32 }, (_, i) => i));
    expect(log).toHaveLength(1);
    expect(log[0]).toContain('UARTEN');
  });

  it('sends as many bits as WLEN says', () => {
    const { d, sent, log } = make();
    d.write(CR, 4, 0x301);
    d.write(DR, 4, 0x41);
    expect(sent).toEqual([0x01]);
    expect(log[0]).toContain('5 bits');
    d.write(LCR_H, 4, 0x40);
    d.write(DR, 4, 0xc1);
    expect(sent).toEqual([0x01, 0x41]);
  });

  it('receives into 32 entries, and asks for more when there is room', () => {
    const { d, rooms } = open();
    for (let i = 0; i < 32; i++) expect(d.receive(i)).toBe(true);
    expect(d.receive(99)).toBe(false);
    expect(d.read(FR, 4) & 0xf8).toBe(0xc0);
    expect(rooms()).toBe(0);
    expect(d.read(DR, 4)).toBe(0);
    expect(rooms()).toBe(1);
    expect(d.receive(99)).toBe(true);
    for (let i = 1; i < 32; i++) expect(d.read(DR, 4)).toBe(i);
    expect(d.read(DR, 4)).toBe(99);
    expect(d.read(FR, 4) & 0x10).toBe(0x10);
    expect(rooms()).toBe(1);
  });

  it('interrupts at the level of UARTIFLS', () => {
    for (const [field, level] of [4, 8, 16, 24, 28].entries()) {
      const { d, irq } = open();
      d.write(IFLS, 4, field << 3);
      d.write(IMSC, 4, 0x10);
      for (let i = 1; i < level; i++) d.receive(i);
      expect(irq.level).toBe(false);
      d.receive(level);
      expect(irq.level).toBe(true);
      d.read(DR, 4);
      expect(irq.level).toBe(false);
    }
    const single = open(false);
    single.d.write(IMSC, 4, 0x10);
    expect([single.d.receive(1), single.d.receive(2), single.irq.level]).toEqual([true, false, true]);
  });

  it('times out after 32 bit periods of silence', () => {
    const { clock, d, irq } = open();
    d.write(IMSC, 4, 0x50);
    d.receive(1);
    d.receive(2);
    const period = (32 * 16 * (13 + 1 / 64) * 1e9) / 24e6; // 277.7 us
    clock.advance(Math.floor(period));
    expect(irq.level).toBe(false);
    clock.advance(1);
    expect([irq.level, d.read(MIS, 4)]).toEqual([true, 0x40]);
    d.read(DR, 4);
    expect(irq.level).toBe(true); // one character is left
    d.read(DR, 4);
    expect(irq.level).toBe(false);
    expect(clock.scheduled).toEqual([]);
  });

  it('takes nothing while the receiver is off', () => {
    const { d, rooms } = make();
    expect(d.receive(1)).toBe(false);
    d.write(CR, 4, 0x101);
    expect(d.receive(1)).toBe(false);
    d.write(CR, 4, 0x301);
    expect(rooms()).toBeGreaterThan(0);
    expect(d.receive(1)).toBe(true);
  });

  it('loops back data and modem lines', () => {
    const { d, sent, irq } = open();
    d.write(CR, 4, 0x381);
    d.write(DR, 4, 0x5a);
    expect([d.read(DR, 4), sent]).toEqual([0x5a, []]);
    expect(d.read(FR, 4) & 0x107).toBe(0);
    d.write(ICR, 4, 0x7ff);
    d.write(IMSC, 4, 0xf);
    d.write(CR, 4, 0x3f81);
    expect([d.read(FR, 4) & 0x107, d.read(MIS, 4), irq.level]).toEqual([0x107, 0xf, true]);
    expect(d.receive(1)).toBe(false);
    for (let i = 0; i < 33; i++) d.write(DR, 4, i);
    expect([d.read(RIS, 4) & 0x400, d.read(RSR, 4)]).toEqual([0x400, 8]); // overrun
    d.write(RSR, 4, 0);
    expect(d.read(RSR, 4)).toBe(0);
  });

  it('empties its FIFOs when they are switched', () => {
    const { d } = open();
    d.receive(1);
    d.write(LCR_H, 4, 0x60);
    expect(d.read(FR, 4) & 0x10).toBe(0x10);
  });

  it('shows its registers without taking a character', () => {
    const { d } = open();
    d.receive(0x41);
    const view = d.view();
    expect(view.find(r => r.name === 'UARTDR')!.value).toBe(0x41);
    expect(view.find(r => r.name === 'UARTCR')!.fields.find(f => f.name === 'UARTEN')!.value).toBe(1);
    expect(d.read(DR, 4)).toBe(0x41);
  });
});
