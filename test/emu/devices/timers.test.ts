import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ticksToZero, valueAfter, zeros } from '../../../src/emu/devices/countdown';
import { Pl031 } from '../../../src/emu/devices/pl031';
import { Sp804 } from '../../../src/emu/devices/sp804';
import { Sp805 } from '../../../src/emu/devices/sp805';
import { Sp810 } from '../../../src/emu/devices/sp810';
import { FakeClock, FakeLine } from './fakes';

const log = (): void => {};
const MS = 1_000_000;
const SECOND = 1_000_000_000;

describe('countdown', () => {
  it('equals counting one by one', () => {
    const period = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant(Infinity));
    fc.assert(
      fc.property(fc.nat(12), fc.nat(60), period, (start, ticks, length) => {
        let value = start;
        let reached = 0;
        for (let i = 0; i < ticks; i++) {
          if (value === 0 && length === Infinity) break;
          value = (value === 0 ? length : value) - 1;
          if (value === 0) {
            reached++;
            if (length !== Infinity) value = length;
          }
        }
        expect([valueAfter(start, ticks, length), zeros(start, ticks, length)]).toEqual([value, reached]);
        const next = ticksToZero(start, length);
        if (next !== Infinity) expect([zeros(start, next - 1, length), zeros(start, next, length)]).toEqual([0, 1]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('SP804', () => {
  const make = (hertz = 1_000_000) => {
    const clock = new FakeClock();
    const irq = new FakeLine();
    return { clock, irq, d: new Sp804('timer01', { clock, log, irq }, hertz) };
  };
  const [LOAD, VALUE, CONTROL, INTCLR, RIS, MIS, BGLOAD] = [0x00, 0x04, 0x08, 0x0c, 0x10, 0x14, 0x18];

  it('resets as its register summary says', () => {
    const { d } = make();
    expect([LOAD, VALUE, CONTROL, RIS, MIS, BGLOAD].map(o => d.read(o, 4))).toEqual([0, 0xffffffff, 0x20, 0, 0, 0]);
    expect([0x20, 0x24, 0x28].map(o => d.read(o, 4))).toEqual([0, 0xffffffff, 0x20]);
    expect([0xfe0, 0xfe4, 0xfe8, 0xfec].map(o => d.read(o, 4))).toEqual([0x04, 0x18, 0x14, 0x00]);
  });

  it('interrupts periodically at load / frequency', () => {
    const { clock, irq, d } = make();
    d.write(LOAD, 4, 1000);
    d.write(CONTROL, 4, 0xe2);
    clock.advance(MS - 1);
    expect([irq.level, d.read(VALUE, 4)]).toEqual([false, 1]);
    clock.advance(1);
    expect([irq.level, d.read(RIS, 4), d.read(MIS, 4), d.read(VALUE, 4)]).toEqual([true, 1, 1, 1000]);
    d.write(INTCLR, 4, 0);
    expect(irq.level).toBe(false);
    clock.advance(5 * MS + 200_000);
    expect([irq.rises, d.read(VALUE, 4)]).toEqual([2, 800]); // still raised, so no third edge
    d.write(INTCLR, 4, 123);
    clock.advance(800_000);
    expect(irq.rises).toBe(3);
  });

  it('runs free over 2^32 as the clock source of Linux does', () => {
    const { clock, d } = make();
    d.write(LOAD, 4, 0xffffffff);
    d.write(CONTROL, 4, 0xc2);
    clock.advance(1234 * 1000);
    expect(d.read(VALUE, 4)).toBe(0xffffffff - 1234);
    clock.advance(4294968 * MS);
    expect(clock.scheduled).toEqual([]); // no interrupt wanted, no appointment
    expect(d.read(VALUE, 4)).toBe(0xffffffff - (1234 + 4294968000 - 0xffffffff));
    expect(d.read(RIS, 4)).toBe(1);
    expect(d.read(MIS, 4)).toBe(0);
  });

  it('wraps at 16 bits, divides by 16 and 256, stops after one shot', () => {
    const { clock, irq, d } = make();
    d.write(LOAD, 4, 2);
    d.write(CONTROL, 4, 0x80); // free running, 16 bits
    clock.advance(5000);
    expect(d.read(VALUE, 4)).toBe(0xfffd);
    clock.advance(0xfffd * 1000);
    expect(d.read(VALUE, 4)).toBe(0);
    clock.advance(1000);
    expect(d.read(VALUE, 4)).toBe(0xffff);
    d.write(0x20, 4, 10);
    d.write(0x28, 4, 0xe6); // periodic, 32 bits, / 16
    clock.advance(159_000);
    expect([d.read(0x24, 4), irq.level]).toEqual([1, false]);
    clock.advance(1000);
    expect([d.read(0x24, 4), irq.level]).toEqual([10, true]);
    d.write(0x2c, 4, 1);
    d.write(0x20, 4, 3);
    d.write(0x28, 4, 0xab); // one shot, 32 bits, / 256
    clock.advance(768_000);
    expect([d.read(0x24, 4), irq.level]).toEqual([0, true]);
    d.write(0x2c, 4, 1);
    clock.advance(SECOND);
    expect([d.read(0x24, 4), irq.level]).toEqual([0, false]);
    d.write(0x20, 4, 0);
    expect(irq.level).toBe(true); // zero interrupts at once
  });

  it('takes a background load at the next zero', () => {
    const { clock, d } = make();
    d.write(LOAD, 4, 100);
    d.write(CONTROL, 4, 0xc2);
    clock.advance(30_000);
    d.write(BGLOAD, 4, 7);
    expect([d.read(VALUE, 4), d.read(LOAD, 4), d.read(BGLOAD, 4)]).toEqual([70, 7, 7]);
    clock.advance(72_000);
    expect(d.read(VALUE, 4)).toBe(5);
  });

  it('goes on from its value when the system controller changes its clock', () => {
    const { clock, d } = make(32_768);
    const sysctl = new Sp810(
      'sysctl',
      { log, timerClock: (timer, hertz) => timer < 2 && d.setClock(timer as 0 | 1, hertz), reset: () => {} },
      { referenceHertz: 32_768, timerHertz: 1_000_000 },
    );
    expect([sysctl.read(0, 4), sysctl.timerHertz(0)]).toEqual([9, 32_768]);
    d.write(LOAD, 4, 100_000);
    d.write(CONTROL, 4, 0xc2);
    clock.advance(SECOND);
    expect(d.read(VALUE, 4)).toBe(100_000 - 32_768);
    sysctl.write(0, 4, (1 << 15) | (1 << 17));
    expect(sysctl.read(0, 4)).toBe((1 << 15) | (1 << 17));
    clock.advance(10 * MS);
    expect(d.read(VALUE, 4)).toBe(100_000 - 32_768 - 10_000);
    expect([0, 1, 2, 3].map(n => sysctl.timerHertz(n))).toEqual([1_000_000, 1_000_000, 32_768, 32_768]);
  });

  it('finds its next interrupt again after loading', () => {
    const a = make();
    a.d.write(LOAD, 4, 500);
    a.d.write(CONTROL, 4, 0xe2);
    a.clock.advance(100_000);
    const b = make();
    b.clock.advance(100_000);
    b.d.load(structuredClone(a.d.save()));
    expect(b.clock.scheduled).toEqual([500_000]);
  });
});

describe('SP810', () => {
  it('has its identification, grants modes at once, gates nothing', () => {
    let resets = 0;
    const ports = { log, timerClock: () => {}, reset: () => resets++ };
    const d = new Sp810('sysctl', ports, { referenceHertz: 32_768, timerHertz: 1_000_000 });
    expect([0xfe0, 0xfe4, 0xfe8, 0xfec].map(o => d.read(o, 4))).toEqual([0x10, 0x18, 0x04, 0x00]);
    d.write(0, 4, 4);
    expect(d.read(0, 4)).toBe((4 << 3) | 4);
    d.write(0x24, 4, 0x30);
    d.write(0x28, 4, 0x10);
    expect([d.read(0x2c, 4), d.read(0x30, 4)]).toEqual([0x20, 0x20]);
    expect([d.read(4, 4), resets]).toEqual([0, 0]);
    d.write(4, 4, 1);
    expect(resets).toBe(1);
  });
});

describe('SP805', () => {
  const make = () => {
    const clock = new FakeClock();
    const irq = new FakeLine();
    let resets = 0;
    const d = new Sp805('wdt', { clock, log, irq, reset: () => resets++ }, 32_768);
    return { clock, irq, d, resets: () => resets };
  };

  it('interrupts at the first zero and resets at the second', () => {
    const { clock, irq, d, resets } = make();
    expect([0x00, 0x04, 0x08, 0x10, 0xc00].map(o => d.read(o, 4))).toEqual([0xffffffff, 0xffffffff, 0, 0, 0]);
    d.write(0x00, 4, 32_768);
    clock.advance(SECOND);
    expect(d.read(0x04, 4)).toBe(32_768); // stands while INTEN is 0
    d.write(0x08, 4, 3);
    clock.advance(SECOND);
    expect([irq.level, resets(), d.read(0x10, 4), d.read(0x14, 4)]).toEqual([true, 0, 1, 1]);
    clock.advance(SECOND - 40_000);
    d.write(0x0c, 4, 1);
    expect([irq.level, d.read(0x04, 4)]).toEqual([false, 32_768]);
    clock.advance(2 * SECOND - 40_000);
    expect([irq.level, resets()]).toEqual([true, 0]);
    clock.advance(40_000);
    expect(resets()).toBe(1);
  });

  it('does not reset without RESEN, nor change while locked', () => {
    const { clock, irq, d, resets } = make();
    d.write(0x00, 4, 100);
    d.write(0x08, 4, 1);
    d.write(0xc00, 4, 0);
    expect(d.read(0xc00, 4)).toBe(1);
    d.write(0x00, 4, 5);
    d.write(0x08, 4, 3);
    expect([d.read(0x00, 4), d.read(0x08, 4)]).toEqual([100, 1]);
    clock.advance(SECOND);
    d.write(0x0c, 4, 1);
    expect([irq.level, resets()]).toEqual([true, 0]);
    d.write(0xc00, 4, 0x1acce551);
    d.write(0x0c, 4, 1);
    expect([irq.level, d.read(0xc00, 4)]).toEqual([false, 0]);
  });
});

describe('PL031', () => {
  const make = (base = 1_700_000_000) => {
    const clock = new FakeClock();
    const irq = new FakeLine();
    return { clock, irq, d: new Pl031('rtc', { clock, log, irq }, base) };
  };

  it('counts seconds from its base, and can be set', () => {
    const { clock, d } = make();
    expect([0x00, 0x0c, 0x10, 0x14, 0x18].map(o => d.read(o, 4))).toEqual([1_700_000_000, 1, 0, 0, 0]);
    clock.advance(59 * SECOND + 999 * MS);
    expect(d.read(0x00, 4)).toBe(1_700_000_059);
    d.write(0x08, 4, 5);
    expect([d.read(0x00, 4), d.read(0x08, 4)]).toEqual([5, 5]);
    clock.advance(MS);
    expect(d.read(0x00, 4)).toBe(6);
    d.write(0x0c, 4, 0);
    expect(d.read(0x0c, 4)).toBe(1);
  });

  it('wraps at 2^32 seconds', () => {
    const { clock, d } = make(0xffffffff);
    clock.advance(2 * SECOND);
    expect(d.read(0x00, 4)).toBe(1);
  });

  it('interrupts at its alarm', () => {
    const { clock, irq, d } = make(100);
    d.write(0x10, 4, 1);
    d.write(0x04, 4, 103);
    clock.advance(3 * SECOND - 1);
    expect(irq.level).toBe(false);
    clock.advance(1);
    expect([irq.level, d.read(0x14, 4), d.read(0x18, 4)]).toEqual([true, 1, 1]);
    d.write(0x10, 4, 0);
    expect([irq.level, d.read(0x14, 4), d.read(0x18, 4)]).toEqual([false, 1, 0]);
    d.write(0x1c, 4, 1);
    expect(d.read(0x14, 4)).toBe(0);
    d.write(0x04, 4, 103);
    expect(d.read(0x14, 4)).toBe(1); // equal now
    expect([0xfe0, 0xfe4].map(o => d.read(o, 4))).toEqual([0x31, 0x10]);
  });
});
