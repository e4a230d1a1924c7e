// Maintenance interrupts of a GICv2's virtual interface, from ARM IHI 0048B chapter 5.
import { describe, expect, it } from 'vitest';
import { GICC, gicBench, GICH, GICV } from './gic-bench';
import { PENDING, ACTIVE, ready, maintenance } from './gic-virtual-bench';

describe('maintenance interrupts', () => {
  it('tell of an end that the hypervisor asked for', () => {
    const g = ready();
    g.list(2, { id: 40, eoi: true });
    g.v.read(GICV.IAR, 4);
    expect([g.misr(), maintenance(g)]).toEqual([0, false]);
    g.v.write(GICV.EOIR, 4, 40);
    expect([g.misr(), g.h.read(GICH.EISR, 4), g.h.read(GICH.ELSR, 4), maintenance(g)]).toEqual([1, 4, 0xb, true]);
    g.h.write(GICH.HCR, 4, 0);
    expect([g.misr(), maintenance(g)]).toEqual([1, false]); // a status only
    g.h.write(GICH.HCR, 4, 1);
    expect(maintenance(g)).toBe(true);
    g.h.write(GICH.LR + 8, 4, 0);
    expect([g.misr(), g.h.read(GICH.EISR, 4), maintenance(g)]).toEqual([0, 0, false]);
  });

  it.each([
    ['underflow, while at most one list register is valid', 1, [true, true, false, false]],
    ['no pending interrupt', 3, [true, false, false, false]],
  ] as const)('tell of %s', (_, bit, expected) => {
    const g = ready();
    g.h.write(GICH.HCR, 4, 1 | (1 << bit));
    const seen = expected.map((__, n) => {
      if (n > 0) g.list(n, { id: 40 + n });
      expect(g.misr()).toBe(maintenance(g) ? 1 << bit : 0);
      return maintenance(g);
    });
    expect(seen).toEqual(expected);
  });

  it('count active interrupts as valid and not as pending', () => {
    const g = ready();
    g.list(0, { id: 40, state: ACTIVE });
    g.list(1, { id: 41, state: ACTIVE | PENDING });
    g.h.write(GICH.HCR, 4, 0b1011);
    expect(g.misr()).toBe(0b1000);
  });

  it('tell of ends whose interrupt is in no list register, and count them', () => {
    const g = ready();
    g.h.write(GICH.HCR, 4, 5); // LRENPIE
    const count = (): number => g.h.read(GICH.HCR, 4) >>> 27;
    g.v.write(GICV.EOIR, 4, 99); // drops no priority
    g.h.write(GICH.APR, 4, 0b110);
    g.v.write(GICV.EOIR, 4, 1023); // ends nothing
    expect([count(), g.h.read(GICH.APR, 4), maintenance(g)]).toEqual([0, 0b110, false]);
    g.v.write(GICV.EOIR, 4, 99);
    expect([count(), g.h.read(GICH.APR, 4), g.misr(), maintenance(g)]).toEqual([1, 0b100, 4, true]);
    g.h.write(GICH.HCR, 4, 5 | (31 << 27));
    g.v.write(GICV.EOIR, 4, 99);
    expect([count(), maintenance(g)]).toEqual([0, false]); // wraps
    expect(g.h.read(GICH.HCR, 4)).toBe(5);
  });

  it('count a deactivation of what is in no list register, not its priority drop', () => {
    const g = ready(1, 0x201);
    const count = (): number => g.h.read(GICH.HCR, 4) >>> 27;
    g.h.write(GICH.APR, 4, 1);
    g.v.write(GICV.EOIR, 4, 99);
    expect([count(), g.h.read(GICH.APR, 4)]).toEqual([0, 0]);
    g.v.write(GICV.DIR, 4, 99);
    g.list(0, { id: 40 });
    g.v.write(GICV.DIR, 4, 40); // pending only
    expect(count()).toBe(2);
    expect(g.state(0)).toBe(PENDING);
  });

  it('tell of groups that the guest switches on and off', () => {
    const g = ready(1, 0);
    g.list(0, { id: 40 });
    const seen: number[] = [];
    for (const enables of [0x11, 0x21, 0x41, 0x81]) {
      g.h.write(GICH.HCR, 4, enables);
      for (const control of [0, 1, 2, 3]) {
        g.v.write(GICV.CTLR, 4, control);
        expect(maintenance(g)).toBe(g.misr() !== 0);
        seen.push(g.misr());
      }
    }
    expect(seen).toEqual([0, 0x10, 0, 0x10, 0x20, 0, 0x20, 0, 0, 0, 0x40, 0x40, 0x80, 0x80, 0, 0]);
  });

  it('reach the hypervisor as PPI 25 of their core', () => {
    const g = gicBench(2);
    g.gic.handOverToNonSecure();
    g.dn[1]!.write(0x000, 4, 1);
    g.dn[1]!.write(0x100, 4, 1 << 25);
    g.cn[1]!.write(GICC.PMR, 4, 0xff);
    g.cn[1]!.write(GICC.CTLR, 4, 1);
    g.h[1]!.write(GICH.HCR, 4, 3);
    expect([g.irq[0]!.level, g.irq[1]!.level, maintenance(g)]).toEqual([false, true, false]);
    expect(g.cn[1]!.read(GICC.IAR, 4)).toBe(25);
    g.h[1]!.write(GICH.HCR, 4, 1);
    g.cn[1]!.write(GICC.EOIR, 4, 25);
    expect(g.irq[1]!.level).toBe(false);
  });
});
