import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GenericTimer, TIMER } from '../../../src/emu/devices/generic-timer';
import { TickRate } from '../../../src/emu/devices/tick-rate';
import { FakeClock, FakeLine } from './fakes';
import { WideRegisters } from './wide-registers';

const HERTZ = 24_000_000;

function make(start = 0) {
  const clock = new FakeClock(start);
  const lines = [0, 1, 2, 3].map(() => new FakeLine());
  const timer = new GenericTimer('timer0', { clock, lines }, HERTZ);
  return { clock, lines, timer, registers: new WideRegisters(timer) };
}

describe('tick rate', () => {
  it('converts exactly, up to the end of guest time', () => {
    const time = fc.oneof(fc.maxSafeNat(), fc.nat(), fc.integer({ min: 0, max: 1e6 }));
    fc.assert(
      fc.property(time, fc.constantFrom(HERTZ, 1_000_000, 32_768, 62_500_000, 100, 1, 999_999_937), (ns, hertz) => {
        const rate = new TickRate(hertz);
        const ticks = rate.ticks(ns);
        expect(BigInt(ticks)).toBe((BigInt(ns) * BigInt(hertz)) / 1_000_000_000n);
        const at = rate.nanoseconds(ticks);
        expect(at <= ns).toBe(true);
        expect(rate.ticks(at)).toBe(ticks);
        if (at > 0) expect(rate.ticks(at - 1)).toBe(ticks - 1);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('generic timer', () => {
  it('counts at its rate and tells it in CNTFRQ', () => {
    const { clock, registers } = make();
    expect(registers.read('CNTFRQ', true)).toBe(24_000_000n);
    clock.advance(1_000_000_000);
    expect(registers.read('CNTPCT', false)).toBe(24_000_000n);
    clock.advanceTo(3_600_000_000_000);
    expect(registers.read('CNTPCT', false)).toBe(86_400_000_000n); // beyond 32 bits
    registers.write('CNTPCT', 5n, true);
    expect(registers.read('CNTPCT', false)).toBe(86_400_000_000n);
  });

  it('subtracts CNTVOFF modulo 2^64', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 64n - 1n), fc.maxSafeNat(), (offset, now) => {
        const { registers } = make(now);
        registers.write('CNTVOFF', offset, false);
        expect(registers.read('CNTVOFF', false)).toBe(offset);
        const physical = registers.read('CNTPCT', false);
        expect(registers.read('CNTVCT', false)).toBe(BigInt.asUintN(64, physical - offset));
      }),
    );
  });

  it('has TVAL as a signed view of CVAL', () => {
    fc.assert(
      fc.property(fc.integer(), fc.maxSafeNat(), fc.bigInt(0n, 2n ** 64n - 1n), (value, now, offset) => {
        const { registers } = make(now);
        registers.write('CNTVOFF', offset, false);
        registers.write('CNTV_TVAL', BigInt(value >>> 0), false);
        const count = registers.read('CNTVCT', false);
        expect(registers.read('CNTV_CVAL', false)).toBe(BigInt.asUintN(64, count + BigInt(value)));
        expect(registers.read('CNTV_TVAL', false)).toBe(BigInt(value >>> 0));
      }),
    );
  });

  it('raises its line at the tick of the compare value, not before', () => {
    const { clock, lines, timer } = make();
    timer.setCompareValue(TIMER.PHYSICAL, 0, 24);
    expect(clock.scheduled).toEqual([]);
    timer.setControl(TIMER.PHYSICAL, 1);
    expect(clock.scheduled).toEqual([1000]);
    clock.advanceTo(999);
    expect([lines[1]!.level, timer.control(TIMER.PHYSICAL)]).toEqual([false, 1]);
    clock.advanceTo(1000);
    expect([lines[1]!.level, timer.control(TIMER.PHYSICAL)]).toEqual([true, 5]);
    expect(clock.scheduled).toEqual([]);
    timer.setControl(TIMER.PHYSICAL, 3);
    expect([lines[1]!.level, timer.control(TIMER.PHYSICAL)]).toEqual([false, 7]);
    timer.setControl(TIMER.PHYSICAL, 1);
    expect(lines[1]!.level).toBe(true);
    timer.setTimerValue(TIMER.PHYSICAL, 48);
    expect(lines[1]!.level).toBe(false);
    expect(clock.scheduled).toEqual([3000]);
    timer.setControl(TIMER.PHYSICAL, 0);
    expect([clock.scheduled, timer.control(TIMER.PHYSICAL)]).toEqual([[], 0]);
  });

  it('keeps its four timers apart, with one appointment for the earliest', () => {
    const { clock, lines, registers } = make();
    registers.write('CNTP_CVAL', 400n, true);
    registers.write('CNTP_CTL', 1n, true);
    registers.write('CNTP_CVAL', 300n, false);
    registers.write('CNTP_CTL', 1n, false);
    registers.write('CNTHP_CVAL', 200n, false);
    registers.write('CNTHP_CTL', 1n, false);
    registers.write('CNTVOFF', 0xffff_ffff_ffff_ffffn, false); // one tick ahead
    registers.write('CNTV_CVAL', 100n, false);
    registers.write('CNTV_CTL', 1n, false);
    const fired: number[][] = [];
    while (clock.scheduled.length > 0) {
      expect(clock.scheduled).toHaveLength(1);
      clock.advanceTo(clock.scheduled[0]!);
      fired.push([clock.now(), ...lines.map(l => Number(l.level))]);
    }
    expect(fired).toEqual([
      [4125, 0, 0, 1, 0],
      [8334, 0, 0, 1, 1],
      [12500, 0, 1, 1, 1],
      [16667, 1, 1, 1, 1],
    ]);
    expect(registers.read('CNTP_CVAL', true)).toBe(400n);
  });

  it('makes no appointment that guest time cannot reach', () => {
    const { clock, lines, registers } = make(1);
    registers.write('CNTV_CTL', 1n, false);
    expect(lines[2]!.level).toBe(true); // 0 >= 0
    registers.write('CNTV_CVAL', 0xffff_ffff_ffff_ffffn, false);
    expect([clock.scheduled, lines[2]!.level]).toEqual([[], false]);
    registers.write('CNTVOFF', 1n, false); // the virtual count is now near 2^64
    registers.write('CNTV_CVAL', 0xffff_ffff_ffff_fff0n, false);
    expect(lines[2]!.level).toBe(true);
  });

  it('resumes its appointment after loading', () => {
    const a = make(5000);
    a.registers.write('CNTP_CVAL', 2400n, false);
    a.registers.write('CNTP_CTL', 1n, false);
    const b = make(5000);
    b.timer.load(structuredClone(a.timer.save()));
    expect(b.clock.scheduled).toEqual([100_000]);
    expect(() => b.timer.load({ version: 2 })).toThrow('version 2');
    b.timer.reset();
    expect(b.clock.scheduled).toEqual([]);
  });
});
