import { describe, expect, it } from 'vitest';
import { gicBench } from './gic-bench';

/** The controller of the board: two cores, 160 INTIDs; all windows at hand. */
function make(cores = 2) {
  const { d, dn, c, cn, ...rest } = gicBench(cores);
  return { ...rest, d: d[0]!, d1: d[1] ?? d[0]!, dn: dn[0]!, c: c[0]!, c1: c[1] ?? c[0]!, cn: cn[0]! };
}

const IAR = 0x0c;
const EOIR = 0x10;

/** Group 0 on, one SPI enabled for core 0 at a priority. */
function arm(g: ReturnType<typeof make>, intid: number, priority: number): void {
  g.d.write(0x000, 4, 3);
  g.c.write(0x00, 4, 3);
  g.c.write(0x04, 4, 0xff);
  g.d.write(0x400 + intid, 1, priority);
  g.d.write(0x800 + intid, 1, 1);
  g.d.write(0x100 + (intid >>> 5) * 4, 4, 1 << (intid & 31));
}

describe('identification (Cortex-A15 TRM chapter 8)', () => {
  it('has the values of the integrated controller', () => {
    const { d, dn, c } = make();
    expect(d.read(0x004, 4)).toBe(0xfc24); // 31 LSPIs, Security Extensions, 2 cores, 160 INTIDs
    expect(dn.read(0x004, 4)).toBe(0xfc24);
    expect(d.read(0x008, 4)).toBe(0x43b);
    expect([0xfd0, 0xfe0, 0xfe4, 0xfe8, 0xfec, 0xff0, 0xff4, 0xff8, 0xffc].map(o => d.read(o, 4))).toEqual([
      0x04, 0x90, 0xb4, 0x2b, 0x00, 0x0d, 0xf0, 0x05, 0xb1,
    ]);
    expect(c.read(0xfc, 4)).toBe(0x0002043b);
    expect(make(1).d.read(0x004, 4)).toBe(0xfc04);
  });

  it('resets as the register summaries say', () => {
    const { d, c } = make();
    expect(d.read(0x100, 4)).toBe(0x0000ffff); // SGIs are always enabled
    expect(d.read(0xc00, 4)).toBe(0xaaaaaaaa);
    expect(d.read(0xc04, 4)).toBe(0x55540000);
    expect(d.read(0xc08, 4)).toBe(0x55555555);
    expect([0x00, 0x04, 0x08, 0x14, 0x18, 0x1c, 0x28].map(o => c.read(o, 4))).toEqual([0, 0, 2, 0xff, 1023, 3, 1023]);
  });

  it('implements five priority bits, PPIs 25..31 and nothing beyond INTID 159', () => {
    const { d } = make();
    for (let offset = 0x400; offset < 0x400 + 160; offset += 4) d.write(offset, 4, 0xffffffff);
    expect(d.read(0x400, 4)).toBe(0xf8f8f8f8);
    expect(d.read(0x410, 4)).toBe(0); // INTIDs 16..19
    expect(d.read(0x418, 4)).toBe(0xf8f8f800); // 24 reserved, 25..27 not
    expect(d.read(0x49c, 4)).toBe(0xf8f8f8f8);
    d.write(0x4a0, 4, 0xffffffff);
    expect(d.read(0x4a0, 4)).toBe(0);
    d.write(0x100, 4, 0xffffffff);
    expect(d.read(0x100, 4)).toBe(0xfe00ffff);
    d.write(0x180, 4, 0xffffffff);
    expect(d.read(0x100, 4)).toBe(0x0000ffff);
  });

  it('raises the binary points to their least legal values', () => {
    const { c } = make();
    c.write(0x08, 4, 0);
    c.write(0x1c, 4, 0);
    expect([c.read(0x08, 4), c.read(0x1c, 4)]).toEqual([2, 3]);
  });
});

describe('a level-sensitive SPI', () => {
  it('goes pending, active, active and pending, and away', () => {
    const g = make();
    arm(g, 37, 0xa0);
    const line = g.gic.line(37);
    line.set(true);
    expect(g.irq[0]!.level).toBe(true);
    expect(g.irq[1]!.level).toBe(false);
    expect(g.d.read(0x204, 4)).toBe(1 << 5);
    expect(g.c.read(0x18, 4)).toBe(37);
    expect(g.c.read(IAR, 4)).toBe(37);
    expect(g.irq[0]!.level).toBe(false);
    expect(g.c.read(0x14, 4)).toBe(0xa0);
    expect(g.d.read(0x304, 4)).toBe(1 << 5);
    expect(g.d.read(0x204, 4)).toBe(1 << 5); // the line is still high
    expect(g.c.read(IAR, 4)).toBe(1023);
    g.c.write(EOIR, 4, 37);
    expect(g.irq[0]!.level).toBe(true);
    expect(g.c.read(IAR, 4)).toBe(37);
    line.set(false);
    g.c.write(EOIR, 4, 37);
    expect(g.irq[0]!.level).toBe(false);
    expect([g.d.read(0x204, 4), g.d.read(0x304, 4), g.c.read(0x14, 4)]).toEqual([0, 0, 0xff]);
    expect(g.log).toEqual([]);
  });

  it('can be made pending by software until it is acknowledged or cleared', () => {
    const g = make();
    arm(g, 40, 0);
    g.d.write(0x204, 4, 1 << 8);
    expect(g.irq[0]!.level).toBe(true);
    g.d.write(0x284, 4, 1 << 8);
    expect(g.irq[0]!.level).toBe(false);
    g.d.write(0x204, 4, 1 << 8);
    expect(g.c.read(IAR, 4)).toBe(40);
    g.c.write(EOIR, 4, 40);
    expect(g.irq[0]!.level).toBe(false);
  });

  it('is not signalled while masked, disabled or routed elsewhere', () => {
    const g = make();
    arm(g, 37, 0xa0);
    g.gic.line(37).set(true);
    const off = (
      window: { write(o: number, w: 4, v: number): void },
      offset: number,
      to: number,
      back: number,
    ): void => {
      expect(g.irq[0]!.level).toBe(true);
      window.write(offset, 4, to);
      expect(g.irq[0]!.level).toBe(false);
      window.write(offset, 4, back);
    };
    off(g.c, 0x04, 0xa0, 0xff); // a priority equal to the mask is not enough
    off(g.c, 0x00, 2, 3);
    off(g.d, 0x00, 2, 3);
    off(g.d, 0x824, 0x0200, 0x0100);
    g.d.write(0x184, 4, 1 << 5);
    expect(g.irq[0]!.level).toBe(false);
  });

  it('goes to the cores of GICD_ITARGETSR, and to whoever acknowledges first', () => {
    const g = make();
    arm(g, 37, 0xa0);
    g.c1.write(0x00, 4, 1);
    g.c1.write(0x04, 4, 0xf0);
    g.d.write(0x825, 1, 0xff);
    expect(g.d.read(0x824, 4)).toBe(0x0300);
    g.gic.line(37).set(true);
    expect([g.irq[0]!.level, g.irq[1]!.level]).toEqual([true, true]);
    expect(g.c1.read(IAR, 4)).toBe(37);
    expect([g.irq[0]!.level, g.irq[1]!.level]).toEqual([false, false]);
    expect(g.c.read(IAR, 4)).toBe(1023);
  });
});

describe('an edge-triggered SPI', () => {
  it('latches one edge while active', () => {
    const g = make();
    arm(g, 50, 0x40);
    g.d.write(0xc0c, 4, 0xffffffff);
    expect(g.d.read(0xc0c, 4)).toBe(0xffffffff);
    const line = g.gic.line(50);
    line.set(true);
    expect(g.c.read(IAR, 4)).toBe(50);
    line.set(false);
    line.set(true);
    line.set(false);
    expect(g.irq[0]!.level).toBe(false);
    g.c.write(EOIR, 4, 50);
    expect(g.c.read(IAR, 4)).toBe(50);
    g.c.write(EOIR, 4, 50);
    expect(g.c.read(IAR, 4)).toBe(1023);
  });
});

describe('priorities', () => {
  it('preempt by group priority, nest, and unwind', () => {
    const g = make();
    arm(g, 40, 0x80);
    arm(g, 41, 0x40);
    arm(g, 42, 0x48);
    g.gic.line(40).set(true);
    expect(g.c.read(IAR, 4)).toBe(40);
    g.gic.line(41).set(true);
    g.gic.line(42).set(true);
    expect(g.c.read(IAR, 4)).toBe(41);
    expect(g.c.read(0x14, 4)).toBe(0x40);
    expect(g.c.read(0xd0, 4)).toBe((1 << 16) | (1 << 8));
    expect(g.c.read(IAR, 4)).toBe(1023); // 0x48 does not preempt 0x40
    g.gic.line(41).set(false);
    g.c.write(EOIR, 4, 41);
    expect(g.c.read(0x14, 4)).toBe(0x80);
    expect(g.c.read(IAR, 4)).toBe(42);
    g.gic.line(42).set(false);
    g.c.write(EOIR, 4, 42);
    // With a binary point of 6 only bit 7 decides: 0x48 preempts 0x80, and counts as 0x00.
    g.c.write(0x08, 4, 6);
    g.gic.line(42).set(true);
    expect(g.c.read(IAR, 4)).toBe(42);
    expect(g.c.read(0x14, 4)).toBe(0);
  });

  it('give the lowest INTID among equals', () => {
    const g = make();
    arm(g, 70, 0x80);
    arm(g, 44, 0x80);
    arm(g, 100, 0x78);
    for (const intid of [70, 44, 100]) g.gic.line(intid).set(true);
    const order = [0, 0, 0].map(() => {
      const intid = g.c.read(IAR, 4);
      g.gic.line(intid).set(false);
      g.c.write(EOIR, 4, intid);
      return intid;
    });
    expect(order).toEqual([100, 44, 70]);
  });
});

describe('SGIs', () => {
  it('carry their source, one at a time, lowest core first', () => {
    const g = make();
    arm(g, 37, 0xa0);
    g.d1.write(0xf00, 4, (1 << 16) | 3); // from core 1 to core 0
    g.d.write(0xf00, 4, (2 << 24) | 3); // from core 0 to itself
    expect(g.d.read(0xf10, 4) >>> 24).toBe(3);
    expect(g.d.read(0x200, 4)).toBe(1 << 3);
    expect(g.c.read(0x18, 4)).toBe(3);
    expect(g.c.read(IAR, 4)).toBe(3);
    g.c.write(EOIR, 4, 3);
    expect(g.c.read(IAR, 4)).toBe(3 | (1 << 10));
    g.c.write(EOIR, 4, 3 | (1 << 10));
    expect(g.c.read(IAR, 4)).toBe(1023);
  });

  it('reach all but the sender, and can be withdrawn', () => {
    const g = make();
    g.d.write(0xf00, 4, (1 << 24) | 5);
    expect(g.d.read(0x200, 4)).toBe(0);
    expect(g.d1.read(0x200, 4)).toBe(1 << 5);
    g.d1.write(0xf15, 1, 1);
    expect(g.d1.read(0x200, 4)).toBe(0);
    g.d1.write(0xf25, 1, 2);
    expect(g.d1.read(0xf24, 4)).toBe(0x0200);
    g.d1.write(0x280, 4, 0xffffffff); // ICPENDR does not reach SGIs
    expect(g.d1.read(0x200, 4)).toBe(1 << 5);
  });

  it('are banked, as are PPIs', () => {
    const g = make();
    g.gic.line(30, 1).set(true);
    expect(g.d.read(0x200, 4)).toBe(0);
    expect(g.d1.read(0x200, 4)).toBe(1 << 30);
    expect(g.d1.read(0xd00, 4)).toBe(1 << 14);
    g.d1.write(0x100, 4, 1 << 30);
    expect(g.d.read(0x100, 4)).toBe(0xffff);
    expect([g.d.read(0x800, 4), g.d1.read(0x800, 4)]).toEqual([0x01010101, 0x02020202]);
    expect(make(1).d.read(0x800, 4)).toBe(0); // RAZ on a uniprocessor
  });
});

describe('security', () => {
  it('hides Group 0 from Non-secure accesses, and halves their priorities', () => {
    const g = make();
    arm(g, 40, 0x20);
    arm(g, 41, 0xa0);
    g.d.write(0x084, 4, 1 << 9); // 41 to Group 1
    expect(g.dn.read(0x084, 4)).toBe(0);
    expect(g.dn.read(0x104, 4)).toBe(1 << 9);
    expect(g.dn.read(0x428, 4)).toBe(0x00004000);
    g.dn.write(0x428, 4, 0xffffffff);
    expect(g.d.read(0x428, 4)).toBe(0x0000f820);
    g.dn.write(0x184, 4, 0xffffffff);
    expect(g.d.read(0x104, 4)).toBe(1 << 8);
    expect(g.dn.read(0x000, 4)).toBe(1);
    g.dn.write(0x000, 4, 0);
    expect(g.d.read(0x000, 4)).toBe(1);
  });

  it('lets Non-secure software mask within its half only', () => {
    const g = make();
    g.c.write(0x04, 4, 0x40);
    g.cn.write(0x04, 4, 0xf0);
    expect([g.c.read(0x04, 4), g.cn.read(0x04, 4)]).toEqual([0x40, 0]);
    g.c.write(0x04, 4, 0x80);
    g.cn.write(0x04, 4, 0xf0);
    expect([g.c.read(0x04, 4), g.cn.read(0x04, 4)]).toEqual([0xf8, 0xf0]);
  });

  it('signals Group 0 as FIQ when asked to, and acknowledges each group on its side', () => {
    const g = make();
    arm(g, 40, 0x20);
    arm(g, 41, 0xa0);
    g.d.write(0x084, 4, 1 << 9);
    g.c.write(0x00, 4, 0b1011);
    g.gic.line(40).set(true);
    expect([g.irq[0]!.level, g.fiq[0]!.level]).toEqual([false, true]);
    expect(g.cn.read(IAR, 4)).toBe(1023);
    expect(g.c.read(IAR, 4)).toBe(40);
    g.gic.line(41).set(true);
    g.cn.write(EOIR, 4, 40); // not theirs
    expect(g.c.read(0x14, 4)).toBe(0x20);
    expect(g.cn.read(0x14, 4)).toBe(0);
    g.gic.line(40).set(false);
    g.c.write(EOIR, 4, 40);
    expect([g.irq[0]!.level, g.fiq[0]!.level]).toEqual([true, false]);
    expect(g.c.read(IAR, 4)).toBe(1022); // AckCtl is 0
    expect(g.c.read(0x18, 4)).toBe(1022);
    expect(g.c.read(0x20, 4)).toBe(41); // through GICC_AIAR
    expect([g.c.read(0xd0, 4), g.c.read(0xe0, 4), g.cn.read(0xd0, 4)]).toEqual([0, 1 << 20, 1 << 4]);
    expect([g.c.read(0x14, 4), g.cn.read(0x14, 4)]).toEqual([0xa0, 0x40]);
    g.gic.line(41).set(false);
    g.c.write(EOIR, 4, 41); // AckCtl is 0: no effect
    expect(g.c.read(0x14, 4)).toBe(0xa0);
    g.c.write(0x24, 4, 41);
    expect(g.c.read(0x14, 4)).toBe(0xff);
    g.c.write(0x00, 4, 0b0111);
    g.gic.line(41).set(true);
    expect(g.c.read(IAR, 4)).toBe(41); // with AckCtl
  });

  it('shows Non-secure software its own control bits and binary point', () => {
    const g = make();
    g.cn.write(0x00, 4, 0xffffffff);
    expect([g.cn.read(0x00, 4), g.c.read(0x00, 4)]).toEqual([0x261, 0x582]);
    g.cn.write(0x08, 4, 5);
    expect([g.cn.read(0x08, 4), g.c.read(0x08, 4), g.c.read(0x1c, 4)]).toEqual([5, 2, 5]);
    g.c.write(0x00, 4, 1 << 4);
    g.cn.write(0x08, 4, 7);
    expect([g.cn.read(0x08, 4), g.c.read(0x1c, 4)]).toEqual([3, 5]);
  });

  it('routes SGIs by NSATT and by the group of the target', () => {
    const g = make();
    g.d1.write(0x080, 4, 1 << 7); // SGI 7 of core 1 to Group 1
    g.d.write(0xf00, 4, (2 << 16) | 7);
    expect(g.d1.read(0x200, 4)).toBe(0);
    g.d.write(0xf00, 4, (2 << 16) | 0x8007);
    expect(g.d1.read(0x200, 4)).toBe(1 << 7);
    g.dn.write(0xf00, 4, (2 << 16) | 6); // Group 0, out of reach
    expect(g.d1.read(0x200, 4)).toBe(1 << 7);
  });

  it('hands over to Non-secure software as firmware does', () => {
    const g = make();
    g.gic.handOverToNonSecure();
    g.dn.write(0x000, 4, 1);
    g.cn.write(0x00, 4, 1);
    g.cn.write(0x04, 4, 0xf0);
    g.dn.write(0x425, 1, 0xa0);
    g.dn.write(0x825, 1, 1);
    g.dn.write(0x104, 4, 1 << 5);
    g.gic.line(37).set(true);
    expect(g.irq[0]!.level).toBe(true);
    expect(g.cn.read(IAR, 4)).toBe(37);
    expect(g.cn.read(0x14, 4)).toBe(0xa0);
  });
});

describe('EOImode', () => {
  it('splits priority drop and deactivation', () => {
    const g = make();
    arm(g, 37, 0xa0);
    g.c.write(0x00, 4, 0x201);
    g.gic.line(37).set(true);
    g.c.read(IAR, 4);
    g.c.write(EOIR, 4, 37);
    expect(g.c.read(0x14, 4)).toBe(0xff);
    expect(g.d.read(0x304, 4)).toBe(1 << 5);
    expect(g.irq[0]!.level).toBe(false);
    g.c.write(0x1000, 4, 37);
    expect(g.irq[0]!.level).toBe(true);
  });

  it('leaves GICC_DIR without effect when off', () => {
    const g = make();
    arm(g, 37, 0xa0);
    g.gic.line(37).set(true);
    g.c.read(IAR, 4);
    g.c.write(0x1000, 4, 37);
    expect(g.d.read(0x304, 4)).toBe(1 << 5);
  });
});

describe('without the Security Extensions', () => {
  const plain = (cores = 1) => gicBench(cores, false);

  it('says so, and shows everybody everything', () => {
    const { d, dn, cn } = plain(2);
    expect(d[0]!.read(0x004, 4)).toBe(0x24);
    dn[0]!.write(0x080, 4, 1); // GICD_IGROUPR
    expect(dn[0]!.read(0x080, 4)).toBe(1);
    dn[0]!.write(0x420, 4, 0x10203040);
    expect(dn[0]!.read(0x420, 4)).toBe(0x10203040);
    cn[0]!.write(0x00, 4, 0xffffffff);
    expect(cn[0]!.read(0x00, 4)).toBe(0x3ff); // EOImode is bit 9; EOImodeNS does not exist
    cn[0]!.write(0x04, 4, 0x48);
    expect(cn[0]!.read(0x04, 4)).toBe(0x48);
  });

  it('stays in Group 0 when firmware hands over, and signals that as IRQ', () => {
    const g = plain();
    g.gic.handOverToNonSecure();
    expect(g.dn[0]!.read(0x080, 4)).toBe(0);
    g.dn[0]!.write(0x000, 4, 1);
    g.cn[0]!.write(0x00, 4, 1);
    g.cn[0]!.write(0x04, 4, 0xff);
    g.dn[0]!.write(0xf00, 4, 0x02008003); // SGI 3 to this core; NSATT means nothing
    expect([g.irq[0]!.level, g.fiq[0]!.level]).toEqual([true, false]);
    expect(g.cn[0]!.read(IAR, 4)).toBe(3);
  });

  it('sends an SGI to cores that have it in either group', () => {
    const g = plain(2);
    g.dn[1]!.write(0x080, 4, 1 << 3);
    g.dn[0]!.write(0xf00, 4, 0x00030003);
    expect([0, 1].map(core => g.dn[core]!.read(0x200, 4))).toEqual([8, 8]);
  });
});

describe('the outside', () => {
  it('keeps input levels over a reset, refuses inputs that do not exist', () => {
    const g = make();
    arm(g, 37, 0xa0);
    g.gic.line(37).set(true);
    g.gic.reset();
    expect(g.irq[0]!.level).toBe(false);
    expect(g.d.read(0x204, 4)).toBe(1 << 5);
    for (const intid of [0, 15, 16, 24, 160]) expect(() => g.gic.line(intid)).toThrow(`INTID ${intid}`);
    expect(() => g.gic.line(29, 2)).toThrow('core 2');
  });

  it('answers what is not there with zero, and says so once', () => {
    const g = make();
    expect([g.d.read(0x00c, 4), g.d.read(0x100, 2), g.c.read(0x2c, 4), g.c.read(EOIR, 4)]).toEqual([0, 0, 0, 0]);
    g.c.write(IAR, 4, 1);
    g.c.write(IAR, 4, 1);
    expect(g.log).toHaveLength(5);
  });
});
