// Register sequences for the virtualization of a GICv2, from ARM IHI 0048B chapter 5 and the Cortex-A15 TRM.
import { describe, expect, it } from 'vitest';
import { GICC, gicBench, GICH, GICV } from './gic-bench';
import { PENDING, ACTIVE, lr, ready, maintenance } from './gic-virtual-bench';

describe('identification and reset (Cortex-A15 TRM tables 8-12 and 8-14)', () => {
  it('has the values of the integrated controller', () => {
    const { h, v } = gicBench();
    const control = [GICH.HCR, GICH.VTR, GICH.VMCR, GICH.MISR, GICH.EISR, GICH.ELSR, GICH.APR, GICH.LR];
    expect(control.map(o => h[0]!.read(o, 4))).toEqual([0, 0x90000003, 0x004c0000, 0, 0, 0xf, 0, 0]);
    const cpu = [GICV.CTLR, GICV.PMR, GICV.BPR, GICV.IAR, GICV.RPR, GICV.HPPIR, GICV.ABPR, GICV.AHPPIR, GICV.APR];
    expect(cpu.map(o => v[0]!.read(o, 4))).toEqual([0, 0, 2, 1023, 0xff, 1023, 3, 1023, 0]);
    expect(v[0]!.read(GICV.IIDR, 4)).toBe(0x0002043b);
  });

  it('implements four list registers and their bits', () => {
    const { h, log } = gicBench();
    for (let offset = 0; offset < 0x200; offset += 4) h[0]!.write(offset, 4, 0xffffffff);
    expect([0, 4, 8, 12, 16].map(n => h[0]!.read(GICH.LR + n, 4))).toEqual([
      ...new Array<number>(4).fill(0xff8fffff),
      0,
    ]);
    expect(h[0]!.read(GICH.HCR, 4)).toBe(0xf80000ff);
    expect(h[0]!.read(GICH.VMCR, 4)).toBe(0xf8fc021f);
    expect(h[0]!.read(GICH.LR + 0xfc, 4)).toBe(0);
    expect(log.some(line => line.includes('GICH_MISR (read-only)'))).toBe(true);
  });
});

describe('GICH_VMCR', () => {
  it('is what the virtual CPU interface sees, both ways', () => {
    const { h, v } = gicBench();
    const [hyp, cpu] = [h[0]!, v[0]!];
    cpu.write(GICV.CTLR, 4, 0xffffffff);
    cpu.write(GICV.PMR, 4, 0xa7);
    cpu.write(GICV.BPR, 4, 5);
    cpu.write(GICV.ABPR, 4, 6);
    expect(hyp.read(GICH.VMCR, 4)).toBe(((0xa0 << 24) | (5 << 21) | (6 << 18) | 0x21f) >>> 0);
    hyp.write(GICH.VMCR, 4, ((0x58 << 24) | (3 << 21) | (4 << 18) | 0x201) >>> 0);
    expect([GICV.CTLR, GICV.PMR, GICV.BPR, GICV.ABPR].map(o => cpu.read(o, 4))).toEqual([0x201, 0x58, 3, 4]);
  });

  it('raises binary points to their least legal values', () => {
    const { h, v } = gicBench();
    h[0]!.write(GICH.VMCR, 4, 0);
    expect(h[0]!.read(GICH.VMCR, 4)).toBe(0x004c0000);
    v[0]!.write(GICV.BPR, 4, 1);
    v[0]!.write(GICV.ABPR, 4, 0);
    expect([v[0]!.read(GICV.BPR, 4), v[0]!.read(GICV.ABPR, 4)]).toEqual([2, 3]);
  });
});

describe('a virtual interrupt', () => {
  it('goes pending, active and away', () => {
    const g = ready();
    g.list(0, { id: 40, priority: 0xa0 });
    expect(g.virq.level).toBe(true);
    expect(g.h.read(GICH.ELSR, 4)).toBe(0xe);
    expect(g.v.read(GICV.HPPIR, 4)).toBe(40);
    expect(g.v.read(GICV.IAR, 4)).toBe(40);
    expect([g.virq.level, g.state(0), g.v.read(GICV.RPR, 4)]).toEqual([false, ACTIVE, 0xa0]);
    expect([g.h.read(GICH.APR, 4), g.v.read(GICV.APR, 4)]).toEqual([1 << 20, 1 << 20]);
    expect(g.v.read(GICV.IAR, 4)).toBe(1023);
    g.v.write(GICV.EOIR, 4, 40);
    expect([g.state(0), g.v.read(GICV.RPR, 4), g.h.read(GICH.ELSR, 4)]).toEqual([0, 0xff, 0xf]);
    expect(g.log).toEqual([]);
  });

  it('that is active and pending waits for its end, and comes again', () => {
    const g = ready();
    g.list(0, { id: 40, state: ACTIVE | PENDING });
    g.h.write(GICH.APR, 4, 1);
    expect([g.virq.level, g.v.read(GICV.HPPIR, 4)]).toEqual([false, 1023]);
    g.v.write(GICV.EOIR, 4, 40);
    expect([g.state(0), g.virq.level]).toEqual([PENDING, true]);
    expect(g.v.read(GICV.IAR, 4)).toBe(40);
  });

  it('is not signalled while its interface, group or priority is off', () => {
    const g = ready();
    g.list(0, { id: 40, priority: 0x80 });
    const off = (window: typeof g.v, offset: number, to: number, back: number): void => {
      expect(g.virq.level).toBe(true);
      window.write(offset, 4, to);
      expect([g.virq.level, g.v.read(GICV.IAR, 4), g.v.read(GICV.HPPIR, 4)]).toEqual([false, 1023, 40]);
      window.write(offset, 4, back);
    };
    off(g.h, GICH.HCR, 0, 1);
    off(g.v, GICV.CTLR, 2, 3);
    off(g.v, GICV.PMR, 0x80, 0xff); // a priority equal to the mask is not enough
    off(g.h, GICH.APR, 1 << 16, 0); // as is one equal to the running priority
    expect(g.v.read(GICV.IAR, 4)).toBe(40);
  });

  it('preempts by group priority, nests and unwinds', () => {
    const g = ready();
    g.list(0, { id: 40, priority: 0x80 });
    expect(g.v.read(GICV.IAR, 4)).toBe(40);
    g.list(1, { id: 41, priority: 0x48 });
    g.list(2, { id: 42, priority: 0x40 });
    expect(g.v.read(GICV.IAR, 4)).toBe(42);
    expect(g.virq.level).toBe(false); // 0x48 does not preempt 0x40
    g.v.write(GICV.EOIR, 4, 42);
    expect(g.v.read(GICV.IAR, 4)).toBe(41);
    expect(g.h.read(GICH.APR, 4)).toBe((1 << 16) | (1 << 9));
    g.v.write(GICV.EOIR, 4, 41);
    g.v.write(GICV.EOIR, 4, 40);
    expect([g.h.read(GICH.APR, 4), g.h.read(GICH.ELSR, 4)]).toEqual([0, 0xf]);
    // With a binary point of 6 only bit 7 decides: 0x48 counts as 0x00.
    g.v.write(GICV.BPR, 4, 6);
    g.list(1, { id: 41, priority: 0x48 });
    expect(g.v.read(GICV.IAR, 4)).toBe(41);
    expect([g.h.read(GICH.APR, 4), g.v.read(GICV.RPR, 4)]).toEqual([1, 0]);
    g.list(2, { id: 42, priority: 0x08 });
    expect(g.virq.level).toBe(false);
  });

  it('preempts by its group priority even where its whole priority is the lower one', () => {
    const g = ready();
    g.h.write(GICH.APR, 4, 1 << 9); // 0x48 is running
    g.v.write(GICV.BPR, 4, 5);
    g.list(0, { id: 40, priority: 0x60 }); // 0x40 in steps of 0x40
    expect(g.virq.level).toBe(true);
    expect(g.v.read(GICV.IAR, 4)).toBe(40);
    expect(g.v.read(GICV.RPR, 4)).toBe(0x40);
  });

  it('comes from the lowest list register among equals', () => {
    const g = ready();
    g.list(3, { id: 40, priority: 0x80 });
    g.list(1, { id: 50, priority: 0x80 });
    g.list(2, { id: 45, priority: 0x78 });
    const order = [0, 0, 0].map(() => {
      const id = g.v.read(GICV.IAR, 4);
      g.v.write(GICV.EOIR, 4, id);
      return id;
    });
    expect(order).toEqual([45, 50, 40]);
  });
});

describe('SGIs', () => {
  it('carry the CPUID that the hypervisor gave them, and end by it', () => {
    const g = ready();
    g.list(0, { id: 5, cpu: 1, priority: 0x80 });
    g.list(1, { id: 5, cpu: 3, priority: 0x40 });
    expect(g.v.read(GICV.HPPIR, 4)).toBe(5 | (3 << 10));
    expect(g.v.read(GICV.IAR, 4)).toBe(5 | (3 << 10));
    g.h.write(GICH.APR, 4, 0);
    expect(g.v.read(GICV.IAR, 4)).toBe(5 | (1 << 10));
    g.v.write(GICV.EOIR, 4, 5 | (3 << 10));
    expect([g.state(0), g.state(1)]).toEqual([ACTIVE, 0]);
    g.h.write(GICH.APR, 4, 1);
    g.v.write(GICV.EOIR, 4, 5 | (2 << 10)); // in no list register
    expect([g.state(0), g.h.read(GICH.HCR, 4) >>> 27]).toEqual([ACTIVE, 1]);
  });
});

describe('groups', () => {
  it('are signalled as IRQ, Group 0 as FIQ when the guest wants it', () => {
    const g = ready(1, 0x00b); // FIQEn
    g.list(0, { id: 40, priority: 0x80, group1: true });
    expect([g.virq.level, g.vfiq.level]).toEqual([true, false]);
    g.list(1, { id: 41, priority: 0x40 });
    expect([g.virq.level, g.vfiq.level]).toEqual([false, true]);
    g.v.write(GICV.CTLR, 4, 3);
    expect([g.virq.level, g.vfiq.level]).toEqual([true, false]);
  });

  it('show Group 1 in the aliases, or in both places with AckCtl', () => {
    const g = ready();
    g.list(0, { id: 40, priority: 0x80, group1: true });
    expect([g.v.read(GICV.HPPIR, 4), g.v.read(GICV.IAR, 4), g.v.read(GICV.AHPPIR, 4)]).toEqual([1022, 1022, 40]);
    expect([g.v.read(GICV.AIAR, 4), g.state(0)]).toEqual([40, ACTIVE]);
    g.v.write(GICV.EOIR, 4, 40); // not without AckCtl
    expect([g.state(0), g.v.read(GICV.RPR, 4)]).toEqual([ACTIVE, 0x80]);
    g.v.write(GICV.AEOIR, 4, 40);
    expect([g.state(0), g.v.read(GICV.RPR, 4)]).toEqual([0, 0xff]);

    g.v.write(GICV.CTLR, 4, 7);
    g.list(0, { id: 40, priority: 0x80, group1: true });
    expect([g.v.read(GICV.HPPIR, 4), g.v.read(GICV.IAR, 4)]).toEqual([40, 40]);
    g.v.write(GICV.EOIR, 4, 40);
    expect(g.state(0)).toBe(0);

    g.list(0, { id: 41, priority: 0x80 });
    expect([g.v.read(GICV.AHPPIR, 4), g.v.read(GICV.AIAR, 4), g.v.read(GICV.IAR, 4)]).toEqual([1023, 1023, 41]);
    g.v.write(GICV.AEOIR, 4, 41); // Group 0
    expect(g.state(0)).toBe(ACTIVE);
  });

  it('show in GICV_AHPPIR only what is urgent enough', () => {
    const g = ready();
    g.list(0, { id: 40, priority: 0x80, group1: true });
    g.v.write(GICV.PMR, 4, 0x80);
    expect([g.v.read(GICV.AHPPIR, 4), g.v.read(GICV.AIAR, 4)]).toEqual([1023, 1023]);
  });

  it('have binary points of their own, or a common one', () => {
    const g = ready(1, 0x007);
    g.v.write(GICV.ABPR, 4, 7);
    g.list(0, { id: 40, priority: 0x68, group1: true });
    expect([g.v.read(GICV.IAR, 4), g.v.read(GICV.RPR, 4)]).toEqual([40, 0x00]);
    g.v.write(GICV.EOIR, 4, 40);
    g.v.write(GICV.CTLR, 4, 0x017); // CBPR
    g.list(0, { id: 40, priority: 0x68, group1: true });
    expect([g.v.read(GICV.IAR, 4), g.v.read(GICV.RPR, 4)]).toEqual([40, 0x68]);
  });
});

describe('EOImode', () => {
  it('splits priority drop and deactivation', () => {
    const g = ready(1, 0x201);
    g.list(0, { id: 40, priority: 0x80 });
    g.v.read(GICV.IAR, 4);
    g.v.write(GICV.EOIR, 4, 40);
    expect([g.state(0), g.v.read(GICV.RPR, 4)]).toEqual([ACTIVE, 0xff]);
    g.v.write(GICV.DIR, 4, 40);
    expect(g.state(0)).toBe(0);
  });

  it('leaves GICV_DIR without effect when off', () => {
    const g = ready();
    g.list(0, { id: 40 });
    g.v.read(GICV.IAR, 4);
    g.v.write(GICV.DIR, 4, 40);
    expect([g.state(0), g.h.read(GICH.HCR, 4)]).toEqual([ACTIVE, 1]);
  });
});

describe('hardware interrupts', () => {
  /** SPI 40 acknowledged by a Non-secure hypervisor that leaves its deactivation to the guest. */
  function taken(control = 0x001) {
    const g = ready(1, control);
    const [d, c] = [g.dn[0]!, g.cn[0]!];
    g.gic.handOverToNonSecure();
    d.write(0x000, 4, 1);
    c.write(GICC.PMR, 4, 0xff);
    c.write(GICC.CTLR, 4, 0x201); // EOImodeNS
    d.write(0x400 + 40, 1, 0xa0);
    d.write(0x104, 4, 1 << 8);
    const line = g.gic.line(40);
    line.set(true);
    expect(c.read(GICC.IAR, 4)).toBe(40);
    c.write(GICC.EOIR, 4, 40);
    expect([d.read(0x304, 4), c.read(GICC.RPR, 4), g.irq[0]!.level]).toEqual([1 << 8, 0xff, false]);
    g.list(0, { id: 60, hw: 40, priority: 0x80 });
    return { ...g, d0: d, active: () => d.read(0x304, 4), line };
  }

  it('are deactivated with the virtual one, and can come again', () => {
    const g = taken();
    expect(g.v.read(GICV.IAR, 4)).toBe(60);
    expect(g.active()).toBe(1 << 8);
    g.v.write(GICV.EOIR, 4, 60);
    expect([g.active(), g.state(0), g.h.read(GICH.ELSR, 4)]).toEqual([0, 0, 0xf]);
    expect(g.irq[0]!.level).toBe(true); // the device still asserts its line
    g.line.set(false);
    expect(g.irq[0]!.level).toBe(false);
  });

  it('are deactivated by GICV_DIR with EOImode', () => {
    const g = taken(0x201);
    g.v.read(GICV.IAR, 4);
    g.v.write(GICV.EOIR, 4, 60);
    expect(g.active()).toBe(1 << 8);
    g.v.write(GICV.DIR, 4, 60);
    expect(g.active()).toBe(0);
  });

  it('never ask for an EOI maintenance interrupt', () => {
    const g = ready();
    g.h.write(GICH.LR, 4, lr({ id: 60, hw: 0x200, state: 0 })); // bit 19, which is EOI without HW
    expect([g.h.read(GICH.EISR, 4), g.h.read(GICH.ELSR, 4)]).toEqual([0, 0xf]);
  });

  it('stay active where a Non-secure deactivation cannot reach: Group 0, SGIs, INTIDs that are not there', () => {
    const g = ready();
    g.d[0]!.write(0x304, 4, 1 << 8);
    g.d[0]!.write(0x300, 4, 1 << 3);
    g.d[0]!.write(0x080, 4, 1 << 3);
    for (const hw of [40, 3, 1019]) {
      g.list(0, { id: 60, hw });
      expect(g.v.read(GICV.IAR, 4)).toBe(60);
      g.v.write(GICV.EOIR, 4, 60);
    }
    expect([g.d[0]!.read(0x304, 4), g.d[0]!.read(0x300, 4), g.state(0)]).toEqual([1 << 8, 1 << 3, 0]);
  });

  it('are private ones of the core that ends them', () => {
    const g = gicBench(2);
    g.gic.handOverToNonSecure();
    for (const core of [0, 1]) g.d[core]!.write(0x300, 4, 1 << 27);
    g.h[1]!.write(GICH.HCR, 4, 1);
    g.v[1]!.write(GICV.PMR, 4, 0xff);
    g.v[1]!.write(GICV.CTLR, 4, 1);
    g.h[1]!.write(GICH.LR, 4, lr({ id: 27, hw: 27 }));
    expect(g.v[1]!.read(GICV.IAR, 4)).toBe(27);
    g.v[1]!.write(GICV.EOIR, 4, 27);
    expect([g.d[0]!.read(0x300, 4), g.d[1]!.read(0x300, 4)]).toEqual([1 << 27, 0]);
  });
});

describe('the window of the control block', () => {
  it('has the registers of the reading core first, then those of all cores', () => {
    const g = gicBench(2);
    g.h[0]!.write(GICH.LR, 4, lr({ id: 40 }));
    g.h[0]!.write(0x1200 + GICH.LR, 4, lr({ id: 41 }));
    g.h[1]!.write(0x1000 + GICH.APR, 4, 4);
    expect([g.h[1]!.read(GICH.LR, 4), g.h[1]!.read(0x1000 + GICH.LR, 4)]).toEqual([lr({ id: 41 }), lr({ id: 40 })]);
    expect([g.h[0]!.read(GICH.APR, 4), g.h[1]!.read(GICH.APR, 4)]).toEqual([4, 0]);
    expect(g.log).toEqual([]);
  });

  it('raises the lines of the core it writes for', () => {
    const g = gicBench(2);
    g.h[0]!.write(0x1200 + GICH.HCR, 4, 1);
    g.h[0]!.write(0x1200 + GICH.VMCR, 4, 0xf8000001);
    g.h[0]!.write(0x1200 + GICH.LR, 4, lr({ id: 41 }));
    expect([g.virq[0]!.level, g.virq[1]!.level]).toEqual([false, true]);
  });

  it('answers for what is not there with zero, and says so once', () => {
    const g = gicBench(1);
    g.h[0]!.write(0x1200, 4, 1);
    expect([g.h[0]!.read(0x1200, 4), g.h[0]!.read(0x400, 4), g.h[0]!.read(0, 2)]).toEqual([0, 0, 0]);
    expect(g.log.length).toBeGreaterThan(0);
    expect(g.irq[0]!.level).toBe(false);
  });
});

describe('snapshots and reset', () => {
  function busy() {
    const g = ready(2, 0x207);
    g.h.write(GICH.HCR, 4, 0x3f);
    g.list(0, { id: 40, priority: 0x80 });
    g.list(1, { id: 3, priority: 0x40, cpu: 1, group1: true });
    g.v.read(GICV.IAR, 4);
    g.h.write(0x1200 + GICH.VMCR, 4, 0xf8000001);
    g.h.write(0x1200 + GICH.HCR, 4, 1);
    g.h.write(0x1200 + GICH.LR + 12, 4, lr({ id: 50 }));
    return g;
  }

  it('keep all of it, on every core', () => {
    const first = busy();
    const second = gicBench(2);
    const saved = structuredClone(first.gic.save());
    second.gic.load(saved);
    expect(second.gic.save()).toEqual(saved);
    expect([second.virq[0]!.level, second.virq[1]!.level]).toEqual([first.virq.level, true]);
    expect([maintenance(second), maintenance(first)]).toEqual([true, true]);
    second.v[0]!.write(GICV.EOIR, 4, 3 | (1 << 10));
    second.v[0]!.write(GICV.DIR, 4, 3 | (1 << 10));
    expect(second.v[0]!.read(GICV.IAR, 4)).toBe(40);
  });

  it('of a release without virtualization load with an idle virtual interface', () => {
    const state = gicBench(2).gic.save()['state'];
    const g = busy();
    g.gic.load({ version: 1, state });
    expect([g.h.read(GICH.VMCR, 4), g.h.read(GICH.ELSR, 4), g.virq.level, maintenance(g)]).toEqual([
      0x004c0000,
      0xf,
      false,
      false,
    ]);
    expect(() => g.gic.load({ version: 3, state })).toThrow('version 3');
    expect(() => g.gic.load({ version: 2, state, virtual: { list: [] } })).toThrow('list');
  });

  it('leave nothing behind after a reset', () => {
    const g = busy();
    expect(maintenance(g)).toBe(true);
    g.gic.reset();
    expect(g.gic.save()).toEqual(gicBench(2).gic.save());
    expect([g.virq.level, maintenance(g)]).toEqual([false, false]);
  });
});

describe('guests without virtualization', () => {
  it('cost the virtual interface nothing: its lines are not even set', () => {
    const g = gicBench(2);
    const set: string[] = [];
    for (const line of [...g.virq, ...g.vfiq]) line.set = () => void set.push('line');
    g.d[0]!.write(0x000, 4, 3);
    g.c[0]!.write(GICC.CTLR, 4, 1);
    g.c[0]!.write(GICC.PMR, 4, 0xff);
    g.d[0]!.write(0x104, 4, 1 << 8);
    g.d[0]!.write(0x828, 4, 1);
    g.gic.line(40).set(true);
    expect(g.c[0]!.read(GICC.IAR, 4)).toBe(40);
    g.gic.line(40).set(false);
    g.c[0]!.write(GICC.EOIR, 4, 40);
    expect(set).toEqual([]);
  });
});
